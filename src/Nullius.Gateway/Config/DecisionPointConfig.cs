namespace Nullius.Gateway.Config;

/// <summary>The decision point for other enforcement points, as the user wrote it.</summary>
/// <param name="Host">Host on which it answers.</param>
/// <param name="Clients">Who may ask, and about what; nobody else is answered.</param>
public sealed record DecisionPointConfig(SourcePosition At, string Host, IReadOnlyList<DecisionClientConfig> Clients);

/// <summary>An enforcement point that may ask. Who it is, is what its credential proves.</summary>
public sealed record DecisionClientConfig
{
    public required SourcePosition At { get; init; }
    /// <summary>Stands in records.</summary>
    public required string Name { get; init; }
    /// <summary>User names whose API keys and tokens are this client's.</summary>
    public IReadOnlyList<string> Users { get; init; } = [];
    /// <summary>Ids of devices whose client certificate alone is this client's.</summary>
    public IReadOnlyList<string> Devices { get; init; } = [];
    /// <summary>Routes that it may ask about.</summary>
    public IReadOnlyList<string> Routes { get; init; } = [];
    /// <summary>Condition keys in the context of an AuthZEN request about which the client is believed.</summary>
    public IReadOnlyList<string> States { get; init; } = [];
    /// <summary>True where a forward-auth proxy overwrites the header that carries the certificate of its client.</summary>
    public bool ForwardsCertificates { get; init; }
}
