namespace Nullius.Policy.Dialects.Gcp.Evaluation;

/// <summary>Deny rules by the resource they are attached to and the entry of their permissions, wildcard groups among them.</summary>
internal sealed class DenyIndex
{
    private readonly Dictionary<(string, string), List<GcpDenyRule>> _rules = [];

    internal DenyIndex(IReadOnlyList<GcpDenyRule> rules)
    {
        Rules = rules;
        foreach (var rule in rules)
        {
            foreach (var permission in rule.Permissions)
            {
                if (!_rules.TryGetValue((rule.AttachedTo, permission), out var list))
                    _rules[(rule.AttachedTo, permission)] = list = [];
                list.Add(rule);
            }
        }
    }

    internal IReadOnlyList<GcpDenyRule> Rules { get; }

    /// <summary>Rules that deny the permission and do not except it, the organisation's first.</summary>
    internal IEnumerable<GcpDenyRule> Candidates(string[] keys, IReadOnlyList<string> chain)
    {
        if (_rules.Count == 0)
            yield break;
        for (var i = chain.Count - 1; i >= 0; i--)
        {
            foreach (var key in keys)
            {
                foreach (var rule in _rules.GetValueOrDefault((chain[i], key)) ?? [])
                {
                    if (!Array.Exists(keys, rule.ExceptedPermissions.Contains))
                        yield return rule;
                }
            }
        }
    }
}
