using System.Text;
using Nullius.Audit.Chain;
using Nullius.Audit.Heads;
using Nullius.Audit.Proofs;
using Nullius.Audit.Tree;

namespace Nullius.Audit;

/// <summary>
/// That one record is in the trail that a signed head counts, or that one head continues an earlier one: what somebody
/// needs who has the public half of the signing key and no access to the trail.
/// </summary>
public sealed record AuditProof
{
    private const int MostPath = 64;

    /// <summary><c>inclusion</c> or <c>consistency</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Sequence of the proven record; null in a proof of consistency.</summary>
    public long? Sequence { get; init; }

    /// <summary>The exact line of the proven record; null in a proof of consistency.</summary>
    public string? Record { get; init; }

    /// <summary>The exact line of the earlier head; null in a proof of inclusion.</summary>
    public string? FirstHead { get; init; }

    /// <summary>The exact line of the head whose tree hash the path leads to.</summary>
    public required string Head { get; init; }

    /// <summary>Nodes of the tree in base64url, in the order of RFC 9162.</summary>
    public required IReadOnlyList<string> Path { get; init; }

    /// <summary>The public keys (JWK) that signed the heads. Compare their ids with what is known of the node.</summary>
    public required IReadOnlyList<AuditPublicKey> Keys { get; init; }

    /// <summary>Checks the proof by itself.</summary>
    /// <param name="trustedKeyIds">Ids of the keys that may have signed; null trusts the keys in the proof.</param>
    public AuditProofResult Check(IReadOnlyCollection<string>? trustedKeyIds = null)
    {
        using var keys = PublicKeys.Of(Keys);
        if (Read(Head, keys, trustedKeyIds, out var problem) is not { } head)
            return new AuditProofResult(false, $"the head {problem}", null, null, 0);
        if (Nodes() is not { } path)
            return new AuditProofResult(false, "the path holds something that is not a hash", head.Node, head.KeyId, head.Size);
        if (Kind == "inclusion" && Record is { } record && Sequence is { } sequence)
            problem = CheckInclusion(record, sequence, head, path);
        else if (Kind == "consistency" && FirstHead is { } earlier)
            problem = CheckConsistency(earlier, head, keys, trustedKeyIds, path);
        else
            problem = $"is a proof of kind `{Kind}`: expected inclusion with a record, or consistency with an earlier head";
        return new AuditProofResult(problem is null, problem ?? "", head.Node, head.KeyId, head.Size);
    }

    private static string? CheckInclusion(string record, long sequence, SignedHead head, List<Digest> path)
    {
        var line = Encoding.UTF8.GetBytes(record);
        if (!ChainLink.TryRead(line, out var link) || link.Sequence != sequence)
            return $"the record does not claim sequence {sequence}";
        return ProofPaths.IsIncluded(Digest.OfLine(line), sequence - 1, head.Size, path, head.Root!.Value)
            ? null
            : "the path does not lead from the record to the tree hash that the head signed";
    }

    private static string? CheckConsistency(string earlier, SignedHead head, PublicKeys keys, IReadOnlyCollection<string>? trusted, List<Digest> path)
    {
        if (Read(earlier, keys, trusted, out var problem) is not { } first)
            return $"the earlier head {problem}";
        if (first.Node != head.Node)
            return $"the heads are of two nodes, `{first.Node}` and `{head.Node}`";
        return ProofPaths.IsConsistent(first.Size, first.Root!.Value, head.Size, head.Root!.Value, path)
            ? null
            : "the trail of the later head does not continue that of the earlier one";
    }

    private static SignedHead? Read(string line, PublicKeys keys, IReadOnlyCollection<string>? trusted, out string? problem)
    {
        var head = SignedHead.TryRead(Encoding.UTF8.GetBytes(line), keys, out problem);
        if (head is null)
            return null;
        problem = head.Root is null ? "has no tree hash: it is the statement of a tip"
            : trusted is not null && !trusted.Contains(head.KeyId, StringComparer.Ordinal) ? $"is signed by key `{head.KeyId}`, which is not trusted" : null;
        return problem is null ? head : null;
    }

    private List<Digest>? Nodes()
    {
        var nodes = new List<Digest>();
        foreach (var text in Path.Take(MostPath + 1))
        {
            if (nodes.Count == MostPath || !Digest.TryParse(Encoding.UTF8.GetBytes(text), out var node))
                return null;
            nodes.Add(node);
        }

        return nodes;
    }
}

/// <summary>The public half of a head-signing key: P-256, named by its RFC 7638 thumbprint.</summary>
public sealed record AuditPublicKey(string Kid, string X, string Y)
{
    /// <summary>The key type of RFC 7517.</summary>
    public string Kty => "EC";

    /// <summary>The curve of RFC 7518.</summary>
    public string Crv => "P-256";
}

/// <summary>Whether a proof holds.</summary>
/// <param name="Holds">True when everything in it follows from the signature.</param>
/// <param name="Problem">What does not; empty when it holds.</param>
/// <param name="Node">Whose trail; null when the head could not be read.</param>
/// <param name="KeyId">Id of the key that signed the head.</param>
/// <param name="Size">Records that the head counts.</param>
public sealed record AuditProofResult(bool Holds, string Problem, string? Node, string? KeyId, long Size);
