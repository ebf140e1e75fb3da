using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Nullius.Policy.Simulation.Estate.Aws;

/// <summary>
/// An organisation, from what the <c>aws organizations</c> commands print, or from one document that holds it all (<c>Organization</c>, <c>Roots</c>,
/// <c>OrganizationalUnits</c> and <c>Accounts</c> with <c>ParentId</c>, <c>Policies</c> with <c>Targets</c>). Commands that do not say of which
/// parent, policy or target they speak are told by the id in the file's name.
/// </summary>
internal sealed partial class AwsOrganization
{
    private const int MaxLevels = 16;

    private readonly Dictionary<string, string> _parents = new(StringComparer.Ordinal);
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly HashSet<string> _enabled = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AwsControlPolicy> _policies = new(StringComparer.Ordinal);
    private readonly List<string> _truncated = [];

    [GeneratedRegex(@"\bp-[0-9a-zA-Z_]{8,128}", RegexOptions.NonBacktracking)]
    private static partial Regex PolicyId { get; }

    [GeneratedRegex(@"\bou-[0-9a-z]{4,32}-[a-z0-9]{8,32}\b|\br-[0-9a-z]{4,32}\b|\b[0-9]{12}\b", RegexOptions.NonBacktracking)]
    private static partial Regex NodeId { get; }

    internal bool IsPresent { get; private set; }

    internal string? Id { get; private set; }

    internal string? ManagementAccount { get; private set; }

    internal bool Add(JsonElement json, string file)
    {
        var known = AddOrganization(json) | AddPolicies(json, file) | AddTargets(json, file) | AddParents(json, file);
        foreach (var list in new[] { "Roots", "OrganizationalUnits", "Accounts" })
            known |= AddNodes(json, list, file);
        if (known && json.Has("NextToken"))
            _truncated.Add($"the next page of {file}");
        IsPresent |= known;
        return known;
    }

    private bool AddOrganization(JsonElement json)
    {
        if (json.Find("Organization") is not { ValueKind: JsonValueKind.Object } organization || organization.Text("Id") is not { } id)
            return false;
        Id = id;
        ManagementAccount = organization.Text("MasterAccountId") ?? organization.Text("ManagementAccountId");
        return true;
    }

    private bool AddNodes(JsonElement json, string list, string file)
    {
        var any = json.Find(list) is { ValueKind: JsonValueKind.Array };
        if (!any || (list == "Accounts" && json.Items(list).Any(a => a.Text("Id") is null && !a.Has("Arn"))))
            return any && json.Has("Roots") ? throw NoId(list) : false;
        var common = json.Text("ParentId") ?? (list != "Roots" && NodeId.Match(file) is { Success: true } match ? match.Value : null);
        foreach (var node in json.Items(list))
        {
            var id = node.Text("Id") ?? throw NoId(list);
            _known.Add(id);
            if ((node.Text("ParentId") ?? common) is { } parent && list != "Roots" && parent != id)
                _parents[id] = parent;
            foreach (var type in node.Items("PolicyTypes").Where(t => t.Text("Status") is null or "ENABLED"))
                _enabled.Add(type.Text("Type") ?? "");
        }
        return true;
    }

    private static SimulationInputException NoId(string list) => new("missing-field", $"a member of `{list}` has no `Id`", $"$.{list}");

    /// <summary><c>list-parents</c>: the child is in the file's name.</summary>
    private bool AddParents(JsonElement json, string file)
    {
        if (json.Items("Parents").Select(p => p.Text("Id")).FirstOrDefault(p => p is not null && NodeId.IsMatch(p)) is not { } parent)
            return false;
        var child = json.Text("ChildId") ?? (NodeId.Match(file) is { Success: true } match ? match.Value : null);
        if (child is null)
            _truncated.Add($"whose parent {file} tells (expected the id in the file's name)");
        else
            _parents[child] = parent;
        return true;
    }

    /// <summary>Bundles, <c>list-policies</c>, <c>list-policies-for-target</c>, <c>describe-policy</c>.</summary>
    private bool AddPolicies(JsonElement json, string file)
    {
        var known = json.Find("Policy") is { ValueKind: JsonValueKind.Object } one && one.Has("PolicySummary") && AddPolicy(one, null);
        foreach (var policy in json.Items("Policies"))
        {
            var summary = policy.Find("PolicySummary") ?? policy;
            var isOurs = policy.Has("PolicySummary") || policy.Has("Content") || summary.Text("Type")?.EndsWith("_POLICY", StringComparison.Ordinal) == true;
            var target = policy.Has("Content") || policy.Has("Targets") ? null : json.Text("TargetId") ?? (NodeId.Match(file) is { Success: true } match ? match.Value : null);
            known |= isOurs && AddPolicy(policy, target);
        }
        return known;
    }

    private bool AddPolicy(JsonElement policy, string? target)
    {
        var summary = policy.Find("PolicySummary") ?? policy;
        if (summary.Text("Type") is not { } type)
            throw new SimulationInputException("missing-field", "a policy of the organisation has no `Type`, expected it as `describe-policy` gives it", "$.Policies");
        var name = summary.Text("Name") ?? "policy";
        var id = summary.Text("Id") ?? summary.Text("Arn") ?? $"{type} {name}";
        if (!_policies.TryGetValue(id, out var known) || known.Type.Length == 0)
            _policies[id] = known = new AwsControlPolicy(id, type, name, summary.Text("Arn") ?? name, known);
        if (policy.Find("Content") is { } content)
            known.Content = AwsEstate.Document(content, name).ToJsonString();
        if (policy.Find("Targets") is { ValueKind: JsonValueKind.Array } targets)
            known.AddTargets(targets);
        if (target is not null)
            known.AddTarget(target);
        return true;
    }

