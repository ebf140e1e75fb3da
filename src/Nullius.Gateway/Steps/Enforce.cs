using Nullius.Gateway.Answers;
using Nullius.Gateway.Deciding;
using Nullius.Gateway.Reception;
using Nullius.Gateway.Recording;
using Nullius.Gateway.Snapshot;

namespace Nullius.Gateway.Steps;

/// <summary>Turns the decision into what happens: on it goes, or it is refused; a refusal at a route that observes is noted and goes on.</summary>
internal sealed class Enforce : IStep
{
    public Stage? Stage => Recording.Stage.Enforce;

    public ValueTask<StepResult> RunAsync(GateRequest request)
    {
        if (!OriginCheck.Passes(request))
            return Refuse(request, RefusalReason.CrossOrigin);
        if (request.Session is null)
            return new(StepResult.Continue);
        var refusal = Decider.RefusalOf(request.Decision.Effect);
        if (refusal == RefusalReason.None)
            return new(StepResult.Continue);
        if (Decider.Observes(request.Route!, request.PersonView!))
        {
            request.Observed = true;
            return new(StepResult.Continue);
        }

        return Refuse(request, refusal);
    }

    private static ValueTask<StepResult> Refuse(GateRequest request, RefusalReason reason)
    {
        request.Refusal = reason;
        return new(StepResult.Refused);
    }
}

/// <summary>
/// Refuses unsafe methods and upgrades from origins that the route does not list (law 11): request forgery and
/// cross-site WebSocket hijacking live on what a browser adds by itself.
/// </summary>
internal static class OriginCheck
{
    // A page that sends no referrer has this for its origin, even to itself (Fetch, section 3.2); so has a sandboxed frame of
    // anybody's. No script can set Sec-Fetch-Site, which tells them apart.
    private const string Opaque = "null";

    /// <summary>True for a request that a page of this very origin made.</summary>
    public static bool IsFromItself(GateRequest request) => request.Origin == Opaque
        ? Site(request) == "same-origin"
        : string.Equals(request.Origin, "https://" + request.Canonical.Authority, StringComparison.OrdinalIgnoreCase);

    public static bool Passes(GateRequest request)
    {
        if (Methods.IsSafe(request.Canonical.Method) && !request.IsUpgrade)
            return true;
        if (request.Origin is { } origin && origin != Opaque)
            return request.Route!.TrustedOrigins.Contains(origin);
        var site = Site(request);
        if (site.Count > 0)
            return site[0] is "same-origin" || (site[0] is "none" && !request.IsUpgrade && request.Origin is null);
        if (request.Origin is not null)
            return false;
        // Neither header: not a browser of this decade. Without a cookie of the gate's, of a session or of a sign-in under way,
        // there is nothing to ride on.
        return request.Credential == CredentialKind.Bearer || !Credentials.HoldOwn(request.Http.Request.Headers.Cookie);
    }

    /// <summary>
    /// True for a request whose browser says that a page of this origin, or of one that the route lists, made it. What is sent again later
    /// in a person's name needs that word: a form of another site arrives without cookies, and would come back with them.
    /// </summary>
    public static bool IsVouched(GateRequest request) => request.Origin is { } origin && origin != Opaque
        ? request.Route!.TrustedOrigins.Contains(origin)
        : Site(request) is ["same-origin"];

    private static Microsoft.Extensions.Primitives.StringValues Site(GateRequest request) => request.Http.Request.Headers["Sec-Fetch-Site"];
}
