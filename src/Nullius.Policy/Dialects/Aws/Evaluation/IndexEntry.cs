using Nullius.Policy.Dialects.Aws.Statements;

namespace Nullius.Policy.Dialects.Aws.Evaluation;

/// <summary>What of a statement is known without opening it.</summary>
[Flags]
internal enum EntryTraits : ushort
{
    None = 0,
    Deny = 1,
    NamesPrincipal = 2,
    Conditional = 4,
    /// <summary>Every action on every resource, for everybody, under no condition: there is nothing to test.</summary>
    Everything = 8,
}

/// <summary>One way in which a statement may concern a request: by this action and this resource of it (−1: test them all).</summary>
/// <param name="Statement">Its number in the set's <see cref="StatementTable"/>.</param>
/// <param name="Slot">The layer, and level of it, in which it takes part.</param>
internal readonly record struct IndexEntry(int Statement, short Action, short Resource, ushort Slot, EntryTraits Traits)
{
    internal bool IsDeny => (Traits & EntryTraits.Deny) != EntryTraits.None;

    /// <summary>The ways in which a statement is filed; none for one that can match nothing.</summary>
    internal static void Of(AwsStatement statement, int number, LayerSlot slot, ushort slotNumber, List<IndexEntry> entries)
    {
        if (statement.Principal is null && slot.NamesPrincipals)
            return;
        var traits = (statement.IsDeny ? EntryTraits.Deny : EntryTraits.None)
            | (statement.Principal is null ? EntryTraits.None : EntryTraits.NamesPrincipal)
            | (statement.Conditions.Length == 0 ? EntryTraits.None : EntryTraits.Conditional);
        if (!statement.NamesResources || statement.NotResource || statement.ResourceCount > short.MaxValue)
        {
            entries.Add(new IndexEntry(number, -1, -1, slotNumber, traits));
            return;
        }
        for (short resource = 0; resource < statement.ResourceCount; resource++)
        {
            var pattern = statement.ResourceAt(resource);
            if (pattern.IsMalformed)
                continue;
            var everything = pattern.IsAll && traits is EntryTraits.None or EntryTraits.Deny && statement is { NotAction: false, Actions: [{ IsAll: true }] };
            entries.Add(new IndexEntry(number, -1, resource, slotNumber, everything ? traits | EntryTraits.Everything : traits));
        }
    }
}
