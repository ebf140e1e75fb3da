using Nullius.Audit.Chain;

namespace Nullius.Audit.Verification;

/// <summary>
/// Follows the chain line by line with two lines of foresight, which is what tells an altered line from its neighbour, a
/// line put in from one taken out, and one that was moved from both. After each finding it takes up the chain again, so
/// that one change does not discredit all that follows.
/// </summary>
internal sealed class ChainCheck(Digest genesis, HeadCheck heads, FindingList findings)
{
    private readonly Queue<ChainLine> _window = new(4);
    private readonly Dictionary<long, AuditFinding> _outOfPlace = [];
    private readonly List<(long From, long To, AuditFinding? Finding)> _gaps = [];
    private readonly Dictionary<int, AuditFinding> _missingBefore = [];
    private Digest? _previous = genesis;
    private (int Segment, long Number, long Offset, long Length)? _torn;

    /// <summary>Whole lines seen.</summary>
    public long Lines { get; private set; }

    /// <summary>The sequence that should come next.</summary>
    public long Expected { get; private set; } = 1;

    /// <summary>The line last taken as part of the chain.</summary>
    public ChainLine? Last { get; private set; }

    public void Add(ChainLine line)
    {
        Lines++;
        _window.Enqueue(line);
        if (_window.Count == 3)
            Step();
    }

    public void MissingSegments(int from, int to)
    {
        var file = Segments.SegmentFiles.Name(from);
        var message = from == to ? $"{file}: segment is missing" : $"{file}: segments {from} to {to} are missing";
        _missingBefore[to + 1] = findings.Add(new AuditFinding(AuditFindingKind.MissingSegment, file, 0, 0, 0, message));
    }

    public void Tail(int segment, long number, long offset, long length, bool mayBeTorn)
    {
        if (mayBeTorn)
        {
            _torn = (segment, number, offset, length);
            return;
        }

        var file = Segments.SegmentFiles.Name(segment);
        findings.Add(new AuditFinding(AuditFindingKind.Altered, file, number, offset, 0, $"{file}:{number}: half a line, but another segment follows"));
    }

    public void End()
    {
        while (_window.Count > 0)
            Step();
        while (_outOfPlace.Remove(Expected, out var moved))
        {
            MarkReordered(moved);
            Expected++;
        }

        if (_torn is not { } torn)
            return;
        var file = Segments.SegmentFiles.Name(torn.Segment);
        findings.Add(new AuditFinding(
            AuditFindingKind.TornTail, file, torn.Number, torn.Offset, Expected,
            $"{file}:{torn.Number}: the last {torn.Length} bytes are half a line, as a crash or a running writer leaves it"));
    }

    private void Step()
    {
        var line = _window.Dequeue();
        var next = _window.TryPeek(out var peeked) ? peeked : null;
        var afterNext = _window.Skip(1).FirstOrDefault();
        NoteMissingSegment(line);

        if (IsHere(next, Expected) && !IsHere(line, Expected))
        {
            OutOfPlace(line);
            return;
        }

        if (line.Link is not { } link)
            Replaced(line, next, AuditFindingKind.Altered, "is not a line that the trail wrote");
        else if (link.Sequence == Expected)
            InSequence(line, link, next, afterNext);
        else if (link.Previous == _previous)
            Replaced(line, next, AuditFindingKind.Altered, $"claims sequence {link.Sequence} but stands at {Expected}");
        else if (link.Sequence < Expected)
            Earlier(line, link, next);
        else
            Later(line, link, next, afterNext);
    }

    private void InSequence(ChainLine line, ChainLink link, ChainLine? next, ChainLine? afterNext)
    {
        if (_previous is { } previous && link.Previous != previous)
        {
            Replaced(line, next, AuditFindingKind.Altered, "does not point at the line before it");
            return;
        }

        // Two lines claim one place: the one that the chain goes on from is the trail's.
        if (IsHere(next, Expected) && next!.Hash != line.Hash && afterNext?.Link is { } later && later.Sequence == Expected + 1
            && later.Previous == next.Hash && later.Previous != line.Hash)
        {
            findings.Add(line.Finding(AuditFindingKind.Inserted, Expected, $"stands beside the true line {Expected}"));
            return;
        }

        Accept(line, next, afterNext);
    }

