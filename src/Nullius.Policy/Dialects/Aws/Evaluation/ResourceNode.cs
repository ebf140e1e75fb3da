using System.Runtime.InteropServices;
using Nullius.Policy.Dialects.Aws.Statements;

namespace Nullius.Policy.Dialects.Aws.Evaluation;

/// <summary>
/// Entries filed so that a request finds the few that may concern it, and only those are tested: by the words of a resource's
/// name, one after the other for as long as a word has many entries; by the beginning of a word; or, where a resource may have
/// any name from here on, by action. Immutable once built; a changed set shares what did not change.
/// </summary>
internal sealed class ResourceNode
{
    /// <summary>So many entries under one word are simply listed.</summary>
    internal const int ListedUpTo = 8;

    /// <summary>Names are looked at up to so many words.</summary>
    private const int MostWords = 16;

    private enum Place : byte
    {
        Any,
        Word,
        Beginning,
    }

    private readonly int _depth;

    private ResourceNode(int depth, ActionTree? any, NameTable? names, PrefixNode<ActionTree>? beginnings)
    {
        _depth = depth;
        Any = any;
        Names = names;
        Beginnings = beginnings;
    }

    /// <summary>Entries for any name from here on; null when there are none.</summary>
    internal ActionTree? Any { get; }

    /// <summary>Entries for names that go on with one word.</summary>
    internal NameTable? Names { get; }

    /// <summary>Entries for names that go on with the beginning of a word.</summary>
    internal PrefixNode<ActionTree>? Beginnings { get; }

    internal static ResourceNode Build(StatementTable table, List<IndexEntry> entries) => Build(table, entries, 0);

    private static ResourceNode Build(StatementTable table, List<IndexEntry> entries, int depth)
    {
        var any = new List<IndexEntry>();
        var names = new List<(uint Hash, IndexEntry Entry)>();
        var beginnings = new Dictionary<string, List<IndexEntry>>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            switch (PlaceOf(entry, depth, out var text))
            {
                case Place.Word:
                    names.Add((NameTable.HashOf(text), entry));
                    break;
                case Place.Beginning:
                    Put(beginnings, text.ToString(), entry);
                    break;
                case Place.Any:
                    any.Add(entry);
                    break;
            }
        }
        PrefixNode<ActionTree>? tree = null;
        foreach (var (beginning, filed) in beginnings)
            (tree ??= PrefixNode<ActionTree>.Root()).Reach(beginning).Prefix = ActionTree.Build(table, filed);
        return new ResourceNode(
            depth, any.Count == 0 ? null : ActionTree.Build(table, any),
            names.Count == 0 ? null : NameTable.Build(table, [.. names], many => Build(table, many, depth + 1)), tree);
    }

    /// <summary>The same index without some statements and with others. Both are filed where the change of the one or the other finds them.</summary>
    internal ResourceNode With(StatementTable table, List<IndexEntry> removed, List<IndexEntry> added)
    {
        var any = new Change();
        var words = new Dictionary<uint, Change>();
        var beginnings = new Dictionary<string, Change>(StringComparer.Ordinal);
        foreach (var (entries, adds) in new[] { (removed, false), (added, true) })
        {
            foreach (var entry in entries)
            {
                var change = PlaceOf(entry, _depth, out var text) switch
                {
                    Place.Word => CollectionsMarshal.GetValueRefOrAddDefault(words, NameTable.HashOf(text), out _) ??= new Change(),
                    Place.Beginning => CollectionsMarshal.GetValueRefOrAddDefault(beginnings, text.ToString(), out _) ??= new Change(),
                    _ => any,
                };
                (adds ? change.Added : change.Removed).Add(entry);
            }
        }
        var tree = Beginnings;
        foreach (var (beginning, change) in beginnings)
            tree = (tree ?? PrefixNode<ActionTree>.Root()).With(beginning, before => change.Apply(before, table));
        return new ResourceNode(_depth, any.Apply(Any, table), WithWords(table, words), tree);
    }

    private NameTable? WithWords(StatementTable table, Dictionary<uint, Change> words)
    {
        if (words.Count == 0)
            return Names;
        if (Names is not null)
            return Names.With(words.Select(word => (word.Key, (Func<object?, object?>)(before => Changed(before, word.Value, table)))));
        var added = words.SelectMany(word => word.Value.Added.Select(entry => (word.Key, entry)));
        return NameTable.Build(table, [.. added], many => Build(table, many, _depth + 1));
    }

    private object? Changed(object? before, Change change, StatementTable table)
    {
        if (before is ResourceNode node)
            return node.With(table, change.Removed, change.Added);
        IEnumerable<IndexEntry> listed = before switch
        {
            IndexEntry one => [one],
            IndexEntry[] few => few,
            _ => [],
        };
        var left = change.Merge(listed);
        return left.Count == 0 ? null : NameTable.Payload(table, left, many => Build(table, many, _depth + 1));
    }

    /// <summary>Where a node files an entry: decided by the entry's pattern and the node's depth alone, so that a change finds what a build filed.</summary>
    private static Place PlaceOf(in IndexEntry entry, int depth, out ReadOnlySpan<char> text)
    {
        text = default;
        if (entry.Resource is null || depth >= MostWords)
            return Place.Any;
        var name = entry.Resource.NameBeginning(out var ends);
        for (var passed = 0; passed < depth; passed++)
            name = name[NameTable.WordOf(name).Length..];
        if (name.IsEmpty || (depth > 0 && !name.ContainsAnyExcept('/', ':')))
            return Place.Any;
        text = NameTable.WordOf(name);
        if (text.Length < name.Length || ends)
            return Place.Word;
        text = name;
        return Place.Beginning;
    }

    private static void Put(Dictionary<string, List<IndexEntry>> filed, string path, IndexEntry entry)
    {
        if (filed.TryGetValue(path, out var entries))
            entries.Add(entry);
        else
            filed[path] = [entry];
    }

    private sealed class Change
    {
        internal List<IndexEntry> Removed { get; } = [];

        internal List<IndexEntry> Added { get; } = [];

        /// <summary>What was there, each once, without the removed and with the added.</summary>
        internal List<IndexEntry> Merge(IEnumerable<IndexEntry> before)
        {
            var seen = new HashSet<(int, ArnPattern?)>(Removed.Select(entry => (entry.Number, entry.Resource)));
            return [.. before.Where(entry => seen.Add((entry.Number, entry.Resource))).Select(entry => entry.Plain()), .. Added];
        }

        internal ActionTree? Apply(ActionTree? before, StatementTable table)
        {
            if (Removed.Count == 0 && Added.Count == 0)
                return before;
            var left = Merge(before?.Entries() ?? []);
            return left.Count == 0 ? null : ActionTree.Build(table, left);
        }
    }
}
