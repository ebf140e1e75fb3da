using System.Security.Cryptography;
using Nullius.Audit.Chain;
using Nullius.Audit.Heads;
using Nullius.Audit.Tips;

namespace Nullius.Audit.Segments;

/// <summary>A last line that a crash left half-written, moved aside.</summary>
internal sealed record TornTail(string File, int Segment, long Offset, long Bytes, string Sha256);

/// <summary>Lines that the tip counted and a machine that stopped without warning had not yet put on its disk.</summary>
internal sealed record LostTail(long From, long To);

/// <summary>
/// Finds where a trail that was closed, or not, goes on: reads from the newest signed head to the end and checks the chain
/// on the way. A torn last line is moved aside; anything else that is wrong is not repaired but refused, because it is evidence.
/// </summary>
internal sealed class TrailRecovery(string folder, string node, int mostRecordBytes, TrailDisk disk)
{
    public TornTail? Torn { get; private set; }

    public LostTail? Lost { get; private set; }

    /// <summary>Where the trail goes on, having compared it with its newest head and its tip.</summary>
    public TrailPosition Recover(SignedHead? head, AuditSigningKey key)
    {
        var position = Follow(head);
        // A new trail may have stopped before its tip was whole; one that has signed a head has one.
        if (head is null)
            return position;
        using var keys = PublicKeys.Read(Path.Combine(folder, SegmentFiles.Keys));
        var tip = TrailTip.Read(folder, keys, key);
        var path = Path.Combine(folder, SegmentFiles.Tip);
        if (tip.Problem is { } problem)
            throw Refuse(path, problem);
        if (tip.Mark is { } mark && mark.Sequence == position.Sequence && mark.Last != position.Last)
            throw Refuse(path, $"has another line {mark.Sequence} than the segments");
        var counted = Math.Max(tip.AtLeast, tip.Durable);
        if (position.Sequence >= counted)
            return position;
        if (!tip.ExplainsLossAfter(position.Sequence))
            throw Refuse(path, $"counts {counted} lines, but the segments end after line {position.Sequence}");
        Lost = new LostTail(position.Sequence + 1, counted);
        return position;
    }

    private TrailPosition Follow(SignedHead? head)
    {
        var indexes = SegmentFiles.Indexes(folder);
        if (head is null)
        {
            if (indexes.Any(index => new FileInfo(SegmentFiles.PathOf(folder, index)).Length > 0))
                throw Refuse(SegmentFiles.PathOf(folder, indexes[0]), "has lines, but there is no signed head");
            return new TrailPosition(0, Digest.Genesis(node), 1, 0);
        }

        CheckHead(head, indexes);
        var position = new TrailPosition(head.Size, head.Last, head.Segment, head.EndOffset);
        var lastWritten = indexes.LastOrDefault(index => new FileInfo(SegmentFiles.PathOf(folder, index)).Length > 0, head.Segment);
        foreach (var index in indexes.Where(index => index >= head.Segment))
        {
            if (index > position.Segment + 1)
                throw Refuse(SegmentFiles.PathOf(folder, position.Segment + 1), "is missing");
            position = Follow(position with { Segment = index, Offset = index == head.Segment ? head.EndOffset : 0 }, mayBeTorn: index >= lastWritten);
            // A killed process leaves lines that only memory holds; from here on they are said to be durable.
            using var file = disk.Open(SegmentFiles.PathOf(folder, index));
            disk.Flush(file);
        }

        return position;
    }

    private void CheckHead(SignedHead head, List<int> indexes)
    {
        var path = SegmentFiles.PathOf(folder, head.Segment);
        // A node may crash after its first head and before its first segment is there.
        if (head is { Size: 0 } && indexes.Count == 0)
            return;
        if (!File.Exists(path))
            throw Refuse(path, "is missing, but a signed head counts its lines");
        if (new FileInfo(path).Length < head.EndOffset)
            throw Refuse(path, $"ends before byte {head.EndOffset}, where a signed head saw line {head.Size} end");
        if (head.EndOffset == 0)
            return;
        var before = LastLineBefore(path, head.EndOffset);
        if (Digest.OfLine(before) != head.Last)
            throw Refuse(path, $"has another line {head.Size} than the signed head counts");
    }

    private byte[] LastLineBefore(string path, long end)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var start = Math.Max(0, end - mostRecordBytes - ChainLink.MostBytes - 1);
        var bytes = new byte[end - start];
        var read = RandomAccess.Read(file, bytes, start);
        var text = bytes.AsSpan(0, read);
        if (text.IsEmpty || text[^1] != '\n')
            return [];
        text = text[..^1];
        return text[(text.LastIndexOf((byte)'\n') + 1)..].ToArray();
    }

    private TrailPosition Follow(TrailPosition position, bool mayBeTorn)
    {
        var path = SegmentFiles.PathOf(folder, position.Segment);
        if (!File.Exists(path))
            return position;
        using var lines = new LineReader(path, position.Offset, mostRecordBytes + ChainLink.MostBytes);
        while (lines.TryRead(out var line, out _))
        {
            if (!ChainLink.TryRead(line, out var link) || link.Sequence != position.Sequence + 1 || link.Previous != position.Last)
                throw Refuse(path, $"does not continue the chain at byte {lines.Offset} (sequence {position.Sequence + 1})");
            position = new TrailPosition(link.Sequence, Digest.OfLine(line), position.Segment, lines.Next);
        }

        if (lines.TailLength == 0)
            return position;
        if (!mayBeTorn)
            throw Refuse(path, $"ends in half a line at byte {lines.Offset}, but another segment follows it");
        MoveAside(path, position.Segment, lines.Offset, lines.TailLength);
        return position;
    }

    private void MoveAside(string path, int segment, long offset, long length)
    {
        // Bounded: a line is at most so long, and zeros after a power cut carry nothing.
        var bytes = new byte[Math.Min(length, 2L * mostRecordBytes)];
        using var file = disk.Open(path);
        var read = RandomAccess.Read(file, bytes, offset);
        var name = $"{Path.GetFileNameWithoutExtension(path)}.{offset}.torn";
        var aside = Path.Combine(folder, name);
        using (var copy = disk.Open(aside))
        {
            disk.Write(copy, bytes.AsSpan(0, read), 0);
            disk.Flush(copy);
        }

        disk.FlushFolder(folder);
        disk.Truncate(file, offset);
        disk.Flush(file);
        Torn = new TornTail(name, segment, offset, length, Convert.ToHexStringLower(SHA256.HashData(bytes.AsSpan(0, read))));
    }

    private static AuditUnavailableException Refuse(string path, string problem) =>
        new($"audit segment {path} {problem}: run `nullius audit verify`, then move the folder aside to start a new trail");
}
