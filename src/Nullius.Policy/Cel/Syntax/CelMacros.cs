namespace Nullius.Policy.Cel.Syntax;

/// <summary>The standard macros, with one and with two variables, expanded to nodes of their own.</summary>
internal static class CelMacros
{
    /// <summary>Null when the call is no macro.</summary>
    internal static CelNode? Expand(in CelToken name, CelNode? target, CelNode[] arguments)
    {
        if (target is null)
            return name.Text == "has" && arguments.Length == 1 ? Has(name.Position, arguments[0]) : null;
        return (name.Text, arguments.Length) switch
        {
            ("all", 2 or 3) => Predicate(ComprehensionKind.All, name, target, arguments),
            ("exists", 2 or 3) => Predicate(ComprehensionKind.Exists, name, target, arguments),
            ("exists_one", 2) or ("existsOne", 2 or 3) => Predicate(ComprehensionKind.ExistsOne, name, target, arguments),
            ("filter", 2) => Predicate(ComprehensionKind.Filter, name, target, arguments),
            ("map", 2 or 3) => Make(ComprehensionKind.TransformList, name, target, arguments, hasSecond: false),
            ("transformList", 3 or 4) => Make(ComprehensionKind.TransformList, name, target, arguments, hasSecond: true),
            ("transformMap", 3 or 4) => Make(ComprehensionKind.TransformMap, name, target, arguments, hasSecond: true),
            _ => null,
        };
    }

    private static SelectNode Has(int position, CelNode argument) => argument is SelectNode { IsTest: false } select
        ? select with { IsTest = true }
        : throw new CelSyntaxException("syntax", "`has` takes a field selection like `has(a.b)`", position);

    private static ComprehensionNode Predicate(ComprehensionKind kind, in CelToken name, CelNode target, CelNode[] arguments) =>
        Make(kind, name, target, arguments, hasSecond: arguments.Length == 3);

    private static ComprehensionNode Make(ComprehensionKind kind, in CelToken name, CelNode target, CelNode[] arguments, bool hasSecond)
    {
        var first = Variable(name, arguments[0]);
        var second = hasSecond ? Variable(name, arguments[1]) : null;
        if (first == second)
            throw new CelSyntaxException("syntax", $"the variables of `{name.Text}` have one name, expected two", name.Position);
        var rest = arguments.AsSpan(hasSecond ? 2 : 1);
        var depth = target.Depth;
        foreach (var node in rest)
            depth = Math.Max(depth, node.Depth);
        return new ComprehensionNode(name.Position, depth + 1, kind, target, first, second, rest.Length == 2 ? rest[0] : null, rest[^1]);
    }

    private static string Variable(in CelToken macro, CelNode node) => node is IdentifierNode { IsAbsolute: false } name
        ? name.Name
        : throw new CelSyntaxException("syntax", $"`{macro.Text}` takes a plain name as its variable", node.Position);
}
