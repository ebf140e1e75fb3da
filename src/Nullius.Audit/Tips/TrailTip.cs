using Nullius.Audit.Heads;
using Nullius.Audit.Segments;

namespace Nullius.Audit.Tips;

/// <summary>
/// What the tip file says of a trail: how many lines it has at least, and which of them were durable. INVARIANT: a mark is
/// written after its line, so whoever reads the tip first finds at least so many lines.
/// </summary>
internal sealed record TrailTip
{
    /// <summary>False when there is no tip file.</summary>
    public bool Exists { get; private init; }

    /// <summary>The newest mark; null when none is whole.</summary>
    public TipMark? Mark { get; private init; }

    /// <summary>Lines that must be there by the marks.</summary>
    public long AtLeast { get; private init; }

    /// <summary>The newest signed statement of what is durable; null when none verifies.</summary>
    public SignedHead? Signed { get; private init; }

    /// <summary>True when the mark was checked with the key that writes it.</summary>
    public bool IsAuthenticated { get; private init; }

    /// <summary>True when the mark is of a key that is neither the writer's nor one that it replaced.</summary>
    public bool IsForeign { get; private init; }

    /// <summary>What is wrong with the tip itself; null when nothing is.</summary>
    public string? Problem { get; private init; }

    /// <summary>Lines that were on the disk for certain.</summary>
    public long Durable => Signed?.Size ?? 0;

    /// <summary>Reads the tip of a node's folder.</summary>
    /// <param name="folder">The node's folder or a copy.</param>
    /// <param name="keys">Published keys, for the signed statement.</param>
    /// <param name="key">Whose marks are checked; null leaves them unauthenticated.</param>
    public static TrailTip Read(string folder, PublicKeys keys, AuditSigningKey? key)
    {
        var path = Path.Combine(folder, SegmentFiles.Tip);
        if (!File.Exists(path))
            return new TrailTip { Problem = "is missing" };
        var bytes = new byte[TipFile.FileBytes];
        using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
            bytes = bytes[..RandomAccess.Read(file, bytes, 0)];
        return bytes.Length < TipFile.FileBytes ? new TrailTip { Exists = true, Problem = $"has {bytes.Length} bytes, expected {TipFile.FileBytes}" } : Judge(bytes, keys, key);
    }

    /// <summary>Whether lines that are missing after so many could be what a machine loses that stops without warning.</summary>
    public bool ExplainsLossAfter(long lines) =>
        Mark is { } mark && lines >= Durable && mark.Boot != 0 && BootId.Current != 0 && mark.Boot != BootId.Current;

    private static TrailTip Judge(byte[] bytes, PublicKeys keys, AuditSigningKey? key)
    {
        TipMark? newest = null;
        var slot = 0;
        var damaged = 0;
        for (var i = 0; i < 2; i++)
        {
            var mark = TipMark.TryRead(bytes.AsSpan(i * TipMark.Bytes, TipMark.Bytes));
            if (mark is null)
                damaged++;
            else if (newest is null || mark.Value.Sequence > newest.Value.Sequence)
                (newest, slot) = (mark, i);
        }

        SignedHead? signed = null;
        for (var i = 0; i < 2; i++)
        {
            if (Statement(bytes.AsSpan(TipFile.StatementOffset(i), TipFile.StatementBytes), keys) is { } statement && (signed is null || (statement.Size, statement.At).CompareTo((signed.Size, signed.At)) >= 0))
                signed = statement;
        }

        var own = newest is { } found && key is not null && found.KeyTag == key.Tag;
        var authentic = own && TipMark.IsAuthentic(bytes.AsSpan(slot * TipMark.Bytes, TipMark.Bytes), key!.TipKey);
        return new TrailTip
        {
            Exists = true,
            Mark = newest,
            // A mark that a kill tore was the next one, and its line was written before it.
            AtLeast = newest is { } at ? at.Sequence + (damaged == 1 ? 1 : 0) : 0,
            Signed = signed,
            IsAuthenticated = authentic,
            IsForeign = newest is { } mine && key is not null && !own && !key.FormerKeyIds.Any(id => AuditSigningKey.TagOf(id) == mine.KeyTag),
            Problem = newest is null ? "has no whole mark" : own && !authentic ? "has a mark that this trail's writer did not make" : null,
        };
    }

    private static SignedHead? Statement(ReadOnlySpan<byte> area, PublicKeys keys)
    {
        var end = area.IndexOf((byte)'\n');
        return end > 0 && SignedHead.TryRead(area[..end], keys, out _) is { IsTip: true } statement ? statement : null;
    }
}
