using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Entra.Documents;
using Nullius.Policy.Dialects.Entra.Evaluation;
using Nullius.Policy.Explain;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Dialects.Entra;

/// <summary>Conditional Access policies and named locations, compiled: immutable, thread-safe.</summary>
public sealed class EntraPolicySet
{
    private readonly EntraPolicy[] _policies;

    internal EntraPolicySet(EntraPolicy[] policies) => _policies = policies;

    /// <summary>No policies: restricts nothing, grants nothing.</summary>
    public static EntraPolicySet Empty { get; } = new([]);

    /// <summary>True when there is no policy to evaluate.</summary>
    public bool IsEmpty => _policies.Length == 0;

    internal IReadOnlyList<EntraPolicy> Policies => _policies;

    /// <summary>Reads documents of Microsoft Graph's shape (one policy, an array, or a <c>value</c> list); null on errors, all of which are in <paramref name="diagnostics"/>.</summary>
    public static EntraPolicySet? Load(
        IEnumerable<(string Source, ReadOnlyMemory<byte> Json)> policies,
        IEnumerable<(string Source, ReadOnlyMemory<byte> Json)> namedLocations,
        ICollection<PolicyDiagnostic> diagnostics) => EntraLoader.Load(policies, namedLocations, diagnostics);

    /// <summary>Decides into <paramref name="decision"/>, which is reset first. No applicable policy: allow, with no statement.</summary>
    public void Decide(EntraRequest request, Decision decision) => EntraEvaluator.Decide(_policies, request, decision);

    /// <summary>What each policy came to, why those that did not apply did not, and what would change the outcome; built when somebody asks.</summary>
    public EntraExplanation Explain(EntraRequest request) => EntraExplainer.Explain(this, request);
}
