namespace Nullius.Policy.Tests.Reference;

/// <summary>The reference evaluator's own reading of wildcards, escapes and variables: slow and obvious, position by position.</summary>
internal static class ReferenceText
{
    /// <summary>What one position of a pattern accepts: a character, any one, or any number.</summary>
    private enum Accepts
    {
        Character,
        One,
        Many,
    }

    /// <summary>The pattern's positions, or null when a variable has no value; <paramref name="unknown"/> when one is unknown.</summary>
    private static List<(Accepts Accepts, char Character)>? Read(string text, bool variables, bool wildcards, ReferenceRequest request, out bool unknown)
    {
        unknown = false;
        var pattern = new List<(Accepts, char)>();
        void Literal(string literal) => pattern.AddRange(literal.Select(c => (Accepts.Character, c)));
        while (text.Length > 0)
        {
            if (variables && text.StartsWith("${", StringComparison.Ordinal))
            {
                var body = text[2..text.IndexOf('}')];
                text = text[(text.IndexOf('}') + 1)..];
                if (body is "*" or "?" or "$")
                {
                    Literal(body);
                    continue;
                }
                var name = body.Split(',')[0].Trim();
                var fallback = body.Contains(',') ? body[(body.IndexOf('\'') + 1)..body.LastIndexOf('\'')] : null;
                var value = request.Value(name);
                unknown = value.IsUnknown;
                var single = value.IsAbsent ? fallback : value.IsList || value.IsUnknown ? null : value.Texts[0];
                if (single is null)
                    return null;
                Literal(single);
                continue;
            }
            pattern.Add((wildcards && text[0] == '*' ? Accepts.Many : wildcards && text[0] == '?' ? Accepts.One : Accepts.Character, text[0]));
            text = text[1..];
        }
        return pattern;
    }

    internal static bool? Matches(string text, string policyText, bool variables, bool wildcards, bool ignoreCase, ReferenceRequest request)
    {
        var pattern = Read(policyText, variables, wildcards, request, out var unknown);
        if (pattern is null)
            return unknown ? null : false;
        // reached[i]: the pattern up to here can have consumed i characters of the text.
        var reached = new bool[text.Length + 1];
        reached[0] = true;
        foreach (var (accepts, character) in pattern)
        {
            var next = new bool[text.Length + 1];
            for (var i = 0; i <= text.Length; i++)
            {
                if (accepts == Accepts.Many)
                    next[i] = reached[i] || (i > 0 && next[i - 1]);
                else if (i > 0)
                    next[i] = reached[i - 1] && (accepts == Accepts.One || Same(text[i - 1], character, ignoreCase));
            }
            reached = next;
        }
        return reached[text.Length];
    }

    private static bool Same(char a, char b, bool ignoreCase) => a == b || (ignoreCase && char.ToUpperInvariant(a) == char.ToUpperInvariant(b));

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
        {
            var one = Matches(actual[i], wanted[i], i >= variablesFrom, true, false, request);
            // No value of an unknown variable makes up for another beginning.
            if (one is null && !actual[i].StartsWith(Beginning(wanted[i]), StringComparison.Ordinal))
                one = false;
            result = Logic.And(result, one);
        }
        return result;
    }

    /// <summary>What stands before the first wildcard or variable.</summary>
    private static string Beginning(string text)
    {
        var literal = "";
        while (text.Length > 0 && text[0] is not ('*' or '?'))
        {
            var escape = text.Length > 3 && text.StartsWith("${", StringComparison.Ordinal) && text[3] == '}' && text[2] is ('*' or '?' or '$');
            if (!escape && text.StartsWith("${", StringComparison.Ordinal))
                break;
            literal += escape ? text[2] : text[0];
            text = text[(escape ? 4 : 1)..];
        }
        return literal;
    }

    /// <summary>Fewer than six segments and no star at the end: the missing ones are stars.</summary>
    internal static string Complete(string policyArn, bool variables)
    {
        var count = Split(policyArn, variables).Length;
        return count is 1 or 6 || policyArn.EndsWith('*') || !policyArn.StartsWith("arn:", StringComparison.Ordinal)
            ? policyArn : policyArn + string.Concat(Enumerable.Repeat(":*", 6 - count));
    }

    /// <summary>Whether a variable of the pattern has no value.</summary>
    internal static bool LacksValue(string policyArn, int variablesFrom, ReferenceRequest request)
    {
        var parts = Split(policyArn, variablesFrom < 6);
        return parts.Where((p, i) => Read(p, i >= variablesFrom, true, request, out var unknown) is null && !unknown).Any();
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
