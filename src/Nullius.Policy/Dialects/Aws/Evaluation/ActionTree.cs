using Nullius.Policy.Conditions;

namespace Nullius.Policy.Dialects.Aws.Evaluation;

/// <summary>
/// Entries found by action: literal actions where they end, wildcards where their literal beginning ends, inverted ones at
/// the root. While there are few they are simply listed. Denies stand before allows, each in the order of evaluation.
/// Immutable once built.
/// </summary>
internal sealed class ActionTree
{
    /// <summary>Testing so many takes no longer than walking a tree.</summary>
    private const int ListedUpTo = 8;

    private ActionTree(IndexEntry[] few, PrefixNode<EntryList>? tree)
    {
        Few = few;
        Tree = tree;
    }

    /// <summary>All entries while there are few of them; otherwise empty.</summary>
    internal IndexEntry[] Few { get; }

    internal PrefixNode<EntryList>? Tree { get; }

    internal static ActionTree Build(StatementTable table, List<IndexEntry> entries)
    {
        if (entries.Count <= ListedUpTo)
            return new ActionTree(Ordered(table, entries), null);
        var root = PrefixNode<EntryList>.Root();
        var filed = new Dictionary<(string Path, bool Exact), List<IndexEntry>>();
        foreach (var entry in entries)
            File(table, entry, filed);
        foreach (var ((path, exact), found) in filed)
        {
            var node = root.Reach(path);
            if (exact)
                node.Exact = EntryList.Build(table, found);
            else
                node.Prefix = EntryList.Build(table, found);
        }

        return new ActionTree([], root);
    }

    /// <summary>What <see cref="Build"/> was given, some of it more than once.</summary>
    internal IEnumerable<IndexEntry> Entries() => Few.Concat((Tree?.All() ?? []).SelectMany(entries => entries.All()));

    internal static IndexEntry[] Ordered(StatementTable table, List<IndexEntry> entries)
    {
        if (entries.Count > 1)
            entries.Sort((a, b) => a.IsDeny != b.IsDeny ? (a.IsDeny ? -1 : 1) : table.RankOf(a.Number).CompareTo(table.RankOf(b.Number)));
        return [.. entries];
    }

    private static void File(StatementTable table, in IndexEntry entry, Dictionary<(string Path, bool Exact), List<IndexEntry>> filed)
    {
        if (entry.Has(EntryTraits.NotAction | EntryTraits.AnyAction))
        {
            Put(filed, "", exact: false, entry);
            return;
        }

        foreach (var pattern in table.Statements[entry.Number].Actions)
        {
            if (pattern.Malformed)
                continue;
            var mark = Glob.FirstMark(pattern.Folded);
            // Who comes to the end of a literal, or of what stands before a last star, has seen that it matches.
            var proved = mark < 0 || (mark == pattern.Folded.Length - 1 && pattern.Folded[mark] == Glob.Star);
            Put(filed, mark < 0 ? pattern.Folded : pattern.Folded[..mark], mark < 0, proved ? entry.With(EntryTraits.Proved) : entry);
        }
    }

    private static void Put(Dictionary<(string Path, bool Exact), List<IndexEntry>> filed, string path, bool exact, IndexEntry entry)
    {
        if (filed.TryGetValue((path, exact), out var entries))
            entries.Add(entry);
        else
            filed[(path, exact)] = [entry];
    }
}
