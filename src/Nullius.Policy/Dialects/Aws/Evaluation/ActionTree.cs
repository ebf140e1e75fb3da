using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Aws.Statements;

namespace Nullius.Policy.Dialects.Aws.Evaluation;

/// <summary>
/// Entries found by action: literal actions where they end, wildcards where their literal beginning ends, inverted ones at
/// the root. While there are few they are simply listed. Immutable once built.
/// </summary>
internal sealed class ActionTree
{
    /// <summary>Testing so many takes no longer than walking a tree.</summary>
    private const int ListedUpTo = 8;

    private ActionTree(IndexEntry[] few, PrefixNode<IndexEntry[]>? tree)
    {
        Few = few;
        Tree = tree;
    }

    /// <summary>All entries while there are few of them; otherwise empty.</summary>
    internal IndexEntry[] Few { get; }

    internal PrefixNode<IndexEntry[]>? Tree { get; }

    internal static ActionTree Build(AwsStatement[] statements, List<IndexEntry> entries)
    {
        if (entries.Count <= ListedUpTo)
            return new ActionTree([.. entries], null);
        var root = PrefixNode<IndexEntry[]>.Root();
        var filed = new Dictionary<(string Path, bool Exact), List<IndexEntry>>();
        foreach (var entry in entries)
            File(statements, entry, filed);
        foreach (var ((path, exact), found) in filed)
        {
            var node = root.Reach(path);
            if (exact)
                node.Exact = [.. found];
            else
                node.Prefix = [.. found];
        }

        return new ActionTree([], root);
    }

    private static void File(AwsStatement[] statements, IndexEntry entry, Dictionary<(string Path, bool Exact), List<IndexEntry>> filed)
    {
        var statement = statements[entry.Statement];
        if (statement.NotAction || statement.Actions.Length > short.MaxValue)
        {
            Put(filed, "", exact: false, entry);
            return;
        }

        for (short action = 0; action < statement.Actions.Length; action++)
        {
            var pattern = statement.Actions[action];
            if (pattern.Malformed)
                continue;
            var mark = Glob.FirstMark(pattern.Folded);
            Put(filed, mark < 0 ? pattern.Folded : pattern.Folded[..mark], mark < 0, entry with { Action = action });
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
