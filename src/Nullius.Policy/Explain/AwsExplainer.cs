using Nullius.Policy.Conditions;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Dialects.Aws.Evaluation;
using Nullius.Policy.Dialects.Aws.Principals;
using Nullius.Policy.Dialects.Aws.Statements;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Explain;

/// <summary>Walks every statement of every layer, without the index, and says what matched and what nearly did.</summary>
internal static class AwsExplainer
{
    internal static AwsExplanation Explain(AwsPolicySet set, AwsRequest request)
    {
        var decision = new Decision();
        set.Decide(request, decision);
        var frame = new AwsFrame(request, set.Boundary is not null);
        var layers = new List<LayerExplanation>();
        AddLevels(set.ResourceControls, PolicyLayer.ResourceControl, GrantRules.ResourceControlsApply(ref frame), ref frame, layers);
        AddLevels(set.Guardrails, PolicyLayer.Guardrail, GrantRules.GuardrailsApply(ref frame), ref frame, layers);
        layers.Add(ExplainLayer(set.Endpoint, PolicyLayer.Endpoint, 0, ref frame));
        layers.Add(ExplainLayer(set.Resource, PolicyLayer.Resource, 0, ref frame));
        layers.Add(ExplainLayer(set.Identity, PolicyLayer.Identity, 0, ref frame));
        layers.Add(ExplainLayer(set.Boundary, PolicyLayer.Boundary, 0, ref frame));
        layers.Add(ExplainLayer(set.Session, PolicyLayer.Session, 0, ref frame));
        var changes = decision.Effect == Effect.Allow ? [] : AwsChanges.Suggest(layers, decision, set, ref frame);
        return new AwsExplanation(
            decision.Effect, decision.Basis, Describe(GrantRules.RuleFor(ref frame)), layers, changes,
            [.. decision.MissingContext], decision.ValidUntil, Summarise(decision, changes));
    }

    private static string Describe(GrantRule rule) => rule switch
    {
        GrantRule.SameAccount => "same account: identity policies, or a resource policy that names the caller",
        GrantRule.ResourceDecides => "the resource's own policy must take part: identity policies alone do not grant",
        GrantRule.CrossAccount => "cross-account: the resource policy and the identity policies must both allow",
        GrantRule.ResourceOnly => "a caller without identity policies: the resource policy must allow",
    };

    private static string Summarise(Decision decision, IReadOnlyList<SuggestedChange> changes)
    {
        var blocked = string.Join(", ", decision.BlockedBy.Select(Name));
        var by = decision.Statements.Count == 0 ? "" : " by " + string.Join(", ", decision.Statements.Select(Cite));
        var head = decision.Basis switch
        {
            DecisionBasis.Allowed => $"allowed{by}",
            DecisionBasis.ExplicitDeny => $"denied{by}",
            DecisionBasis.Unknown => $"denied: `{string.Join("`, `", decision.MissingContext)}` is unknown ({blocked})",
            _ => $"denied: no statement allows ({blocked})",
        };
        return changes.Count == 0 ? head : $"{head}; allowed if {string.Join(" and ", changes.Select(c => c.Text))}";
    }

    internal static string Name(PolicyLayer layer) => layer switch
    {
        PolicyLayer.ResourceControl => "rcp",
        PolicyLayer.Guardrail => "scp",
        PolicyLayer.Endpoint => "endpoint",
        PolicyLayer.Resource => "resource",
        PolicyLayer.Identity => "identity",
        PolicyLayer.Boundary => "boundary",
        PolicyLayer.Session => "session",
        PolicyLayer.ConditionalAccess => "conditionalAccess",
        PolicyLayer.DenyPolicy => "denyPolicy",
        PolicyLayer.AccessBoundary => "principalAccessBoundary",
        PolicyLayer.AllowPolicy => "allowPolicy",
    };

    internal static string Cite(StatementRef reference) =>
        reference.Line > 0 ? $"`{reference.Id}` ({reference.Source}:{reference.Line})" : $"`{reference.Id}` ({reference.Source})";

    private static void AddLevels(StatementIndex[]? levels, PolicyLayer layer, bool applies, ref AwsFrame frame, List<LayerExplanation> layers)
    {
        if (levels is null || !applies)
        {
            layers.Add(ExplainLayer(null, layer, 0, ref frame));
            return;
        }
        for (var i = 0; i < levels.Length; i++)
            layers.Add(ExplainLayer(levels[i], layer, i, ref frame));
    }

    private static LayerExplanation ExplainLayer(StatementIndex? index, PolicyLayer layer, int level, ref AwsFrame frame)
    {
        if (index is null)
            return new LayerExplanation(layer, level, LayerVerdict.NotApplicable, [], null);
        var matched = new List<StatementRef>();
        Ternary deny = Ternary.False, allow = Ternary.False;
        foreach (var bound in index.Statements)
        {
            var result = Evaluate(bound, ref frame);
            if (result == Ternary.False)
                continue;
            matched.Add(bound.Reference);
            if (bound.Statement.IsDeny)
                deny = deny.Or(result);
            else
                allow = allow.Or(result);
        }
        var verdict = Verdict(deny, allow);
        var nearest = verdict is LayerVerdict.DoesNotAllow or LayerVerdict.Unknown ? NearMisses.Nearest(index, ref frame) : null;
        return new LayerExplanation(layer, level, verdict, matched, nearest);
    }

    private static LayerVerdict Verdict(Ternary deny, Ternary allow)
    {
        if (deny == Ternary.True)
            return LayerVerdict.Denies;
        if (deny == Ternary.Unknown || allow == Ternary.Unknown)
            return LayerVerdict.Unknown;
        return allow == Ternary.True ? LayerVerdict.Allows : LayerVerdict.DoesNotAllow;
    }

    private static Ternary Evaluate(BoundStatement bound, ref AwsFrame frame)
    {
        var statement = bound.Statement;
        if (!PrincipalMatches(bound, ref frame) || !statement.MatchesAction(ref frame))
            return Ternary.False;
        return statement.MatchesResource(ref frame).And(statement.MatchesConditions(ref frame));
    }

    internal static bool PrincipalMatches(BoundStatement bound, ref AwsFrame frame)
    {
        var statement = bound.Statement;
        if (statement.Principal is null)
            return bound.Reference.Layer is not (PolicyLayer.Resource or PolicyLayer.Endpoint);
        return statement.Principal.Match(frame.Principal, statement.IsDeny, frame.HasBoundary) != PrincipalMatch.None;
    }
}
