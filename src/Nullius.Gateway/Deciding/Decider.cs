using Nullius.Gateway.Answers;
using Nullius.Gateway.Config;
using Nullius.Gateway.Snapshot;
using Nullius.Gateway.Steps;
using Nullius.Identity.Trust;
using Nullius.Policy.Decisions;
using Nullius.Policy.Evaluation;

namespace Nullius.Gateway.Deciding;

/// <summary>
/// Asks the policies about a request whose subject, device and route are attached (law 4): the granting set of what binds
/// to the person at the route, restricted by Conditional Access. Used by the pipeline and for live connections alike.
/// </summary>
internal static class Decider
{
    private static readonly string[] Mfa = ["mfa"];
    private static readonly string[] Nothing = [];

    /// <summary>Decides into <paramref name="decision"/>.</summary>
    public static void Decide(GateRequest request, DateTimeOffset now, Decision decision)
    {
        var buffers = Prepare(request, now);
        var granting = request.PersonView!.PoliciesAt(request.Route!);
        var conditionalAccess = request.Snapshot.Policies.ConditionalAccess;
        if (conditionalAccess.IsEmpty)
        {
            granting.Decide(buffers.Aws, decision);
            return;
        }

        granting.Decide(buffers.Aws, buffers.Granting);
        conditionalAccess.Decide(buffers.Entra, buffers.Restricting);
        DecisionCombiner.Combine(buffers.Granting, buffers.Restricting, decision);
    }

    /// <summary>Puts the request into the words of every dialect that takes part.</summary>
    public static DecisionBuffers Prepare(GateRequest request, DateTimeOffset now)
    {
        var buffers = DecisionBuffers.OfThread;
        var aws = buffers.Aws;
        aws.Principal = request.PersonView!.PrincipalArn;
        aws.Action = request.Action;
        aws.Resource = request.Resource;
        aws.ResourceAccount = request.Route!.Account;
        ContextWriter.Write(request, aws.Context, now);
        if (!request.Snapshot.Policies.ConditionalAccess.IsEmpty)
            WriteEntra(request, buffers.Entra, now);
        return buffers;
    }

    /// <summary>The earliest instant at which time alone could end the access: the decision's, the session's and the device's.</summary>
    public static DateTimeOffset ValidUntil(GateRequest request, Decision decision, DateTimeOffset now)
    {
        var until = SessionCheck.EndOf(request.SessionEntry!, request.Session!);
        if (decision.ValidUntil is { } policy && policy < until)
            until = policy;
        if (request.Device is { State: DeviceState.Compliant or DeviceState.NonCompliant, StaleAt: { } stale } && stale > now && stale < until)
            until = stale;
        if (request.Snapshot.Mentioned.Clock)
        {
            var hour = now.AddTicks(TimeSpan.TicksPerHour - (now.UtcTicks % TimeSpan.TicksPerHour));
            if (hour < until)
                until = hour;
        }

        return until;
    }

    /// <summary>True when refusals at the route are only observed for this person: the route observes, or is not yet rolled out to them.</summary>
    public static bool Observes(RouteModel route, PersonView person) =>
        route.Config.Mode == RouteMode.Observe || (route.Config.EnforceForGroups.Count > 0 && !person.IsInAny(route.Config.EnforceForGroups));

    /// <summary>Why the decision refuses; none for an allow.</summary>
    public static RefusalReason RefusalOf(Effect effect) => effect switch
    {
        Effect.Allow => RefusalReason.None,
        Effect.Challenge => RefusalReason.PolicyChallenged,
        Effect.Deny => RefusalReason.PolicyDenied,
    };

    private static void WriteEntra(GateRequest request, Policy.Requests.EntraRequest entra, DateTimeOffset now)
    {
        var session = request.Session!;
        var person = request.PersonView!;
        entra.User = person.Trust.Id;
        entra.Groups = person.Groups;
        entra.Application = request.Route!.Application;
        entra.AuthenticationContexts = request.Route.AuthenticationContextsOf(request.Action);
        entra.ClientApp = session.Kind == SessionKind.Browser ? "browser" : "mobileAppsAndDesktopClients";
        entra.Platform = request.Device?.Platform is { Length: > 0 } platform ? platform : PlatformOf(request.UserAgent);
        entra.AuthenticationFlow = "none";
        entra.DeviceCompliant = request.DeviceState == DeviceState.Compliant;
        entra.DeviceRegistered = request.Device is not null && request.DeviceState != DeviceState.Revoked;
        entra.DeviceAttributes = request.Device?.Facts;
        entra.Address = request.Connection.Address;
        entra.UserRisk = person.Trust.Risk;
        entra.SignInRisk = request.SignInRisk;
        entra.Satisfied = session.MfaAt is not null ? Mfa : Nothing;
        entra.AuthenticatedAt = session.AuthenticatedAt;
        entra.MfaAt = session.MfaAt;
        entra.Now = now;
    }

    // What the client says of itself, as Conditional Access does it too; a device's own certificate wins.
    private static string? PlatformOf(string userAgent) =>
        userAgent.Contains("Windows", StringComparison.Ordinal) ? "windows"
        : userAgent.Contains("Android", StringComparison.Ordinal) ? "android"
        : userAgent.Contains("iPhone", StringComparison.Ordinal) || userAgent.Contains("iPad", StringComparison.Ordinal) ? "iOS"
        : userAgent.Contains("Mac OS X", StringComparison.Ordinal) ? "macOS"
        : userAgent.Contains("Linux", StringComparison.Ordinal) ? "linux"
        : null;
}
