using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Gcp.Principals;

namespace Nullius.Policy.Dialects.Gcp.Evaluation;

/// <summary>What the three kinds of policies came to, and what decided in each.</summary>
internal sealed class GcpOutcome
{
    private readonly List<string> _unknown = [];

    /// <summary>Whether a deny rule applies.</summary>
    internal Ternary Denied { get; set; }

    internal GcpDenyRule? DenyRule { get; set; }

    internal GcpMember? DeniedAs { get; set; }

    /// <summary>Whether principal access boundaries let the principal at the resource.</summary>
    internal Ternary Eligible { get; set; } = Ternary.True;

    internal GcpBoundary? Boundary { get; set; }

    /// <summary>Whether a binding grants.</summary>
    internal Ternary Granted { get; set; }

    internal GcpBinding? Binding { get; set; }

    internal GcpMember? GrantedAs { get; set; }

    internal DateTimeOffset? ValidUntil { get; set; }

    /// <summary>What was not established and would have had a say; empty when the outcome is certain.</summary>
    internal IReadOnlyList<string> Unknown => Result == Ternary.Unknown ? _unknown : [];

    internal Ternary Result => Denied.Not().And(Eligible).And(Granted);

    internal void AddUnknown(string name)
    {
        if (!_unknown.Contains(name))
            _unknown.Add(name);
    }

    internal void AddUnknown(IEnumerable<string> names)
    {
        foreach (var name in names)
            AddUnknown(name);
    }
}
