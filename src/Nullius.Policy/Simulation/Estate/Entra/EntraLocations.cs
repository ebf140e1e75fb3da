using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nullius.Policy.Dialects.Entra;

namespace Nullius.Policy.Simulation.Estate.Entra;

/// <summary>
/// The exported named locations; one that a policy names and that is not there, or cannot be read, stands as one of which it is not known what it holds.
/// </summary>
internal static class EntraLocations
{
    private const string MfaTrusted = "00000000-0000-0000-0000-000000000000";

    internal static JsonArray Of(IReadOnlyCollection<JsonElement> policies, Dictionary<string, JsonElement> exported, List<EstateGap> gaps)
    {
        var locations = new JsonArray();
        foreach (var (id, location) in exported)
        {
            var node = location.Only("@odata.type", "id", "displayName", "isTrusted", "ipRanges", "countriesAndRegions", "includeUnknownCountriesAndRegions", "countryLookupMethod", "compliantNetworkType");
            if (Fault(node) is { } fault)
            {
                gaps.Add(EstateGap.Deny($"named location {location.Text("displayName") ?? id}, which cannot be read: {fault}"));
                locations.Add((JsonNode)Unknown(id, location.IsTrue("isTrusted")));
            }
            else
            {
                locations.Add((JsonNode)node);
            }
        }
        var named = Named(policies);
        foreach (var id in named.Where(l => !exported.ContainsKey(l) && l is not ("All" or "AllTrusted" or MfaTrusted)))
        {
            gaps.Add(EstateGap.Deny($"named location {id}"));
            locations.Add((JsonNode)Unknown(id, isTrusted: false));
        }
        if (exported.Count == 0 && named.Contains("AllTrusted"))
        {
            gaps.Add(EstateGap.Deny("the named locations that are trusted"));
            locations.Add((JsonNode)Unknown("trusted", isTrusted: true));
        }
        return locations;
    }

    private static HashSet<string> Named(IEnumerable<JsonElement> policies) => policies.Select(p => p.Find("conditions")?.Find("locations") ?? default)
        .SelectMany(l => l.Items("includeLocations").Concat(l.Items("excludeLocations"))).Select(l => l.ToString()).ToHashSet(StringComparer.OrdinalIgnoreCase);

    private static string? Fault(JsonObject location)
    {
        var diagnostics = new List<PolicyDiagnostic>();
        return EntraPolicySet.Load([], [("location", Encoding.UTF8.GetBytes(location.ToJsonString()))], diagnostics) is null
            ? diagnostics.Find(d => d.Severity == DiagnosticSeverity.Error)?.Message ?? "" : null;
    }

    private static JsonObject Unknown(string id, bool isTrusted) =>
        new() { ["@odata.type"] = "#microsoft.graph.compliantNetworkNamedLocation", ["id"] = id, ["displayName"] = "not exported", ["isTrusted"] = isTrusted };
}
