using Nullius.Policy.Conditions;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws.Principals;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Dialects.Aws.Evaluation;

/// <summary>
/// Combines the layers (reference: Policy evaluation logic): an explicit deny anywhere, then resource controls,
/// guardrails, endpoint, and what resource policy, identity, boundary and session together grant. Each layer answers
/// in three values, and so does the whole.
/// </summary>
internal static class AwsEvaluator
{
    /// <summary>What each layer says to one request.</summary>
    internal struct Outcomes
    {
        internal Ternary Deny;
        internal LayerOutcome ResourceControl;
        internal LayerOutcome Guardrail;
        internal LayerOutcome Endpoint;
        internal LayerOutcome Resource;
        internal LayerOutcome Identity;
        internal LayerOutcome Boundary;
        internal LayerOutcome Session;
        internal GrantRule Rule;
        internal bool HasResourcePolicy;
        internal bool SkipResourceControls;
        internal bool SkipGuardrails;
    }

    internal static void Decide(AwsPolicySet set, AwsRequest request, Decision decision)
    {
        decision.Reset();
        var frame = new AwsFrame(request, set.Boundary is not null);
        if (GrantRules.IsAlwaysAllowed(ref frame))
        {
            decision.Conclude(Effect.Allow, DecisionBasis.Allowed);
            return;
        }
        var outcomes = Evaluate(set, ref frame, decision);
        var limiting = outcomes.ResourceControl.Direct.And(outcomes.Guardrail.Direct).And(outcomes.Endpoint.Direct);
        var allowed = limiting.And(GrantRules.Granted(outcomes));
        Conclude(outcomes, allowed, decision);
        NameBlockers(outcomes, decision);
        NameStatements(ref frame, decision);
        if (frame.LimitTicks != AwsFrame.NoTicks)
            decision.LimitTo(new DateTimeOffset(frame.LimitTicks, TimeSpan.Zero));
    }

    private static Outcomes Evaluate(AwsPolicySet set, ref AwsFrame frame, Decision decision)
    {
        var outcomes = new Outcomes { Rule = GrantRules.RuleFor(ref frame), HasResourcePolicy = set.Resource is not null };
        outcomes.SkipResourceControls = set.ResourceControls is null || !GrantRules.ResourceControlsApply(ref frame);
        outcomes.SkipGuardrails = set.Guardrails is null || !GrantRules.GuardrailsApply(ref frame);
        outcomes.ResourceControl = outcomes.SkipResourceControls ? Everything : ScanLevels(set.ResourceControls!, PolicyLayer.ResourceControl, ref frame, decision);
        outcomes.Guardrail = outcomes.SkipGuardrails ? Everything : ScanLevels(set.Guardrails!, PolicyLayer.Guardrail, ref frame, decision);
        outcomes.Endpoint = Collapse(Scan(set.Endpoint, PolicyLayer.Endpoint, true, Everything, ref frame, decision));
        outcomes.Resource = Scan(set.Resource, PolicyLayer.Resource, true, default, ref frame, decision);
        outcomes.Identity = Collapse(Scan(set.Identity, PolicyLayer.Identity, false, default, ref frame, decision));
        outcomes.Boundary = Collapse(Scan(set.Boundary, PolicyLayer.Boundary, false, Everything, ref frame, decision));
        outcomes.Session = Collapse(Scan(set.Session, PolicyLayer.Session, false, Everything, ref frame, decision));
        outcomes.Deny = outcomes.ResourceControl.Deny.Or(outcomes.Guardrail.Deny).Or(outcomes.Endpoint.Deny).Or(outcomes.Resource.Deny)
            .Or(outcomes.Identity.Deny).Or(outcomes.Boundary.Deny).Or(outcomes.Session.Deny);
        // A federated session without a session policy has no permissions of its own (reference: GetFederationToken).
        if (set.Session is null && frame.Principal.Kind == PrincipalKind.FederatedSession)
            outcomes.Session = default;
        if (GrantRules.IsRefusedToRoot(ref frame))
            outcomes.Resource = new LayerOutcome { Deny = outcomes.Resource.Deny };
        else if (frame.Principal.Kind == PrincipalKind.Root)
            outcomes.Identity.Direct = Ternary.True;
        return outcomes;
    }

    private static LayerOutcome Everything => new() { Direct = Ternary.True };

    /// <summary>In every layer but the resource policy it does not matter how the caller was named.</summary>
    private static LayerOutcome Collapse(LayerOutcome outcome) => new() { Deny = outcome.Deny, Direct = outcome.Any };

