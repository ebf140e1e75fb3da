using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nullius.Policy.Dialects.Entra;

namespace Nullius.Policy.Simulation.Estate.Entra;

/// <summary>
/// What exports say about a tenant: Conditional Access policies, named locations, authentication strengths, the directory as Graph and the Azure command
/// line print it, and role assignments of Azure.
/// </summary>
internal sealed class EntraEstate
{
    private readonly Dictionary<string, JsonElement> _policies = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, JsonElement> _locations = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, JsonElement> _strengths = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, (int Open, int Last, string File)> _pages = new(StringComparer.Ordinal);

    internal EntraDirectory Directory { get; } = new();

    internal AzureRoles Azure { get; } = new();

    internal bool IsPresent => _policies.Count + Directory.Users.Count + Directory.ServicePrincipals.Count > 0 || Azure.IsPresent;

    internal IEnumerable<JsonElement> Policies => _policies.Values;

    internal bool Add(JsonElement document, string file)
    {
        IEnumerable<JsonElement> items = document.ValueKind == JsonValueKind.Array ? document.EnumerateArray()
            : document.Find("value") is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [document];
        string? kind = null;
        foreach (var item in items)
        {
            Directory.NoteKind(item);
            kind = AddItem(item) ?? kind;
        }
        var isList = Directory.AddList(document, file);
        if (!isList && kind == "roles" && (document.ValueKind == JsonValueKind.Array || document.Has("value")) && items.All(i => i.Has("roleTemplateId")))
            Directory.IsRoleListWhole = !document.Has("@odata.nextLink");
        if (kind is not null && document.Has("value"))
            NotePage(kind, document, file);
        return kind is not null || isList;
    }

    /// <summary>Pages of one list have one context; the last of them has no link to a next one.</summary>
    private void NotePage(string kind, JsonElement document, string file)
    {
        var key = $"{kind} {document.Text("@odata.context")}";
        var isOpen = document.Has("@odata.nextLink") || document.Has("nextLink");
        var (open, last, first) = _pages.GetValueOrDefault(key, (0, 0, file));
        _pages[key] = (open + (isOpen ? 1 : 0), last + (isOpen ? 0 : 1), isOpen ? file : first);
    }

    /// <summary>Files of that kind whose next page is not there.</summary>
    private IEnumerable<string> OpenPages(string kind) =>
        _pages.Where(p => p.Key.StartsWith(kind + " ", StringComparison.Ordinal) && p.Value is { Open: > 0, Last: 0 }).Select(p => p.Value.File);

