using Nullius.Audit.Chain;
using Nullius.Audit.Segments;
using Nullius.Audit.Tree;
using Nullius.Audit.Verification;

namespace Nullius.Audit;

/// <summary>What is known of a trail from elsewhere than its own folder.</summary>
public sealed record AuditExpectation
{
    /// <summary>Ids of the keys that may have signed; null trusts those that are published beside the segments.</summary>
    public IReadOnlyCollection<string>? TrustedKeyIds { get; init; }

    /// <summary>The key that the trail signs with now, which also authenticates its tip.</summary>
    public AuditSigningKey? WriterKey { get; init; }

    /// <summary>Lines of <c>heads.jsonl</c> that were kept elsewhere: the trail must continue them.</summary>
    public IReadOnlyList<string> KeptHeads { get; init; } = [];
}

/// <summary>Checks the trail of one node from its files alone: chain, heads, signatures, tip. Reads in bounded memory; changes nothing.</summary>
public static class AuditVerifier
{
    private const int MostLineBytes = 16 * 1024 * 1024;

    /// <summary>Verifies the node folder <paramref name="directory"/> (the one that holds the segments).</summary>
    /// <param name="directory">The folder of a node, or a copy of it.</param>
    /// <param name="trustedKeyIds">
    /// Ids of the keys that may have signed; null trusts what is published beside the segments, which whoever rewrites
    /// the segments can rewrite as well.
    /// </param>
    /// <param name="cancellation">Ends the work between two lines.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static AuditVerification Verify(string directory, IReadOnlyCollection<string>? trustedKeyIds = null, CancellationToken cancellation = default) =>
        Verify(directory, new AuditExpectation { TrustedKeyIds = trustedKeyIds }, cancellation);

    /// <summary>Verifies the node folder <paramref name="directory"/> against what is known of the trail from elsewhere.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static AuditVerification Verify(string directory, AuditExpectation expectation, CancellationToken cancellation = default)
    {
        directory = Path.GetFullPath(directory);
        if (!Directory.Exists(directory))
            throw new DirectoryNotFoundException($"audit trail `{directory}` does not exist");
        var findings = new FindingList();
        // The tip, then the heads, then the lines: in a trail that grows, what is read later has more.
        var tip = TipCheck.Read(directory, expectation);
        var heads = HeadCheck.Read(directory, expectation, tip.Tip.Signed, findings);
        if (heads.IsOfAnotherVersion)
            return OfAnotherVersion(directory, findings);
        tip.Judge(heads, findings);
        var node = heads.Node ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(directory));
        var chain = new ChainCheck(Digest.Genesis(node), heads, findings);
        var segments = SegmentFiles.Indexes(directory);
        ReadSegments(directory, segments, chain, heads, cancellation);
        chain.End();
        tip.CheckEnd(heads, chain, segments, findings);
        heads.CheckRoots(findings);
        return new AuditVerification
        {
            Node = node,
            Findings = findings.InOrder(),
            MoreFindings = findings.More,
            Lines = chain.Lines,
            Segments = segments.Count,
            Heads = heads.Count,
            SignedUpTo = Math.Max(heads.SignedUpTo, tip.SignedUpTo),
            TipUpTo = tip.Tip.AtLeast,
            TipAuthenticated = tip.Tip.IsAuthenticated,
            KeyIds = heads.KeyIds,
        };
    }

    // The finding that says so is all there is to say: the lines are left unread.
    private static AuditVerification OfAnotherVersion(string directory, FindingList findings) => new()
    {
        Node = Path.GetFileName(Path.TrimEndingDirectorySeparator(directory)),
        Findings = findings.InOrder(),
        MoreFindings = findings.More,
        Lines = 0,
        Segments = SegmentFiles.Indexes(directory).Count,
        Heads = 0,
        SignedUpTo = 0,
        TipUpTo = 0,
        TipAuthenticated = false,
        KeyIds = [],
    };

    private static void ReadSegments(string directory, List<int> segments, ChainCheck chain, HeadCheck heads, CancellationToken cancellation)
    {
        var lastWritten = segments.LastOrDefault(index => new FileInfo(SegmentFiles.PathOf(directory, index)).Length > 0);
        var expected = 1;
        var tree = new MerkleTree();
        foreach (var index in segments)
        {
            if (index > expected)
                chain.MissingSegments(expected, index - 1);
            expected = index + 1;
            using var lines = new LineReader(SegmentFiles.PathOf(directory, index), 0, MostLineBytes);
            var number = 0L;
            while (lines.TryRead(out var line, out _))
            {
                cancellation.ThrowIfCancellationRequested();
                number++;
                var parsed = ChainLink.TryRead(line, out var link);
                var hash = Digest.OfLine(line);
                tree.Append(hash);
                heads.Compare(tree);
                chain.Add(new ChainLine(index, number, lines.Offset, lines.Next, parsed ? link : null, hash));
            }

            if (lines.TailLength > 0)
                chain.Tail(index, number + 1, lines.Offset, lines.TailLength, mayBeTorn: index >= lastWritten);
        }
    }
}
