using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nullius.Policy.Simulation.Estate;

/// <summary>
/// What exports say about accounts: <c>get-account-authorization-details</c>, an organisation (roots, units, accounts,
/// policies with their targets), resource policies. Files are recognised by content.
/// </summary>
public sealed class EstateExport
{
    private readonly Dictionary<string, JsonElement> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonElement> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonElement> _roles = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonElement> _managed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonElement> _resources = new(StringComparer.Ordinal);

    internal OrganizationExport? Organization { get; private set; }

    /// <summary>True when no organisation was found: service and resource control policies then take no part.</summary>
    public bool LacksOrganization => Organization is null;

    /// <summary>Takes one file. False when it is none of the exports that it knows.</summary>
    /// <exception cref="SimulationInputException">It is one of them and malformed.</exception>
    public bool Add(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            return false;
        var known = false;
        known |= AddAll(json, "UserDetailList", _users, "Arn");
        known |= AddAll(json, "GroupDetailList", _groups, "Arn");
        known |= AddAll(json, "RoleDetailList", _roles, "Arn");
        if (known)
            AddAll(json, "Policies", _managed, "Arn");
        known |= AddAll(json, "ResourcePolicies", _resources, "ResourceArn");
        if (json.TryGetProperty("Accounts", out _) && (json.TryGetProperty("Roots", out _) || json.TryGetProperty("Organization", out _)))
        {
            Organization = new OrganizationExport(json);
            known = true;
        }
        return known;
    }

