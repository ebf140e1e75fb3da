using Nullius.Policy.Dialects.Aws.Statements;

namespace Nullius.Policy.Dialects.Aws.Evaluation;

/// <summary>One way in which a statement may concern a request: by this action and this resource of it (−1: test them all).</summary>
internal readonly record struct IndexEntry(int Statement, int Action, int Resource);

/// <summary>The statements filed under one action, by resource.</summary>
internal sealed class ResourceBucket
{
    private const int TreeFrom = 8;

    private readonly List<(IndexEntry Entry, string Path, bool Exact)> _collected = [];

    /// <summary>All entries while there are few of them; otherwise empty.</summary>
    internal IndexEntry[] Few { get; private set; } = [];

    internal PrefixNode<IndexEntry[]>? Tree { get; private set; }

    internal void Add(IndexEntry entry, string path, bool exact) => _collected.Add((entry, path, exact));

    internal void Seal()
    {
        if (_collected.Count < TreeFrom)
        {
            Few = [.. _collected.Select(c => c.Entry)];
            _collected.Clear();
            _collected.TrimExcess();
            return;
        }
        Tree = PrefixNode<IndexEntry[]>.Root();
        foreach (var group in _collected.GroupBy(c => (c.Path, c.Exact)))
        {
            var node = Tree.Reach(group.Key.Path);
            if (group.Key.Exact)
                node.Exact = [.. group.Select(c => c.Entry)];
            else
                node.Prefix = [.. group.Select(c => c.Entry)];
        }
        _collected.Clear();
        _collected.TrimExcess();
    }
}

/// <summary>
/// The statements of one layer, found by action and then by resource: literal actions where they end, wildcards where
/// their literal beginning ends, inverted elements at the root. Immutable once built.
/// </summary>
internal sealed class StatementIndex
{
    /// <summary>A statement with more pairs of action and resource is filed by action only, which bounds the index.</summary>
    private const int MaxPairs = 64;

    private readonly BoundStatement[] _statements;

    private StatementIndex(BoundStatement[] statements, PrefixNode<ResourceBucket> actions)
    {
        _statements = statements;
        Actions = actions;
    }

    internal IReadOnlyList<BoundStatement> Statements => _statements;

    internal PrefixNode<ResourceBucket> Actions { get; }

    internal BoundStatement this[int index] => _statements[index];

    internal static StatementIndex Build(IEnumerable<BoundStatement> bound)
    {
        BoundStatement[] statements = [.. bound];
        var root = PrefixNode<ResourceBucket>.Root();
        var buckets = new List<ResourceBucket>();
        for (var i = 0; i < statements.Length; i++)
            File(root, buckets, i, statements[i].Statement);
        foreach (var bucket in buckets)
            bucket.Seal();
        return new StatementIndex(statements, root);
    }

    private static void File(PrefixNode<ResourceBucket> root, List<ResourceBucket> buckets, int number, AwsStatement statement)
    {
        if (statement.NotAction)
        {
            FileResources(PrefixBucket(root, buckets), number, -1, statement, bounded: false);
            return;
        }
        var bounded = (long)statement.Actions.Length * (statement.Resources?.Length ?? 1) > MaxPairs;
        for (var action = 0; action < statement.Actions.Length; action++)
        {
            var pattern = statement.Actions[action];
            if (pattern.Malformed)
                continue;
            var mark = Nullius.Policy.Conditions.Glob.FirstMark(pattern.Folded);
            var node = root.Reach(mark < 0 ? pattern.Folded : pattern.Folded.AsSpan(0, mark));
            var bucket = mark < 0 ? ExactBucket(node, buckets) : PrefixBucket(node, buckets);
            FileResources(bucket, number, action, statement, bounded);
        }
    }

    private static void FileResources(ResourceBucket bucket, int number, int action, AwsStatement statement, bool bounded)
    {
        if (statement.Resources is null || statement.NotResource || bounded)
        {
            bucket.Add(new IndexEntry(number, action, -1), "", exact: false);
            return;
        }
        for (var resource = 0; resource < statement.Resources.Length; resource++)
        {
            var pattern = statement.Resources[resource];
            if (!pattern.IsMalformed)
                bucket.Add(new IndexEntry(number, action, resource), pattern.IndexPrefix, pattern.IsLiteral);
        }
    }

    private static ResourceBucket ExactBucket(PrefixNode<ResourceBucket> node, List<ResourceBucket> buckets)
    {
        if (node.Exact is null)
            buckets.Add(node.Exact = new ResourceBucket());
        return node.Exact;
    }

    private static ResourceBucket PrefixBucket(PrefixNode<ResourceBucket> node, List<ResourceBucket> buckets)
    {
        if (node.Prefix is null)
            buckets.Add(node.Prefix = new ResourceBucket());
        return node.Prefix;
    }
}
