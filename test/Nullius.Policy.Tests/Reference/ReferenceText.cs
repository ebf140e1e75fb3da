using System.Text;
using System.Text.RegularExpressions;

namespace Nullius.Policy.Tests.Reference;

/// <summary>The reference evaluator's own reading of wildcards, escapes and variables: slow and obvious, by regular expressions.</summary>
internal static class ReferenceText
{
    /// <summary>A regular expression for policy text, or null when a variable has no value; <paramref name="unknown"/> when one is unknown.</summary>
    internal static string? ToPattern(string text, bool variables, bool wildcards, ReferenceRequest request, out bool unknown)
    {
        unknown = false;
        var pattern = new StringBuilder("^");
        var rest = text;
        while (rest.Length > 0)
        {
            if (variables && rest.StartsWith("${", StringComparison.Ordinal))
            {
                var body = rest[2..rest.IndexOf('}')];
                rest = rest[(rest.IndexOf('}') + 1)..];
                if (body is "*" or "?" or "$")
                {
                    pattern.Append(Regex.Escape(body));
                    continue;
                }
                var name = body.Split(',')[0].Trim();
                var fallback = body.Contains(',') ? body[(body.IndexOf('\'') + 1)..body.LastIndexOf('\'')] : null;
                var value = request.Value(name);
                if (value.IsUnknown)
                {
                    unknown = true;
                    return null;
                }
                var single = value.IsAbsent ? fallback : value.IsList ? null : value.Texts[0];
                if (single is null)
                    return null;
                pattern.Append(Regex.Escape(single));
                continue;
            }
            pattern.Append(wildcards && rest[0] == '*' ? "[\\s\\S]*" : wildcards && rest[0] == '?' ? "[\\s\\S]" : Regex.Escape(rest[..1]));
            rest = rest[1..];
        }
        return pattern.Append("\\z").ToString();
    }

    internal static bool? Matches(string text, string policyText, bool variables, bool wildcards, bool ignoreCase, ReferenceRequest request)
    {
        var pattern = ToPattern(policyText, variables, wildcards, request, out var unknown);
        if (pattern is null)
            return unknown ? null : false;
        var options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None);
        return Regex.IsMatch(text, pattern, options);
    }

    /// <summary>Segment by segment: five, and the rest. Fewer segments match only when the last ends in a star.</summary>
    internal static bool? ArnMatches(string arn, string policyArn, int variablesFrom, ReferenceRequest request)
    {
        if (policyArn.Length > 0 && policyArn.All(c => c == '*'))
            return true;
        var wanted = Split(policyArn, variablesFrom < 6);
        if (!IsArn(arn) || IsMalformed(policyArn, variablesFrom < 6))
            return false;
        bool? result = true;
        var actual = arn.Split(':', wanted.Length);
        for (var i = 0; i < wanted.Length; i++)
            result = Logic.And(result, Matches(actual[i], wanted[i], i >= variablesFrom, true, false, request));
        return result;
    }

    internal static bool IsArn(string text) => text.StartsWith("arn:", StringComparison.Ordinal) && text.Split(':').Length >= 6;

    internal static bool IsMalformed(string policyArn, bool variables)
    {
        if (policyArn.Length > 0 && policyArn.All(c => c == '*'))
            return false;
        var wanted = Split(policyArn, variables);
        if (wanted.Length == 6)
            return wanted[0] != "arn";
        return !policyArn.EndsWith('*') || policyArn.Contains("${", StringComparison.Ordinal) || !(wanted[0] == "arn" || (wanted.Length == 1 && policyArn.StartsWith("arn", StringComparison.Ordinal)));
    }

    /// <summary>Splits at colons, but not within variables, into at most six.</summary>
    private static string[] Split(string text, bool variables)
    {
        var parts = new List<string> { "" };
        for (var i = 0; i < text.Length; i++)
        {
            if (variables && text[i] == '$' && i + 1 < text.Length && text[i + 1] == '{')
            {
                var end = text.IndexOf('}', i);
                parts[^1] += text[i..(end + 1)];
                i = end;
            }
            else if (text[i] == ':' && parts.Count < 6)
            {
                parts.Add("");
            }
            else
            {
                parts[^1] += text[i];
            }
        }
        return [.. parts];
    }
}

/// <summary>Three-valued logic with null for unknown.</summary>
internal static class Logic
{
    internal static bool? And(bool? a, bool? b) => a == false || b == false ? false : a == true && b == true ? true : null;

    internal static bool? Or(bool? a, bool? b) => Not(And(Not(a), Not(b)));

    internal static bool? Not(bool? a) => a is null ? null : !a;
}