    /// <summary><c>list-targets-for-policy</c>: the policy is in the file's name, or beside the list.</summary>
    private bool AddTargets(JsonElement json, string file)
    {
        if (json.Find("Targets") is not { ValueKind: JsonValueKind.Array } targets || !targets.EnumerateArray().All(t => t.Has("TargetId")))
            return false;
        var id = json.Text("PolicyId") ?? (PolicyId.Match(file) is { Success: true } match ? match.Value : null);
        if (id is null)
        {
            _truncated.Add($"whose targets {file} lists (expected the policy's id in the file's name)");
            return true;
        }
        if (!_policies.TryGetValue(id, out var policy))
            _policies[id] = policy = new AwsControlPolicy(id, "", id, id);
        policy.AddTargets(targets);
        return true;
    }

    /// <summary>What is attached at each level from the root to the account; null when no policy of that type takes part. What is missing is added to the gaps.</summary>
    internal JsonArray? Levels(string account, string type, string layer, List<EstateGap> gaps)
    {
        if (!_known.Contains(account))
            return null;
        AwsControlPolicy[] policies = [.. _policies.Values.Where(p => p.Type == type || p.Type.Length == 0).OrderBy(p => p.Type.Length == 0)];
        if (!Array.Exists(policies, p => p.Type == type))
        {
            if (_enabled.Contains(type))
                gaps.Add(EstateGap.Deny($"the policies of type {type}, which the root has enabled (`describe-policy`)", layer));
            return null;
        }
        var chain = Chain(account);
        if (!chain[0].StartsWith("r-", StringComparison.Ordinal))
            gaps.Add(EstateGap.Deny($"the parent of `{chain[0]}` (`list-parents`)", layer));
        foreach (var policy in policies.Where(p => !p.HasTargets))
            gaps.Add(EstateGap.Any($"the targets of policy {policy.Name} (`list-targets-for-policy`)", layer));
        foreach (var gap in _truncated)
            gaps.Add(EstateGap.Any(gap, layer));
        // Nothing is known to be attached anywhere: levels without a policy would deny everything.
        return Array.Exists(policies, p => p.HasTargets) ? new JsonArray([.. chain.Select(node => (JsonNode)Level(node, policies, layer, gaps))]) : null;
    }

    private static JsonArray Level(string node, AwsControlPolicy[] policies, string layer, List<EstateGap> gaps)
    {
        var level = new JsonArray();
        foreach (var policy in policies.Where(p => p.IsAttachedTo(node)))
        {
            if (policy.Content is null)
                gaps.Add(EstateGap.Any($"the content of policy {policy.Name} (`describe-policy`)", layer));
            else
                level.Add(AwsEstate.Wrapped(policy.Name, policy.Arn, JsonNode.Parse(policy.Content)!));
        }
        return level;
    }

    internal bool Knows(string account) => _known.Contains(account);

    /// <summary>The path of an account as <c>aws:PrincipalOrgPaths</c> has it; null when it is not known as a whole.</summary>
    internal string? Path(string account)
    {
        if (Id is null || !_known.Contains(account))
            return null;
        var chain = Chain(account);
        return chain[0].StartsWith("r-", StringComparison.Ordinal) ? $"{Id}/{string.Join('/', chain.SkipLast(1))}/" : null;
    }

    /// <summary>From the root, as far as it is known, to the account.</summary>
    private List<string> Chain(string account)
    {
        var chain = new List<string>();
        for (var at = account; at is not null; at = _parents.GetValueOrDefault(at))
        {
            chain.Add(at);
            if (chain.Count > MaxLevels)
                throw new SimulationInputException("too-deep", $"`{PolicyDiagnostic.Quote(account)}` stands below more than {MaxLevels} levels, or in a circle", "$.Accounts");
        }
        chain.Reverse();
        return chain;
    }
}

/// <summary>A policy of the organisation with what it is attached to.</summary>
internal sealed class AwsControlPolicy(string id, string type, string name, string arn, AwsControlPolicy? before = null)
{
    // Targets may be read before the policy that they are of.
    private readonly HashSet<string> _targets = before?._targets ?? new(StringComparer.Ordinal);

    internal string Id { get; } = id;

    internal string Type { get; } = type;

    internal string Name { get; } = name;

    internal string Arn { get; } = arn;

    /// <summary>Null when it was not exported.</summary>
    internal string? Content { get; set; }

    internal bool HasTargets { get; private set; } = before?.HasTargets ?? false;

    internal bool IsAttachedTo(string node) => _targets.Contains(node);

    internal void AddTarget(string target)
    {
        HasTargets = true;
        _targets.Add(target);
    }

    internal void AddTargets(JsonElement targets)
    {
        HasTargets = true;
        foreach (var target in targets.EnumerateArray())
        {
            if ((target.ValueKind == JsonValueKind.String ? target.GetString() : target.Text("TargetId")) is { } id)
                _targets.Add(id);
        }
    }
}
