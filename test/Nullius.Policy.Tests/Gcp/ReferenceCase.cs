namespace Nullius.Policy.Tests.Gcp;

internal sealed record ReferenceBinding(string On, string Role, string[] Members, ReferenceCondition? Condition);

internal sealed record ReferenceDeny(string On, string[] Denied, string[] Excepted, string[] Permissions, string[] ExceptedPermissions, ReferenceCondition? Condition);

internal sealed record ReferenceBoundary(string[] Resources, (string Target, ReferenceCondition? Condition)[]? Bindings);

internal sealed record ReferenceLevel(string Name, bool Or, ReferenceLevelCondition[] Conditions);

internal sealed record ReferenceLevelCondition(string[] Ranges, string[] Regions, string[] Requires, bool Negate);

/// <summary>A request and policies as plain facts.</summary>
internal sealed record ReferenceCase
{
    public required string Principal { get; init; }

    public string[]? Groups { get; init; }

    public required string Permission { get; init; }

    public required string Name { get; init; }

    public string? Type { get; init; }

    public string? Service { get; init; }

    public string[] Ancestors { get; init; } = [];

    public Dictionary<string, string?>? Tags { get; init; }

    public DateTimeOffset? Time { get; init; }

    public string[]? Levels { get; init; }

    /// <summary>Strings and integers; null is unknown.</summary>
    public Dictionary<string, object?> Attributes { get; init; } = [];

    public List<ReferenceBinding> Bindings { get; } = [];

    public List<ReferenceDeny> Denies { get; } = [];

    public List<ReferenceBoundary> Boundaries { get; } = [];

    public List<ReferenceLevel> LevelDefinitions { get; } = [];

    public Dictionary<string, string[]> Roles { get; } = [];

    /// <summary>The resource, what its name is in, and its ancestors.</summary>
    public bool Within(string container) =>
        container == Name || Name.StartsWith(container + "/", StringComparison.Ordinal) || Ancestors.Contains(container);
}
