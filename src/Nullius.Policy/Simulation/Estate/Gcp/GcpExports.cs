using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nullius.Policy.Simulation.Estate.Gcp;

/// <param name="Rules">Null where only the name was listed.</param>
internal sealed record GcpDenyExport(string Name, string AttachedTo, JsonArray? Rules);

/// <summary>
/// Reads the exports: Asset Inventory (searches, exports, snapshots), <c>get-iam-policy</c>, <c>get-ancestors-iam-policy</c>, roles, deny policies, principal access
/// boundaries with their bindings, access levels, groups, and lists of projects, folders and organisations; also the REST responses behind them.
/// </summary>
internal sealed class GcpExports(GcpHierarchy hierarchy, GcpGroups groups)
{
    private static readonly string[] s_lists =
    [
        "assets", "results", "policies", "roles", "projects", "folders", "organizations", "accessLevels", "memberships", "groups",
        "principalAccessBoundaryPolicies", "policyBindings",
    ];

    private readonly List<(string Name, JsonElement Policy, bool IsInventory)> _allow = [];
    private Dictionary<string, (JsonArray Bindings, bool IsInventory)>? _byKey;

    internal List<GcpDenyExport> Denies { get; } = [];

    internal Dictionary<string, JsonElement> Boundaries { get; } = new(StringComparer.Ordinal);

    internal List<JsonElement> BoundaryBindings { get; } = [];

    internal Dictionary<string, JsonElement> Levels { get; } = new(StringComparer.Ordinal);

    /// <summary>Permissions or the role's resource by name; null where only the name is known.</summary>
    internal Dictionary<string, JsonNode?> Roles { get; } = new(StringComparer.Ordinal);

    private readonly List<(string File, JsonElement Policy)> _unplaced = [];

    /// <summary>Allow policies of which neither content nor name tells what they are attached to.</summary>
    internal IEnumerable<string> Unplaced => _unplaced.Select(u => u.File);

    internal List<string> OpenPages { get; } = [];

    internal bool IsPresent => _allow.Count + Denies.Count + Boundaries.Count + Levels.Count + Roles.Count + _unplaced.Count > 0;

    internal bool Add(JsonElement document, string file)
    {
        var isTruncated = document.Has("nextPageToken");
        var list = s_lists.FirstOrDefault(l => document.Find(l) is { ValueKind: JsonValueKind.Array });
        var rows = document.ValueKind == JsonValueKind.Array ? document.EnumerateArray() : list is null ? [document] : document.Items(list);
        var known = false;
        var chain = new List<string>();
        foreach (var row in rows)
        {
            known |= row.ValueKind == JsonValueKind.Object && (AddInventory(row) || AddPolicy(row, file, chain) || AddOther(row, file, isTruncated));
        }
        hierarchy.AddChain(chain);
        if (known && isTruncated)
            OpenPages.Add(file);
        return known;
    }

    /// <summary>Assets of exports and snapshots, and results of searches.</summary>
    private bool AddInventory(JsonElement row)
    {
        if (row.Text("resource") is { } found && found.StartsWith("//", StringComparison.Ordinal) && row.Find("policy") is { } policy)
        {
            AddPlace(found, row);
            AddAllow(found, policy, isInventory: true);
            return true;
        }
        if (row.Text("name") is not { } name || !name.StartsWith("//", StringComparison.Ordinal))
            return false;
        AddPlace(name, row);
        AddTags(name, row);
        if ((row.Find("iamPolicy") ?? row.Find("iam_policy")) is { } own)
            AddAllow(name, own, isInventory: true);
        if ((row.Find("accessLevel") ?? row.Find("access_level")) is { } level)
            AddLevel(level);
        if (row.Find("resource")?.Find("data") is { ValueKind: JsonValueKind.Object } data && !hierarchy.Add(data))
            AddRole(data);
        return true;
    }

    /// <summary>Effective tags as <c>search-all-resources</c> gives them: those of the resource and those that it inherits.</summary>
    private void AddTags(string name, JsonElement row)
    {
        if (row.Find("effectiveTags") is not { ValueKind: JsonValueKind.Array } groups)
            return;
        var tags = new JsonObject();
        foreach (var tag in groups.EnumerateArray().SelectMany(g => g.Items("effectiveTags")))
        {
            if (tag.Text("tagKey") is { } key && tag.Text("tagValue") is { } value)
                tags[key] = value[(value.LastIndexOf('/') + 1)..];
            if (tag.Text("tagKeyId") is { } keyId && tag.Text("tagValueId") is { } valueId)
                tags[keyId] = valueId;
        }
        _tags[GcpResource.Parse(name, "x.y").Key] = tags;
    }

    /// <summary>The effective tags of a resource, by <c>service|name</c>; null when they were not exported.</summary>
    internal JsonObject? Tags(string key) => _tags.GetValueOrDefault(key)?.DeepClone().AsObject();

    private readonly Dictionary<string, JsonObject> _tags = new(StringComparer.Ordinal);

