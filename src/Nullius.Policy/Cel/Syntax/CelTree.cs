namespace Nullius.Policy.Cel.Syntax;

/// <summary>Walks over syntax trees.</summary>
internal static class CelTree
{
    internal static IEnumerable<CelNode> Children(CelNode node) => node switch
    {
        SelectNode select => [select.Operand],
        CallNode { Target: { } target } call => [target, .. call.Arguments],
        CallNode call => call.Arguments,
        ListNode list => list.Items,
        MapNode map => map.Entries.SelectMany(e => new[] { e.Key, e.Value }),
        MessageNode message => message.Fields.Select(f => f.Value),
        ComprehensionNode { Condition: { } condition } comprehension => [comprehension.Range, condition, comprehension.Step],
        ComprehensionNode comprehension => [comprehension.Range, comprehension.Step],
        _ => [],
    };

    /// <summary>How many <c>&amp;&amp;</c>, <c>||</c> and <c>!</c> the text has.</summary>
    internal static int CountLogicalOperators(CelNode node)
    {
        var own = node is CallNode { Target: null } call ? call.Function switch
        {
            "_&&_" or "_||_" => call.Arguments.Length - 1,
            "!_" => 1,
            _ => 0,
        } : 0;
        return own + Children(node).Sum(CountLogicalOperators);
    }
}
