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
    /// <summary>Matches every action.</summary>
    AnyAction = 8,
    /// <summary>The statement itself tests the action: it excludes some.</summary>
    NotAction = 32,
    /// <summary>The statement itself tests the resource: it excludes some, or has too many to be filed one by one.</summary>
    WholeResource = 64,
    /// <summary>In an <see cref="ActionTree"/>: where it stands there proves that the action matches.</summary>
    Proved = 128,
    /// <summary>In a <see cref="NameTable"/>: the place is taken.</summary>
    Taken = 0x100,
    /// <summary>In a <see cref="NameTable"/>: the number is that of a list or a node.</summary>
    Many = 0x200,

    /// <summary>Of these a test is left for.</summary>
    Tested = NamesPrincipal | Conditional | NotAction | WholeResource,
}

/// <summary>One way in which a statement may concern a request, with what is needed to tell that it does not.</summary>
internal readonly struct IndexEntry
{
    internal IndexEntry(int number, ushort slot, EntryTraits traits, ActionSet? actions, ArnPattern? resource)
    {
        Number = number;
        Slot = slot;
        Traits = traits;
        Actions = actions;
        Resource = resource;
        ServiceHash = actions is null || (traits & EntryTraits.NotAction) != EntryTraits.None ? 0 : actions.ServiceHash;
    }

    private IndexEntry(in IndexEntry from, EntryTraits traits, uint word)
    {
        this = from;
        Traits = traits;
        Word = word;
    }

    internal ActionSet? Actions { get; }

    /// <summary>The one resource under which it is filed; null where there is none, or all count.</summary>
    internal ArnPattern? Resource { get; }

    /// <summary>The statement's number in the set's <see cref="StatementTable"/>.</summary>
    internal int Number { get; }

    /// <summary>The layer, and level of it, in which it takes part.</summary>
    internal ushort Slot { get; }

    internal EntryTraits Traits { get; }

    /// <summary>Actions of other services do not match; 0 when several may.</summary>
    internal uint ServiceHash { get; }

    /// <summary>In a <see cref="NameTable"/>: the hash of the word under which it stands.</summary>
    internal uint Word { get; }

    internal bool IsDeny => (Traits & EntryTraits.Deny) != EntryTraits.None;

    internal bool Has(EntryTraits traits) => (Traits & traits) != EntryTraits.None;

    internal IndexEntry With(EntryTraits traits) => new(this, Traits | traits, Word);

    internal IndexEntry Under(uint word, EntryTraits traits) => new(this, Traits | traits, word);

    /// <summary>As it was before it was filed: tables and trees mark the entries that stand in them.</summary>
    internal IndexEntry Plain() => new(this, Traits & ~(EntryTraits.Taken | EntryTraits.Many | EntryTraits.Proved), 0);

    /// <summary>The ways in which a statement is filed; none for one that can match nothing.</summary>
    internal static void Of(AwsStatement statement, int number, LayerSlot slot, ushort slotNumber, List<IndexEntry> entries)
    {
        if (statement.Principal is null && slot.NamesPrincipals)
            return;
        var traits = (statement.IsDeny ? EntryTraits.Deny : EntryTraits.None)
            | (statement.Principal is null ? EntryTraits.None : EntryTraits.NamesPrincipal)
            | (statement.Conditions.Length == 0 ? EntryTraits.None : EntryTraits.Conditional)
            | (statement.NotAction ? EntryTraits.NotAction : statement.ActionSet.IsAll ? EntryTraits.AnyAction : EntryTraits.None);
        if (!statement.NamesResources)
        {
            entries.Add(new IndexEntry(number, slotNumber, traits, statement.ActionSet, null));
            return;
        }
        if (statement.NotResource)
        {
            entries.Add(new IndexEntry(number, slotNumber, traits | EntryTraits.WholeResource, statement.ActionSet, null));
            return;
        }
        for (var at = 0; at < statement.ResourceCount; at++)
        {
            var pattern = statement.ResourceAt(at);
            if (pattern.IsAll)
                entries.Add(new IndexEntry(number, slotNumber, traits, statement.ActionSet, null));
            else if (!pattern.IsMalformed)
                entries.Add(new IndexEntry(number, slotNumber, traits, statement.ActionSet, pattern));
        }
    }
}