    // INVARIANT: the line claims the expected place; what remains open is whether its bytes are those that were written.
    private void Accept(ChainLine line, ChainLine? next, ChainLine? afterNext)
    {
        var sequence = Expected;
        Expected++;
        Last = line;
        _previous = line.Hash;
        var following = next?.Link is { } link && link.Sequence == sequence + 1 ? next : null;
        var followed = following is not null && following.Link!.Value.Previous == line.Hash;
        if (heads.At(sequence) is { } signed)
        {
            if (signed == line.Hash)
                return;
            var kind = followed || following is null ? AuditFindingKind.Rewritten : AuditFindingKind.Altered;
            if (following is null && next is null)
                kind = AuditFindingKind.Altered;
            findings.Add(line.Finding(kind, sequence, $"line {sequence} is not the one that a signed head counts"));
            _previous = following?.Link!.Value.Previous ?? line.Hash;
            return;
        }

        if (following is null || followed)
            return;

        // One of the two differs from what was written: the next one is confirmed by what follows it.
        var confirmed = afterNext?.Link is { } third && third.Sequence == sequence + 2
            ? third.Previous == following.Hash
            : heads.At(sequence + 1) is not { } head || head == following.Hash;
        if (!confirmed)
            return;
        findings.Add(line.Finding(AuditFindingKind.Altered, sequence, $"line {sequence} does not have the hash that the next line holds of it"));
        _previous = following.Link!.Value.Previous;
    }

    private void Earlier(ChainLine line, ChainLink link, ChainLine? next)
    {
        var gap = _gaps.FindIndex(range => range.From <= link.Sequence && link.Sequence <= range.To);
        var kind = gap >= 0 ? AuditFindingKind.Reordered : AuditFindingKind.Duplicated;
        var message = gap >= 0 ? $"line {link.Sequence} stands after line {Expected - 1}" : $"line {link.Sequence} stands here a second time";
        if (gap >= 0 && _gaps[gap] is { Finding: { } removed } range && range.From == range.To)
            findings.Remove(removed);
        if (next?.Link is { } following && following.Sequence == Expected + 1)
            Replaced(line, next, kind, message);
        else
            findings.Add(line.Finding(kind, link.Sequence, message));
    }

    private void Later(ChainLine line, ChainLink link, ChainLine? next, ChainLine? afterNext)
    {
        if (next?.Link is { } following && following.Sequence == Expected + 1)
        {
            _outOfPlace[link.Sequence] = Replaced(line, next, AuditFindingKind.Reordered, $"line {link.Sequence} stands in the place of {Expected}");
            return;
        }

        Gap(line, link.Sequence - 1);
        Expected = link.Sequence;
        Accept(line, next, afterNext);
    }

    private void Gap(ChainLine line, long to)
    {
        if (Expected == to && _outOfPlace.Remove(to, out var moved))
        {
            MarkReordered(moved);
            return;
        }

        // The missing file has been named already.
        if (line.Number == 1 && _missingBefore.ContainsKey(line.Segment))
        {
            _gaps.Add((Expected, to, null));
            return;
        }

        var what = Expected == to ? $"line {to} is" : $"lines {Expected} to {to} are";
        _gaps.Add((Expected, to, findings.Add(line.Finding(AuditFindingKind.Removed, Expected, $"{what} missing before this line"))));
    }

    private void OutOfPlace(ChainLine line)
    {
        if (line.Link is { } link && link.Sequence < Expected)
        {
            Earlier(line, link, next: null);
            return;
        }

        var finding = findings.Add(line.Finding(AuditFindingKind.Inserted, line.Link?.Sequence ?? Expected, $"does not belong between line {Expected - 1} and {Expected}"));
        if (line.Link is { } claimed)
            _outOfPlace[claimed.Sequence] = finding;
    }

    // The line stands where another belongs; the chain goes on with what the next line says of the true one.
    private AuditFinding Replaced(ChainLine line, ChainLine? next, AuditFindingKind kind, string message)
    {
        var finding = findings.Add(line.Finding(kind, Expected, message));
        if (kind is not AuditFindingKind.Altered)
            _gaps.Add((Expected, Expected, null));
        Last = line;
        Expected++;
        _previous = next?.Link is { } link && link.Sequence == Expected ? link.Previous : null;
        return finding;
    }

    private void NoteMissingSegment(ChainLine line)
    {
        if (line.Number == 1 && _missingBefore.TryGetValue(line.Segment, out var finding) && finding.Sequence == 0)
        {
            var placed = finding with { Sequence = Expected };
            findings.Replace(finding, placed);
            _missingBefore[line.Segment] = placed;
        }
    }

    private void MarkReordered(AuditFinding moved) =>
        findings.Replace(moved, moved with { Kind = AuditFindingKind.Reordered, Message = $"{moved.File}:{moved.Line}: line {moved.Sequence} stands before its place" });

    private bool IsHere(ChainLine? line, long sequence) =>
        line?.Link is { } link && link.Sequence == sequence && (_previous is null || link.Previous == _previous);
}