    private static LayerOutcome Scan(
        StatementIndex? index, PolicyLayer layer, bool namesPrincipals, LayerOutcome absent, ref AwsFrame frame, Decision decision) =>
        index is null ? absent : new LayerScan(index, (int)layer << 16, namesPrincipals, decision).Run(ref frame);

    /// <summary>Every level must allow. A resource control that names nobody is about everybody: to skip it would skip its denies.</summary>
    private static LayerOutcome ScanLevels(StatementIndex[] levels, PolicyLayer layer, ref AwsFrame frame, Decision decision)
    {
        var result = Everything;
        for (var i = 0; i < levels.Length; i++)
        {
            var level = new LayerScan(levels[i], ((int)layer << 16) | (i & 0xFFFF), namesPrincipals: false, decision).Run(ref frame);
            result.Deny = result.Deny.Or(level.Deny);
            result.Direct = result.Direct.And(level.Any);
        }
        return result;
    }

    private static void Conclude(in Outcomes outcomes, Ternary allowed, Decision decision)
    {
        if (outcomes.Deny == Ternary.True)
            decision.Conclude(Effect.Deny, DecisionBasis.ExplicitDeny);
        else if (allowed == Ternary.False)
            decision.Conclude(Effect.Deny, DecisionBasis.ImplicitDeny);
        else if (outcomes.Deny == Ternary.Unknown || allowed == Ternary.Unknown)
            decision.Conclude(Effect.Deny, DecisionBasis.Unknown);
        else
            decision.Conclude(Effect.Allow, DecisionBasis.Allowed);
    }

    private static void NameBlockers(in Outcomes outcomes, Decision decision)
    {
        if (decision.Effect == Effect.Allow)
            return;
        for (var certainty = Ternary.True; certainty > Ternary.False; certainty--)
        {
            NameIf(outcomes.ResourceControl.Deny == certainty, PolicyLayer.ResourceControl, decision);
            NameIf(outcomes.Guardrail.Deny == certainty, PolicyLayer.Guardrail, decision);
            NameIf(outcomes.Endpoint.Deny == certainty, PolicyLayer.Endpoint, decision);
            NameIf(outcomes.Resource.Deny == certainty, PolicyLayer.Resource, decision);
            NameIf(outcomes.Identity.Deny == certainty, PolicyLayer.Identity, decision);
            NameIf(outcomes.Boundary.Deny == certainty, PolicyLayer.Boundary, decision);
            NameIf(outcomes.Session.Deny == certainty, PolicyLayer.Session, decision);
        }
        NameIf(outcomes.ResourceControl.Direct != Ternary.True, PolicyLayer.ResourceControl, decision);
        NameIf(outcomes.Guardrail.Direct != Ternary.True, PolicyLayer.Guardrail, decision);
        NameIf(outcomes.Endpoint.Direct != Ternary.True, PolicyLayer.Endpoint, decision);
        GrantRules.NameBlockers(outcomes, decision);
    }

    private static void NameIf(bool blocks, PolicyLayer layer, Decision decision)
    {
        if (blocks)
            decision.Add(layer);
    }

    /// <summary>An allow names the statements that allow, an explicit deny those that deny, an unknown those that hang on it.</summary>
    private static void NameStatements(ref AwsFrame frame, Decision decision)
    {
        var witnesses = decision.Witnesses;
        for (var i = 0; i < witnesses.Count; i++)
        {
            var witness = witnesses[i];
            var named = decision.Basis switch
            {
                DecisionBasis.Allowed => witness.Result == Ternary.True && !witness.Bound.Statement.IsDeny,
                DecisionBasis.ExplicitDeny => witness.Result == Ternary.True && witness.Bound.Statement.IsDeny,
                DecisionBasis.Unknown => witness.Result == Ternary.Unknown && IsBlocking(witness, decision),
                _ => false,
            };
            if (named)
                decision.Add(witness.Bound.Reference);
            if (named && decision.Basis == DecisionBasis.Unknown)
                CollectMissing(witness.Bound, ref frame, decision);
        }
    }

    private static bool IsBlocking(in StatementWitness witness, Decision decision)
    {
        foreach (var layer in decision.BlockedLayers)
        {
            if (layer == witness.Bound.Reference.Layer)
                return true;
        }
        return false;
    }

    private static void CollectMissing(BoundStatement bound, ref AwsFrame frame, Decision decision)
    {
        frame.MissingKeys = decision;
        bound.Statement.MatchesResource(ref frame);
        bound.Statement.MatchesConditions(ref frame);
        frame.MissingKeys = null;
    }
}
