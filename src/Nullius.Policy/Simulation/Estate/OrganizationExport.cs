using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nullius.Policy.Simulation.Estate;

/// <summary>
/// An organisation: <c>Organization</c>, <c>Roots</c>, <c>OrganizationalUnits</c> and <c>Accounts</c> with their
/// <c>ParentId</c>, <c>Policies</c> as <c>describe-policy</c> gives them with their <c>Targets</c>.
/// </summary>
internal sealed class OrganizationExport
{
    private const int MaxLevels = 16;

    private readonly Dictionary<string, string> _parents = new(StringComparer.Ordinal);
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly List<(string Type, string Name, string Arn, string Content, HashSet<string> Targets)> _policies = [];

    internal OrganizationExport(JsonElement json)
    {
        if (json.TryGetProperty("Organization", out var organization))
        {
            Id = EstateExport.Text(organization, "Id");
            ManagementAccount = EstateExport.Text(organization, "MasterAccountId") ?? EstateExport.Text(organization, "ManagementAccountId");
        }
        foreach (var list in new[] { "Roots", "OrganizationalUnits", "Accounts" })
        {
            foreach (var node in EstateExport.Items(json, list))
            {
                if (EstateExport.Text(node, "Id") is not { } id)
                    throw new SimulationInputException("missing-field", $"a member of `{list}` has no `Id`", $"$.{list}");
                _known.Add(id);
                if (EstateExport.Text(node, "ParentId") is { } parent)
                    _parents[id] = parent;
                else if (list != "Roots")
                    throw new SimulationInputException("missing-field", $"`{PolicyDiagnostic.Quote(id)}` of `{list}` has no `ParentId`, expected the unit or root that holds it", $"$.{list}");
            }
        }
        foreach (var policy in EstateExport.Items(json, "Policies"))
            AddPolicy(policy);
    }

    internal string? Id { get; }

    internal string? ManagementAccount { get; }

    private void AddPolicy(JsonElement policy)
    {
        var summary = policy.TryGetProperty("PolicySummary", out var inner) ? inner : policy;
        if (EstateExport.Text(summary, "Type") is not { } type || !policy.TryGetProperty("Content", out var content))
            throw new SimulationInputException("missing-field", "a policy of the organisation has no `Type` or no `Content`, expected them as `describe-policy` gives them", "$.Policies");
        var name = EstateExport.Text(summary, "Name") ?? "policy";
        var targets = EstateExport.Items(policy, "Targets").Select(t => t.ValueKind == JsonValueKind.String ? t.GetString() : EstateExport.Text(t, "TargetId")).OfType<string>();
        _policies.Add((type, name, EstateExport.Text(summary, "Arn") ?? name, EstateExport.Document(content, name).ToJsonString(), targets.ToHashSet(StringComparer.Ordinal)));
    }

    /// <summary>What is attached at each level from the root to the account; null when the account is not in the organisation, or no policy of that type exists.</summary>
    internal JsonArray? Levels(string account, string type)
    {
        if (!_known.Contains(account) || !_policies.Exists(p => p.Type == type))
            return null;
        var chain = new List<string>();
        for (var at = account; at is not null; at = _parents.GetValueOrDefault(at))
        {
            chain.Add(at);
            if (chain.Count > MaxLevels)
                throw new SimulationInputException("too-deep", $"`{PolicyDiagnostic.Quote(account)}` stands below more than {MaxLevels} levels, or in a circle", "$.Accounts");
        }
        chain.Reverse();
        var levels = new JsonArray();
        foreach (var node in chain)
            levels.Add(new JsonArray([.. _policies.Where(p => p.Type == type && p.Targets.Contains(node)).Select(p => (JsonNode)EstateExport.Wrapped(p.Name, p.Arn, JsonNode.Parse(p.Content)!))]));
        return levels;
    }
}
