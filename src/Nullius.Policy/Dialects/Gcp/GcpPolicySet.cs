using Nullius.Policy.Conditions;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Gcp.Documents;
using Nullius.Policy.Dialects.Gcp.Evaluation;
using Nullius.Policy.Dialects.Gcp.Levels;

namespace Nullius.Policy.Dialects.Gcp;

/// <summary>Allow, deny and principal access boundary policies with roles and access levels, compiled: immutable, thread-safe.</summary>
public sealed class GcpPolicySet
{
    internal GcpPolicySet(AllowIndex allow, DenyIndex deny, IReadOnlyList<GcpBoundary> boundaries, AccessLevelSet levels)
    {
        Allow = allow;
        Deny = deny;
        Boundaries = boundaries;
        Levels = levels;
    }

    internal AllowIndex Allow { get; }

    internal DenyIndex Deny { get; }

    internal IReadOnlyList<GcpBoundary> Boundaries { get; }

    internal AccessLevelSet Levels { get; }

    /// <summary>
    /// Reads one document with the members <c>allow</c>, <c>deny</c>, <c>principalAccessBoundary</c>, <c>roles</c> and <c>accessLevels</c>; null on errors, all of
    /// which are in <paramref name="diagnostics"/>.
    /// </summary>
    /// <param name="json">UTF-8, or UTF-16 with a byte-order mark.</param>
    public static GcpPolicySet? Load(ReadOnlySpan<byte> json, string source, ICollection<PolicyDiagnostic> diagnostics)
    {
        var problems = new GcpProblems(source);
        var set = GcpLoader.Load(json, problems, "$");
        problems.CopyTo(diagnostics);
        return set;
    }

    /// <summary>Decides into <paramref name="decision"/>, which is reset first.</summary>
    /// <exception cref="ArgumentException">The request's principal or permission is malformed.</exception>
    public void Decide(GcpRequest request, Decision decision)
    {
        decision.Reset();
        var outcome = GcpEvaluator.Evaluate(this, request);
        if (outcome.DenyRule is { } rule)
            decision.Add(rule.Reference);
        if (outcome.Boundary is { } boundary)
            decision.Add(boundary.Reference);
        if (outcome.Binding is { } binding)
            decision.Add(binding.Reference);
        foreach (var name in outcome.Unknown)
            decision.AddMissing(name);
        if (outcome.ValidUntil is { } until)
            decision.LimitTo(until);
        Conclude(outcome, decision);
    }

    private static void Conclude(GcpOutcome outcome, Decision decision)
    {
        if (outcome.Result == Ternary.True)
        {
            decision.Conclude(Effect.Allow, DecisionBasis.Allowed);
            return;
        }
        if (outcome.Denied != Ternary.False)
            decision.Add(PolicyLayer.DenyPolicy);
        if (outcome.Eligible != Ternary.True)
            decision.Add(PolicyLayer.AccessBoundary);
        if (outcome.Denied != Ternary.True && outcome.Eligible != Ternary.False && outcome.Granted != Ternary.True)
            decision.Add(PolicyLayer.AllowPolicy);
        decision.Conclude(Effect.Deny, outcome.Result == Ternary.Unknown ? DecisionBasis.Unknown
            : outcome.Denied == Ternary.True ? DecisionBasis.ExplicitDeny : DecisionBasis.ImplicitDeny);
    }
}
