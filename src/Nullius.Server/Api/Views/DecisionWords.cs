using Nullius.Gateway.Decisions;
using Nullius.Identity.Trust;
using Nullius.Policy.Decisions;
using Nullius.Server.Api.Decisions;

namespace Nullius.Server.Api.Views;

/// <summary>Puts the gate's decisions into the console's shapes.</summary>
internal sealed class DecisionWords(DeviceNames names)
{
    public DecisionSummary Summary(DecisionEvent made) => new(
        made.Reference, made.At, EffectOf(made.Effect), made.Observed, BasisOf(made), ReasonOf(made), made.Route, made.Host, made.Method, made.Path,
        made.Operation, made.PersonId is { } person ? new EntityRef(person, made.UserName ?? person) : null, Kind(made.SessionKind), DeviceOf(made), made.Address);

    public static DecisionEffect EffectOf(Effect effect) => effect switch
    {
        Effect.Allow => DecisionEffect.Allow,
        Effect.Challenge => DecisionEffect.StepUp,
        Effect.Deny => DecisionEffect.Deny,
    };

    public static string StateOf(DeviceState state) => state switch
    {
        DeviceState.Unmanaged => "unmanaged",
        DeviceState.Compliant => "compliant",
        DeviceState.NonCompliant => "noncompliant",
        DeviceState.Stale => "stale",
        DeviceState.Revoked => "revoked",
    };

    public static string? Kind(SessionKind? kind) => kind switch
    {
        null => null,
        SessionKind.Browser => "browser",
        SessionKind.Token => "token",
        SessionKind.ApiKey => "apikey",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    public static string EffectWord(Effect effect) => effect switch
    {
        Effect.Allow => "allow",
        Effect.Challenge => "challenge",
        Effect.Deny => "deny",
    };

    /// <summary>A policy by the name that people know: its file.</summary>
    public static string PolicyName(StatementRef policy) => Path.GetFileName(policy.Source) is { Length: > 0 } file ? file : policy.Id;

    /// <summary>A name of ours as it stands in JSON: <c>conditionalAccess</c>.</summary>
    public static string Camel<T>(T value)
        where T : struct, Enum
    {
        var name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    // What stopped a request before a policy was asked has a code of its own; what the policies said has their basis.
    private static string BasisOf(DecisionEvent made) =>
        made.Refusal is null or "policy-denied" or "step-up-required" ? Camel(made.Basis) : made.Refusal;

    private static string ReasonOf(DecisionEvent made)
    {
        if (made.Reasons.Count > 0)
            return (made.Cut ? "connection closed: " : "") + string.Join("; ", made.Reasons);
        // A guardrail limits and does not grant: what granted is named.
        var granting = made.Statements.FirstOrDefault(one => one is { Effect: Effect.Allow, Layer: PolicyLayer.Identity or PolicyLayer.Resource })
            ?? made.Statements.FirstOrDefault(one => one.Effect == Effect.Allow);
        if (granting is not null)
            return $"{granting.Id} of {Path.GetFileName(granting.Source)}";
        return made.PersonId is null && made.Effect == Effect.Allow ? "open to everybody" : "";
    }

    private DeviceRef? DeviceOf(DecisionEvent made) =>
        made.DeviceId is { } id ? new DeviceRef(id, names.Of(id), StateOf(made.DeviceState))
        : made.PersonId is not null ? new DeviceRef(null, "", StateOf(made.DeviceState))
        : null;
}
