using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws.Statements;

namespace Nullius.Policy.Dialects.Aws.Evaluation;

/// <summary>One way in which a statement may concern a request: by this action and this resource of it (−1: test them all).</summary>
internal readonly record struct IndexEntry(int Statement, short Action, short Resource);

/// <summary>
/// The statements of one layer, filed so that a request finds the few that may concern it, and only those are tested. A statement is
/// filed by the most selective that it has: the name of a resource (<see cref="NameTable"/>), the beginning of such a
/// name, or, where it is about resources of any name, its actions. Immutable once built.
/// </summary>
internal sealed class StatementIndex
{
    private readonly PolicyLayer _layer;
    private readonly AwsPolicyDocument[] _documents;
    private readonly int[] _starts;
    private readonly AwsStatement[] _statements;

    // Made when a statement first decides something, and kept: of most statements nobody ever hears.
    private readonly StatementRef?[] _references;

    private StatementIndex(PolicyLayer layer, AwsPolicyDocument[] documents)
    {
        _layer = layer;
        _documents = documents;
        _starts = new int[documents.Length];
        _statements = new AwsStatement[documents.Sum(document => document.Statements.Count)];
        _references = new StatementRef?[_statements.Length];
        var at = 0;
        for (var i = 0; i < documents.Length; i++)
        {
            _starts[i] = at;
            foreach (var statement in documents[i].Statements)
                _statements[at++] = statement;
        }
    }

    internal IEnumerable<BoundStatement> Statements => Enumerable.Range(0, _statements.Length).Select(number => new BoundStatement(this, number));

    /// <summary>Statements about resources of any name; null when there are none.</summary>
    internal ActionTree? AnyName { get; private set; }

    /// <summary>Statements about resources of one name.</summary>
    internal NameTable? Names { get; private set; }

    /// <summary>Statements about resources whose name begins in a way.</summary>
    internal PrefixNode<ActionTree>? Beginnings { get; private set; }

    internal AwsStatement StatementAt(int number) => _statements[number];

    internal StatementRef ReferenceTo(int number) => Volatile.Read(ref _references[number]) ?? MakeReference(number);

    internal static StatementIndex Build(PolicyLayer layer, IEnumerable<AwsPolicyDocument> documents)
    {
        var index = new StatementIndex(layer, [.. documents]);
        index.File();
        return index;
    }

    private StatementRef MakeReference(int number)
    {
        var statement = _statements[number];
        // Empty documents start where the next one does: the last that starts there has the statement.
        var document = Array.BinarySearch(_starts, number);
        document = document < 0 ? ~document - 1 : document;
        while (document + 1 < _starts.Length && _starts[document + 1] <= number)
            document++;
        var reference = new StatementRef(_layer, _documents[document].Source, statement.Line, statement.Id, statement.IsDeny ? Effect.Deny : Effect.Allow);
        return Interlocked.CompareExchange(ref _references[number], reference, null) ?? reference;
    }

    private void File()
    {
        var any = new List<IndexEntry>();
        var names = new List<(uint Hash, IndexEntry Entry)>();
        var beginnings = new Dictionary<string, List<IndexEntry>>(StringComparer.Ordinal);
        for (var number = 0; number < _statements.Length; number++)
            File(number, _statements[number], any, names, beginnings);
        AnyName = any.Count == 0 ? null : ActionTree.Build(_statements, any);
        Names = names.Count == 0 ? null : NameTable.Build(_statements, names);
        foreach (var (beginning, entries) in beginnings)
            (Beginnings ??= PrefixNode<ActionTree>.Root()).Reach(beginning).Prefix = ActionTree.Build(_statements, entries);
    }

    private static void File(
        int number, AwsStatement statement, List<IndexEntry> any, List<(uint Hash, IndexEntry Entry)> names, Dictionary<string, List<IndexEntry>> beginnings)
    {
        if (statement.Resources is null || statement.NotResource || statement.Resources.Length > short.MaxValue)
        {
            any.Add(new IndexEntry(number, -1, -1));
            return;
        }

        for (short resource = 0; resource < statement.Resources.Length; resource++)
        {
            var pattern = statement.Resources[resource];
            if (pattern.IsMalformed)
                continue;
            var entry = new IndexEntry(number, -1, resource);
            var name = pattern.NameBeginning(out var whole);
            if (whole)
                names.Add((NameTable.HashOf(name), entry));
            else if (name.IsEmpty)
                any.Add(entry);
            else if (beginnings.TryGetValue(name.ToString(), out var entries))
                entries.Add(entry);
            else
                beginnings[name.ToString()] = [entry];
        }
    }
}
