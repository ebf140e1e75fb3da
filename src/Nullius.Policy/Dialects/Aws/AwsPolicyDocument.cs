using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws.Documents;
using Nullius.Policy.Dialects.Aws.Evaluation;
using Nullius.Policy.Dialects.Aws.Statements;

namespace Nullius.Policy.Dialects.Aws;

/// <summary>One parsed and compiled AWS policy document: immutable, shared between the sets that attach it.</summary>
public sealed class AwsPolicyDocument
{
    private readonly AwsStatement[] _statements;
    private readonly BoundStatement[]?[] _bound = new BoundStatement[(int)PolicyLayer.ConditionalAccess + 1][];

    internal AwsPolicyDocument(string source, AwsStatement[] statements)
    {
        Source = source;
        _statements = statements;
    }

    public string Source { get; }

    internal IReadOnlyList<AwsStatement> Statements => _statements;

    /// <summary>Reads one document. On errors the result is null and every error is in <paramref name="diagnostics"/>.</summary>
    /// <param name="json">UTF-8, or UTF-16 with a byte-order mark.</param>
    public static AwsPolicyDocument? Parse(ReadOnlySpan<byte> json, string source, ICollection<PolicyDiagnostic> diagnostics) =>
        AwsDocumentParser.Parse(json, source, diagnostics);

    /// <summary>
    /// Reports what the provider refuses in that layer: a principal in an identity policy, none in a resource policy, an
    /// allow in a resource control policy that is not the full one. True when nothing is wrong.
    /// </summary>
    public bool CheckFor(PolicyLayer layer, ICollection<PolicyDiagnostic> diagnostics) => AwsLayerCheck.Check(this, layer, diagnostics);

    /// <summary>The statements as members of a layer; made once and shared.</summary>
    internal BoundStatement[] Bind(PolicyLayer layer) =>
        Volatile.Read(ref _bound[(int)layer]) ?? BindFirst(layer);

    private BoundStatement[] BindFirst(PolicyLayer layer)
    {
        var bound = new BoundStatement[_statements.Length];
        for (var i = 0; i < bound.Length; i++)
        {
            var statement = _statements[i];
            var effect = statement.IsDeny ? Effect.Deny : Effect.Allow;
            bound[i] = new BoundStatement(statement, new StatementRef(layer, Source, statement.Line, statement.Id, effect));
        }
        return Interlocked.CompareExchange(ref _bound[(int)layer], bound, null) ?? bound;
    }
}
