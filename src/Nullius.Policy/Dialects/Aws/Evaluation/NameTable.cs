using System.Numerics;
using Nullius.Policy.Dialects.Aws.Statements;

namespace Nullius.Policy.Dialects.Aws.Evaluation;

/// <summary>
/// Entries found by the first word of a resource's name (<see cref="WordOf"/>), which follows the fifth colon of its ARN. A table of hashes alone: two names with the same hash are filed together, and testing the entries tells
/// them apart. Immutable once built.
/// </summary>
internal sealed class NameTable
{
    /// <summary>So many entries under one name are found by their action too.</summary>
    private const int ListedUpTo = 16;

    private readonly Slot[] _slots;
    private readonly IndexEntry[] _entries;
    private readonly Dictionary<uint, ActionTree>? _crowded;

    private NameTable(Slot[] slots, IndexEntry[] entries, Dictionary<uint, ActionTree>? crowded)
    {
        _slots = slots;
        _entries = entries;
        _crowded = crowded;
    }

    internal static NameTable Build(AwsStatement[] statements, List<(uint Hash, IndexEntry Entry)> named)
    {
        // A stable order: within a name as in the policy.
        var sorted = named.Select((pair, at) => (pair.Hash, At: at, pair.Entry)).ToArray();
        Array.Sort(sorted, static (a, b) => a.Hash != b.Hash ? a.Hash.CompareTo(b.Hash) : a.At.CompareTo(b.At));
        var entries = Array.ConvertAll(sorted, pair => pair.Entry);
        var groups = 0;
        for (var i = 0; i < sorted.Length; i++)
            groups += i == 0 || sorted[i].Hash != sorted[i - 1].Hash ? 1 : 0;
        var slots = new Slot[BitOperations.RoundUpToPowerOf2((uint)groups + ((uint)groups / 2) + 1)];
        Dictionary<uint, ActionTree>? crowded = null;
        for (int start = 0, end; start < sorted.Length; start = end)
        {
            var hash = sorted[start].Hash;
            for (end = start; end < sorted.Length && sorted[end].Hash == hash;)
                end++;
            var many = end - start > ListedUpTo;
            if (many)
                (crowded ??= [])[hash] = ActionTree.Build(statements, [.. entries[start..end]]);
            var at = (int)(hash & (uint)(slots.Length - 1));
            while (slots[at].Count != 0)
                at = (at + 1) & (slots.Length - 1);
            slots[at] = new Slot(hash, start, many ? Slot.Many : end - start);
        }

        return new NameTable(slots, entries, crowded);
    }

    /// <summary>What is filed under a name; <paramref name="many"/> instead where there is much of it.</summary>
    internal ReadOnlySpan<IndexEntry> Find(uint hash, out ActionTree? many)
    {
        many = null;
        var mask = _slots.Length - 1;
        for (var at = (int)hash & mask; ; at = (at + 1) & mask)
        {
            ref readonly var slot = ref _slots[at];
            if (slot.Count == 0)
                return default;
            if (slot.Hash != hash)
                continue;
            if (slot.Count != Slot.Many)
                return _entries.AsSpan(slot.Start, slot.Count);
            many = _crowded![hash];
            return default;
        }
    }

    /// <summary>The hash of a name's first word (FNV-1a, mixed). It needs no secret: who writes policies can crowd a name anyway.</summary>
    internal static uint HashOf(ReadOnlySpan<char> name)
    {
        var hash = 2_166_136_261u;
        foreach (var c in WordOf(name))
            hash = (hash ^ c) * 16_777_619u;
        hash ^= hash >> 15;
        return hash * 0x2C1B3C6Du;
    }

    /// <summary>The first word of a resource's name, with the slashes or colons before it and without the one after it.</summary>
    internal static ReadOnlySpan<char> WordOf(ReadOnlySpan<char> name)
    {
        var start = name.IndexOfAnyExcept('/', ':');
        var end = start < 0 ? -1 : name[start..].IndexOfAny('/', ':');
        return end < 0 ? name : name[..(start + end)];
    }

    private readonly record struct Slot(uint Hash, int Start, int Count)
    {
        internal const int Many = -1;
    }
}
