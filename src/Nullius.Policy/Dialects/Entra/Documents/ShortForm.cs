using Nullius.Policy.Dialects.Entra.Conditions;
using Nullius.Policy.Documents;

namespace Nullius.Policy.Dialects.Entra.Documents;

/// <summary>
/// The short form in which guides print a policy: <c>name</c> for <c>displayName</c>, <c>cloudApps.includeApps</c> for
/// <c>applications.includeApplications</c>, no users, no state. Accepted with a note; what is left out is taken as the
/// strictest: all users, enabled.
/// </summary>
internal static class ShortForm
{
    internal static bool Is(LocatedValue policy) =>
        policy.Find("displayName") is null
        && (policy.Find("name") is not null || policy.Find("conditions") is { Kind: LocatedKind.Object } conditions && conditions.Find("cloudApps") is not null);

    internal static void Note(LocatedValue policy, DiagnosticSink sink)
    {
        if (policy.Find("name") is { } name)
            sink.Note(name, "short-form", "`name` is read as `displayName`, which Graph expects");
        if (policy.Find("state") is null)
            sink.Note(policy, "short-form", "the policy has no `state`, taken as `enabled`: add `\"state\": \"enabled\"`");
    }

    /// <summary>Everybody, where the short form names nobody.</summary>
    internal static UserScope AllUsers(LocatedValue conditions, DiagnosticSink sink)
    {
        sink.Note(conditions, "short-form", "`conditions` names no users, taken as all: add `\"users\": {\"includeUsers\": [\"All\"]}`");
        return new UserScope(new NameSet(["All"]), NameSet.Empty, NameSet.Empty, null);
    }

    internal static ApplicationScope Applications(GraphReader cloudApps, DiagnosticSink sink)
    {
        sink.Note(cloudApps.Value, "short-form", "`cloudApps` is read as `applications`, with `includeApplications` and `excludeApplications`, which Graph expects");
        var scope = new ApplicationScope(Names(cloudApps, "includeApps"), Names(cloudApps, "excludeApps"), NameSet.Empty, NameSet.Empty);
        cloudApps.Close();
        return scope;
    }

    private static NameSet Names(GraphReader reader, string field) =>
        new(reader.Texts(field).Select(t => t.Text!.Equals("All cloud apps", StringComparison.OrdinalIgnoreCase) ? "All" : t.Text));
}
