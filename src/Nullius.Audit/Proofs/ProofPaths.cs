using System.Numerics;
using Nullius.Audit.Chain;
using Nullius.Audit.Tree;

namespace Nullius.Audit.Proofs;

/// <summary>A run of leaves whose tree hash is one node of a proof: from <paramref name="From"/> up to and without <paramref name="To"/>.</summary>
internal readonly record struct LeafRange(long From, long To);

/// <summary>Which subtrees a proof consists of, and how it is checked (RFC 9162, sections 2.1.3 and 2.1.4).</summary>
internal static class ProofPaths
{
    /// <summary>The nodes that lead from leaf <paramref name="index"/> to the root of a tree of <paramref name="size"/> leaves, lowest first.</summary>
    public static IReadOnlyList<LeafRange> Inclusion(long index, long size)
    {
        var ranges = new List<LeafRange>();
        Inclusion(index, 0, size, ranges);
        return ranges;
    }

    /// <summary>The nodes that show a tree of <paramref name="first"/> leaves to be a prefix of one of <paramref name="second"/>.</summary>
    public static IReadOnlyList<LeafRange> Consistency(long first, long second)
    {
        var ranges = new List<LeafRange>();
        if (first > 0 && first < second)
            Consistency(first, 0, second, whole: true, ranges);
        return ranges;
    }

    /// <summary>Section 2.1.3.2.</summary>
    public static bool IsIncluded(Digest leaf, long index, long size, IReadOnlyList<Digest> path, Digest root)
    {
        if (index < 0 || index >= size)
            return false;
        var (fn, sn, hash) = (index, size - 1, leaf);
        foreach (var node in path)
        {
            if (sn == 0)
                return false;
            if ((fn & 1) == 1 || fn == sn)
            {
                hash = MerkleTree.Node(node, hash);
                while ((fn & 1) == 0 && fn != 0)
                    (fn, sn) = (fn >> 1, sn >> 1);
            }
            else
            {
                hash = MerkleTree.Node(hash, node);
            }

            (fn, sn) = (fn >> 1, sn >> 1);
        }

        return sn == 0 && hash == root;
    }

    /// <summary>Section 2.1.4.2; a tree of no leaves is a prefix of every other.</summary>
    public static bool IsConsistent(long first, Digest firstRoot, long second, Digest secondRoot, IReadOnlyList<Digest> path)
    {
        if (first < 0 || first > second)
            return false;
        if (first == second)
            return path.Count == 0 && firstRoot == secondRoot;
        if (first == 0)
            return path.Count == 0 && firstRoot == new MerkleTree().Root();
        var power = BitOperations.IsPow2(first);
        if (!power && path.Count == 0)
            return false;
        var (fn, sn) = (first - 1, second - 1);
        while ((fn & 1) == 1)
            (fn, sn) = (fn >> 1, sn >> 1);
        var start = power ? firstRoot : path[0];
        var (fr, sr) = (start, start);
        for (var i = power ? 0 : 1; i < path.Count; i++)
        {
            if (sn == 0)
                return false;
            if ((fn & 1) == 1 || fn == sn)
            {
                fr = MerkleTree.Node(path[i], fr);
                sr = MerkleTree.Node(path[i], sr);
                while ((fn & 1) == 0 && fn != 0)
                    (fn, sn) = (fn >> 1, sn >> 1);
            }
            else
            {
                sr = MerkleTree.Node(sr, path[i]);
            }

            (fn, sn) = (fn >> 1, sn >> 1);
        }

        return sn == 0 && fr == firstRoot && sr == secondRoot;
    }

    private static void Inclusion(long index, long from, long to, List<LeafRange> ranges)
    {
        if (to - from <= 1)
            return;
        var middle = from + Split(to - from);
        if (index < middle)
        {
            Inclusion(index, from, middle, ranges);
            ranges.Add(new LeafRange(middle, to));
        }
        else
        {
            Inclusion(index, middle, to, ranges);
            ranges.Add(new LeafRange(from, middle));
        }
    }

    // `first` counts from the beginning of the list, so that the ranges do as well.
    private static void Consistency(long first, long from, long to, bool whole, List<LeafRange> ranges)
    {
        if (first == to)
        {
            if (!whole)
                ranges.Add(new LeafRange(from, to));
            return;
        }

        var middle = from + Split(to - from);
        if (first <= middle)
        {
            Consistency(first, from, middle, whole, ranges);
            ranges.Add(new LeafRange(middle, to));
        }
        else
        {
            Consistency(first, middle, to, whole: false, ranges);
            ranges.Add(new LeafRange(from, middle));
        }
    }

    // The largest power of two below the number of leaves.
    private static long Split(long leaves) => 1L << (63 - BitOperations.LeadingZeroCount((ulong)(leaves - 1)));
}
