using Nullius.Audit.Chain;

namespace Nullius.Audit.Tree;

/// <summary>
/// The Merkle tree hash of a growing list (RFC 9162, section 2.1.1), held as the roots of its complete subtrees: a leaf is
/// a line's hash (<see cref="Digest.OfLine"/>), a node <c>SHA-256(0x01 ‖ left ‖ right)</c>.
/// </summary>
internal sealed class MerkleTree
{
    // INVARIANT: one root for each bit that is set in Size, the widest first.
    private readonly List<Digest> _peaks = new(32);

    /// <summary>Number of leaves.</summary>
    public long Size { get; private set; }

    /// <summary>Roots of the complete subtrees, the widest first.</summary>
    public IReadOnlyList<Digest> Peaks => _peaks;

    /// <summary>The tree of so many leaves with these subtrees; null when they are not as many as the size asks for.</summary>
    public static MerkleTree? Restore(long size, IReadOnlyList<Digest> peaks)
    {
        if (size < 0 || peaks.Count != System.Numerics.BitOperations.PopCount((ulong)size))
            return null;
        var tree = new MerkleTree { Size = size };
        tree._peaks.AddRange(peaks);
        return tree;
    }

    public static Digest Node(Digest left, Digest right)
    {
        Span<byte> text = stackalloc byte[1 + (2 * Digest.Bytes)];
        text[0] = 1;
        left.CopyTo(text[1..]);
        right.CopyTo(text[(1 + Digest.Bytes)..]);
        return Digest.Of(text);
    }

    public void Append(Digest leaf)
    {
        for (var carry = Size; (carry & 1) == 1; carry >>= 1)
        {
            leaf = Node(_peaks[^1], leaf);
            _peaks.RemoveAt(_peaks.Count - 1);
        }

        _peaks.Add(leaf);
        Size++;
    }

    /// <summary>The tree hash of all leaves; of none, the hash of nothing.</summary>
    public Digest Root()
    {
        if (_peaks.Count == 0)
            return Digest.Of([]);
        var root = _peaks[^1];
        for (var i = _peaks.Count - 2; i >= 0; i--)
            root = Node(_peaks[i], root);
        return root;
    }
}
