using System.Text;
using Nullius.Audit.Chain;
using Nullius.Audit.Heads;
using Nullius.Audit.Segments;
using Nullius.Audit.Tree;

namespace Nullius.Audit.Verification;

/// <summary>The signed heads of a node: each checked by itself, in its place among the others, and then against the chain.</summary>
internal sealed class HeadCheck
{
    private readonly List<(long Size, Digest Last, Digest? Root, long Line)> _sizes = [];
    private readonly SortedSet<string> _keyIds = new(StringComparer.Ordinal);
    private readonly HashSet<string> _replaced = new(StringComparer.Ordinal);
    private HashSet<string>? _trusted;
    private SignedHead? _newest;
    private Digest? _stated;
    private int _compared;
    private (long Line, long Size)? _badRoot;

    /// <summary>Heads whose signature verifies.</summary>
    public long Count { get; private set; }

    /// <summary>Whose chain this is, as the first head says it; null without heads. A copy may lie in a folder of any name.</summary>
    public string? Node { get; private set; }

    public long SignedUpTo => _newest?.Size ?? 0;

    public IReadOnlyList<string> KeyIds => [.. _keyIds];

    /// <summary>The newest head; null without heads.</summary>
    public SignedHead? Newest => _newest;

    /// <summary>True when the first head is of another version: the lines are hashed in another way, and nothing can be said of them.</summary>
    public bool IsOfAnotherVersion { get; private set; }

    /// <summary>True when the head that the tip's statement follows is there.</summary>
    public bool HoldsStatedHead { get; private set; }

    public static HeadCheck Read(string directory, AuditExpectation expectation, SignedHead? statement, FindingList findings)
    {
        var check = new HeadCheck
        {
            _trusted = expectation.TrustedKeyIds is { } trusted ? new HashSet<string>(trusted, StringComparer.Ordinal) : null,
            _stated = statement?.Previous,
        };
        var path = Path.Combine(directory, SegmentFiles.Heads);
        if (!File.Exists(path))
        {
            findings.Add(Bad(0, 0, 0, "is missing"));
            return check;
        }

        try
        {
            using var keys = PublicKeys.Read(Path.Combine(directory, SegmentFiles.Keys));
            check.ReadAll(path, keys, findings);
            check.AddKept(expectation.KeptHeads, keys, findings);
        }
        catch (FormatException fault)
        {
            findings.Add(new AuditFinding(AuditFindingKind.BadHead, SegmentFiles.Keys, 0, 0, 0, fault.Message));
        }

        return check;
    }

    /// <summary>Whether a key may have signed what is newest.</summary>
    public bool Trusts(string keyId) => (_trusted is null || _trusted.Contains(keyId)) && !_replaced.Contains(keyId);

    /// <summary>Compares the tree of the lines so far with the head that counts as many.</summary>
    public void Compare(MerkleTree tree)
    {
        while (_compared < _sizes.Count && _sizes[_compared].Size < tree.Size)
            _compared++;
        if (_badRoot is null && _compared < _sizes.Count && _sizes[_compared] is { Root: { } root } head && head.Size == tree.Size && tree.Root() != root)
            _badRoot = (head.Line, head.Size);
    }

