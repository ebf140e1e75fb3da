using Nullius.Gateway.Answers;
using Nullius.Policy.Decisions;

namespace Nullius.Gateway.Decisions;

/// <summary>Makes the console's event out of a request, and the reasons that a person is told.</summary>
internal static class DecisionEvents
{
    /// <summary>The decision of a request as it came.</summary>
    public static DecisionEvent Of(GateCore core, GateRequest request, RefusalReason refusal) =>
        Make(request, request.Decision, refusal, request.Now, request.Clock.Durations(core.Time), cut: false);

    /// <summary>A live connection was ended.</summary>
    public static DecisionEvent Cut(GateCore core, GateRequest request, Decision decision, RefusalReason refusal) =>
        Make(request, decision, refusal, core.Time.GetUtcNow(), default, cut: true);

    /// <summary>Why, in words that give away nothing about policies that the person may not see.</summary>
    public static IReadOnlyList<string> Reasons(GateRequest request, Decision decision, RefusalReason refusal)
    {
        if (refusal == RefusalReason.Malformed)
            return [Reception.RequestFaults.Message(request.Fault)];
        if (refusal is not (RefusalReason.PolicyDenied or RefusalReason.PolicyChallenged or RefusalReason.None) || refusal == RefusalReason.None && !request.Observed)
            return refusal == RefusalReason.None ? [] : [refusal.Message()];
        var reasons = new List<string>();
        foreach (var requirement in decision.RequiredControls)
            reasons.Add("needs " + string.Join(requirement.All ? " and " : " or ", requirement.Controls.Select(Describe)));
        foreach (var key in decision.MissingContext)
            reasons.Add($"`{key}` could not be established");
        if (reasons.Count == 0)
            reasons.Add(Describe(decision));
        return reasons;
    }

    private static string Describe(Decision decision) => decision.Basis switch
    {
        DecisionBasis.ExplicitDeny => "a rule forbids it",
        DecisionBasis.ImplicitDeny => decision.BlockedBy.Count > 0 && decision.BlockedBy.All(layer => layer is PolicyLayer.Boundary or PolicyLayer.Guardrail or PolicyLayer.ResourceControl)
            ? "a limit that is set for you or for everyone does not include it"
            : "no rule allows it",
        DecisionBasis.Unknown => "something that the decision needs could not be established",
        DecisionBasis.ControlsMissing => "more proof is needed",
        DecisionBasis.Allowed or DecisionBasis.None => RefusalReason.PolicyDenied.Message(),
    };

    private static string Describe(string control) => control switch
    {
        "mfa" => "a second factor",
        "compliantDevice" or "domainJoinedDevice" => "a managed device that meets the rules",
        "passwordChange" => "a new password",
        "signInFrequency" => "a recent sign-in",
        _ => $"`{control}`",
    };

    private static DecisionEvent Make(GateRequest request, Decision decision, RefusalReason refusal, DateTimeOffset at, StageDurations stages, bool cut)
    {
        var decided = decision.Basis != DecisionBasis.None;
        return new DecisionEvent
        {
            Reference = request.Reference,
            At = at,
            Stages = stages,
            Cut = cut,
            PersonId = request.Person?.Id,
            UserName = request.Person?.UserName,
            SessionId = request.Session?.Id,
            SessionKind = request.Session?.Kind,
            DeviceId = request.Device?.Id,
            DeviceState = request.DeviceState,
            Route = request.Route?.Name ?? "",
            Host = request.Canonical.Host,
            Method = request.Canonical.Method,
            Operation = request.Action,
            Path = request.Canonical.Path,
            Address = request.Connection?.AddressText ?? "",
            Effect = decided ? decision.Effect : refusal == RefusalReason.None ? Effect.Allow : Effect.Deny,
            Basis = decided ? decision.Basis : refusal == RefusalReason.None ? DecisionBasis.Allowed : DecisionBasis.ExplicitDeny,
            Refusal = refusal == RefusalReason.None ? null : refusal.Code(),
            Observed = request.Observed,
            Statements = Copy(decision.Statements),
            BlockedBy = Copy(decision.BlockedBy),
            RequiredControls = Copy(decision.RequiredControls),
            MissingContext = Copy(decision.MissingContext),
            ReportOnly = Copy(decision.ReportOnly),
            ValidUntil = request.ValidUntil,
            Reasons = Reasons(request, decision, refusal),
            Inputs = RecordedInputs.Of(request),
        };
    }

    private static IReadOnlyList<T> Copy<T>(IReadOnlyList<T> list)
    {
        if (list.Count == 0)
            return [];
        var copy = new T[list.Count];
        for (var i = 0; i < copy.Length; i++)
            copy[i] = list[i];
        return copy;
    }
}
