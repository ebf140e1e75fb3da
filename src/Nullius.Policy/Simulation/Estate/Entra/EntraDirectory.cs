using System.Text.Json;
using System.Text.RegularExpressions;

namespace Nullius.Policy.Simulation.Estate.Entra;

/// <summary>A person, service principal or group as the directory gives it.</summary>
internal sealed record EntraObject(string Id, JsonElement Json)
{
    internal string? Name => Json.Text("displayName");
}

/// <summary>A list of a relation as far as it was exported.</summary>
internal sealed class EntraRelation
{
    internal HashSet<string> Ids { get; } = new(StringComparer.OrdinalIgnoreCase);

    internal bool IsComplete { get; set; } = true;
}

/// <summary>
/// Who is in which group and has which role: <c>memberOf</c> and <c>transitiveMemberOf</c> of users, <c>members</c> of groups and directory roles,
/// role assignments. What cannot be told is <c>unknown</c>, never a no.
/// </summary>
internal sealed partial class EntraDirectory
{
    /// <summary>Graph expands at most so many and does not say when there are more (reference: Graph, $expand on directory objects).</summary>
    private const int ExpandLimit = 20;

    private const int MaxDepth = 32;

    private readonly Dictionary<string, EntraRelation> _relations = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, HashSet<string>> _assigned = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _roleTemplates = new(StringComparer.OrdinalIgnoreCase);
    private bool _hasAssignments;

    /// <summary>The list of directory roles was read to its end.</summary>
    internal bool IsRoleListWhole { get; set; }

    [GeneratedRegex(@"#(?:groups|users|directoryRoles|servicePrincipals)\('(?<id>[^']+)'\)/(?<relation>transitiveMemberOf|memberOf|transitiveMembers|members)", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase)]
    private static partial Regex Context { get; }

    /// <summary>Ids that are no GUID stand behind the relation's name alone.</summary>
    [GeneratedRegex(@"(?:^|[-._ ])(?:transitiveMemberOf|memberOf|transitiveMembers|members)[-._](?<name>[A-Za-z0-9][A-Za-z0-9-_]*)\.[a-z]+$", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase)]
    private static partial Regex Named { get; }

    internal Dictionary<string, EntraObject> Users { get; } = new(StringComparer.OrdinalIgnoreCase);

    internal Dictionary<string, EntraObject> Groups { get; } = new(StringComparer.OrdinalIgnoreCase);

    internal Dictionary<string, EntraObject> ServicePrincipals { get; } = new(StringComparer.OrdinalIgnoreCase);

    internal Dictionary<string, EntraObject> Applications { get; } = new(StringComparer.OrdinalIgnoreCase);

    private EntraRelation Relation(string id, string relation)
    {
        _containers.Clear();
        var key = $"{relation} {id}";
        if (!_relations.TryGetValue(key, out var known))
            _relations[key] = known = new EntraRelation();
        return known;
    }

    private EntraRelation? Known(string id, string relation) => _relations.GetValueOrDefault($"{relation} {id}");

    /// <summary>A whole response that lists one object's relation; false when it is none.</summary>
    internal bool AddList(JsonElement document, string file)
    {
        var match = Context.Match(document.Text("@odata.context") ?? "");
        var relation = match.Success ? match.Groups["relation"].Value : RelationOf(document, file);
        if (relation is null)
            return false;
        var id = match.Success ? match.Groups["id"].Value : NameIn(file)!;
        var list = Relation(id, Canonical(relation));
        foreach (var item in Rows(document))
        {
            if ((item.ValueKind == JsonValueKind.String ? item.GetString() : item.Text("id")) is { } member)
                list.Ids.Add(member);
            AddTemplate(item);
            NoteKind(item);
        }
        list.IsComplete &= !document.Has("@odata.nextLink");
        return true;
    }