    private string? AddItem(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object)
            return null;
        var id = item.Text("id");
        if (item.Has("conditions") && (item.Has("grantControls") || item.Has("sessionControls") || item.Has("state")))
            return Keep(_policies, id ?? item.Text("displayName") ?? $"#{_policies.Count + 1}", item, "policies");
        if (id is not null && (item.Has("ipRanges") || item.Has("countriesAndRegions") || item.Text("@odata.type")?.EndsWith("NamedLocation", StringComparison.Ordinal) == true))
            return Keep(_locations, id, item, "locations");
        if (id is not null && item.Has("allowedCombinations"))
            return Keep(_strengths, id, item, "strengths");
        if (Azure.Add(item))
            return "azure";
        return id is null ? null : AddObject(item, id);
    }

    private static string Keep(Dictionary<string, JsonElement> into, string id, JsonElement item, string kind)
    {
        into[id] = item;
        return kind;
    }

    private string? AddObject(JsonElement item, string id)
    {
        if (item.Has("roleTemplateId"))
        {
            Directory.AddRole(item);
            return "roles";
        }
        if (item.Has("rolePermissions"))
        {
            Directory.NameRole(id, item.Text("templateId") ?? id);
            return "roles";
        }
        if (item.Has("principalId") && item.Has("roleDefinitionId"))
        {
            Directory.AddAssignment(item);
            return "assignments";
        }
        var type = item.Text("@odata.type") ?? "";
        var into = item.Has("userPrincipalName") ? Directory.Users
            : item.Has("servicePrincipalType") || item.Has("servicePrincipalNames") || item.Has("appDisplayName") ? Directory.ServicePrincipals
            : item.Has("appId") ? Directory.Applications
            : item.Has("groupTypes") || item.Has("securityEnabled") || type.EndsWith(".group", StringComparison.OrdinalIgnoreCase) ? Directory.Groups : null;
        if (into is null)
            return null;
        // What a list of members says of an object is less than what its own export says.
        if (!into.TryGetValue(id, out var known) || known.Json.EnumerateObject().Count() <= item.EnumerateObject().Count())
            into[id] = new EntraObject(id, item);
        Directory.AddRelations(item, id);
        return into == Directory.Users ? "users" : into == Directory.Groups ? "groups" : "applications";
    }

    internal IReadOnlyList<string> Remarks()
    {
        var remarks = new List<string>();
        if (_policies.Count == 0)
            remarks.Add("no Conditional Access policy is in it, none takes part");
        return remarks;
    }

    internal string CaseFor(EstateQuestion question)
    {
        var gaps = new List<EstateGap>();
        var caller = EntraCaller.Find(this, question.Principal, OpenPages("users").FirstOrDefault());
        var isAzure = AzureRoles.IsAction(question.Action);
        var request = EntraRequestBuilder.Build(question, caller, isAzure ? AzureRoles.ApplicationOf(question.Action) : null, Directory);
        AddMemberships(caller, request, gaps);
        AddGuest(caller, request, gaps);
        var policies = new JsonObject
        {
            ["namedLocations"] = EntraLocations.Of(_policies.Values, _locations, gaps),
        };
        policies["conditionalAccess"] = Readable(policies["namedLocations"]!.ToJsonString(), gaps);
        gaps.AddRange(OpenPages("policies").Select(f => EstateGap.Deny($"the next page of {f}")));
        if (isAzure)
        {
            request["action"] = question.Action;
            request["scope"] = question.Resource;
            Azure.Write(policies, caller, question.Resource, gaps);
            gaps.AddRange(OpenPages("azure").Select(f => EstateGap.Any($"the next page of {f}")));
            gaps.AddRange(Azure.GroupsAssigned()
                .Where(g => !caller.Groups.Contains(g) && g != caller.Id && !Directory.Users.ContainsKey(g) && !Directory.ServicePrincipals.ContainsKey(g) && !Directory.CanExclude(caller.Names, g))
                .Select(g => EstateGap.Grant($"the members of group {Directory.Groups.GetValueOrDefault(g)?.Name ?? g}, which has role assignments")));
        }
        var json = new JsonObject { ["name"] = question.Name, ["dialect"] = isAzure ? "azure" : "entra", ["request"] = request, ["policies"] = policies };
        EstateGap.Write(json, gaps);
        return json.ToJsonString();
    }

    /// <summary>Where the caller has roles of Azure, by itself or through groups that it may be in.</summary>
    internal IEnumerable<string> ScopesNear(string principal)
    {
        var caller = EntraCaller.Find(this, principal, null);
        var containers = Directory.Containers(caller.Names);
        return Azure.ScopesOf([caller.Id, .. containers, .. Azure.GroupsAssigned().Where(g => !Directory.CanExclude(caller.Names, g))]);
    }

    /// <summary>The policies that load. One that does not (a condition that is not modelled) could deny, unless it is switched off.</summary>
    private JsonArray Readable(string locations, List<EstateGap> gaps)
    {
        string? Fault(JsonNode of)
        {
            var diagnostics = new List<PolicyDiagnostic>();
            var set = EntraPolicySet.Load([("policies", Encoding.UTF8.GetBytes(of.ToJsonString()))], [("locations", Encoding.UTF8.GetBytes(locations))], diagnostics);
            return set is null ? diagnostics.Find(d => d.Severity == DiagnosticSeverity.Error)?.Message ?? "" : null;
        }

        var all = new JsonArray([.. _policies.Values.Select(Policy)]);
        // Almost always all of it loads: one by one only where it does not.
        if (Fault(all) is null)
            return all;
        var readable = new JsonArray();
        foreach (var (id, policy) in _policies)
        {
            var node = Policy(policy);
            if (Fault(node) is not { } fault)
                readable.Add(node);
            else if (policy.Text("state") == "enabled")
                gaps.Add(EstateGap.Deny($"policy {policy.Text("displayName") ?? id}, which cannot be read: {fault}"));
        }
        return readable;
    }

    /// <summary>Groups and roles of the caller; of those that policies name, the ones that cannot be told.</summary>
    private void AddMemberships(EntraCaller caller, JsonObject request, List<EstateGap> gaps)
    {
        var containers = Directory.Containers(caller.Names);
        var roles = Directory.Roles(caller.Names, containers);
        request["groups"] = ExportJson.Array(containers.Where(c => !c.Equals(caller.Id, StringComparison.OrdinalIgnoreCase)).Order(StringComparer.OrdinalIgnoreCase));
        request["roles"] = ExportJson.Array(roles.Order(StringComparer.OrdinalIgnoreCase));
        var groups = Named("includeGroups", "excludeGroups").Where(g => !containers.Contains(g) && !Directory.CanExclude(caller.Names, g)).ToList();
        var unknownRoles = Named("includeRoles", "excludeRoles").Where(r => !roles.Contains(r) && !Directory.CanExcludeRole(caller.Names, r)).ToList();
        if (groups.Count > 0)
            request["unknownGroups"] = ExportJson.Array(groups);
        if (unknownRoles.Count > 0)
            request["unknownRoles"] = ExportJson.Array(unknownRoles);
        caller.Groups = containers;
        gaps.AddRange(groups.Select(g => EstateGap.None($"the members of group {Directory.Groups.GetValueOrDefault(g)?.Name ?? g}")));
        gaps.AddRange(unknownRoles.Select(r => EstateGap.None($"who has role {r} (role assignments)")));
    }

    /// <summary>What the policies name under <c>conditions.users</c>.</summary>
    private IEnumerable<string> Named(params string[] lists) => _policies.Values
        .Select(p => p.Find("conditions")?.Find("users") ?? default)
        .SelectMany(u => lists.SelectMany(l => u.Items(l)))
        .Where(v => v.ValueKind == JsonValueKind.String).Select(v => v.GetString()!)
        .Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase);

    private void AddGuest(EntraCaller caller, JsonObject request, List<EstateGap> gaps)
    {
        if (caller.IsServicePrincipal)
            return;
        var type = caller.Json.Text("userType");
        var isExternal = caller.Json.Text("userPrincipalName")?.Contains("#EXT#", StringComparison.OrdinalIgnoreCase) == true;
        var isGuest = type == "Guest" || isExternal;
        request["guest"] = isGuest;
        if (isGuest)
            request["guestType"] = !isExternal ? "internalGuest" : type switch { "Guest" => "b2bCollaborationGuest", "Member" => "b2bCollaborationMember", _ => null };
        if (type is null && !isExternal && _policies.Values.Any(p => p.GetRawText().Contains("uestsOrExternalUsers\":{", StringComparison.Ordinal) || Users(p).Contains("GuestsOrExternalUsers")))
            gaps.Add(EstateGap.Deny($"`userType` of {caller.Label} (`$select=userType`)"));
    }

    private static IEnumerable<string> Users(JsonElement policy) =>
        (policy.Find("conditions")?.Find("users") ?? default) is var users ? users.Items("includeUsers").Concat(users.Items("excludeUsers")).Select(u => u.ToString()) : [];

    /// <summary>A policy that names a strength by its id gets the combinations from the strength's export.</summary>
    private JsonNode Policy(JsonElement policy)
    {
        var node = policy.Node();
        if (node.Get("grantControls") is JsonObject controls && controls["authenticationStrength"] is JsonObject named && named["allowedCombinations"] is null or JsonArray { Count: 0 }
            && node.Get("grantControls").Get("authenticationStrength").Get("id").Text() is { } id && _strengths.TryGetValue(id, out var strength))
        {
            node["grantControls"]!["authenticationStrength"] = strength.Only("id", "displayName", "description", "policyType", "requirementsSatisfied", "allowedCombinations", "combinationConfigurations");
        }
        return node;
    }
}
