using Nullius.Policy.Decisions;
using Nullius.Policy.Documents;

namespace Nullius.Policy.Simulation.Aws;

/// <summary>
/// Documents in what exports and templates put around them: an inline policy (<c>PolicyName</c>, <c>PolicyDocument</c>),
/// a role with its trust policy and its inline policies (<c>AssumeRolePolicyDocument</c>, <c>Policies</c>), alone or as
/// <c>Role</c> or <c>Properties</c> of something. Accepted with a note.
/// </summary>
internal static class PolicyWrappers
{
    /// <summary>The documents that take part in that layer; null when the value is itself a document.</summary>
    internal static List<(LocatedValue Document, string? Name)>? Documents(LocatedValue value, PolicyLayer layer, DiagnosticSink sink)
    {
        if (value.Kind != LocatedKind.Object || value.Find("Statement") is not null)
            return null;
        if (value.Find("PolicyDocument") is { } document)
        {
            // With its ARN it is what an export says of an attached policy: nothing to remark.
            if (value.Find("PolicyArn") is null)
                sink.Note(document, "template", "the document is taken from `PolicyDocument`");
            return [(document, value.Find("PolicyName")?.Text)];
        }
        if ((value.Find("Role") ?? value.Find("Properties")) is { Kind: LocatedKind.Object } inner)
            return Documents(inner, layer, sink);
        return FromRole(value, layer, sink);
    }

    private static List<(LocatedValue Document, string? Name)>? FromRole(LocatedValue role, PolicyLayer layer, DiagnosticSink sink)
    {
        if (layer == PolicyLayer.Resource && role.Find("AssumeRolePolicyDocument") is { } trust)
        {
            sink.Note(trust, "template", "the trust policy is taken from `AssumeRolePolicyDocument`");
            return [(trust, null)];
        }
        if (layer != PolicyLayer.Identity || role.Find("Policies") is not { Kind: LocatedKind.Array } policies)
            return null;
        sink.Note(policies, "template", "the identity policies are taken from `Policies`");
        var documents = new List<(LocatedValue, string?)>();
        foreach (var policy in policies.Items)
            documents.Add((policy.Kind == LocatedKind.Object ? policy.Find("PolicyDocument") ?? policy : policy, policy.Kind == LocatedKind.Object ? policy.Find("PolicyName")?.Text : null));
        return documents;
    }
}