    /// <summary>Objects of the directory without a word of whose they are: the file's name says it (<c>members-GROUP.json</c>, <c>memberOf-alice@example.com.json</c>).</summary>
    private static string? RelationOf(JsonElement document, string file)
    {
        if (NameIn(file) is null || Rows(document).Any(i => i.ValueKind != JsonValueKind.String && (i.Text("id") is null || i.Has("conditions") || i.Has("roleDefinitionId"))))
            return null;
        foreach (var relation in new[] { "transitiveMemberOf", "memberOf", "transitiveMembers", "members" })
        {
            if (file.Contains(relation, StringComparison.OrdinalIgnoreCase))
                return relation;
        }
        return null;
    }

    private static string? NameIn(string file) =>
        ExportFile.Address(file) ?? ExportFile.ObjectId(file) ?? (Named.Match(file) is { Success: true } match ? match.Groups["name"].Value : null);

    private static IEnumerable<JsonElement> Rows(JsonElement document) =>
        document.ValueKind == JsonValueKind.Array ? document.EnumerateArray() : document.Items("value");

    private static string Canonical(string relation) => relation.ToUpperInvariant() switch
    {
        "TRANSITIVEMEMBEROF" => "transitiveMemberOf",
        "MEMBEROF" => "memberOf",
        "TRANSITIVEMEMBERS" => "transitiveMembers",
        _ => "members",
    };

    /// <summary>The relations that an object carries with it.</summary>
    internal void AddRelations(JsonElement json, string id)
    {
        foreach (var name in new[] { "transitiveMemberOf", "memberOf", "transitiveMembers", "members" })
        {
            if (json.Find(name) is not { ValueKind: JsonValueKind.Array } items)
                continue;
            var relation = Relation(id, name);
            foreach (var item in items.EnumerateArray())
            {
                if ((item.ValueKind == JsonValueKind.String ? item.GetString() : item.Text("id")) is { } member)
                    relation.Ids.Add(member);
                AddTemplate(item);
                NoteKind(item);
            }
            relation.IsComplete &= !json.Has(name + "@odata.nextLink") && items.GetArrayLength() != ExpandLimit;
        }
    }

    private void AddTemplate(JsonElement item)
    {
        if (item.Text("roleTemplateId") is { } template && item.Text("id") is { } id)
            _roleTemplates[id] = template;
    }

    internal void AddRole(JsonElement json)
    {
        AddTemplate(json);
        if (json.Text("id") is { } id)
            AddRelations(json, id);
    }

    /// <summary>Of role definitions only built-in ones count: their id is the template's (reference: Conditional Access: users, directory roles).</summary>
    internal void AddAssignment(JsonElement json)
    {
        _hasAssignments = true;
        // A role that is confined to an administrative unit or an application is none that policies see.
        if (json.Text("directoryScopeId") is not (null or "/") || json.Text("principalId") is not { } principal || json.Text("roleDefinitionId") is not { } role)
            return;
        if (!_assigned.TryGetValue(principal, out var roles))
            _assigned[principal] = roles = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        roles.Add(role);
    }

    internal void NameRole(string id, string template) => _roleTemplates[id] = template;

    private EntraRelation? OfCaller(IEnumerable<string> names, string relation) => names.Select(n => Known(n, relation)).FirstOrDefault(r => r is not null);

    /// <summary>Every group that the object is known to be in, directly or through others. Roles are among them, by the id of the directory's role object.</summary>
    internal HashSet<string> Containers(IReadOnlyList<string> names)
    {
        var key = string.Join('\n', names);
        if (!_containers.TryGetValue(key, out var known))
            _containers[key] = known = FindContainers(names);
        return known;
    }

    private readonly Dictionary<string, HashSet<string>> _containers = new(StringComparer.Ordinal);

