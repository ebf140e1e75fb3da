using System.Text.Json.Nodes;
using Nullius.Policy.Simulation.Azure;
using Nullius.Policy.Simulation.Estate.Entra;

namespace Nullius.Policy.Intent.Entra;

/// <summary>
/// A custom role and its assignment on the resource grant; Conditional Access policies at the operations' applications ask for the conditions. What
/// Conditional Access cannot say (time, regions) is named.
/// </summary>
internal static class EntraIntentCompiler
{
    internal const string Policies = "entra/conditional-access.json";
    internal const string Locations = "entra/named-locations.json";
    internal const string Role = "azure/role-definition.json";
    internal const string Assignments = "azure/role-assignments.json";

    internal static void Compile(AccessIntent intent, List<IntentDocument> documents, List<IntentLimit> limits)
    {
        documents.Add(IntentJson.Document(IntentDialect.Entra, Role, Definition(intent)));
        documents.Add(IntentJson.Document(IntentDialect.Entra, Assignments, new JsonArray([.. intent.Entra.Select(p => (JsonNode)Assignment(intent, p))])));
        var locations = new JsonArray();
        var policies = PoliciesOf(intent, locations);
        if (policies.Count > 0)
            documents.Add(IntentJson.Document(IntentDialect.Entra, Policies, policies));
        if (locations.Count > 0)
            documents.Add(IntentJson.Document(IntentDialect.Entra, Locations, locations));
        AddLimits(intent, policies.Count > 0, limits);
    }

    private static void AddLimits(AccessIntent intent, bool hasPolicies, List<IntentLimit> limits)
    {
        void Cannot(string? condition, string message) => limits.Add(new IntentLimit(IntentDialect.Entra, condition, message));
        if (intent.Conditions.From is not null)
            Cannot("from", "Conditional Access has no condition on time: let the assignment begin then (Privileged Identity Management, `startDateTime`)");
        if (intent.Conditions.Until is not null)
            Cannot("until", "Conditional Access has no condition on time: let the assignment end then (Privileged Identity Management, `expiration`)");
        if (intent.Conditions.Regions.Count > 0)
            Cannot("regions", "neither Conditional Access nor a role assignment has a condition on the region of a resource: restrict it by Azure Policy");
        foreach (var capability in intent.Capabilities.Where(c => c.Azure is null))
            Cannot(capability.Name, $"Azure has no operation for `{capability.Name}`");
        if (hasPolicies)
            Cannot(null, "Conditional Access reaches an application as a whole: its conditions hold for all that these callers do there, not for this resource alone");
        if (hasPolicies && intent.BindsEverybody)
            Cannot(null, "the policies are for all users without exception: exclude an emergency access account before they are enabled, or a mistake locks everyone out");
        if (intent.AzureScope!.Contains("/blobs/", StringComparison.OrdinalIgnoreCase))
            Cannot(null, "a role assignment reaches a container at the narrowest, not one blob: the scope is written as it is given, and Azure will refuse it");
    }

    private static string RoleId(AccessIntent intent) => IntentJson.Id("role " + intent.Name);

    private static JsonObject Definition(AccessIntent intent)
    {
        string[] operations = [.. intent.Capabilities.Select(c => c.Azure).OfType<string>()];
        return new JsonObject
        {
            ["id"] = $"/providers/Microsoft.Authorization/roleDefinitions/{RoleId(intent)}",
            ["roleName"] = intent.Name,
            ["permissions"] = new JsonArray(new JsonObject
            {
                ["actions"] = IntentJson.Texts(operations.Where(o => !AzureAction.IsData(o))),
                ["notActions"] = new JsonArray(),
                ["dataActions"] = IntentJson.Texts(operations.Where(AzureAction.IsData)),
                ["notDataActions"] = new JsonArray(),
            }),
            ["assignableScopes"] = new JsonArray(string.Join('/', intent.AzureScope!.Split('/').Take(3))),
        };
    }

    private static JsonObject Assignment(AccessIntent intent, string principal) => new()
    {
        ["principalId"] = principal.StartsWith("group:", StringComparison.Ordinal) ? principal[6..] : principal,
        ["principalType"] = principal.StartsWith("group:", StringComparison.Ordinal) ? "Group" : "User",
        ["roleDefinitionId"] = $"/providers/Microsoft.Authorization/roleDefinitions/{RoleId(intent)}",
        ["scope"] = intent.AzureScope,
    };

