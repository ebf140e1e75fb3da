namespace Nullius.Gateway.Config;

public enum BindingKind
{
    Identity,
    Boundary,
}

/// <summary>Binds a policy file to people or groups; the only place where that is said (law 4).</summary>
public sealed record BindingConfig(SourcePosition At, BindingKind Kind, string Policy, IReadOnlyList<string> Users, IReadOnlyList<string> Groups);

/// <summary>The part of <c>nullius.yaml</c> that the enforcement point compiles.</summary>
public sealed record GateConfig
{
    /// <summary>Folder against which policy files are resolved.</summary>
    public required string BaseDirectory { get; init; }
    /// <summary>Twelve digits; stands in resource names and principals.</summary>
    public string Account { get; init; } = "000000000000";
    public required string SignInHost { get; init; }
    public required string ConsoleHost { get; init; }
    public required string DeviceHost { get; init; }
    /// <summary>Decisions for other enforcement points; null where none are given.</summary>
    public DecisionPointConfig? DecisionPoint { get; init; }
    public int HttpsPort { get; init; } = 8443;
    public IReadOnlyList<RouteConfig> Routes { get; init; } = [];
    public IReadOnlyList<BindingConfig> Bindings { get; init; } = [];
    /// <summary>Guardrails (SCP), one list of files per level, root first.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Guardrails { get; init; } = [];
    /// <summary>Files in Microsoft Graph's conditionalAccessPolicy shape.</summary>
    public IReadOnlyList<string> ConditionalAccess { get; init; } = [];
    public IReadOnlyList<string> NamedLocations { get; init; } = [];
    /// <summary>Policies that are decided beside these and enforce nothing; null where none are tried.</summary>
    public Candidates.CandidateConfig? Candidate { get; init; }
}