    private void AddPlace(string name, JsonElement row)
    {
        var resource = GcpResource.Parse(name, "x.y");
        string[] ancestors = [.. row.Items("ancestors").Select(a => a.ToString())];
        if (ancestors.Length > 0)
            hierarchy.AddChain(ancestors);
        else
            ancestors = [.. new[] { row.Text("project") }.Concat(row.Items("folders").Select(f => f.ToString())).Append(row.Text("organization")).OfType<string>()];
        if (ancestors.Length > 0)
            hierarchy.AddAncestors(resource.Key, ancestors);
        // A project is named by its id, and by its number among its own ancestors.
        if (resource.Name.StartsWith("projects/", StringComparison.Ordinal) && resource.Service == "cloudresourcemanager.googleapis.com" && ancestors.FirstOrDefault() is { } number
            && number.StartsWith("projects/", StringComparison.Ordinal) && number != resource.Name)
            hierarchy.AddAlias(number, resource.Name);
    }

    private bool AddPolicy(JsonElement row, string file, List<string> chain)
    {
        if (row.Text("type") is "project" or "folder" or "organization" && row.Number("id") is { } id)
        {
            var container = $"{row.Text("type")}s/{id}";
            chain.Add(container);
            if (row.Find("policy") is { } policy)
                AddAllow("//cloudresourcemanager.googleapis.com/" + container, policy, isInventory: false);
            return true;
        }
        if (row.Find("bindings") is not { ValueKind: JsonValueKind.Array } && !(row.Has("etag") && row.Has("version") && !row.Has("name")))
            return false;
        var name = row.Text("attachedTo") ?? row.Text("resourceId") ?? GcpResource.FromFile(file);
        if (name is null)
            _unplaced.Add((file, row));
        else
            AddAllow(name, row, isInventory: false);
        return true;
    }

    private void AddAllow(string name, JsonElement policy, bool isInventory)
    {
        _byKey = null;
        _allow.Add((name, policy, isInventory));
    }

    private bool AddOther(JsonElement row, string file, bool isTruncated)
    {
        var name = row.Text("name") ?? "";
        if (name.Contains("/denypolicies/", StringComparison.Ordinal) || row.Text("kind") == "DenyPolicy")
        {
            var point = row.Text("attachedTo") ?? (name.Split('/') is ["policies", var at, "denypolicies", _] ? at : "");
            Denies.Add(new GcpDenyExport(name, point, row.Find("rules") is { ValueKind: JsonValueKind.Array } rules ? rules.Node().AsArray() : null));
            return true;
        }
        if (name.Contains("/principalAccessBoundaryPolicies/", StringComparison.Ordinal) && row.Find("details") is { } details)
        {
            Boundaries[name] = details;
            return true;
        }
        if (name.Contains("/policyBindings/", StringComparison.Ordinal) && row.Has("target"))
        {
            BoundaryBindings.Add(row);
            return true;
        }
        return AddLevel(row) || groups.Add(row, file, isTruncated) || hierarchy.Add(row) || AddRole(row);
    }

    private bool AddLevel(JsonElement row)
    {
        if (row.Text("name") is not { } name || !name.Contains("/accessLevels/", StringComparison.Ordinal) || !(row.Has("basic") || row.Has("custom")))
            return false;
        Levels[name] = row;
        return true;
    }

    private bool AddRole(JsonElement row)
    {
        if (row.Text("name") is not { } name || !(name.StartsWith("roles/", StringComparison.Ordinal) || name.Contains("/roles/", StringComparison.Ordinal)))
            return false;
        // A list of roles has their names only; a role without permissions looks the same.
        if (row.Has("includedPermissions"))
            Roles[name] = row.Only("includedPermissions", "stage", "deleted");
        else
            Roles.TryAdd(name, row.IsTrue("deleted") ? new JsonArray() : null);
        return true;
    }

    /// <summary>
    /// Places policies that do not say of what they are: by the one container whose id is in the file's name, or whose kind is and that is the only one; or, where one
    /// policy and one project are all there is, by that. A bucket's is told by its roles. What was placed so is told.
    /// </summary>
    /// <param name="asked">The container that the question is about.</param>
    internal List<string> Place(string? asked)
    {
        var told = new List<string>();
        if (_unplaced.Count == 0)
            return told;
        string[] containers = [.. hierarchy.Containers().Append(asked).OfType<string>().Distinct(StringComparer.Ordinal)];
        foreach (var (file, policy) in _unplaced.ToArray())
        {
            if (PlaceOf(file, policy, containers) is not { } container || ByKey().ContainsKey("cloudresourcemanager.googleapis.com|" + container))
                continue;
            _unplaced.Remove((file, policy));
            AddAllow("//cloudresourcemanager.googleapis.com/" + container, policy, isInventory: false);
            told.Add($"{file} does not say of what it is, it is taken for the allow policy of {container}");
        }
        return told;
    }

