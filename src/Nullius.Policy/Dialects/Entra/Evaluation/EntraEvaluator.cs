using Nullius.Policy.Conditions;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Entra.Conditions;
using Nullius.Policy.Dialects.Entra.Controls;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Dialects.Entra.Evaluation;

/// <summary>
/// All policies that apply must be satisfied, block wins, there is no order (reference: Building a Conditional Access
/// policy). A policy whose assignments cannot be told apart from matching applies.
/// </summary>
internal static class EntraEvaluator
{
    internal static void Decide(EntraPolicy[] policies, EntraRequest request, Decision decision)
    {
        decision.Reset();
        var blocked = Ternary.False;
        foreach (var policy in policies)
        {
            if (policy.State == EntraPolicyState.Disabled)
                continue;
            var applies = Applies(policy, request, out _);
            if (policy.State == EntraPolicyState.ReportOnly)
            {
                decision.Add(policy.Outcomes[(int)Report(policy, applies, request)]);
                continue;
            }
            if (applies == Ternary.False)
                continue;
            decision.Add(policy.Reference);
            if (applies == Ternary.Unknown)
                NameUnknown(policy.Conditions, request, decision);
            if (policy.Grant is { Blocks: true })
                blocked = blocked.Or(applies);
            else
                Require(policy, request, decision);
        }
        Conclude(blocked, decision);
    }

    private static void Require(EntraPolicy policy, EntraRequest request, Decision decision)
    {
        if (policy.Grant?.Missing(request) is { } missing)
        {
            decision.Add(missing);
            if (request.DeviceCompliant is null && missing.Controls.Contains(GrantControls.CompliantDevice))
                decision.AddMissing(ContextNames.DeviceCompliant);
        }
        if (policy.Frequency is not { } frequency)
            return;
        if (frequency.FreshUntil(request) is { } until && request.Now < until)
            decision.LimitTo(until);
        else
            decision.Add(frequency.Requirement);
    }

    private static void Conclude(Ternary blocked, Decision decision)
    {
        if (blocked != Ternary.False)
        {
            decision.DropRequirements();
            decision.Conclude(Effect.Deny, blocked == Ternary.True ? DecisionBasis.ExplicitDeny : DecisionBasis.Unknown);
        }
        else if (decision.RequiredControls.Count > 0)
        {
            decision.Conclude(Effect.Challenge, DecisionBasis.ControlsMissing);
        }
        else
        {
            decision.Conclude(Effect.Allow, DecisionBasis.Allowed);
            return;
        }
        decision.Add(PolicyLayer.ConditionalAccess);
    }

    /// <summary>Whether a policy applies, and the first reason why not, in the order in which Graph's what-if names them.</summary>
    internal static Ternary Applies(EntraPolicy policy, EntraRequest request, out NotAppliedReason reason)
    {
        var conditions = policy.Conditions;
        var result = Ternary.True;
        reason = NotAppliedReason.NotSet;
        if (policy.IsEmpty)
            return NotApplied(NotAppliedReason.EmptyPolicy, out reason);
        if (!Continue(AppliesToCaller(conditions, request, out var caller), ref result))
            return NotApplied(caller, out reason);
        if (!Continue(conditions.Applications.Matches(request), ref result))
            return NotApplied(NotAppliedReason.Application, out reason);
        if (conditions.ClientApps is { } apps && !Continue(IsClient(apps, request.ClientApp), ref result))
            return NotApplied(NotAppliedReason.ClientApp, out reason);
        if (conditions.Platforms is { } platforms && !Continue(platforms.Matches(request.Platform), ref result))
            return NotApplied(NotAppliedReason.Platform, out reason);
        if (conditions.Locations is { } locations && !Continue(locations.Matches(request), ref result))
            return NotApplied(NotAppliedReason.Location, out reason);
        if (conditions.UserRisk is { } userRisk && !Continue(IsIn(userRisk, request.UserRisk), ref result))
            return NotApplied(NotAppliedReason.UserRisk, out reason);
        if (conditions.SignInRisk is { } signInRisk && !Continue(IsIn(signInRisk, request.SignInRisk), ref result))
            return NotApplied(NotAppliedReason.SignInRisk, out reason);
        if (conditions.ServicePrincipalRisk is { } risk && !Continue(IsIn(risk, request.ServicePrincipalRisk), ref result))
            return NotApplied(NotAppliedReason.ServicePrincipalRisk, out reason);
        if (conditions.InsiderRisk is { } insider && !Continue(IsIn(insider, request.InsiderRisk), ref result))
            return NotApplied(NotAppliedReason.InsiderRisk, out reason);
        if (conditions.AuthenticationFlows is { } flows && !Continue(IsIn(flows, request.AuthenticationFlow), ref result))
            return NotApplied(NotAppliedReason.AuthenticationFlow, out reason);
        if (conditions.Devices is { } devices && !Continue(devices.Matches(request), ref result))
            return NotApplied(NotAppliedReason.Device, out reason);
        return result;
    }

