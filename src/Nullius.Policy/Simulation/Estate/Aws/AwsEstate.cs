using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nullius.Policy.Simulation.Estate.Aws;

/// <summary>What exports say about AWS accounts: <c>get-account-authorization-details</c> of each, their organisation, policies of resources.</summary>
internal sealed class AwsEstate
{
    private readonly Dictionary<string, JsonElement> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonElement> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonElement> _roles = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonElement> _managed = new(StringComparer.Ordinal);
    private readonly List<string> _truncated = [];

    /// <summary>By user name, as <c>list-access-keys</c> prints it.</summary>
    private readonly Dictionary<string, bool> _activeKeys = new(StringComparer.Ordinal);

    internal AwsOrganization Organization { get; } = new();

    internal AwsResourcePolicies Resources { get; } = new();

    internal AwsIdentityCenter IdentityCenter { get; } = new();

    internal IReadOnlyCollection<JsonElement> Users => _users.Values;

    internal IReadOnlyCollection<JsonElement> Roles => _roles.Values;

    /// <summary>Every user and role.</summary>
    internal IEnumerable<string> Principals => _users.Keys.Concat(_roles.Keys);

    /// <summary>What decides which policies bind at a resource: requests at two resources with the same one meet the same policies.</summary>
    internal string ReachOf(string resource) =>
        _roles.ContainsKey(resource) ? resource : Resources.NameOf(resource) ?? "account " + OwnerOf(resource);

    internal bool IsPresent => _users.Count + _groups.Count + _roles.Count > 0 || Organization.IsPresent || !Resources.IsEmpty;

    /// <summary>Takes one document. False when it is none of the exports that it knows.</summary>
    /// <exception cref="SimulationInputException">It is one of them and malformed.</exception>
    internal bool Add(JsonElement json, string file)
    {
        if (json.ValueKind != JsonValueKind.Object)
            return false;
        var known = AddAll(json, "UserDetailList", _users) | AddAll(json, "GroupDetailList", _groups) | AddAll(json, "RoleDetailList", _roles);
        if (known)
            AddAll(json, "Policies", _managed);
        if (known && (json.IsTrue("IsTruncated") || json.Has("NextToken")))
            _truncated.Add(file);
        foreach (var key in json.Items("AccessKeyMetadata").Where(k => k.Text("UserName") is not null))
        {
            _activeKeys[key.Text("UserName")!] = _activeKeys.GetValueOrDefault(key.Text("UserName")!) | key.Text("Status") == "Active";
            known = true;
        }
        return known | Organization.Add(json, file) | Resources.Add(json, file) | IdentityCenter.Add(json);
    }

    private static bool AddAll(JsonElement json, string list, Dictionary<string, JsonElement> into)
    {
        if (json.Find(list) is not { ValueKind: JsonValueKind.Array } items)
            return false;
        foreach (var item in items.EnumerateArray())
        {
            var name = item.Text("Arn") ?? throw new SimulationInputException("missing-field", $"a member of `{list}` has no `Arn`, expected an export of the provider's command line", $"$.{list}");
            into[name] = item;
        }
        return true;
    }

    internal IReadOnlyList<string> Remarks()
    {
        var remarks = new List<string>();
        if (!Organization.IsPresent)
            remarks.Add("no organisation is in it, service and resource control policies take no part");
        if (Resources.IsEmpty)
            remarks.Add("no policy of a resource is in it but roles' trust, none takes part");
        remarks.AddRange(Resources.Unplaced.Select(f => $"{f} holds a policy and not of which resource, it takes no part: name the file after the resource"));
        return remarks;
    }

    /// <summary>A document as an export gives it: an object, or text (percent-encoded as the API sends it).</summary>
    internal static JsonNode Document(JsonElement value, string where) =>
        value.ValueKind == JsonValueKind.Object ? value.Node() : Document(value.ValueKind == JsonValueKind.String ? value.GetString()! : "", where);