    private string? PlaceOf(string file, JsonElement policy, string[] containers)
    {
        string[] tokens = [.. file.Split('.', '_', '=', ' '), .. containers.Select(c => c[(c.IndexOf('/', StringComparison.Ordinal) + 1)..]).Where(i => HasToken(file, i))];
        string[] named = [.. containers.Where(c => tokens.Contains(c[(c.IndexOf('/', StringComparison.Ordinal) + 1)..], StringComparer.Ordinal))];
        if (named.Length > 0)
            return named.Length == 1 ? named[0] : null;
        if (policy.Items("bindings").Any(b => b.Text("role")?.StartsWith("roles/storage.legacy", StringComparison.Ordinal) == true))
            return null;
        var kind = new[] { "project", "folder", "organization" }.FirstOrDefault(k => file.Contains(k, StringComparison.OrdinalIgnoreCase))
            ?? (file.StartsWith("org", StringComparison.OrdinalIgnoreCase) || HasToken(file, "org") ? "organization" : null);
        if (kind is null && (_unplaced.Count > 1 || _allow.Count > 0))
            return null;
        string[] ofKind = [.. containers.Where(c => c.StartsWith((kind ?? "project") + "s/", StringComparison.Ordinal))];
        return ofKind.Length == 1 ? ofKind[0] : null;
    }

    /// <summary>Whether a name stands in the file's name with nothing that could belong to it on either side.</summary>
    private static bool HasToken(string file, string name)
    {
        var at = file.IndexOf(name, StringComparison.OrdinalIgnoreCase);
        return at >= 0 && (at == 0 || !char.IsAsciiLetterOrDigit(file[at - 1])) && (at + name.Length == file.Length || !char.IsAsciiLetterOrDigit(file[at + name.Length]));
    }

    /// <summary>The bindings of the policy that is attached there; null when it is not in the exports.</summary>
    internal JsonArray? Bindings(string key) => ByKey().TryGetValue(key, out var found) ? found.Bindings.DeepClone().AsArray() : null;

    /// <summary>Whether an inventory holds the policy: what is below it and has none there has none.</summary>
    internal bool IsInventoried(string key) => ByKey().TryGetValue(key, out var found) && found.IsInventory;

    private Dictionary<string, (JsonArray Bindings, bool IsInventory)> ByKey()
    {
        if (_byKey is not null)
            return _byKey;
        // Made after everything was read: only then is it known which number is which project.
        _byKey = new(StringComparer.Ordinal);
        foreach (var (name, policy, isInventory) in _allow)
        {
            var resource = GcpResource.Parse(name, "cloudresourcemanager.y");
            if (resource.Name.StartsWith("projects/_/buckets/", StringComparison.Ordinal))
                resource = resource with { Service = "storage.googleapis.com" };
            var key = $"{resource.Service}|{hierarchy.Canonical(resource.Name)}";
            var known = _byKey.GetValueOrDefault(key, ([], false));
            var texts = known.Item1.Select(b => b!.ToJsonString()).ToHashSet(StringComparer.Ordinal);
            foreach (var binding in policy.Items("bindings").Select(b => b.Only("role", "members", "condition")).Where(b => texts.Add(b.ToJsonString())))
                known.Item1.Add((JsonNode)binding);
            _byKey[key] = (known.Item1, known.Item2 || isInventory);
        }
        return _byKey;
    }

    /// <summary>
    /// Resources whose policy has a member for which the test holds, each as a full resource name, the widest first. Of those that grant such members the same in
    /// the same places, one.
    /// </summary>
    /// <param name="isDenied">Whether anything denies somewhere: then places differ by what holds them.</param>
    internal IEnumerable<string> ResourcesWhere(Func<string, bool> isNear, bool isDenied) => ByKey()
        .Select(p => (p.Key, Grants: GrantsTo(p.Value.Bindings, isNear)))
        .Where(p => p.Grants.Length > 0)
        .GroupBy(p => (p.Grants, Service: p.Key[..p.Key.IndexOf('|', StringComparison.Ordinal)], Place: isDenied || p.Grants.Contains("resource.", StringComparison.Ordinal) ? p.Key : KindOf(p.Key)))
        .Select(g => "//" + g.First().Key.Replace('|', '/'))
        .OrderBy(n => n.Contains("/organizations/", StringComparison.Ordinal) ? 0 : n.Contains("/folders/", StringComparison.Ordinal) ? 1 : 2).ThenBy(n => n, StringComparer.Ordinal);

    private static string KindOf(string key) => key[(key.IndexOf('|', StringComparison.Ordinal) + 1)..].Split('/')[0];

    private static string GrantsTo(JsonArray bindings, Func<string, bool> isNear) => string.Join('\n', bindings
        .Where(b => b.Get("members").Texts().Any(isNear))
        .Select(b => $"{b.Get("role")} {b.Get("condition").Get("expression")} {string.Join(' ', b.Get("members").Texts().Where(isNear).Order(StringComparer.Ordinal))}").Order(StringComparer.Ordinal));
}