    /// <summary>People and service principals are scoped apart: a policy for the ones never reaches the others.</summary>
    private static Ternary AppliesToCaller(EntraConditions conditions, EntraRequest request, out NotAppliedReason reason)
    {
        reason = request.ServicePrincipal is null && (conditions.NamesPeople || conditions.Workloads is null)
            ? NotAppliedReason.Users : NotAppliedReason.WorkloadIdentities;
        if (request.ServicePrincipal is not null)
            return conditions.Workloads?.Matches(request) ?? Ternary.False;
        return conditions.IncludedUsers.Contains(request).And(conditions.ExcludedUsers.Contains(request).Not());
    }

    /// <summary>Exchange ActiveSync names its clients on every platform, <c>easSupported</c> those on the supported ones.</summary>
    private static Ternary IsClient(NameSet apps, string? client) => client is null ? Ternary.Unknown
        : TernaryLogic.Of(apps.Contains(client) || (client.Equals("easSupported", StringComparison.OrdinalIgnoreCase) && apps.Contains("exchangeActiveSync")));

    private static Ternary IsIn(NameSet names, string? value) => value is null ? Ternary.Unknown : TernaryLogic.Of(names.Contains(value));

    private static bool Continue(Ternary condition, ref Ternary result)
    {
        result = result.And(condition);
        return condition != Ternary.False;
    }

    private static Ternary NotApplied(NotAppliedReason why, out NotAppliedReason reason)
    {
        reason = why;
        return Ternary.False;
    }

    /// <summary>What a policy that applies would have come to (reference: report-only mode results).</summary>
    internal static ReportOnlyResult Report(EntraPolicy policy, Ternary applies, EntraRequest request)
    {
        if (applies == Ternary.False)
            return ReportOnlyResult.NotApplied;
        if (policy.Grant is { Blocks: true })
            return ReportOnlyResult.Failure;
        var missing = policy.Grant?.Missing(request);
        if (missing is not null && !CanBePrompted(missing))
            return ReportOnlyResult.Failure;
        var stale = policy.Frequency is { } frequency && !(request.Now < frequency.FreshUntil(request));
        return missing is not null || stale ? ReportOnlyResult.Interrupted : ReportOnlyResult.Success;
    }

    private static bool CanBePrompted(ControlRequirement missing)
    {
        for (var i = 0; i < missing.Controls.Count; i++)
        {
            var interactive = GrantControls.IsInteractive(missing.Controls[i]);
            if (interactive != missing.All)
                return interactive;
        }
        return missing.All;
    }

    /// <summary>Names what was not established, of the conditions that the policy has.</summary>
    internal static void NameUnknown(EntraConditions conditions, EntraRequest request, Decision decision)
    {
        conditions.IncludedUsers.NameUnknown(request, decision);
        conditions.ExcludedUsers.NameUnknown(request, decision);
        if (request.ServicePrincipal is not null && conditions.Workloads?.Matches(request) == Ternary.Unknown)
            decision.AddMissing(ContextNames.ServicePrincipalAttributes);
        if (conditions.Applications.Matches(request) == Ternary.Unknown)
            decision.AddMissing(request.Application is null ? ContextNames.Application : ContextNames.ApplicationAttributes);
        if (conditions.ClientApps is not null && request.ClientApp is null)
            decision.AddMissing(ContextNames.ClientApp);
        if (conditions.Platforms?.Matches(request.Platform) == Ternary.Unknown)
            decision.AddMissing(ContextNames.Platform);
        if (conditions.Locations?.Matches(request) == Ternary.Unknown)
            NameUnknownLocation(request, decision);
        if (conditions.UserRisk is not null && request.UserRisk is null)
            decision.AddMissing(ContextNames.UserRisk);
        if (conditions.SignInRisk is not null && request.SignInRisk is null)
            decision.AddMissing(ContextNames.SignInRisk);
        if (conditions.InsiderRisk is not null && request.InsiderRisk is null)
            decision.AddMissing(ContextNames.InsiderRisk);
        if (conditions.ServicePrincipalRisk is not null && request.ServicePrincipalRisk is null)
            decision.AddMissing(ContextNames.ServicePrincipalRisk);
        if (conditions.AuthenticationFlows is not null && request.AuthenticationFlow is null)
            decision.AddMissing(ContextNames.AuthenticationFlow);
        if (conditions.Devices?.Matches(request) == Ternary.Unknown)
            decision.AddMissing(request.DeviceAttributes is null ? ContextNames.DeviceAttributes : ContextNames.DeviceCompliant);
    }

    private static void NameUnknownLocation(EntraRequest request, Decision decision)
    {
        if (request.Address is null)
            decision.AddMissing(ContextNames.Address);
        if (request.Country is null && !request.CountryUnmapped)
            decision.AddMissing(ContextNames.Country);
    }
}