    private static JsonArray PoliciesOf(AccessIntent intent, JsonArray locations)
    {
        var policies = new JsonArray();
        var conditions = intent.Conditions;
        var demanded = new List<string>();
        if (conditions.Mfa)
            demanded.Add("mfa");
        if (conditions.Device == IntentDevice.Compliant)
            demanded.Add("compliantDevice");
        if (demanded.Count > 0)
            policies.Add((JsonNode)Policy(intent, "controls", null, "AND", demanded));
        if (conditions.Device == IntentDevice.Managed)
            policies.Add((JsonNode)Policy(intent, "device", null, "OR", ["compliantDevice", "domainJoinedDevice"]));
        if (conditions.Addresses.Count > 0)
            policies.Add((JsonNode)Policy(intent, "addresses", AddressLocation(intent, locations), "OR", ["block"]));
        if (conditions.Countries.Count > 0)
            policies.Add((JsonNode)Policy(intent, "countries", CountryLocation(intent, locations), "OR", ["block"]));
        return policies;
    }

    private static string AddressLocation(AccessIntent intent, JsonArray locations)
    {
        var id = IntentJson.Id($"location of addresses {intent.Name}");
        locations.Add((JsonNode)new JsonObject
        {
            ["@odata.type"] = "#microsoft.graph.ipNamedLocation",
            ["id"] = id,
            ["displayName"] = intent.Name + " addresses",
            ["isTrusted"] = false,
            ["ipRanges"] = new JsonArray([.. intent.Conditions.Addresses.Select(a => (JsonNode)new JsonObject
            {
                ["@odata.type"] = a.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? "#microsoft.graph.iPv4CidrRange" : "#microsoft.graph.iPv6CidrRange",
                ["cidrAddress"] = a.ToString(),
            })]),
        });
        return id;
    }

    private static string CountryLocation(AccessIntent intent, JsonArray locations)
    {
        var id = IntentJson.Id($"location of countries {intent.Name}");
        locations.Add((JsonNode)new JsonObject
        {
            ["@odata.type"] = "#microsoft.graph.countryNamedLocation",
            ["id"] = id,
            ["displayName"] = intent.Name + " countries",
            ["countriesAndRegions"] = IntentJson.Texts(intent.Conditions.Countries),
            ["includeUnknownCountriesAndRegions"] = false,
        });
        return id;
    }

    /// <param name="allowed">The location outside of which the policy applies; null: it applies everywhere.</param>
    private static JsonObject Policy(AccessIntent intent, string part, string? allowed, string operation, IReadOnlyList<string> controls)
    {
        var conditions = new JsonObject
        {
            ["users"] = Users(intent),
            ["applications"] = new JsonObject { ["includeApplications"] = IntentJson.Texts(Applications(intent)) },
            ["clientAppTypes"] = new JsonArray("all"),
        };
        if (allowed is not null)
            conditions["locations"] = new JsonObject { ["includeLocations"] = new JsonArray("All"), ["excludeLocations"] = new JsonArray(allowed) };
        return new JsonObject
        {
            ["id"] = IntentJson.Id($"{part} {intent.Name}"),
            ["displayName"] = $"{intent.Name} {part}",
            ["state"] = "enabled",
            ["conditions"] = conditions,
            ["grantControls"] = new JsonObject { ["operator"] = operation, ["builtInControls"] = IntentJson.Texts(controls) },
        };
    }

    private static IEnumerable<string> Applications(AccessIntent intent) =>
        intent.Capabilities.Select(c => c.Azure).OfType<string>().Select(AzureRoles.ApplicationOf).Distinct(StringComparer.Ordinal);

    private static JsonObject Users(AccessIntent intent)
    {
        if (intent.BindsEverybody)
            return new JsonObject { ["includeUsers"] = new JsonArray("All") };
        return new JsonObject
        {
            ["includeUsers"] = IntentJson.Texts(intent.Entra.Where(p => !p.StartsWith("group:", StringComparison.Ordinal))),
            ["includeGroups"] = IntentJson.Texts(intent.Entra.Where(p => p.StartsWith("group:", StringComparison.Ordinal)).Select(p => p[6..])),
        };
    }
}
