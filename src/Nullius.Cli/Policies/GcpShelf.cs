using System.Text;
using System.Text.Json.Nodes;
using Nullius.Policy;
using Nullius.Policy.Dialects.Gcp;

namespace Nullius.Cli.Policies;

/// <summary>GCP policies and roles, put together into one document that the engine loads.</summary>
internal sealed class GcpShelf
{
    /// <summary>Where a policy is attached that does not say where: above everything that records name.</summary>
    private const string Everywhere = "organizations/0";

    private static readonly string[] s_lists = ["allow", "deny", "principalAccessBoundary", "accessLevels"];

    private readonly JsonObject _all = [];
    private string _source = "";

    /// <summary>Folders and organisations that something is attached to.</summary>
    internal IReadOnlyList<string> Containers { get; private set; } = [];

    internal bool IsEmpty => _all.Count == 0;

    /// <summary>False when it is none.</summary>
    internal bool Take(string source, JsonObject json)
    {
        if (json.ContainsKey("Statement") || json.ContainsKey("Version"))
            return false;
        if (json["includedPermissions"] is JsonArray permissions && json["name"]?.GetValue<string>() is { } role)
            Roles()[role] = permissions.DeepClone();
        else if (json["bindings"] is JsonArray)
            AddAllow(json);
        else if (json["rules"] is JsonArray && json["name"]?.GetValue<string>() is { } name)
            AddDeny(json, name);
        else if (Array.Exists(s_lists, json.ContainsKey) || json["roles"] is JsonObject)
            AddAll(json);
        else
            return false;
        _source = _source.Length == 0 ? source : _source;
        return true;
    }

    internal GcpPolicySet? Load(List<PolicyDiagnostic> diagnostics)
    {
        if (_all.Count == 0)
            return null;
        Containers = [.. s_lists.SelectMany(l => (_all[l] as JsonArray ?? []).OfType<JsonObject>()).Select(p => p["attachedTo"]?.ToString()).OfType<string>()
            .Where(a => a.StartsWith("folders/", StringComparison.Ordinal) || a.StartsWith("organizations/", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal)];
        return GcpPolicySet.Load(Encoding.UTF8.GetBytes(_all.ToJsonString()), _source, diagnostics);
    }

    private JsonObject Roles()
    {
        if (_all["roles"] is not JsonObject roles)
            _all["roles"] = roles = [];
        return roles;
    }

    private JsonArray List(string name)
    {
        if (_all[name] is not JsonArray list)
            _all[name] = list = [];
        return list;
    }

    private void AddAllow(JsonObject policy)
    {
        var copy = policy.DeepClone().AsObject();
        copy.Remove("etag");
        if (!copy.ContainsKey("attachedTo"))
            copy["attachedTo"] = Everywhere;
        List("allow").Add(copy);
    }

    /// <summary><c>policies/cloudresourcemanager.googleapis.com%2Fprojects%2Fp/denypolicies/x</c> is attached to <c>projects/p</c>.</summary>
    private void AddDeny(JsonObject policy, string name)
    {
        var parts = name.Split('/');
        var point = parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "";
        var attached = point.IndexOf('/', StringComparison.Ordinal) is var slash and > 0 ? point[(slash + 1)..] : Everywhere;
        List("deny").Add(new JsonObject { ["attachedTo"] = attached, ["rules"] = policy["rules"]!.DeepClone() });
    }

    private void AddAll(JsonObject json)
    {
        foreach (var list in s_lists)
        {
            foreach (var item in (json[list] as JsonArray ?? []).OfType<JsonNode>())
                List(list).Add(item.DeepClone());
        }
        foreach (var (role, permissions) in json["roles"] as JsonObject ?? [])
            Roles()[role] = permissions?.DeepClone();
    }
}
