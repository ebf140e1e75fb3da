using System.Text.Json.Nodes;
using Nullius.Policy.Simulation.Estate.Gcp;

namespace Nullius.Policy.Intent.Gcp;

/// <summary>A custom role, its binding on the resource with a condition on time and access levels, and the levels: a basic one for addresses, countries and
/// the device, a custom one for the second factor, which IAM knows by the credential strength of the session alone.</summary>
internal static class GcpIntentCompiler
{
    internal const string Allow = "gcp/allow-policy.json";
    internal const string Role = "gcp/role.json";
    internal const string Levels = "gcp/access-levels.json";

    internal const string MfaExpression = "request.auth.claims.crd_str.mfa == true";

    internal static void Compile(AccessIntent intent, List<IntentDocument> documents, List<IntentLimit> limits)
    {
        var conditions = intent.Conditions;
        documents.Add(IntentJson.Document(IntentDialect.Gcp, Role, new JsonObject
        {
            ["name"] = RoleName(intent),
            ["title"] = intent.Name,
            ["includedPermissions"] = IntentJson.Texts(intent.Capabilities.Select(c => c.Gcp).OfType<string>()),
            ["stage"] = "GA",
        }));
        var levels = LevelsOf(intent);
        if (levels.Count > 0)
            documents.Add(IntentJson.Document(IntentDialect.Gcp, Levels, levels));
        documents.Add(IntentJson.Document(IntentDialect.Gcp, Allow, Policy(intent, levels)));
        AddLimits(intent, levels.Count > 0, limits);
    }

    private static void AddLimits(AccessIntent intent, bool hasLevels, List<IntentLimit> limits)
    {
        void Cannot(string? condition, string message) => limits.Add(new IntentLimit(IntentDialect.Gcp, condition, message));
        if (intent.Conditions.Regions.Count > 0)
            Cannot("regions", "IAM has no condition on the region of a resource: restrict it by the organization policy `gcp.resourceLocations`");
        if (intent.BindsEverybody)
            Cannot("binds", "a deny policy has conditions on tags only: it cannot deny by time, address, device or second factor, so that grants from elsewhere stay as they are");
        if (hasLevels)
            Cannot(null, "access levels reach a condition where the service gives them (`request.auth.access_levels`): where it does not the binding grants nothing; bind the levels to the callers' group (`gcpUserAccessBindings`) for the rest");
        if (intent.Conditions.Mfa)
            Cannot(null, "IAM knows the second factor by the credential strength of the session (`crd_str.mfa` in a custom access level) alone");
        foreach (var capability in intent.Capabilities.Where(c => c.Gcp is null))
            Cannot(capability.Name, $"Google Cloud has no permission for `{capability.Name}`");
    }

    private static string RoleName(AccessIntent intent) => $"projects/{intent.GcpProject}/roles/{intent.Name.Replace('-', '_')}";

    private static string LevelName(AccessIntent intent, string part) => $"accessPolicies/{intent.AccessPolicy}/accessLevels/{intent.Name.Replace('-', '_')}_{part}";

    private static JsonArray LevelsOf(AccessIntent intent)
    {
        var levels = new JsonArray();
        var conditions = intent.Conditions;
        var basic = new JsonObject();
        if (conditions.Addresses.Count > 0)
            basic["ipSubnetworks"] = IntentJson.Texts(conditions.Addresses.Select(a => a.ToString()));
        if (conditions.Countries.Count > 0)
            basic["regions"] = IntentJson.Texts(conditions.Countries);
        if (conditions.Device != IntentDevice.Any)
            basic["devicePolicy"] = new JsonObject { [conditions.Device == IntentDevice.Compliant ? "requireAdminApproval" : "requireCorpOwned"] = true };
        if (basic.Count > 0)
        {
            levels.Add((JsonNode)new JsonObject
            {
                ["name"] = LevelName(intent, "place"),
                ["title"] = intent.Name + " place and device",
                ["basic"] = new JsonObject { ["combiningFunction"] = "AND", ["conditions"] = new JsonArray(basic) },
            });
        }
        if (conditions.Mfa)
        {
            levels.Add((JsonNode)new JsonObject
            {
                ["name"] = LevelName(intent, "mfa"),
                ["title"] = intent.Name + " second factor",
                ["custom"] = new JsonObject { ["expr"] = new JsonObject { ["expression"] = MfaExpression } },
            });
        }
        return levels;
    }

    private static JsonObject Policy(AccessIntent intent, JsonArray levels)
    {
        var parts = new List<string>();
        if (intent.Conditions.From is { } from)
            parts.Add($"request.time >= timestamp(\"{IntentJson.Instant(from)}\")");
        if (intent.Conditions.Until is { } until)
            parts.Add($"request.time < timestamp(\"{IntentJson.Instant(until)}\")");
        parts.AddRange(levels.Select(l => $"\"{l!["name"]!.GetValue<string>()}\" in request.auth.access_levels"));
        var binding = new JsonObject { ["role"] = RoleName(intent), ["members"] = IntentJson.Texts(intent.Gcp) };
        if (parts.Count > 0)
            binding["condition"] = new JsonObject { ["title"] = intent.Name, ["expression"] = string.Join(" && ", parts) };
        var resource = GcpResource.Parse(intent.GcpResource!, intent.Capabilities.Select(c => c.Gcp).OfType<string>().FirstOrDefault() ?? "any.thing.get");
        return new JsonObject { ["attachedTo"] = $"//{resource.Service}/{resource.Name}", ["version"] = 3, ["bindings"] = new JsonArray(binding) };
    }
}
