using Nullius.Audit.Chain;
using Nullius.Audit.Heads;
using Nullius.Audit.Segments;

namespace Nullius.Audit.Verification;

/// <summary>The signed heads of a node: each checked by itself, in its place among the others, and then against the chain.</summary>
internal sealed class HeadCheck
{
    private readonly List<(long Size, Digest Last)> _sizes = [];
    private readonly SortedSet<string> _keyIds = new(StringComparer.Ordinal);
    private SignedHead? _newest;

    /// <summary>Heads whose signature verifies.</summary>
    public long Count { get; private set; }

    /// <summary>Whose chain this is, as the first head says it; null without heads. A copy may lie in a folder of any name.</summary>
    public string? Node { get; private set; }

    public long SignedUpTo => _newest?.Size ?? 0;

    public IReadOnlyList<string> KeyIds => [.. _keyIds];

    public static HeadCheck Read(string directory, IReadOnlyCollection<string>? trusted, FindingList findings)
    {
        var check = new HeadCheck();
        var path = Path.Combine(directory, SegmentFiles.Heads);
        if (!File.Exists(path))
        {
            findings.Add(Bad(0, 0, 0, "is missing"));
            return check;
        }

        try
        {
            using var keys = PublicKeys.Read(Path.Combine(directory, SegmentFiles.Keys));
            check.ReadAll(path, keys, trusted, findings);
        }
        catch (FormatException fault)
        {
            findings.Add(new AuditFinding(AuditFindingKind.BadHead, SegmentFiles.Keys, 0, 0, 0, fault.Message));
        }

        return check;
    }

    /// <summary>The hash that a head holds of the line, null when no head ends there.</summary>
    public Digest? At(long sequence)
    {
        var low = 0;
        var high = _sizes.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (_sizes[middle].Size == sequence)
                return _sizes[middle].Last;
            if (_sizes[middle].Size < sequence)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return null;
    }

    /// <summary>Finds what the newest head counts and the segments no longer have.</summary>
    public void CheckEnd(ChainCheck chain, List<int> segments, FindingList findings)
    {
        if (_newest is not { } head || head.Size < chain.Expected)
            return;
        var missing = $"lines {chain.Expected} to {head.Size} are missing, which a signed head counts";
        if (segments.Count == 0 || segments[^1] < head.Segment)
        {
            var file = SegmentFiles.Name(head.Segment);
            findings.Add(new AuditFinding(AuditFindingKind.MissingSegment, file, 0, 0, chain.Expected, $"{file}: segment is missing: {missing}"));
            return;
        }

        var last = chain.Last;
        var at = last?.File ?? SegmentFiles.Name(segments[^1]);
        var line = (last?.Number ?? 0) + 1;
        findings.Add(new AuditFinding(AuditFindingKind.Truncated, at, line, last?.End ?? 0, chain.Expected, $"{at}:{line}: {missing}"));
    }

    private void ReadAll(string path, PublicKeys keys, IReadOnlyCollection<string>? trusted, FindingList findings)
    {
        using var lines = new LineReader(path, 0, HeadFile.MostLineBytes);
        Digest? previous = default(Digest);
        var number = 0L;
        while (lines.TryRead(out var line, out _))
        {
            number++;
            var head = SignedHead.TryRead(line, keys, out var problem);
            if (head is not null)
                problem = Judge(head, previous, trusted);
            if (problem.Length > 0)
                findings.Add(Bad(number, lines.Offset, head?.Size ?? 0, problem));
            if (head is not null && (problem.Length == 0 || problem == OutOfChain))
                Take(head);

            // An altered head has another hash than its follower holds; that one is not to blame.
            previous = head is null ? null : Digest.Of(line);
        }

        if (lines.TailLength > 0)
            findings.Add(new AuditFinding(
                AuditFindingKind.TornTail, SegmentFiles.Heads, number + 1, lines.Offset, 0,
                $"{SegmentFiles.Heads}:{number + 1}: the last {lines.TailLength} bytes are half a head, as a crash or a running writer leaves it"));
    }

    private const string OutOfChain = "does not follow the head before it: heads were removed or moved";

    private string Judge(SignedHead head, Digest? previous, IReadOnlyCollection<string>? trusted) => head switch
    {
        _ when trusted is not null && !trusted.Contains(head.KeyId, StringComparer.Ordinal) => $"is signed by key `{head.KeyId}`, which is not trusted",
        _ when Node is { } node && head.Node != node => $"is a head of node `{head.Node}`, expected `{node}`",
        _ when previous is { } before && head.Previous != before => OutOfChain,
        _ when head.Size < SignedUpTo => $"counts {head.Size} lines, fewer than the head before it",
        _ => "",
    };

    private void Take(SignedHead head)
    {
        Count++;
        Node ??= head.Node;
        _keyIds.Add(head.KeyId);
        if (_newest is not null && head.Size < _newest.Size)
            return;
        _newest = head;
        if (_sizes.Count == 0 || _sizes[^1].Size < head.Size)
            _sizes.Add((head.Size, head.Last));
    }

    private static AuditFinding Bad(long line, long offset, long sequence, string problem) =>
        new(AuditFindingKind.BadHead, SegmentFiles.Heads, line, offset, sequence, $"{SegmentFiles.Heads}:{line}: head {problem}");
}
