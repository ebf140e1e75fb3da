using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nullius.Policy.Simulation.Estate.Entra;

/// <summary>
/// Role assignments, role definitions, deny assignments and management groups of Azure, as <c>az role assignment list</c>, <c>az role definition list</c>,
/// <c>az account management-group show -e -r</c> and the Resource Manager's API print them.
/// </summary>
internal sealed class AzureRoles
{
    private readonly List<JsonObject> _assignments = [];
    private readonly Dictionary<string, JsonObject> _definitions = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<JsonObject> _denies = [];
    private readonly Dictionary<string, string> _parents = new(StringComparer.OrdinalIgnoreCase);

    internal bool IsPresent => _assignments.Count + _definitions.Count > 0;

    /// <summary>An operation of Azure, as opposed to a sign-in.</summary>
    internal static bool IsAction(string action) => action.Contains('/', StringComparison.Ordinal);

    /// <summary>The application whose Conditional Access an operation passes: the data planes of Storage and Key Vault, or the Resource Manager.</summary>
    internal static string ApplicationOf(string action) => !Azure.AzureAction.IsData(action) ? "797f4846-ba00-4fd7-ba43-dac1f8f63013"
        : action.StartsWith("Microsoft.Storage/", StringComparison.OrdinalIgnoreCase) ? "e406a681-f3d4-42a8-90b6-c2b029497af1"
        : action.StartsWith("Microsoft.KeyVault/", StringComparison.OrdinalIgnoreCase) ? "cfa8b339-82a2-471a-a3c9-0fc0be7a4093"
        : "797f4846-ba00-4fd7-ba43-dac1f8f63013";

    internal bool Add(JsonElement item)
    {
        var body = item.Find("properties") is { ValueKind: JsonValueKind.Object } inner ? inner : item;
        if (body.Text("roleDefinitionId") is { } role && role.Contains("/roleDefinitions/", StringComparison.OrdinalIgnoreCase) && body.Text("principalId") is not null)
        {
            _assignments.Add(body.Only("principalId", "principalType", "roleDefinitionId", "roleDefinitionName", "scope", "condition"));
            return true;
        }
        if (body.Has("denyAssignmentName") && body.Has("permissions"))
        {
            _denies.Add(body.Only("denyAssignmentName", "permissions", "scope", "doNotApplyToChildScopes", "principals", "excludePrincipals", "condition"));
            return true;
        }
        if (body.Has("roleName") && body.Find("permissions") is { ValueKind: JsonValueKind.Array } && item.Text("id") is { } id)
        {
            var definition = body.Only("roleName", "permissions");
            definition["id"] = id;
            _definitions[Last(id)] = definition;
            return true;
        }
        return AddManagementGroup(item);
    }

    private bool AddManagementGroup(JsonElement item)
    {
        if (item.Text("id") is not { } id || !(id.StartsWith("/providers/Microsoft.Management/managementGroups/", StringComparison.OrdinalIgnoreCase) || item.Find("parent")?.Text("id") is not null))
            return false;
        if (item.Find("parent")?.Text("id") is { } parent && parent.Contains("/managementGroups/", StringComparison.OrdinalIgnoreCase))
            _parents[item.Text("type") == "/subscriptions" && !id.StartsWith("/subscriptions/", StringComparison.OrdinalIgnoreCase) ? "/subscriptions/" + (item.Text("name") ?? Last(id)) : id] = parent;
        foreach (var child in item.Items("children"))
        {
            if (child.Text("id") is { } childId)
                _parents[childId] = id;
            AddManagementGroup(child);
        }
        return item.Has("children") || item.Has("parent");
    }

    private static string Last(string id) => id[(id.LastIndexOf('/') + 1)..];

    /// <summary>Puts into the case what could concern the caller, and adds what is missing.</summary>
    internal void Write(JsonObject policies, EntraCaller caller, string scope, List<EstateGap> gaps)
    {
        var ids = caller.Groups.Append(caller.Id).ToHashSet(StringComparer.OrdinalIgnoreCase);
        JsonObject[] concerned = [.. _assignments.Where(a => ids.Contains(Text(a, "principalId")))];
        policies["roleAssignments"] = new JsonArray([.. concerned.Select(a => (JsonNode)a.DeepClone())]);
        policies["roleDefinitions"] = new JsonArray([.. concerned.Select(a => Last(Text(a, "roleDefinitionId"))).Distinct(StringComparer.OrdinalIgnoreCase).Where(_definitions.ContainsKey).Select(d => (JsonNode)_definitions[d].DeepClone())]);
        policies["denyAssignments"] = new JsonArray([.. _denies.Select(d => (JsonNode)d.DeepClone())]);
        if (Ancestors(scope) is { } ancestors)
            policies["ancestors"] = ExportJson.Array(ancestors);
        if (_assignments.Count == 0)
            gaps.Add(EstateGap.Grant("the role assignments (`az role assignment list --all`)"));
    }

    /// <summary>The scopes at which one of these has a role.</summary>
    internal IEnumerable<string> ScopesOf(IReadOnlyCollection<string> principals) =>
        _assignments.Where(a => principals.Contains(Text(a, "principalId"), StringComparer.OrdinalIgnoreCase)).Select(a => Text(a, "scope")).Distinct(StringComparer.OrdinalIgnoreCase);

    /// <summary>Assignments to groups of which it cannot be told whether the caller is in them.</summary>
    internal IEnumerable<string> GroupsAssigned() =>
        _assignments.Where(a => Text(a, "principalType") is "Group" or "").Select(a => Text(a, "principalId")).Distinct(StringComparer.OrdinalIgnoreCase);

    /// <summary>The management groups above a subscription; null when the export does not say.</summary>
    private List<string>? Ancestors(string scope)
    {
        var parts = scope.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var at = parts is ["subscriptions", var subscription, ..] ? "/subscriptions/" + subscription : scope;
        if (!_parents.ContainsKey(at))
            return null;
        var chain = new List<string>();
        while (_parents.TryGetValue(at, out var parent) && chain.Count < 16)
        {
            chain.Add(parent);
            at = parent;
        }
        return chain;
    }

    private static string Text(JsonObject json, string name) => json[name].Text() ?? "";
}