    /// <summary>A tree that differs is told only where the chain does not explain it: one changed line changes every later root.</summary>
    public void CheckRoots(FindingList findings)
    {
        if (_badRoot is { } bad && !findings.Any(finding => finding.IsTampering))
            findings.Add(Bad(bad.Line, 0, bad.Size, "has another Merkle root than the lines that it counts"));
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

    private void ReadAll(string path, PublicKeys keys, FindingList findings)
    {
        using var lines = new LineReader(path, 0, HeadFile.MostLineBytes);
        Digest? previous = default(Digest);
        var number = 0L;
        while (lines.TryRead(out var line, out _))
        {
            number++;
            var head = SignedHead.TryRead(line, keys, out var problem);
            if (head is not null)
                problem = Judge(head, previous);
            if (problem.Length > 0)
                findings.Add(Bad(number, lines.Offset, head?.Size ?? 0, problem));
            if (number == 1 && SignedHead.IsOfAnotherVersion(line))
            {
                IsOfAnotherVersion = true;
                return;
            }

            if (head is not null && (problem.Length == 0 || problem == OutOfChain))
                Take(head, number);

            // An altered head has another hash than its follower holds; that one is not to blame.
            previous = head is null ? null : Digest.Of(line);
            HoldsStatedHead |= previous is not null && previous == _stated;
        }

        if (lines.TailLength > 0)
            findings.Add(new AuditFinding(
                AuditFindingKind.TornTail, SegmentFiles.Heads, number + 1, lines.Offset, 0,
                $"{SegmentFiles.Heads}:{number + 1}: the last {lines.TailLength} bytes are half a head, as a crash or a running writer leaves it"));
    }

    private const string OutOfChain = "does not follow the head before it: heads were removed or moved";

    private string Judge(SignedHead head, Digest? previous) => head switch
    {
        { IsTip: true } => "is the statement of a tip, not a head",
        _ when _replaced.Contains(head.KeyId) => $"is signed by key `{head.KeyId}` after that key was replaced",
        _ when _trusted is not null && !_trusted.Contains(head.KeyId) => $"is signed by key `{head.KeyId}`, which is not trusted",
        _ when Node is { } node && head.Node != node => $"is a head of node `{head.Node}`, expected `{node}`",
        _ when previous is { } before && head.Previous != before => OutOfChain,
        _ when head.Size < SignedUpTo => $"counts {head.Size} lines, fewer than the head before it",
        _ => "",
    };

    private void Take(SignedHead head, long line)
    {
        Count++;
        Node ??= head.Node;
        _keyIds.Add(head.KeyId);
        if (head.NextKeyId is { } next)
        {
            // The key itself says which one follows it.
            _replaced.Add(head.KeyId);
            _trusted?.Add(next);
        }

        if (_newest is not null && head.Size < _newest.Size)
            return;
        _newest = head;
        if (_sizes.Count == 0 || _sizes[^1].Size < head.Size)
            _sizes.Add((head.Size, head.Last, head.Root, line));
    }

    // A kept head is a claim like those in the file.
    private void AddKept(IReadOnlyList<string> kept, PublicKeys keys, FindingList findings)
    {
        foreach (var text in kept)
        {
            var head = SignedHead.TryRead(Encoding.UTF8.GetBytes(text), keys, out var problem);
            if (head is null || (_trusted is not null && !_trusted.Contains(head.KeyId)))
                findings.Add(new AuditFinding(AuditFindingKind.BadHead, KeptName, 0, 0, 0, $"the kept head {(head is null ? problem : $"is signed by key `{head.KeyId}`, which is not trusted")}"));
            else if (Node is { } node && head.Node != node)
                findings.Add(new AuditFinding(AuditFindingKind.BadHead, KeptName, 0, 0, head.Size, $"the kept head is one of node `{head.Node}`, expected `{node}`"));
            else
                AddKept(head, findings);
        }
    }

    private void AddKept(SignedHead head, FindingList findings)
    {
        var at = _sizes.FindIndex(known => known.Size >= head.Size);
        if (at >= 0 && _sizes[at].Size == head.Size)
        {
            if (_sizes[at].Last != head.Last || (_sizes[at].Root is { } root && head.Root is { } kept && root != kept))
                findings.Add(new AuditFinding(AuditFindingKind.Rewritten, SegmentFiles.Heads, _sizes[at].Line, 0, head.Size, $"{SegmentFiles.Heads}:{_sizes[at].Line}: head is not the one that was kept elsewhere"));
            return;
        }

        _sizes.Insert(at < 0 ? _sizes.Count : at, (head.Size, head.Last, head.Root, 0));
        if (_newest is null || head.Size > _newest.Size)
            _newest = head;
    }

    private const string KeptName = "kept head";

    private static AuditFinding Bad(long line, long offset, long sequence, string problem) =>
        new(AuditFindingKind.BadHead, SegmentFiles.Heads, line, offset, sequence, $"{SegmentFiles.Heads}:{line}: head {problem}");
}
