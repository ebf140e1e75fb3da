using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Gcp.Conditions;

namespace Nullius.Policy.Dialects.Gcp.Levels;

/// <summary>An access level: basic conditions joined by AND or OR, or an expression.</summary>
/// <param name="Name">The full name: <c>accessPolicies/1/accessLevels/corp</c>.</param>
internal sealed record AccessLevel(string Name, BasicCondition[] Conditions, bool IsOr, GcpCondition? Custom)
{
    /// <summary>A level that a name gives short: what is behind the last slash.</summary>
    internal static string ShortName(string name) => name[(name.LastIndexOf('/') + 1)..];

    /// <summary>An expression that fails is not met.</summary>
    internal Ternary IsMet(GcpFacts facts)
    {
        if (Custom is not null)
            return GcpCondition.Grants(Custom.Evaluate(facts));
        var result = TernaryLogic.Of(!IsOr);
        foreach (var condition in Conditions)
            result = IsOr ? result.Or(condition.IsMet(facts)) : result.And(condition.IsMet(facts));
        return result;
    }

    internal DateTimeOffset? NextChange(GcpFacts facts) => Custom?.NextChange(facts);
}

/// <summary>The levels that are defined, by full name. None requires itself.</summary>
internal sealed class AccessLevelSet(IReadOnlyList<AccessLevel> levels)
{
    private readonly Dictionary<string, AccessLevel> _byName = levels.ToDictionary(l => l.Name, StringComparer.Ordinal);

    internal static AccessLevelSet Empty { get; } = new([]);

    internal IReadOnlyList<AccessLevel> All => levels;

    internal AccessLevel? Find(string name) => _byName.GetValueOrDefault(name);
}
