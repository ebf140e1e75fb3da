using System.Numerics;
using System.Runtime.InteropServices;

namespace Nullius.Policy.Dialects.Aws.Evaluation;

/// <summary>
/// Entries found by one word of a resource's name (<see cref="WordOf"/>). A table of hashes alone: two words with the same hash
/// are filed together, and testing the entries tells them apart. One entry stands in the table itself; a few are a list; many are
/// filed by the words that follow. Immutable once built.
/// </summary>
internal sealed class NameTable
{
    private readonly Slot[] _slots;
    private readonly object?[] _many;
    private readonly int _words;

    private NameTable(Slot[] slots, object?[] many, int words)
    {
        _slots = slots;
        _many = many;
        _words = words;
    }

    /// <param name="named">Entries by the hash of their word, in any order; changed.</param>
    /// <param name="file">Files what is too much for a list.</param>
    internal static NameTable Build(StatementTable table, (uint Hash, IndexEntry Entry)[] named, Func<List<IndexEntry>, ResourceNode> file)
    {
        Array.Sort(named, static (a, b) => a.Hash.CompareTo(b.Hash));
        var words = 0;
        for (var i = 0; i < named.Length; i++)
            words += i == 0 || named[i].Hash != named[i - 1].Hash ? 1 : 0;
        var slots = new Slot[SizeFor(words)];
        var many = new List<object?>();
        var group = new List<IndexEntry>();
        for (var i = 0; i < named.Length; i++)
        {
            group.Add(named[i].Entry);
            if (i + 1 < named.Length && named[i + 1].Hash == named[i].Hash)
                continue;
            Place(slots, new Slot(named[i].Hash, Keep(Payload(table, group, file), many)));
            group.Clear();
        }

        return new NameTable(slots, [.. many], words);
    }

    /// <summary>The same table with other things under some words. A change is given the entry, list or node that is there, or null, and gives back what shall be.</summary>
    internal NameTable With(IEnumerable<(uint Hash, Func<object?, object?> Change)> changes)
    {
        var many = new List<object?>(_many);
        Slot[] slots = [.. _slots];
        var words = _words;
        foreach (var (hash, change) in changes)
        {
            var at = At(slots, hash);
            var present = slots[at].IsTaken;
            if (!present && (words + 1) * 3 > slots.Length * 2)
            {
                slots = Grow(slots);
                at = At(slots, hash);
            }
            var before = !present ? null : slots[at].IsMany ? many[slots[at].Entry.Statement] : slots[at].Entry;
            if (present && slots[at].IsMany)
                many[slots[at].Entry.Statement] = null;
            var after = change(before);
            // An emptied word keeps its place with an empty list: places are found by walking past those that are taken.
            if (after is null && !present)
                continue;
            slots[at] = new Slot(hash, Keep(after ?? Array.Empty<IndexEntry>(), many));
            words += present ? 0 : 1;
        }
        return new NameTable(slots, [.. many], words);
    }

    /// <summary>What is filed under a word, or a node where there is much of it. The span of one entry is part of the table.</summary>
    internal ReadOnlySpan<IndexEntry> Find(uint hash, out ResourceNode? node)
    {
        node = null;
        ref var slot = ref _slots[At(_slots, hash)];
        if (!slot.IsTaken)
            return default;
        if (!slot.IsMany)
            return MemoryMarshal.CreateReadOnlySpan(ref slot.Entry, 1);
        if (_many[slot.Entry.Statement] is IndexEntry[] few)
            return few;
        node = (ResourceNode)_many[slot.Entry.Statement]!;
        return default;
    }

    /// <summary>The entry, list or node for entries of one word.</summary>
    internal static object Payload(StatementTable table, List<IndexEntry> entries, Func<List<IndexEntry>, ResourceNode> file) => entries.Count switch
    {
        1 => entries[0],
        <= ResourceNode.ListedUpTo => ActionTree.Ordered(table, entries),
        _ => file([.. entries]),
    };

    /// <summary>The hash of a word. It needs no secret: who writes policies can crowd a word anyway.</summary>
    internal static uint HashOf(ReadOnlySpan<char> word)
    {
        const ulong Factor = 0x9E37_79B9_7F4A_7C15;
        var hash = (ulong)word.Length * Factor;
        var bytes = MemoryMarshal.AsBytes(word);
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            hash = (BitOperations.RotateLeft(hash, 23) ^ MemoryMarshal.Read<ulong>(bytes)) * Factor;
        ulong rest = 0;
        for (var i = 0; i < bytes.Length; i++)
            rest |= (ulong)bytes[i] << (8 * i);
        hash = (BitOperations.RotateLeft(hash, 23) ^ rest) * Factor;
        return (uint)((hash ^ (hash >> 29)) * Factor >> 32);
    }

    /// <summary>The first word of a resource's name, with the slashes or colons before it and without the one after it.</summary>
    internal static ReadOnlySpan<char> WordOf(ReadOnlySpan<char> name)
    {
        var at = 0;
        while (at < name.Length && name[at] is '/' or ':')
            at++;
        while (at < name.Length && name[at] is not ('/' or ':'))
            at++;
        return name[..at];
    }

    private static int SizeFor(int words) => (int)BitOperations.RoundUpToPowerOf2((uint)words + ((uint)words / 2) + 1);

    private static IndexEntry Keep(object payload, List<object?> many)
    {
        if (payload is IndexEntry one)
            return one with { Traits = one.Traits | Slot.Taken };
        many.Add(payload);
        return new IndexEntry(many.Count - 1, 0, 0, 0, Slot.Taken | Slot.Many);
    }

    private static Slot[] Grow(Slot[] slots)
    {
        var larger = new Slot[slots.Length * 2];
        foreach (var slot in slots)
        {
            if (slot.IsTaken)
                Place(larger, slot);
        }
        return larger;
    }

    private static void Place(Slot[] slots, in Slot slot) => slots[At(slots, slot.Hash)] = slot;

    /// <summary>Where a hash stands, or the free place where it would.</summary>
    private static int At(Slot[] slots, uint hash)
    {
        var mask = slots.Length - 1;
        var at = (int)hash & mask;
        while (slots[at].IsTaken && slots[at].Hash != hash)
            at = (at + 1) & mask;
        return at;
    }

    private struct Slot(uint hash, IndexEntry entry)
    {
        internal const EntryTraits Taken = (EntryTraits)0x8000;
        internal const EntryTraits Many = (EntryTraits)0x4000;

        internal readonly uint Hash = hash;

        /// <summary>The one entry; of several the place of their list or node.</summary>
        internal IndexEntry Entry = entry;

        internal readonly bool IsTaken => (Entry.Traits & Taken) != EntryTraits.None;

        internal readonly bool IsMany => (Entry.Traits & Many) != EntryTraits.None;
    }
}
