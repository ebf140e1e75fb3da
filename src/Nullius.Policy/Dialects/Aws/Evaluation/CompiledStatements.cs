using Nullius.Policy.Dialects.Aws.Statements;

namespace Nullius.Policy.Dialects.Aws.Evaluation;

/// <summary>The statements of a set and their index. Made whole, or from those of a set in which most of the same documents were attached.</summary>
internal sealed record CompiledStatements(StatementTable Table, ResourceNode Root)
{
    internal static CompiledStatements Whole(List<(LayerSlot Slot, IReadOnlyList<AwsPolicyDocument> Documents)> slots)
    {
        var table = StatementTable.Build(slots);
        var entries = new List<IndexEntry>(table.Statements.Length);
        foreach (var attachment in table.Attachments)
            Enter(table, attachment, entries);
        return new CompiledStatements(table, ResourceNode.Build(table, entries));
    }

    /// <summary>Null where a change would cost as much as a whole: other layers, or much that is new.</summary>
    internal CompiledStatements? With(List<(LayerSlot Slot, IReadOnlyList<AwsPolicyDocument> Documents)> slots)
    {
        if (!slots.Select(slot => slot.Slot).SequenceEqual(Table.Slots))
            return null;
        var statements = new List<AwsStatement>();
        var attachments = new List<Attachment>();
        var kept = new HashSet<int>();
        var from = 0;
        for (ushort slot = 0; slot < slots.Count; slot++)
        {
            var to = from;
            while (to < Table.Attachments.Length && Table.Attachments[to].Slot == slot)
                to++;
            Attach(slots[slot].Documents, slot, (from, to), attachments, statements, kept);
            from = to;
        }
        Attachment[] gone = [.. Table.Attachments.Where((_, at) => !kept.Contains(at))];
        var changed = statements.Count + gone.Sum(attachment => attachment.Document.Statements.Count);
        var total = Table.Statements.Length + statements.Count;
        var live = Table.Live + (2 * statements.Count) - changed;
        if (changed * 4 > Table.Live || live * 2 < total)
            return null;
        return Change(Table.With([.. attachments], statements), gone);
    }

    /// <summary>What of one slot's documents was attached before, in the same order, keeps its numbers; the rest gets new ones.</summary>
    private void Attach(
        IReadOnlyList<AwsPolicyDocument> documents, ushort slot, (int From, int To) before, List<Attachment> attachments, List<AwsStatement> statements, HashSet<int> kept)
    {
        var known = new Dictionary<AwsPolicyDocument, int>(ReferenceEqualityComparer.Instance);
        for (var at = before.To - 1; at >= before.From; at--)
            known[Table.Attachments[at].Document] = at;
        var next = before.From;
        foreach (var document in documents)
        {
            // A document that moved up, or stands in the list a second time, is attached anew.
            if (known.TryGetValue(document, out var at) && at >= next)
            {
                attachments.Add(Table.Attachments[at]);
                kept.Add(at);
                next = at + 1;
                continue;
            }
            attachments.Add(new Attachment(document, slot, Table.Statements.Length + statements.Count));
            statements.AddRange(document.Statements);
        }
    }

    private CompiledStatements Change(StatementTable table, Attachment[] gone)
    {
        var removed = new List<IndexEntry>();
        foreach (var attachment in gone)
            Enter(table, attachment, removed);
        var added = new List<IndexEntry>();
        foreach (var attachment in table.Attachments.Where(attachment => attachment.First >= Table.Statements.Length))
            Enter(table, attachment, added);
        return new CompiledStatements(table, Root.With(table, removed, added));
    }

    private static void Enter(StatementTable table, Attachment attachment, List<IndexEntry> entries)
    {
        for (var number = attachment.First; number < attachment.End; number++)
            IndexEntry.Of(table.Statements[number], number, table.Slots[attachment.Slot], attachment.Slot, entries);
    }
}
