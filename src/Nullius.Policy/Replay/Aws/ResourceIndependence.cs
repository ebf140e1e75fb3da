using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Dialects.Aws.Statements;

namespace Nullius.Policy.Replay.Aws;

/// <summary>Whether policies answer a request for an action alike whatever its resource is: then the record need not tell it.</summary>
internal static class ResourceIndependence
{
    /// <summary>Services and actions whose resources have a policy of their own that takes part in every case.</summary>
    private static readonly string[] s_ownPolicy = ["kms:", "sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"];

    internal static bool Holds(AwsPolicyLayers layers, string action)
    {
        if (layers.Resource is not null || Array.Exists(s_ownPolicy, p => action.StartsWith(p, StringComparison.OrdinalIgnoreCase)))
            return false;
        var documents = new[] { layers.Identity, layers.Boundary, layers.Session, layers.Endpoint }.Concat(layers.Guardrails ?? []).Concat(layers.ResourceControls ?? []);
        return documents.OfType<IReadOnlyList<AwsPolicyDocument>>().SelectMany(d => d).SelectMany(d => d.Statements).All(s => !Concerns(s, action) || IsAboutEverything(s));
    }

    private static bool Concerns(AwsStatement statement, string action) => statement.NotAction
        ? !Array.Exists(statement.Actions, p => p.Matches(action))
        : Array.Exists(statement.Actions, p => p.Matches(action));

    private static bool IsAboutEverything(AwsStatement statement) => !statement.NotResource && (statement.Resources is null || Array.Exists(statement.Resources, r => r.Raw == "*"));
}
