using System.Runtime.InteropServices;
using Nullius.Audit.Chain;

namespace Nullius.Audit.Tree;

/// <summary>
/// The hashes of lines that were just written, until the tree takes them in: it need not read them back. Bounded: where a
/// stalled disk keeps the tree waiting for longer, it reads the segments. Thread-safe.
/// </summary>
internal sealed class FreshLeaves(int most)
{
    private readonly Lock _lock = new();
    private readonly List<Digest> _leaves = [];
    private long _before;

    /// <summary>Adds the lines that follow the one with this sequence.</summary>
    public void Add(long before, ReadOnlySpan<Digest> leaves)
    {
        lock (_lock)
        {
            // What does not follow, or does not fit, makes what is there useless: the tree takes leaves without a gap.
            if (_leaves.Count + leaves.Length > most || before != _before + _leaves.Count)
                _leaves.Clear();
            if (_leaves.Count == 0)
                _before = before;
            _leaves.AddRange(leaves);
        }
    }

    /// <summary>Fills a list with the leaves after one sequence and up to another; false when not all of them are there. What comes before the last is forgotten.</summary>
    public bool TryTake(long after, long upTo, List<Digest> taken)
    {
        lock (_lock)
        {
            var from = after - _before;
            var count = upTo - after;
            if (from < 0 || from + count > _leaves.Count)
                return false;
            taken.Clear();
            taken.AddRange(CollectionsMarshal.AsSpan(_leaves).Slice((int)from, (int)count));
            _leaves.RemoveRange(0, (int)(from + count));
            _before = upTo;
            return true;
        }
    }
}
