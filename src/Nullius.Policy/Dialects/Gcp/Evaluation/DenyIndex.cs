namespace Nullius.Policy.Dialects.Gcp.Evaluation;

/// <summary>Deny rules by the resource they are attached to and the entry of their permissions, wildcard groups among them.</summary>
internal sealed class DenyIndex
{
    private readonly Dictionary<string, Dictionary<string, List<GcpDenyRule>>> _rules = new(StringComparer.Ordinal);

    internal DenyIndex(IReadOnlyList<GcpDenyRule> rules)
    {
        Rules = rules;
        foreach (var rule in rules)
        {
            if (!_rules.TryGetValue(rule.AttachedTo, out var attached))
                _rules[rule.AttachedTo] = attached = new Dictionary<string, List<GcpDenyRule>>(StringComparer.Ordinal);
            foreach (var permission in rule.Permissions)
            {
                if (!attached.TryGetValue(permission, out var list))
                    attached[permission] = list = [];
                list.Add(rule);
            }
        }
    }

    internal IReadOnlyList<GcpDenyRule> Rules { get; }

    /// <summary>Rules that deny the permission and do not except it, the organisation's first.</summary>
    internal IEnumerable<GcpDenyRule> Candidates(string[] keys, IReadOnlyList<string> chain)
    {
        for (var i = chain.Count - 1; i >= 0; i--)
        {
            if (!_rules.TryGetValue(chain[i], out var attached))
                continue;
            foreach (var key in keys)
            {
                if (!attached.TryGetValue(key, out var rules))
                    continue;
                foreach (var rule in rules)
                {
                    if (!Array.Exists(keys, rule.ExceptedPermissions.Contains))
                        yield return rule;
                }
            }
        }
    }
}
