using Nullius.Policy.Conditions;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws.Documents;
using Nullius.Policy.Dialects.Aws.Evaluation;
using Nullius.Policy.Dialects.Aws.Statements;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Dialects.Aws;

/// <summary>One parsed and compiled AWS policy document: immutable, shared between the sets that attach it.</summary>
public sealed class AwsPolicyDocument
{
    private readonly AwsStatement[] _statements;

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

    /// <summary>Whether an allow of the document is about the request's action and resource. Conditions are not read: under some circumstances it may hold.</summary>
    public bool MayAllow(AwsRequest request)
    {
        var frame = new AwsFrame(request, hasBoundary: false);
        foreach (var statement in _statements)
        {
            if (!statement.IsDeny && statement.MatchesAction(ref frame) && statement.MatchesResource(ref frame) != Ternary.False)
                return true;
        }
        return false;
    }

    /// <summary>
    /// Reports what the provider refuses in that layer: a principal in an identity policy, none in a resource policy, an
    /// allow in a resource control policy that is not the full one. True when nothing is wrong.
    /// </summary>
    public bool CheckFor(PolicyLayer layer, ICollection<PolicyDiagnostic> diagnostics) => AwsLayerCheck.Check(this, layer, diagnostics);
}
