using Nullius.Policy.Cel.Values;
using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Gcp.Conditions;
using Nullius.Policy.Dialects.Gcp.Principals;

namespace Nullius.Policy.Dialects.Gcp.Evaluation;

/// <summary>Deny policies, then principal access boundaries, then allow policies (reference: IAM, policy evaluation).</summary>
internal static class GcpEvaluator
{
    internal static GcpOutcome Evaluate(GcpPolicySet set, GcpRequest request)
    {
        var outcome = new GcpOutcome();
        var reading = request.Read();
        var facts = new GcpFacts(request, reading.Subject, set.Levels);
        Deny(set, reading, facts, outcome);
        if (outcome.Denied == Ternary.True)
            return outcome;
        Bound(set, facts, reading.Chain, outcome);
        if (outcome.Eligible == Ternary.False)
            return outcome;
        Grant(set, reading, facts, outcome);
        return outcome;
    }

    private static void Deny(GcpPolicySet set, GcpReading reading, GcpFacts facts, GcpOutcome outcome)
    {
        if (set.Deny.Rules.Count == 0)
            return;
        foreach (var rule in set.Deny.Candidates(reading.DenyKeys, reading.Chain))
        {
            var applies = Applies(set, rule, facts, outcome, out var member);
            if (applies <= outcome.Denied)
                continue;
            outcome.Denied = applies;
            outcome.DenyRule = rule;
            outcome.DeniedAs = member;
            if (applies == Ternary.True)
                return;
        }
    }

    /// <summary>Whether a rule that names the permission applies to the principal.</summary>
    internal static Ternary Applies(GcpPolicySet set, GcpDenyRule rule, GcpFacts facts, GcpOutcome outcome, out GcpMember? member)
    {
        var denied = Find(set, rule.Denied, facts.Subject, out member, out var unknown);
        if (denied == Ternary.False)
            return Ternary.False;
        var excepted = Find(set, rule.Excepted, facts.Subject, out _, out var unknownException);
        if (excepted == Ternary.True)
            return Ternary.False;
        var value = rule.Condition is { } condition ? condition.Evaluate(facts) : CelValue.True;
        var holds = GcpCondition.Denies(value);
        if (holds == Ternary.False)
            return Ternary.False;
        if (unknown is not null)
            outcome.AddUnknown(unknown);
        if (unknownException is not null)
            outcome.AddUnknown(unknownException);
        if (holds == Ternary.Unknown)
            outcome.AddUnknown(value.UnknownAttributes);
        return denied.And(excepted.Not()).And(holds);
    }

    /// <summary>Whether the subject is one of the members; names the one, or what is unknown.</summary>
    internal static Ternary Find(GcpPolicySet set, GcpMember[] members, GcpSubject subject, out GcpMember? found, out string? unknown)
    {
        found = null;
        unknown = null;
        var result = Ternary.False;
        foreach (var member in members)
        {
            var isMember = set.Allow.IsMember(member, subject);
            if (isMember <= result)
                continue;
            result = isMember;
            found = member;
            unknown = isMember == Ternary.Unknown ? UnknownName(member, subject) : null;
        }
        return result;
    }

    internal static string UnknownName(GcpMember member, GcpSubject subject) => member.Kind switch
    {
        GcpMemberKind.ProjectRole => $"allow policy of {member.Project}",
        GcpMemberKind.Keyed => subject.UnknownName(member),
        GcpMemberKind.Directory or GcpMemberKind.Deleted => member.Text,
    };

    /// <summary>A principal with boundaries reaches what any of them names; one without reaches everything. What cannot be evaluated closes.</summary>
    private static void Bound(GcpPolicySet set, GcpFacts facts, List<string> chain, GcpOutcome outcome)
    {
        Ternary bounded = Ternary.False, included = Ternary.False;
        foreach (var boundary in set.Boundaries)
        {
            var (restricts, permits) = AppliesTo(boundary, facts, outcome);
            if (restricts != Ternary.False)
                outcome.Boundary ??= boundary;
            bounded = bounded.Or(restricts);
            included = included.Or(permits.And(TernaryLogic.Of(chain.Exists(boundary.Resources.Contains))));
        }
        outcome.Eligible = bounded.Not().Or(included);
        if (outcome.Eligible == Ternary.True)
            outcome.Boundary = null;
    }

    /// <summary>Whether a boundary is in force for the principal; one whose condition fails restricts and permits nothing.</summary>
    private static (Ternary Restricts, Ternary Permits) AppliesTo(GcpBoundary boundary, GcpFacts facts, GcpOutcome outcome)
    {
        if (boundary.Bindings.Length == 0)
            return (Ternary.True, Ternary.True);
        Ternary restricts = Ternary.False, permits = Ternary.False;
        foreach (var binding in boundary.Bindings)
        {
            var inTarget = facts.Subject.IsInTarget(binding.Target);
            if (inTarget == Ternary.False)
                continue;
            var value = binding.Condition is { } condition ? condition.Evaluate(facts) : CelValue.True;
            if (inTarget == Ternary.Unknown)
                outcome.AddUnknown(binding.Target);
            if (value.Kind == CelKind.Unknown)
                outcome.AddUnknown(value.UnknownAttributes);
            restricts = restricts.Or(inTarget.And(GcpCondition.Denies(value)));
            permits = permits.Or(inTarget.And(GcpCondition.Grants(value)));
        }
        return (restricts, permits);
    }

    private static void Grant(GcpPolicySet set, GcpReading reading, GcpFacts facts, GcpOutcome outcome)
    {
        DateTimeOffset? soonest = null;
        foreach (var candidate in set.Allow.Candidates(reading.Permission, reading.Subject, reading.Chain))
        {
            var value = candidate.Binding.Condition is { } condition ? condition.Evaluate(facts) : CelValue.True;
            var grants = candidate.IsMember.And(candidate.HasPermission).And(GcpCondition.Grants(value));
            var change = candidate.Binding.Condition?.NextChange(facts);
            soonest = change < (soonest ?? DateTimeOffset.MaxValue) ? change : soonest;
            if (grants == Ternary.Unknown)
                NameUnknown(candidate, value, facts.Subject, outcome);
            if (!IsBetter(grants, change, outcome))
                continue;
            outcome.Granted = grants;
            outcome.Binding = candidate.Binding;
            outcome.GrantedAs = candidate.Member;
            outcome.ValidUntil = change;
            if (grants == Ternary.True && change is null)
                return;
        }
        if (outcome.Granted != Ternary.True)
            outcome.ValidUntil = soonest;
    }

    /// <summary>A grant beats none; of two grants the one that lasts longer.</summary>
    private static bool IsBetter(Ternary grants, DateTimeOffset? change, GcpOutcome outcome)
    {
        if (grants != outcome.Granted)
            return grants > outcome.Granted;
        return grants == Ternary.True && outcome.ValidUntil is { } until && (change is null || change > until);
    }

    private static void NameUnknown(in GcpCandidate candidate, in CelValue condition, GcpSubject subject, GcpOutcome outcome)
    {
        if (candidate.IsMember == Ternary.Unknown)
            outcome.AddUnknown(UnknownName(candidate.Member, subject));
        if (candidate.HasPermission == Ternary.Unknown)
            outcome.AddUnknown(candidate.Binding.Role);
        if (condition.Kind == CelKind.Unknown)
            outcome.AddUnknown(condition.UnknownAttributes);
    }
}
