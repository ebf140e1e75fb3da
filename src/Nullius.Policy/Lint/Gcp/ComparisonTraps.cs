using Nullius.Policy.Cel.Syntax;
using Nullius.Policy.Cel.Values;

namespace Nullius.Policy.Lint.Gcp;

/// <summary>Comparisons of one attribute with texts that together, or by what is in them, mean something else than they seem to.</summary>
internal static class ComparisonTraps
{
    private const string And = "_&&_";
    private const string Or = "_||_";

    internal static void Check(CelNode tree, GcpReport report)
    {
        CheckChains(tree, report);
        foreach (var (function, attribute, text) in Tests(tree).Distinct())
        {
            if (text.Contains('*', StringComparison.Ordinal) && function is not "matches")
                report.Add("wildcard-is-literal", LintSeverity.Medium, $"`*` in `{PolicyDiagnostic.Quote(text)}` is a character like any other: write `startsWith`, `extract` or `matches`");
            else if (function == "startsWith" && attribute == "resource.name" && IsCutShort(text))
                report.Add("prefix-without-end", LintSeverity.Low, $"`{PolicyDiagnostic.Quote(text)}` is also the beginning of other names: end it with `/`, or compare the whole name too");
        }
    }

    /// <summary>The name of a bucket, dataset or the like, with nothing behind it that ends it.</summary>
    private static bool IsCutShort(string prefix) => prefix.Length > 0 && char.IsAsciiLetterOrDigit(prefix[^1]) && prefix.Split('/') is { Length: 2 or 4 or 6 };

    private static void CheckChains(CelNode node, GcpReport report)
    {
        if (node is CallNode { Function: And or Or } chain)
        {
            var isAnd = chain.Function == And;
            foreach (var one in Operands(chain, chain.Function).Select(o => Equality(o, isAnd ? "_==_" : "_!=_")).OfType<(string Attribute, string Text)>().GroupBy(e => e.Attribute, StringComparer.Ordinal))
            {
                if (one.Select(e => e.Text).Distinct(StringComparer.Ordinal).Count() < 2)
                    continue;
                report.Add(isAnd ? "and-where-or-is-meant" : "or-where-and-is-meant", LintSeverity.High, isAnd
                    ? $"`{one.Key}` cannot equal several texts at once: the condition never holds, join them by `||`"
                    : $"`{one.Key}` always differs from one of several texts: the condition restricts nothing, join them by `&&`");
            }
            foreach (var inner in Operands(chain, chain.Function))
                CheckChains(inner, report);
            return;
        }
        foreach (var child in CelTree.Children(node))
            CheckChains(child, report);
    }

    private static IEnumerable<CelNode> Operands(CelNode node, string function) =>
        node is CallNode call && call.Function == function ? call.Arguments.SelectMany(a => Operands(a, function)) : [node];

    private static (string Attribute, string Text)? Equality(CelNode node, string function)
    {
        if (node is not CallNode { Arguments: [var left, var right] } call || call.Function != function)
            return null;
        return (NameOf(left), TextOf(right)) is ({ } name, { } text) ? (name, text) : (NameOf(right), TextOf(left)) is ({ } other, { } first) ? (other, first) : null;
    }

    /// <summary>Attributes that are tested against a text, and how.</summary>
    private static IEnumerable<(string Function, string Attribute, string Text)> Tests(CelNode node)
    {
        if (Equality(node, "_==_") is { } equal)
            yield return ("==", equal.Attribute, equal.Text);
        else if (node is CallNode { Target: { } target, Arguments: [var only] } call && NameOf(target) is { } name && TextOf(only) is { } text)
            yield return (call.Function, name, text);
        foreach (var found in CelTree.Children(node).SelectMany(Tests))
            yield return found;
    }

    private static string? NameOf(CelNode node) => node is SelectNode { Operand: IdentifierNode identifier } select ? $"{identifier.Name}.{select.Field}" : null;

    private static string? TextOf(CelNode node) => node is LiteralNode { Value.Kind: CelKind.String } literal ? literal.Value.AsString : null;
}
