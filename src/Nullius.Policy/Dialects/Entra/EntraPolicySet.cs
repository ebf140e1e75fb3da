using Nullius.Policy.Decisions;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Dialects.Entra;

/// <summary>Conditional Access policies and named locations, compiled: immutable, thread-safe.</summary>
public sealed class EntraPolicySet
{
    /// <summary>No policies: restricts nothing, grants nothing.</summary>
    public static EntraPolicySet Empty { get; } = new();

    /// <summary>True when there is no policy to evaluate.</summary>
    public bool IsEmpty => true;

    /// <summary>Reads documents of Microsoft Graph's shape (one policy, an array, or a <c>value</c> list); null on errors, all of which are in <paramref name="diagnostics"/>.</summary>
    public static EntraPolicySet? Load(
        IEnumerable<(string Source, ReadOnlyMemory<byte> Json)> policies,
        IEnumerable<(string Source, ReadOnlyMemory<byte> Json)> namedLocations,
        ICollection<PolicyDiagnostic> diagnostics) => throw new NotSupportedException();

    /// <summary>Decides into <paramref name="decision"/>, which is reset first. No applicable policy: allow, with no statement.</summary>
    public void Decide(EntraRequest request, Decision decision) => throw new NotSupportedException();
}