    private HashSet<string> FindContainers(IReadOnlyList<string> names)
    {
        var found = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var open = new Queue<string>(names);
        while (open.TryDequeue(out var id))
        {
            var above = new[] { "transitiveMemberOf", "memberOf" }.SelectMany(r => Known(id, r)?.Ids ?? []);
            var listing = _relations.Where(r => r.Key.Contains("embers ", StringComparison.Ordinal) && r.Value.Ids.Contains(id)).Select(r => r.Key[(r.Key.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
            foreach (var container in above.Concat(listing))
            {
                if (found.Add(container))
                    open.Enqueue(container);
            }
        }
        return found;
    }

    /// <summary>Whether it can be told that the caller is not in a group: its own lists are whole, or the group's is, with all that are in it.</summary>
    internal bool CanExclude(IReadOnlyList<string> names, string group) => KnowsAllContainers(names, 0) || IsWhole(group, 0);

    /// <summary>All that an object is in is known: transitively by its own word, or directly, and so of each that it is in.</summary>
    private bool KnowsAllContainers(IReadOnlyList<string> names, int depth)
    {
        if (depth > MaxDepth)
            return false;
        if (OfCaller(names, "transitiveMemberOf") is { IsComplete: true })
            return true;
        return OfCaller(names, "memberOf") is { IsComplete: true } direct && direct.Ids.All(id => _roleTemplates.ContainsKey(id) || KnowsAllContainers([id], depth + 1));
    }

    private bool IsWhole(string group, int depth)
    {
        if (depth > MaxDepth)
            return false;
        if (Known(group, "transitiveMembers") is { IsComplete: true })
            return true;
        return Known(group, "members") is { IsComplete: true } members && members.Ids.Where(m => !Users.ContainsKey(m) && !ServicePrincipals.ContainsKey(m)).All(m => !MayBeGroup(m) || IsWhole(m, depth + 1));
    }

    /// <summary>A member of which nothing is known but its id could be a group.</summary>
    private bool MayBeGroup(string id) => Groups.ContainsKey(id) || !_memberKinds.TryGetValue(id, out var isGroup) || isGroup;

    private readonly Dictionary<string, bool> _memberKinds = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Remembers what kind of object an id is, as lists of members say it.</summary>
    internal void NoteKind(JsonElement item)
    {
        if (item.Text("id") is not { } id)
            return;
        if (item.Text("@odata.type") is { } type)
            _memberKinds[id] = type.EndsWith(".group", StringComparison.OrdinalIgnoreCase);
        else if (item.Has("userPrincipalName") || item.Has("appId") || item.Has("deviceId"))
            _memberKinds[id] = false;
    }

    /// <summary>The role templates that the caller has; with its containers.</summary>
    internal HashSet<string> Roles(IReadOnlyList<string> names, HashSet<string> containers)
    {
        var roles = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var container in containers)
        {
            if (_roleTemplates.TryGetValue(container, out var template))
                roles.Add(template);
        }
        foreach (var principal in names.Concat(containers))
        {
            foreach (var role in _assigned.GetValueOrDefault(principal) ?? [])
                roles.Add(_roleTemplates.GetValueOrDefault(role, role));
        }
        return roles;
    }

    /// <summary>Whether it can be told that the caller does not have a role.</summary>
    internal bool CanExcludeRole(IReadOnlyList<string> names, string template)
    {
        if (KnowsAllContainers(names, 0))
            return true;
        // A role may be assigned to a group: whoever has it is known when that group is whole.
        if (_hasAssignments && _assigned.Where(a => a.Value.Any(r => _roleTemplates.GetValueOrDefault(r, r).Equals(template, StringComparison.OrdinalIgnoreCase)))
            .All(a => Users.ContainsKey(a.Key) || ServicePrincipals.ContainsKey(a.Key) || IsWhole(a.Key, 0)))
            return true;
        string[] objects = [.. _roleTemplates.Where(r => r.Value.Equals(template, StringComparison.OrdinalIgnoreCase)).Select(r => r.Key)];
        // The list of directory roles has every role that is active; who could have another one?
        return objects.Length > 0 ? objects.Any(o => IsWhole(o, 0)) : IsRoleListWhole;
    }
}
