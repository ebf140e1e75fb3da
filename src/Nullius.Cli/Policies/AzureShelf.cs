using System.Text;
using System.Text.Json.Nodes;
using Nullius.Cli.Output;
using Nullius.Policy;
using Nullius.Policy.Replay.Azure;

namespace Nullius.Cli.Policies;

/// <summary>
/// Azure's roles, put together into one document that the engine loads: as <c>az</c> and the Resource Manager print them, as <c>az role definition create</c>
/// takes them, or the policies of a case.
/// </summary>
internal sealed class AzureShelf(Terminal terminal)
{
    private static readonly string[] s_lists = ["roleAssignments", "roleDefinitions", "denyAssignments"];
    private static readonly string[] s_assignment = ["principalId", "principalType", "roleDefinitionId", "roleDefinitionName", "scope", "condition"];
    private static readonly string[] s_deny = ["denyAssignmentName", "permissions", "scope", "doNotApplyToChildScopes", "principals", "excludePrincipals", "condition"];
    private static readonly string[] s_kinds = ["Actions", "NotActions", "DataActions", "NotDataActions"];

    private readonly JsonArray _assignments = [];
    private readonly JsonArray _definitions = [];
    private readonly JsonArray _denies = [];
    private string _source = "";

    /// <summary>False when it is none.</summary>
    internal bool Take(string source, JsonObject json)
    {
        var body = json["properties"] as JsonObject ?? json;
        if (Array.Exists(s_lists, l => json[l] is JsonArray))
        {
            foreach (var item in s_lists.SelectMany(l => json[l] as JsonArray ?? []).OfType<JsonObject>())
                Take(source, item);
        }
        // The directory's own role assignments name theirs by an id alone.
        else if (body["principalId"] is not null && body["roleDefinitionId"]?.ToString().Contains("/roleDefinitions/", StringComparison.OrdinalIgnoreCase) == true)
            _assignments.Add(Only(body, s_assignment));
        else if (body["denyAssignmentName"] is not null)
            _denies.Add(Only(body, s_deny));
        else if (body["permissions"] is JsonArray && body["roleName"] is not null)
            AddDefinition(json["id"]?.ToString() ?? json["name"]?.ToString() ?? body["roleName"]!.ToString(), body["roleName"]!.ToString(), body["permissions"]!, body["assignableScopes"]);
        else if (Find(json, "Actions") is JsonArray or null && Find(json, "AssignableScopes") is JsonArray scopes && Find(json, "Name")?.ToString() is { } name)
            AddDefinition(name, name, new JsonArray(Permissions(json)), scopes);
        else
            return false;
        _source = _source.Length == 0 ? source : _source;
        return true;
    }

    private void AddDefinition(string id, string name, JsonNode permissions, JsonNode? scopes) =>
        _definitions.Add(new JsonObject { ["id"] = id, ["roleName"] = name, ["permissions"] = permissions.DeepClone(), ["assignableScopes"] = scopes?.DeepClone() ?? new JsonArray() });

    private static JsonObject Permissions(JsonObject role)
    {
        var permissions = new JsonObject();
        foreach (var kind in s_kinds)
            permissions[char.ToLowerInvariant(kind[0]) + kind[1..]] = Find(role, kind)?.DeepClone() ?? new JsonArray();
        return permissions;
    }

    /// <summary>The command line takes the names of fields in either case.</summary>
    private static JsonNode? Find(JsonObject json, string name) => json.FirstOrDefault(m => m.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    private static JsonObject Only(JsonObject json, string[] names)
    {
        var copy = new JsonObject();
        foreach (var name in names.Where(json.ContainsKey))
            copy[name] = json[name]?.DeepClone();
        return copy;
    }

    internal AzureReplaySide? Load(List<PolicyDiagnostic> diagnostics)
    {
        if (_assignments.Count + _definitions.Count + _denies.Count == 0)
            return null;
        if (_assignments.Count == 0)
            Assume();
        var all = new JsonObject { ["roleAssignments"] = _assignments, ["roleDefinitions"] = _definitions, ["denyAssignments"] = _denies };
        return AzureReplaySide.Load(Encoding.UTF8.GetBytes(all.ToJsonString()), _source, diagnostics);
    }

    /// <summary>Roles alone, as they are written before anybody has them: each is taken as everybody's where it may be assigned.</summary>
    private void Assume()
    {
        foreach (var role in _definitions.OfType<JsonObject>())
        {
            terminal.Say($"role `{role["roleName"]}` is assigned to nobody: it is decided as if every caller had it in its assignable scopes");
            var scopes = role["assignableScopes"]!.AsArray().Select(s => s?.ToString() ?? "/").ToList();
            foreach (var scope in scopes.Count == 0 ? ["/"] : scopes)
                _assignments.Add(new JsonObject { ["principalId"] = AzureReplaySide.Anyone, ["principalType"] = "User", ["roleDefinitionId"] = role["id"]!.ToString(), ["scope"] = scope });
        }
    }
}
