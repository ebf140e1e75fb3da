using Nullius.Policy.Cel.Syntax;

namespace Nullius.Policy.Cel;

/// <summary>The operands of a conjunction as they are written, for explanations.</summary>
internal static class CelConjunction
{
    /// <summary>The parts between <c>&amp;&amp;</c> outside all brackets; the whole text when it is no conjunction.</summary>
    internal static List<string> Split(string text)
    {
        var lexer = new CelLexer(text);
        var cuts = new List<int>();
        var depth = 0;
        for (var token = lexer.Next(); token.Kind != CelTokenKind.End; token = lexer.Next())
        {
            if (token.Kind != CelTokenKind.Operator)
                continue;
            depth += token.Text is "(" or "[" or "{" ? 1 : token.Text is ")" or "]" or "}" ? -1 : 0;
            if (depth == 0 && token.Text is "||" or "?" && depth == 0)
                return [text.Trim()];
            if (depth == 0 && token.Text == "&&")
                cuts.Add(token.Position);
        }
        var parts = new List<string>();
        var start = 0;
        foreach (var cut in cuts)
        {
            parts.Add(text[start..cut].Trim());
            start = cut + 2;
        }
        parts.Add(text[start..].Trim());
        return parts;
    }
}
