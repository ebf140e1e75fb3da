using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws.Statements;

namespace Nullius.Policy.Dialects.Aws.Evaluation;

/// <summary>A document where it is attached.</summary>
/// <param name="First">The number of its first statement; the others follow.</param>
internal readonly record struct Attachment(AwsPolicyDocument Document, ushort Slot, int First)
{
    internal int End => First + Document.Statements.Count;
}

/// <summary>
/// Every statement of a set by number. Numbers name statements for as long as a set and its successors live; ranks say in which
/// order they are evaluated. In a set that was compiled whole the two are the same. Immutable but for references made on demand.
/// </summary>
internal sealed class StatementTable
{
    // Null where every number is its own rank.
    private readonly int[]? _ranks;

    // Made when a statement first decides something, and kept: of most statements nobody ever hears.
    private readonly StatementRef?[] _references;

    private StatementTable(LayerSlot[] slots, Attachment[] attachments, AwsStatement[] statements, int[]? ranks)
    {
        Slots = slots;
        Attachments = attachments;
        Statements = statements;
        _ranks = ranks;
        _references = new StatementRef?[statements.Length];
        Live = attachments.Sum(attachment => attachment.Document.Statements.Count);
    }

    internal LayerSlot[] Slots { get; }

    /// <summary>In the order of evaluation.</summary>
    internal Attachment[] Attachments { get; }

    /// <summary>By number. Those of documents that are attached no longer stay until the set is compiled whole.</summary>
    internal AwsStatement[] Statements { get; }

    /// <summary>How many statements are attached.</summary>
    internal int Live { get; }

    internal static StatementTable Build(List<(LayerSlot Slot, IReadOnlyList<AwsPolicyDocument> Documents)> slots)
    {
        var attachments = new List<Attachment>();
        var statements = new List<AwsStatement>();
        for (ushort slot = 0; slot < slots.Count; slot++)
        {
            foreach (var document in slots[slot].Documents)
            {
                attachments.Add(new Attachment(document, slot, statements.Count));
                statements.AddRange(document.Statements);
            }
        }
        return new StatementTable([.. slots.Select(slot => slot.Slot)], [.. attachments], [.. statements], null);
    }

    /// <summary>The same slots with other attachments, of which those from <paramref name="added"/> on are new and have their numbers after all others.</summary>
    internal StatementTable With(Attachment[] attachments, List<AwsStatement> added)
    {
        AwsStatement[] statements = [.. Statements, .. added];
        var ranks = new int[statements.Length];
        var rank = 0;
        foreach (var attachment in attachments)
        {
            for (var number = attachment.First; number < attachment.End; number++)
                ranks[number] = rank++;
        }
        var table = new StatementTable(Slots, attachments, statements, ranks);
        Array.Copy(_references, table._references, _references.Length);
        return table;
    }

    internal int RankOf(int number) => _ranks is null ? number : _ranks[number];

    internal StatementRef ReferenceTo(int number) => Volatile.Read(ref _references[number]) ?? MakeReference(number);

    internal IEnumerable<BoundStatement> StatementsOf(int slot) => Attachments
        .Where(attachment => attachment.Slot == slot)
        .SelectMany(attachment => Enumerable.Range(attachment.First, attachment.Document.Statements.Count))
        .Select(number => new BoundStatement(this, number));

    private StatementRef MakeReference(int number)
    {
        var statement = Statements[number];
        var attachment = AttachmentOf(number);
        var reference = new StatementRef(
            Slots[attachment.Slot].Layer, attachment.Document.Source, statement.Line, statement.Id, statement.IsDeny ? Effect.Deny : Effect.Allow);
        return Interlocked.CompareExchange(ref _references[number], reference, null) ?? reference;
    }

    private Attachment AttachmentOf(int number)
    {
        if (_ranks is not null)
            return Array.Find(Attachments, attachment => attachment.First <= number && number < attachment.End);
        int low = 0, high = Attachments.Length - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (Attachments[middle].First <= number)
                low = middle;
            else
                high = middle - 1;
        }
        // Empty documents begin where the next one does: the last that begins there has the statement.
        return Attachments[low];
    }
}

/// <summary>The statements of one slot, for those who walk them all.</summary>
internal sealed class StatementIndex(StatementTable table, int slot)
{
    internal int Slot => slot;

    internal IEnumerable<BoundStatement> Statements => table.StatementsOf(slot);
}
