using Nullius.Policy.Conditions;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Entra;
using Nullius.Policy.Dialects.Entra.Controls;
using Nullius.Policy.Dialects.Entra.Evaluation;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Explain;

/// <summary>Says of every Conditional Access policy whether it applied, why not, and what it asks for.</summary>
internal static class EntraExplainer
{
    internal static EntraExplanation Explain(EntraPolicySet set, EntraRequest request)
    {
        var decision = new Decision();
        set.Decide(request, decision);
        EntraPolicyExplanation[] policies = [.. set.Policies.Select(p => ExplainPolicy(p, request))];
        var changes = decision.Effect == Effect.Allow ? [] : Suggest(set, decision, request);
        return new EntraExplanation(
            decision.Effect, decision.Basis, policies, changes, [.. decision.MissingContext], decision.ValidUntil, Summarise(decision, changes));
    }

    private static EntraPolicyExplanation ExplainPolicy(EntraPolicy policy, EntraRequest request)
    {
        var applies = EntraEvaluator.Applies(policy, request, out var reason);
        var disabled = policy.State == EntraPolicyState.Disabled;
        if (disabled)
            reason = NotAppliedReason.PolicyNotEnabled;
        else if (applies == Ternary.Unknown)
            reason = NotAppliedReason.NotEnoughInformation;
        var applied = !disabled && applies != Ternary.False;
        var missing = applied && policy.Grant is { Blocks: false } ? policy.Grant.Missing(request) : null;
        var stale = applied && policy.Frequency is { } frequency && !(request.Now < frequency.FreshUntil(request));
        List<string> asked = [.. missing?.Controls ?? []];
        if (stale)
            asked.Add(SignInFrequency.Control);
        return new EntraPolicyExplanation(
            policy.Reference, policy.Name, StateName(policy.State), applied, reason, asked, missing?.All ?? true, Session(policy),
            policy.State == EntraPolicyState.ReportOnly ? EntraEvaluator.Report(policy, applies, request) : null);
    }

    private static string StateName(EntraPolicyState state) => state switch
    {
        EntraPolicyState.Disabled => "disabled",
        EntraPolicyState.ReportOnly => "enabledForReportingButNotEnforced",
        EntraPolicyState.Enabled => "enabled",
    };

    private static string[] Session(EntraPolicy policy) =>
        policy.Frequency is null ? [.. policy.SessionControls.Select(c => c.Name)] : [SignInFrequency.Control, .. policy.SessionControls.Select(c => c.Name)];

    private static List<SuggestedChange> Suggest(EntraPolicySet set, Decision decision, EntraRequest request)
    {
        var changes = new List<SuggestedChange>();
        foreach (var policy in set.Policies.Where(p => p.State == EntraPolicyState.Enabled && p.Grant is { Blocks: true }))
        {
            var applies = EntraEvaluator.Applies(policy, request, out _);
            if (applies == Ternary.False)
                continue;
            var known = applies == Ternary.True ? "" : $" (it applies because `{string.Join("`, `", decision.MissingContext)}` is unknown)";
            changes.Add(new SuggestedChange(false, PolicyLayer.ConditionalAccess, policy.Reference, null, [],
                $"policy {AwsExplainer.Cite(policy.Reference)} did not block{known}"));
        }
        foreach (var requirement in decision.RequiredControls)
        {
            var controls = string.Join(requirement.All ? " and " : " or ", requirement.Controls.Select(c => $"`{c}`"));
            changes.Add(new SuggestedChange(true, PolicyLayer.ConditionalAccess, requirement.Policy, null, requirement.Controls,
                $"{controls} {(requirement.Controls.Count > 1 && requirement.All ? "were" : "was")} satisfied"));
        }
        return changes;
    }

    private static string Summarise(Decision decision, List<SuggestedChange> changes)
    {
        var head = decision.Effect switch
        {
            Effect.Allow => decision.Statements.Count == 0 ? "no Conditional Access policy applies" : "every policy that applies is satisfied",
            Effect.Challenge => "controls are missing",
            Effect.Deny => "blocked",
        };
        return changes.Count == 0 ? head : $"{head}; allowed if {string.Join(" and ", changes.Select(c => c.Text))}";
    }
}
