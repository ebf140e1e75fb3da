using System.Text;
using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Aws.Statements;
using Nullius.Policy.Documents;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Dialects.Aws.Documents;

/// <summary>Reads text with wildcards, escapes and variables (reference: IAM policy elements: Variables and tags).</summary>
internal static class TemplateParser
{
    /// <summary>The first ARN segment, from 0, in which variables are substituted; past the end where they are not.</summary>
    internal static int VariablesFrom(bool variables, int firstSegment) => variables ? firstSegment : int.MaxValue;

    /// <param name="completes">Whether an ARN with fewer than six segments is completed with <c>*</c> (reference: Resource, incomplete ARNs).</param>
    internal static ArnPattern ParseArn(LocatedValue value, int variablesFrom, bool completes, DiagnosticSink sink)
    {
        var raw = value.Text!;
        var segments = new List<TextTemplate>(6);
        var start = 0;
        while (segments.Count < 5)
        {
            var colon = NextColon(raw, start, skipVariables: variablesFrom != int.MaxValue);
            if (colon < 0)
                break;
            segments.Add(ParseText(raw[start..colon], value, variablesFrom <= segments.Count, wildcards: true, sink));
            start = colon + 1;
        }
        segments.Add(ParseText(raw[start..], value, variablesFrom <= segments.Count, wildcards: true, sink));
        if (completes && segments.Count is > 1 and < 6 && segments[0].Raw == "arn" && !raw.EndsWith('*'))
        {
            while (segments.Count < 6)
                segments.Add(new TextTemplate("*", Glob.Encode("*")!));
        }
        return new ArnPattern(raw, [.. segments]);
    }

    private static int NextColon(string raw, int start, bool skipVariables)
    {
        for (var i = start; i < raw.Length; i++)
        {
            if (raw[i] == ':')
                return i;
            if (!skipVariables || raw[i] != '$' || i + 1 >= raw.Length || raw[i + 1] != '{')
                continue;
            var end = raw.IndexOf('}', i);
            if (end > 0)
                i = end;
        }
        return -1;
    }

    internal static TextTemplate ParseText(string raw, LocatedValue at, bool variables, bool wildcards, DiagnosticSink sink)
    {
        if (wildcards && Glob.FirstMark(raw) >= 0)
        {
            sink.Error(at, "bad-character", $"`{PolicyDiagnostic.Quote(raw)}` holds U+FFFE or U+FFFF, expected characters");
            return new TextTemplate(raw, "");
        }
        if (!variables || !raw.Contains("${", StringComparison.Ordinal))
            return new TextTemplate(raw, wildcards ? Glob.Encode(raw)! : raw);
        var parts = new List<TemplatePart>();
        var literal = new StringBuilder();
        for (var i = 0; i < raw.Length; i++)
        {
            var end = raw[i] == '$' && i + 1 < raw.Length && raw[i + 1] == '{' ? raw.IndexOf('}', i) : -1;
            if (raw[i] == '$' && i + 1 < raw.Length && raw[i + 1] == '{')
            {
                if (end < 0)
                {
                    sink.Error(at, "bad-variable", $"`{PolicyDiagnostic.Quote(raw)}` opens a variable that does not end, expected `}}`");
                    return new TextTemplate(raw, "");
                }
                ReadVariable(raw[(i + 2)..end], at, parts, literal, sink);
                i = end;
                continue;
            }
            literal.Append(wildcards && raw[i] == '*' ? Glob.Star : wildcards && raw[i] == '?' ? Glob.One : raw[i]);
        }
        if (parts.Count == 0)
            return new TextTemplate(raw, literal.ToString());
        if (literal.Length > 0)
            parts.Add(new TemplatePart(literal.ToString(), null, null));
        return new TextTemplate(raw, [.. parts]);
    }

    private static void ReadVariable(string body, LocatedValue at, List<TemplatePart> parts, StringBuilder literal, DiagnosticSink sink)
    {
        if (body.Length == 1 && body[0] is ('*' or '?' or '$'))
        {
            literal.Append(body);
            return;
        }
        var comma = body.IndexOf(',', StringComparison.Ordinal);
        var name = (comma < 0 ? body : body[..comma]).Trim();
        string? fallback = null;
        if (comma >= 0)
        {
            var quoted = body.AsSpan(comma + 1).Trim();
            if (quoted.Length < 2 || quoted[0] != '\'' || quoted[^1] != '\'' || Glob.FirstMark(quoted) >= 0)
                sink.Error(at, "bad-variable", $"the default in `${{{PolicyDiagnostic.Quote(body)}}}` is not quoted, expected `${{key, 'text'}}`");
            else
                fallback = quoted[1..^1].ToString();
        }
        if (!ConditionParser.IsKeyName(name))
        {
            sink.Error(at, "bad-variable", $"`${{{PolicyDiagnostic.Quote(body)}}}` names no key, expected `${{prefix:key}}`, `${{*}}`, `${{?}}` or `${{$}}`");
            return;
        }
        if (literal.Length > 0)
            parts.Add(new TemplatePart(literal.ToString(), null, null));
        literal.Clear();
        parts.Add(new TemplatePart(name, ConditionKey.Of(name), fallback));
    }
}
