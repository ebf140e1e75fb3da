using Nullius.Gateway.Config;

namespace Nullius.Gateway.Candidates;

/// <summary>Policies that are decided beside the live ones and enforce nothing. A kind that is null is the live one.</summary>
public sealed record CandidateConfig
{
    public IReadOnlyList<BindingConfig>? Bindings { get; init; }

    public IReadOnlyList<IReadOnlyList<string>>? Guardrails { get; init; }

    public IReadOnlyList<string>? ConditionalAccess { get; init; }

    public IReadOnlyList<string>? NamedLocations { get; init; }

    /// <summary>Every file that it names.</summary>
    public IEnumerable<string> Files => (Bindings ?? []).Select(b => b.Policy).Concat((Guardrails ?? []).SelectMany(l => l)).Concat(ConditionalAccess ?? []).Concat(NamedLocations ?? []);

    /// <summary>With what an overlay adds to the live ones: it is not what is being tried.</summary>
    internal CandidateConfig With(GateConfig extra) => new()
    {
        Bindings = Bindings is null ? null : [.. Bindings, .. extra.Bindings],
        Guardrails = Guardrails is null ? null : [.. Guardrails, .. extra.Guardrails],
        ConditionalAccess = ConditionalAccess is null ? null : [.. ConditionalAccess, .. extra.ConditionalAccess],
        NamedLocations = NamedLocations is null ? null : [.. NamedLocations, .. extra.NamedLocations],
    };

    /// <summary>The configuration with these in place of the live ones.</summary>
    internal GateConfig Over(GateConfig live) => live with
    {
        Candidate = null,
        Bindings = Bindings ?? live.Bindings,
        Guardrails = Guardrails ?? live.Guardrails,
        ConditionalAccess = ConditionalAccess ?? live.ConditionalAccess,
        NamedLocations = NamedLocations ?? live.NamedLocations,
    };
}
