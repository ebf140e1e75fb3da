using System.Text;
using Nullius.Audit.Chain;
using Nullius.Audit.Heads;
using Nullius.Audit.Proofs;
using Nullius.Audit.Segments;
using Nullius.Audit.Tree;

namespace Nullius.Audit;

/// <summary>Makes proofs from the files of a node's folder. Reads every line up to the head once, in bounded memory.</summary>
/// <param name="directory">The folder of a node, or a copy of it.</param>
public sealed class AuditProver(string directory)
{
    private const int MostLineBytes = 16 * 1024 * 1024;

    /// <summary>Proves that the record with this sequence is in the trail, against the first head that counts it.</summary>
    /// <exception cref="AuditProofException">No signed head counts it yet, or the trail does not have what the head signed.</exception>
    public AuditProof Inclusion(long sequence, CancellationToken cancellation = default)
    {
        using var keys = PublicKeys.Read(Path.Combine(directory, SegmentFiles.Keys));
        var (line, head) = Heads(keys).FirstOrDefault(found => sequence > 0 && found.Head.Size >= sequence);
        if (head is null)
            throw new AuditProofException($"record {sequence} of `{directory}` is not counted by a signed head: heads are signed every 10 s and when the trail is closed");
        string? record = null;
        var path = Collect(ProofPaths.Inclusion(sequence - 1, head.Size), head, (number, text) =>
        {
            if (number == sequence)
                record = text;
        }, sequence, cancellation);
        return new AuditProof { Kind = "inclusion", Sequence = sequence, Record = record, Head = line!, Path = path, Keys = keys.Export([head.KeyId]) };
    }

    /// <summary>Proves the record whose <c>metadata.uid</c> is this reference (what a refusal quotes); its decision, where it has a completion as well.</summary>
    /// <exception cref="AuditProofException">There is no such record, or as <see cref="Inclusion(long, CancellationToken)"/>.</exception>
    public AuditProof Inclusion(string reference, CancellationToken cancellation = default)
    {
        var wanted = Encoding.UTF8.GetBytes($"\"uid\":\"{reference}\"");
        foreach (var index in SegmentFiles.Indexes(directory))
        {
            using var lines = new LineReader(SegmentFiles.PathOf(directory, index), 0, MostLineBytes);
            while (lines.TryRead(out var line, out _))
            {
                cancellation.ThrowIfCancellationRequested();
                if (line.IndexOf(wanted) >= 0 && ChainLink.TryRead(line, out var link))
                    return Inclusion(link.Sequence, cancellation);
            }
        }

        throw new AuditProofException($"`{directory}` has no record with reference `{reference}`");
    }

    /// <summary>Proves that the newest head continues an earlier one, which somebody kept.</summary>
    /// <param name="earlier">The exact line of the earlier head; null takes the first one of the trail.</param>
    /// <param name="cancellation">Ends the work between two lines.</param>
    /// <exception cref="AuditProofException">The earlier head is not one of this trail, or the trail does not have what the head signed.</exception>
    public AuditProof Consistency(string? earlier = null, CancellationToken cancellation = default)
    {
        using var keys = PublicKeys.Read(Path.Combine(directory, SegmentFiles.Keys));
        var heads = Heads(keys).ToList();
        if (heads.Count == 0)
            throw new AuditProofException($"`{directory}` has no signed head");
        var (line, head) = heads[^1];
        earlier ??= heads[0].Line;
        var first = SignedHead.TryRead(Encoding.UTF8.GetBytes(earlier), keys, out var problem);
        if (first is null)
            throw new AuditProofException($"the earlier head {problem}");
        if (first.Root is null || first.Node != head.Node || first.Size > head.Size)
            throw new AuditProofException($"the earlier head counts {first.Size} records of node `{first.Node}`: expected a head with a tree hash of node `{head.Node}`, of at most {head.Size} records");
        var path = Collect(ProofPaths.Consistency(first.Size, head.Size), head, static (_, _) => { }, 0, cancellation);
        return new AuditProof { Kind = "consistency", FirstHead = earlier, Head = line, Path = path, Keys = keys.Export([first.KeyId, head.KeyId]) };
    }

    /// <summary>The newest head, as a line to be kept elsewhere.</summary>
    /// <exception cref="AuditProofException">There is none.</exception>
    public string NewestHead()
    {
        using var keys = PublicKeys.Read(Path.Combine(directory, SegmentFiles.Keys));
        return Heads(keys).LastOrDefault().Line ?? throw new AuditProofException($"`{directory}` has no signed head");
    }

    private IEnumerable<(string Line, SignedHead Head)> Heads(PublicKeys keys)
    {
        var path = Path.Combine(directory, SegmentFiles.Heads);
        if (!File.Exists(path))
            yield break;
        using var lines = new LineReader(path, 0, HeadFile.MostLineBytes);
        while (TryHead(lines, keys, out var found))
        {
            if (found is { } head)
                yield return head;
        }
    }

    private static bool TryHead(LineReader lines, PublicKeys keys, out (string Line, SignedHead Head)? found)
    {
        found = null;
        if (!lines.TryRead(out var line, out _))
            return false;
        if (SignedHead.TryRead(line, keys, out _) is { IsTip: false } head)
            found = (Encoding.UTF8.GetString(line), head);
        return true;
    }

    private List<string> Collect(IReadOnlyList<LeafRange> ranges, SignedHead head, Action<long, string> take, long wanted, CancellationToken cancellation)
    {
        var whole = new MerkleTree();
        var parts = ranges.Select(_ => new MerkleTree()).ToArray();
        foreach (var index in SegmentFiles.Indexes(directory))
        {
            using var lines = new LineReader(SegmentFiles.PathOf(directory, index), 0, MostLineBytes);
            while (whole.Size < head.Size && lines.TryRead(out var line, out _))
            {
                cancellation.ThrowIfCancellationRequested();
                var leaf = Digest.OfLine(line);
                for (var i = 0; i < parts.Length; i++)
                {
                    if (ranges[i].From <= whole.Size && whole.Size < ranges[i].To)
                        parts[i].Append(leaf);
                }

                whole.Append(leaf);
                if (whole.Size == wanted)
                    take(wanted, Encoding.UTF8.GetString(line));
            }
        }

        if (whole.Size != head.Size || whole.Root() != head.Root)
            throw new AuditProofException($"`{directory}` does not have the records that its head signed: run `nullius audit verify`");
        return [.. parts.Select(part => part.Root().ToString())];
    }
}

/// <summary>A proof cannot be made; the message says why.</summary>
public sealed class AuditProofException(string message) : Exception(message);