    private static bool AddAll(JsonElement json, string list, Dictionary<string, JsonElement> into, string id)
    {
        if (!json.TryGetProperty(list, out var items) || items.ValueKind != JsonValueKind.Array)
            return false;
        foreach (var item in items.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || Text(item, id) is not { } name)
                throw new SimulationInputException("missing-field", $"a member of `{list}` has no `{id}`, expected an export of the provider's command line", $"$.{list}");
            into[name] = item.Clone();
        }
        return true;
    }

    internal static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    internal static IEnumerable<JsonElement> Items(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];

    /// <summary>A document as an export gives it: an object, or text (percent-encoded as the API sends it).</summary>
    internal static JsonNode Document(JsonElement value, string where)
    {
        if (value.ValueKind == JsonValueKind.Object)
            return JsonNode.Parse(value.GetRawText())!;
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        try
        {
            return JsonNode.Parse(text.StartsWith('%') ? Uri.UnescapeDataString(text) : text) ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw new SimulationInputException("bad-json", $"the document of `{PolicyDiagnostic.Quote(where)}` is not JSON", "$");
        }
    }

    /// <summary>The case that <c>nullius simulate</c> decides for this request: everything that is attached to caller, account and resource.</summary>
    /// <param name="principal">An ARN, or the name of a user or role.</param>
    /// <param name="resource">An ARN, or <c>*</c>.</param>
    /// <exception cref="SimulationInputException">The caller, or a document that is attached, is not in the export.</exception>
    public string CaseFor(string principal, string action, string resource, IReadOnlyDictionary<string, IReadOnlyList<string>> context)
    {
        var caller = FindCaller(principal, out var arn);
        var policies = new JsonObject { ["identity"] = Identity(caller) };
        if (Boundary(caller) is { } boundary)
            policies["boundary"] = new JsonArray(boundary);
        if (ResourcePolicy(resource) is { } resourcePolicy)
            policies["resource"] = resourcePolicy;
        var account = arn.Split(':')[4];
        var owner = OwnerOf(resource) ?? account;
        if (Organization is not null)
        {
            if (Organization.Levels(account, "SERVICE_CONTROL_POLICY") is { } scp)
                policies["scp"] = scp;
            if (Organization.Levels(owner, "RESOURCE_CONTROL_POLICY") is { } rcp)
                policies["rcp"] = rcp;
        }
        var request = new JsonObject { ["principal"] = arn, ["action"] = action, ["resource"] = resource, ["resourceAccount"] = owner, ["context"] = Context(caller, context) };
        return new JsonObject { ["name"] = $"{principal} {action} {resource}", ["dialect"] = "aws", ["request"] = request, ["policies"] = policies }.ToJsonString();
    }

    /// <summary>Every user and role.</summary>
    internal IEnumerable<string> Principals => _users.Keys.Concat(_roles.Keys);

    /// <summary>Every resource whose policy the export lists; a role's trust policy is its own.</summary>
    internal IEnumerable<string> ResourcesWithPolicies => _resources.Keys;

    /// <summary>What decides which policies bind at a resource: requests at two resources with the same one meet the same policies.</summary>
    internal string ReachOf(string resource) =>
        _roles.ContainsKey(resource) ? resource : Entry(resource) is { } entry ? Text(entry, "ResourceArn")! : "account " + OwnerOf(resource);

    private JsonElement FindCaller(string principal, out string arn)
    {
        arn = principal;
        if (principal.Contains(":assumed-role/", StringComparison.Ordinal))
            return Named(_roles, "RoleName", principal.Split('/')[1], principal.Split(':')[4]) ?? throw Unknown(principal);
        if (_users.TryGetValue(principal, out var exact) || _roles.TryGetValue(principal, out exact))
            return exact;
        var found = Named(_users, "UserName", principal, null) ?? Named(_roles, "RoleName", principal, null) ?? throw Unknown(principal);
        arn = Text(found, "Arn")!;
        return found;
    }

    private static SimulationInputException Unknown(string principal) =>
        new("unknown-principal", $"`{PolicyDiagnostic.Quote(principal)}` is no user and no role of the export, expected a name or an ARN that is in it", "$.request.principal");

    private static JsonElement? Named(Dictionary<string, JsonElement> from, string field, string name, string? account)
    {
        JsonElement[] found = [.. from.Values.Where(v => Text(v, field) == name && (account is null || Text(v, "Arn")!.Split(':')[4] == account))];
        if (found.Length > 1)
            throw new SimulationInputException("ambiguous-principal", $"`{PolicyDiagnostic.Quote(name)}` is in {found.Length} accounts, expected its ARN", "$.request.principal");
        return found.Length == 1 ? found[0] : null;
    }

    private JsonArray Identity(JsonElement caller)
    {
        var policies = new JsonArray();
        AddPolicies(caller, caller.TryGetProperty("UserName", out _) ? "UserPolicyList" : "RolePolicyList", policies);
        var account = Text(caller, "Arn")!.Split(':')[4];
        foreach (var name in Items(caller, "GroupList").Select(g => g.GetString()!))
        {
            var group = Named(_groups, "GroupName", name, account)
                ?? throw new SimulationInputException("missing-document", $"group `{PolicyDiagnostic.Quote(name)}` is not in the export, expected all details of the account", "$");
            AddPolicies(group, "GroupPolicyList", policies);
        }
        return policies;
    }

    private void AddPolicies(JsonElement entity, string inline, JsonArray into)
    {
        foreach (var policy in Items(entity, inline))
        {
            var name = Text(policy, "PolicyName") ?? inline;
            into.Add(Wrapped(name, Text(entity, "Arn")!, Document(policy.GetProperty("PolicyDocument"), name)));
        }
        foreach (var attached in Items(entity, "AttachedManagedPolicies"))
            into.Add(Managed(Text(attached, "PolicyArn") ?? ""));
    }

    private JsonObject Managed(string arn)
    {
        if (!_managed.TryGetValue(arn, out var policy))
            throw new SimulationInputException("missing-document", $"policy `{PolicyDiagnostic.Quote(arn)}` is attached and not in the export, expected all details of the account", "$");
        var version = Items(policy, "PolicyVersionList").FirstOrDefault(v => v.TryGetProperty("IsDefaultVersion", out var isDefault) && isDefault.ValueKind == JsonValueKind.True);
        if (version.ValueKind != JsonValueKind.Object)
            throw new SimulationInputException("missing-document", $"policy `{PolicyDiagnostic.Quote(arn)}` has no default version in the export", "$");
        return Wrapped(Text(policy, "PolicyName") ?? arn, arn, Document(version.GetProperty("Document"), arn));
    }

    internal static JsonObject Wrapped(string name, string arn, JsonNode document) =>
        new() { ["PolicyName"] = name, ["PolicyArn"] = arn, ["PolicyDocument"] = document };

    private JsonObject? Boundary(JsonElement caller) =>
        caller.TryGetProperty("PermissionsBoundary", out var boundary) && Text(boundary, "PermissionsBoundaryArn") is { } arn ? Managed(arn) : null;

    /// <summary>A role's trust policy, or what the export lists for the resource; a bucket's policy is about its objects too.</summary>
    private JsonNode? ResourcePolicy(string resource)
    {
        if (_roles.TryGetValue(resource, out var role) && role.TryGetProperty("AssumeRolePolicyDocument", out var trust))
            return Document(trust, resource);
        var entry = Entry(resource);
        return entry is { } found && found.TryGetProperty("Policy", out var policy) ? Document(policy, resource) : null;
    }

    private JsonElement? Entry(string resource)
    {
        if (_resources.TryGetValue(resource, out var exact))
            return exact;
        var slash = resource.IndexOf('/', StringComparison.Ordinal);
        return resource.StartsWith("arn:aws:s3:::", StringComparison.Ordinal) && slash > 0 && _resources.TryGetValue(resource[..slash], out var bucket) ? bucket : null;
    }

    private string? OwnerOf(string resource)
    {
        if (Entry(resource) is { } entry && Text(entry, "Account") is { } account)
            return account;
        var parts = resource.Split(':');
        return parts.Length >= 6 && parts[4].Length > 0 ? parts[4] : null;
    }

    private JsonObject Context(JsonElement caller, IReadOnlyDictionary<string, IReadOnlyList<string>> given)
    {
        var context = new JsonObject();
        foreach (var tag in Items(caller, "Tags"))
            context["aws:PrincipalTag/" + Text(tag, "Key")] = Text(tag, "Value");
        if (Organization?.ManagementAccount is { } management)
            context["aws:PrincipalOrgMasterAccountId"] = management;
        if (Organization?.Id is { } id)
            context["aws:PrincipalOrgID"] = id;
        foreach (var (key, values) in given)
        {
            foreach (var known in context.Select(c => c.Key).Where(k => k.Equals(key, StringComparison.OrdinalIgnoreCase)).ToArray())
                context.Remove(known);
            context[key] = values.Count == 1 ? values[0] : new JsonArray([.. values.Select(v => (JsonNode)v)]);
        }
        return context;
    }
}
