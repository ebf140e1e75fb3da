using Nullius.Policy.Conditions;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws.Principals;
using Nullius.Policy.Dialects.Aws.Statements;
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
    }

    /// <summary>So many slots stand on the stack; a set with more guardrail levels than anybody has takes an array for a decision.</summary>
    private const int SlotsOnStack = 32;

    internal static void Decide(AwsPolicySet set, AwsRequest request, Decision decision)
    {
        decision.Reset();
        var frame = new AwsFrame(request, set.Boundary is not null);
        if (frame.Reading.IsAlwaysAllowed)
        {
            decision.Conclude(Effect.Allow, DecisionBasis.Allowed);
            return;
        }
        var count = set.Table.Slots.Length;
        Span<LayerOutcome> slots = count <= SlotsOnStack ? stackalloc LayerOutcome[count] : new LayerOutcome[count];
        var skipped = Skipped(set, ref frame);
        new SetScan(set.Table, slots, skipped, decision.Witnesses).Run(set.Root, ref frame);
        if (AllowsPlainly(set, slots, skipped, frame.Reading))
            decision.Conclude(Effect.Allow, DecisionBasis.Allowed);
        else
            Combine(set, slots, skipped, frame.Reading, decision);
        NameStatements(set.Table, ref frame, decision);
        if (frame.LimitTicks != AwsFrame.NoTicks)
            decision.LimitTo(new DateTimeOffset(frame.LimitTicks, TimeSpan.Zero));
    }

    /// <summary>The slots that do not take part: they are neighbours, since resource controls come first and guardrails next.</summary>
    private static (int From, int Count) Skipped(AwsPolicySet set, ref AwsFrame frame)
    {
        var controls = set.ResourceControls?.Length ?? 0;
        var guardrails = set.Guardrails?.Length ?? 0;
        var controlled = controls > 0 && GrantRules.ResourceControlsApply(ref frame);
        var guarded = guardrails > 0 && GrantRules.GuardrailsApply(ref frame);
        return (controlled ? controls : 0, (controlled ? 0 : controls) + (guarded ? 0 : guardrails));
    }

    /// <summary>What most requests come to that are allowed: no resource policy, nothing denies, every layer allows. The same as <see cref="Combine"/> finds.</summary>
    private static bool AllowsPlainly(AwsPolicySet set, ReadOnlySpan<LayerOutcome> slots, (int From, int Count) skipped, in AwsReading reading)
    {
        if (reading.Rule != GrantRule.SameAccount || set.Resource is not null || set.Identity is null || reading.Principal.Kind == PrincipalKind.FederatedSession)
            return false;
        for (var slot = 0; slot < slots.Length; slot++)
        {
            if ((slots[slot].Deny != Ternary.False || slots[slot].Direct != Ternary.True) && (uint)(slot - skipped.From) >= (uint)skipped.Count)
                return false;
        }
        return true;
    }

    private static void Combine(AwsPolicySet set, ReadOnlySpan<LayerOutcome> slots, (int From, int Count) skipped, in AwsReading reading, Decision decision)
    {
        var controls = set.ResourceControls?.Length ?? 0;
        var guardrails = set.Guardrails?.Length ?? 0;
        var outcomes = new Outcomes { Rule = reading.Rule, HasResourcePolicy = set.Resource is not null };
        outcomes.ResourceControl = skipped.From == 0 && skipped.Count >= controls ? Everything : Levels(slots[..controls]);
        outcomes.Guardrail = skipped.From + skipped.Count == controls + guardrails && skipped.Count >= guardrails ? Everything : Levels(slots.Slice(controls, guardrails));
        outcomes.Endpoint = Collapse(set.Endpoint, slots, Everything);
        outcomes.Resource = set.Resource is null ? default : slots[set.Resource.Slot];
        outcomes.Identity = Collapse(set.Identity, slots, default);
        outcomes.Boundary = Collapse(set.Boundary, slots, Everything);
        outcomes.Session = Collapse(set.Session, slots, Everything);
        ApplyKind(set, reading, ref outcomes);
        outcomes.Deny = outcomes.ResourceControl.Deny.Or(outcomes.Guardrail.Deny).Or(outcomes.Endpoint.Deny).Or(outcomes.Resource.Deny)
            .Or(outcomes.Identity.Deny).Or(outcomes.Boundary.Deny).Or(outcomes.Session.Deny);
        var limiting = outcomes.ResourceControl.Direct.And(outcomes.Guardrail.Direct).And(outcomes.Endpoint.Direct);
        Conclude(outcomes, limiting.And(GrantRules.Granted(outcomes)), decision);
        NameBlockers(outcomes, decision);
    }

    private static void ApplyKind(AwsPolicySet set, in AwsReading reading, ref Outcomes outcomes)
    {
        // A federated session without a session policy has no permissions of its own (reference: GetFederationToken).
        if (set.Session is null && reading.Principal.Kind == PrincipalKind.FederatedSession)
            outcomes.Session = default;
        if (reading.PassesBucketPolicy)
            outcomes.Resource.Deny = Ternary.False;
        if (reading.IsRefused)
            outcomes.Resource = new LayerOutcome { Deny = outcomes.Resource.Deny };
        else if (reading.Principal.Kind == PrincipalKind.Root)
            outcomes.Identity.Direct = Ternary.True;
    }

    private static LayerOutcome Everything => new() { Direct = Ternary.True };

    /// <summary>In every layer but the resource policy it does not matter how the caller was named.</summary>
    private static LayerOutcome Collapse(StatementIndex? layer, ReadOnlySpan<LayerOutcome> slots, LayerOutcome absent)
    {
        if (layer is null)
            return absent;
        ref readonly var outcome = ref slots[layer.Slot];
        return new LayerOutcome { Deny = outcome.Deny, Direct = outcome.Any };
    }

    /// <summary>Every level must allow.</summary>
    private static LayerOutcome Levels(ReadOnlySpan<LayerOutcome> levels)
    {
        var result = Everything;
        foreach (ref readonly var level in levels)
        {
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
        for (var certainty = outcomes.Deny; certainty > Ternary.False; certainty--)
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
    private static void NameStatements(StatementTable table, ref AwsFrame frame, Decision decision)
    {
        var witnesses = decision.Witnesses;
        if (decision.Basis == DecisionBasis.ImplicitDeny)
            return;
        for (var i = 0; i < witnesses.Count; i++)
        {
            ref readonly var witness = ref witnesses[i];
            var named = decision.Basis switch
            {
                DecisionBasis.Allowed => witness.Result == Ternary.True && !witness.IsDeny,
                DecisionBasis.ExplicitDeny => witness.Result == Ternary.True && witness.IsDeny,
                DecisionBasis.Unknown => witness.Result == Ternary.Unknown && decision.BlockedLayers.Contains(table.ReferenceTo(witness.Number).Layer),
                _ => false,
            };
            if (named)
                decision.Add(table.ReferenceTo(witness.Number));
            if (named && decision.Basis == DecisionBasis.Unknown)
                CollectMissing(table.Statements[witness.Number], ref frame, decision);
        }
    }

    private static void CollectMissing(AwsStatement statement, ref AwsFrame frame, Decision decision)
    {
        frame.MissingKeys = decision;
        statement.MatchesResource(ref frame);
        statement.MatchesConditions(ref frame);
        frame.MissingKeys = null;
    }
}
