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
    private readonly IndexEntry[] _slots;
    private readonly object?[] _many;
    private readonly int _words;

    private NameTable(IndexEntry[] slots, object?[] many, int words)
    {
        _slots = slots;
        _many = many;
        _words = words;
    }

    /// <param name="named">Entries by the hash of their word, in any order; changed.</param>
    /// <param name="file">Files what is too much for a list.</param>
    internal static NameTable Build(StatementTable table, (uint Hash, IndexEntry Entry)[] named, Func<List<IndexEntry>, ResourceNode> file)
    {
        Array.Sort(Array.ConvertAll(named, static one => one.Hash), named);
        var words = 0;
        for (var i = 0; i < named.Length; i++)
            words += i == 0 || named[i].Hash != named[i - 1].Hash ? 1 : 0;
        var slots = new IndexEntry[SizeFor(words)];
        var many = new List<object?>();
        var group = new List<IndexEntry>();
        for (var i = 0; i < named.Length; i++)
        {
            group.Add(named[i].Entry);
            if (i + 1 < named.Length && named[i + 1].Hash == named[i].Hash)
                continue;
            Place(slots, Keep(named[i].Hash, Payload(table, group, file), many));
            group.Clear();
        }

        return new NameTable(slots, [.. many], words);
    }

    /// <summary>The same table with other things under some words. A change is given the entry, list or node that is there, or null, and gives back what shall be.</summary>
    internal NameTable With(IEnumerable<(uint Hash, Func<object?, object?> Change)> changes)
    {
        var many = new List<object?>(_many);
        IndexEntry[] slots = [.. _slots];
        var words = _words;
        foreach (var (hash, change) in changes)
        {
            var at = At(slots, hash);
            var present = slots[at].Has(EntryTraits.Taken);
            if (!present && (words + 1) * 3 > slots.Length * 2)
            {
                slots = Grow(slots);
                at = At(slots, hash);
            }
            var before = !present ? null : slots[at].Has(EntryTraits.Many) ? many[slots[at].Number] : slots[at].Plain();
            if (present && slots[at].Has(EntryTraits.Many))
                many[slots[at].Number] = null;
            var after = change(before);
            // An emptied word keeps its place with an empty list: places are found by walking past those that are taken.
            if (after is null && !present)
                continue;
            slots[at] = Keep(hash, after ?? Array.Empty<IndexEntry>(), many);
            words += present ? 0 : 1;
        }
        return new NameTable(slots, [.. many], words);
    }

    /// <summary>What is filed under a word, or a node where there is much of it. The span of one entry is part of the table.</summary>
    internal ReadOnlySpan<IndexEntry> Find(uint hash, out ResourceNode? node)
    {
        node = null;
        ref var slot = ref _slots[At(_slots, hash)];
        if (!slot.Has(EntryTraits.Taken))
            return default;
        if (!slot.Has(EntryTraits.Many))
            return MemoryMarshal.CreateReadOnlySpan(ref slot, 1);
        if (_many[slot.Number] is IndexEntry[] few)
            return few;
        node = (ResourceNode)_many[slot.Number]!;
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

    private static int SizeFor(int words) => words + (words / 2) + 1;

    private static IndexEntry Keep(uint hash, object payload, List<object?> many)
    {
        if (payload is IndexEntry one)
            return one.Under(hash, EntryTraits.Taken);
        many.Add(payload);
        return new IndexEntry(many.Count - 1, 0, EntryTraits.None, null, null).Under(hash, EntryTraits.Taken | EntryTraits.Many);
    }

    private static IndexEntry[] Grow(IndexEntry[] slots)
    {
        var larger = new IndexEntry[SizeFor(slots.Length)];
        foreach (var slot in slots)
        {
            if (slot.Has(EntryTraits.Taken))
                Place(larger, slot);
        }
        return larger;
    }

    private static void Place(IndexEntry[] slots, in IndexEntry slot) => slots[At(slots, slot.Word)] = slot;

    /// <summary>Where a hash stands, or the free place where it would.</summary>
    private static int At(IndexEntry[] slots, uint hash)
    {
        var at = (int)(((ulong)hash * (uint)slots.Length) >> 32);
        while (slots[at].Has(EntryTraits.Taken) && slots[at].Word != hash)
            at = at + 1 == slots.Length ? 0 : at + 1;
        return at;
    }
}