    internal static JsonNode Document(string text, string where)
    {
        try
        {
            return JsonNode.Parse(text.StartsWith('%') ? Uri.UnescapeDataString(text) : text, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw new SimulationInputException("bad-json", $"the document of `{PolicyDiagnostic.Quote(where)}` is not JSON", "$");
        }
    }

    internal static JsonObject Wrapped(string name, string arn, JsonNode document) =>
        new() { ["PolicyName"] = name, ["PolicyArn"] = arn, ["PolicyDocument"] = document };

    internal static string AccountOf(string arn) => arn.Split(':') is { Length: >= 6 } parts ? parts[4] : "";

    internal string CaseFor(EstateQuestion question)
    {
        var gaps = new List<EstateGap>();
        var caller = FindCaller(question.Principal, out var arn);
        var policies = new JsonObject { ["identity"] = Identity(caller, gaps) };
        if (Boundary(caller, gaps) is { } boundary)
            policies["boundary"] = new JsonArray(boundary);
        var resource = question.Resource;
        if (ResourcePolicy(resource) is { } resourcePolicy)
            policies["resource"] = resourcePolicy;
        else if (AccountOf(resource) is { Length: > 0 } other && other != AccountOf(arn) && Resources.Find(resource) is null && !_roles.ContainsKey(resource))
            gaps.Add(EstateGap.Grant($"the policy of {resource}, which is in another account") with { Layer = MissingParts.OtherAccount });
        else if (question.Action.StartsWith("kms:", StringComparison.OrdinalIgnoreCase) && resource.Contains(":key/", StringComparison.Ordinal) && Resources.Find(resource) is null)
            gaps.Add(EstateGap.Any($"the policy of {resource}, which every key has (`aws kms get-key-policy`)", "resource"));
        var account = AccountOf(arn);
        var owner = OwnerOf(resource) ?? account;
        AddControls(policies, account, owner, gaps);
        var request = new JsonObject
        {
            ["principal"] = arn,
            ["action"] = question.Action,
            ["resource"] = resource,
            ["resourceAccount"] = owner,
            ["context"] = Context(caller, arn, owner, question.Context),
        };
        var json = new JsonObject { ["name"] = question.Name, ["dialect"] = "aws", ["request"] = request, ["policies"] = policies };
        EstateGap.Write(json, gaps);
        return json.ToJsonString();
    }

    private void AddControls(JsonObject policies, string account, string owner, List<EstateGap> gaps)
    {
        if (!Organization.IsPresent)
            return;
        if (!Organization.Knows(account))
            gaps.Add(EstateGap.Deny($"where account {account} stands in the organisation (`list-accounts-for-parent`)", "scp"));
        if (Organization.Levels(account, "SERVICE_CONTROL_POLICY", "scp", gaps) is { } scp)
            policies["scp"] = scp;
        if (Organization.Levels(owner, "RESOURCE_CONTROL_POLICY", "rcp", gaps) is { } rcp)
            policies["rcp"] = rcp;
    }

    /// <summary>Whether a user has an access key that works; null where no list of keys says so.</summary>
    internal bool? HasActiveKey(string arn) => _activeKeys.TryGetValue(arn[(arn.LastIndexOf('/') + 1)..], out var isActive) ? isActive : null;

    /// <summary>Resources that the caller's policies allow something on, and those that have a policy of their own: where it is worth to ask.</summary>
    internal IEnumerable<string> ResourcesNear(string principal)
    {
        var statements = Identity(FindCaller(principal, out var arn), []).Select(p => p.Get("PolicyDocument").Get("Statement"))
            .SelectMany(s => s is JsonArray ? s.List() : [s]).OfType<JsonObject>().Where(s => s["Effect"].Text() == "Allow");
        return statements.SelectMany(s => s["Resource"].Texts().Concat(s["Resource"].Text() is { } one ? [one] : []))
            .Where(r => r.StartsWith("arn:", StringComparison.Ordinal)).Select(r => Example(r, arn)).Where(r => !r.Contains("${", StringComparison.Ordinal))
            .Append(arn).Concat(Resources.Arns).Distinct(StringComparer.Ordinal);
    }

    /// <summary>A resource that a pattern covers, in the caller's account where it leaves the account open.</summary>
    private static string Example(string pattern, string caller)
    {
        var parts = pattern.Replace("${aws:username}", caller[(caller.LastIndexOf('/') + 1)..], StringComparison.OrdinalIgnoreCase).Split(':', 6);
        for (var i = 0; i < parts.Length; i++)
        {
            var whole = i == 3 ? "us-east-1" : i == 4 ? AccountOf(caller) : "any";
            parts[i] = parts[i] == "*" ? whole : parts[i].Replace("*", "any", StringComparison.Ordinal).Replace('?', 'x');
        }
        return string.Join(':', parts);
    }

    private JsonElement FindCaller(string principal, out string arn)
    {
        arn = principal;
        if (principal.Contains(":assumed-role/", StringComparison.Ordinal))
            return Named(_roles, "RoleName", principal.Split('/')[1], AccountOf(principal)) ?? throw Unknown(principal);
        if (_users.TryGetValue(principal, out var exact) || _roles.TryGetValue(principal, out exact))
            return exact;
        var found = Named(_users, "UserName", principal, null) ?? Named(_roles, "RoleName", principal, null) ?? throw Unknown(principal);
        arn = found.Text("Arn")!;
        return found;
    }

    private SimulationInputException Unknown(string principal) =>
        new("unknown-principal", $"`{PolicyDiagnostic.Quote(principal)}` is no user and no role of the export, expected a name or an ARN that is in it"
            + (_truncated.Count > 0 ? $"; {_truncated[0]} is truncated" : ""), "$.request.principal");

    private static JsonElement? Named(Dictionary<string, JsonElement> from, string field, string name, string? account)
    {
        JsonElement[] found = [.. from.Values.Where(v => v.Text(field) == name && (account is null || AccountOf(v.Text("Arn")!) == account))];
        if (found.Length > 1)
            throw new SimulationInputException("ambiguous-principal", $"`{PolicyDiagnostic.Quote(name)}` is in {found.Length} accounts, expected its ARN", "$.request.principal");
        return found.Length == 1 ? found[0] : null;
    }

    private JsonArray Identity(JsonElement caller, List<EstateGap> gaps)
    {
        var policies = new JsonArray();
        AddPolicies(caller, caller.Has("UserName") ? "UserPolicyList" : "RolePolicyList", policies, gaps);
        var account = AccountOf(caller.Text("Arn")!);
        foreach (var name in caller.Items("GroupList").Select(g => g.ToString()))
        {
            if (Named(_groups, "GroupName", name, account) is { } group)
                AddPolicies(group, "GroupPolicyList", policies, gaps);
            else
                gaps.Add(EstateGap.Any(Missing($"group {name} of account {account}"), "identity"));
        }
        return policies;
    }

    private string Missing(string what) => _truncated.Count == 0 ? what : $"{what} ({_truncated[0]} is truncated)";

    private void AddPolicies(JsonElement entity, string inline, JsonArray into, List<EstateGap> gaps)
    {
        foreach (var policy in entity.Items(inline))
        {
            var name = policy.Text("PolicyName") ?? inline;
            if (policy.Find("PolicyDocument") is { } document)
                into.Add(Wrapped(name, entity.Text("Arn")!, Document(document, name)));
            else
                gaps.Add(EstateGap.Any(Missing($"the document of policy {name}"), "identity"));
        }
        foreach (var attached in entity.Items("AttachedManagedPolicies"))
        {
            var arn = attached.Text("PolicyArn") ?? "";
            if (Managed(arn) is { } managed)
                into.Add(managed);
            else
                gaps.Add(EstateGap.Any(Missing($"policy {arn}"), "identity"));
        }
    }

    /// <summary>Null when its default version is not in the export.</summary>
    private JsonObject? Managed(string arn)
    {
        if (!_managed.TryGetValue(arn, out var policy))
            return null;
        var version = policy.Items("PolicyVersionList").FirstOrDefault(v => v.IsTrue("IsDefaultVersion"));
        return version.Find("Document") is { } document ? Wrapped(policy.Text("PolicyName") ?? arn, arn, Document(document, arn)) : null;
    }

    private JsonObject? Boundary(JsonElement caller, List<EstateGap> gaps)
    {
        if (caller.Find("PermissionsBoundary") is not { } boundary || boundary.Text("PermissionsBoundaryArn") is not { } arn)
            return null;
        var managed = Managed(arn);
        if (managed is null)
            gaps.Add(EstateGap.Deny(Missing($"boundary {arn}"), "boundary"));
        return managed;
    }

    /// <summary>A role's trust policy, or what the export lists for the resource.</summary>
    private JsonNode? ResourcePolicy(string resource)
    {
        if (_roles.TryGetValue(resource, out var role) && role.Find("AssumeRolePolicyDocument") is { } trust)
            return Document(trust, resource);
        return Resources.Find(resource) is { Document: JsonObject { Count: > 0 } document } ? document.DeepClone() : null;
    }

    private string? OwnerOf(string resource)
    {
        if (Resources.Find(resource) is { Account: { } account })
            return account;
        return AccountOf(resource) is { Length: > 0 } named ? named : null;
    }

    private JsonObject Context(JsonElement caller, string arn, string owner, IReadOnlyDictionary<string, IReadOnlyList<string>> given)
    {
        var context = new JsonObject();
        foreach (var tag in caller.Items("Tags"))
            context["aws:PrincipalTag/" + tag.Text("Key")] = tag.Text("Value") ?? "";
        if (Organization.ManagementAccount is { } management)
            context["aws:PrincipalOrgMasterAccountId"] = management;
        if (Organization.Id is { } id)
        {
            context["aws:PrincipalOrgID"] = id;
            if (Organization.Knows(owner))
                context["aws:ResourceOrgID"] = id;
        }
        if (Organization.Path(AccountOf(arn)) is { } path)
            context["aws:PrincipalOrgPaths"] = new JsonArray(path);
        if (Organization.Path(owner) is { } resourcePath)
            context["aws:ResourceOrgPaths"] = new JsonArray(resourcePath);
        foreach (var (key, values) in given)
        {
            foreach (var known in context.Select(c => c.Key).Where(k => k.Equals(key, StringComparison.OrdinalIgnoreCase)).ToArray())
                context.Remove(known);
            context[key] = values.Count == 1 ? values[0] : ExportJson.Array(values);
        }
        return context;
    }
}
