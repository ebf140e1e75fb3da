using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws.Principals;
using Nullius.Policy.Dialects.Aws.Statements;
using Nullius.Policy.Documents;

namespace Nullius.Policy.Dialects.Aws.Documents;

/// <summary>What a statement must have, and must not have, in the layer in which its document is attached.</summary>
internal static class AwsLayerCheck
{
    internal static bool Check(AwsPolicyDocument document, PolicyLayer layer, ICollection<PolicyDiagnostic> diagnostics)
    {
        var sink = new DiagnosticSink(document.Source, diagnostics);
        var namesPrincipals = layer is PolicyLayer.Resource or PolicyLayer.ResourceControl or PolicyLayer.Endpoint;
        foreach (var statement in document.Statements)
        {
            if (namesPrincipals && statement.Principal is null)
                sink.Error(statement.Line, "missing-principal", $"statement `{PolicyDiagnostic.Quote(statement.Id)}` has no `Principal` and never matches in this layer, expected one");
            if (!namesPrincipals && statement.Principal is not null)
                sink.Error(statement.Line, "unexpected-principal", $"statement `{PolicyDiagnostic.Quote(statement.Id)}` has a `Principal`, expected none: the policy is attached to its principal");
            if (layer == PolicyLayer.ResourceControl && !statement.IsDeny && !IsFullAccess(statement))
                sink.Error(statement.Line, "bad-effect", $"statement `{PolicyDiagnostic.Quote(statement.Id)}` allows, expected `Deny`: only the full access policy allows in a resource control policy");
        }
        return !sink.HasErrors;
    }

    private static bool IsFullAccess(AwsStatement statement) =>
        statement is { NotAction: false, NotResource: false, Conditions.Length: 0, Principal.Inverted: false }
        && statement.Principal.Entries.Any(e => e.Kind == PrincipalEntryKind.Everyone)
        && statement.Actions.Any(a => a.Raw == "*")
        && statement.Resources is not null && statement.Resources.Any(r => r.IsAll);
}
