using Microsoft.AspNetCore.Http;
using Nullius.Identity.People;
using Nullius.Identity.Sessions;
using Nullius.Identity.Trust;

namespace Nullius.Server.SignIn.Flow;

/// <summary>From what was proven to a session, and from there to where the person was going.</summary>
internal sealed class SignInFlow(
    PendingSignIns pending, SessionStore sessions, BrowserSession browser, KnownBrowsers known, Factors factors, ITrustReader trust, IHandoff handoff,
    IAccountEvents events, SignInOptions options, TimeProvider time)
{
    /// <summary>A sign-in after a right password.</summary>
    public async Task<PendingSignIn> StartAsync(HttpContext context, Person person, string? sealedRequest, string? knownBrowser)
    {
        var state = await factors.StateAsync(person.Id, context.RequestAborted);
        var started = new PendingSignIn
        {
            PersonId = person.Id,
            UserName = person.UserName ?? "",
            SecurityVersion = person.SecurityVersion,
            StartedAt = time.GetUtcNow(),
            Request = Open(sealedRequest),
            Everything = true,
            KnownBrowser = knownBrowser,
            HasFactor = state.Any,
            HasPasskey = state.Passkeys.Count > 0,
            MustChangePassword = person.MustChangePassword,
        };
        started.Used(AuthenticationMethod.Password);
        pending.Start(context, started);
        return started;
    }

    /// <summary>The request that a sealed text holds; null when there is none or it is not to be trusted.</summary>
    public HandoffRequest? Open(string? sealedRequest) => string.IsNullOrEmpty(sealedRequest) ? null : handoff.Open(sealedRequest);

    /// <summary>Where the next step is.</summary>
    public static string PathOf(Stage stage) => stage switch
    {
        Stage.Password => "/sign-in/confirm",
        Stage.Factor => "/sign-in/factor",
        Stage.ChangePassword => "/sign-in/password",
        Stage.Enrol => "/enrol",
        Stage.Codes or Stage.Complete => "/enrol/codes",
    };

    /// <summary>The next step's path, or, after the last one, the way out with the session made.</summary>
    public async Task<string> GoOnAsync(HttpContext context, PendingSignIn at)
    {
        if (!await StandsAsync(at, context.RequestAborted))
        {
            pending.End(context);
            return "/sign-in";
        }

        return at.Stage == Stage.Complete ? await CompleteAsync(context, at) : PathOf(at.Stage);
    }

    /// <summary>Where a person with a session goes: to the application by a one-time code, or to a page of this host.</summary>
    public async Task<string> LeadOnAsync(string sessionId, HandoffRequest? request, CancellationToken cancellation)
    {
        if (request is null)
            return "/";
        if (string.Equals(request.Host, options.SignInAuthority, StringComparison.Ordinal))
            return OwnPath(request.PathAndQuery);
        var code = await handoff.IssueCodeAsync(sessionId, request, cancellation);
        return $"https://{request.Host}/.nullius/session?code={code}";
    }

    /// <summary>What was proven still holds: the person is there, enabled, and nobody changed password or factors meanwhile.</summary>
    public async Task<bool> StandsAsync(PendingSignIn at, CancellationToken cancellation) =>
        await trust.ReadPersonAsync(at.PersonId, cancellation) is { Disabled: false } person && person.SecurityVersion == at.SecurityVersion;

    // Sealed by us, and yet: a path of this host only, whatever a browser may make of it.
    private static string OwnPath(string path) =>
        path.StartsWith('/') && !path.StartsWith("//", StringComparison.Ordinal) && !path.Contains('\\', StringComparison.Ordinal) && !path.Any(char.IsControl) ? path : "/";

    private async Task<string> CompleteAsync(HttpContext context, PendingSignIn at)
    {
        pending.End(context);
        if (at.SecondFactorUsed)
            at.Used(AuthenticationMethod.MultiFactor);
        var happened = new AccountEvent(at.SessionId is null ? AccountEventKind.SignIn : AccountEventKind.StepUp)
        {
            PersonId = at.PersonId,
            UserName = at.UserName,
            Detail = string.Join(' ', at.Methods),
            Address = context.Connection.RemoteIpAddress?.ToString(),
            UserAgent = context.Request.Headers.UserAgent.ToString(),
        };
        var opened = at.SessionId is { } id
            ? await sessions.StepUpAsync(id, at.Methods, at.SecondFactorUsed, at.Everything, options.SignInAuthority, happened, context.RequestAborted)
            : await OpenAsync(context, at, happened);
        if (opened is null)
        {
            events.Record(happened with { Success = false, SessionId = at.SessionId });
            return "/sign-in";
        }

        BrowserSession.Set(context, opened.CookieValue);
        known.Remember(context, at.UserName);
        return await LeadOnAsync(opened.Session.Id, at.Request, context.RequestAborted);
    }

    private async Task<OpenedSession> OpenAsync(HttpContext context, PendingSignIn at, AccountEvent happened)
    {
        // What this browser held before does not live on beside the new session.
        if (await browser.FindAsync(context) is { } old)
            await sessions.RevokeAsync(old.Session.Id, at.UserName, "signed in anew in the same browser", context.RequestAborted);
        return await sessions.CreateAsync(
            new NewSession(at.PersonId, at.SecurityVersion, at.Methods, options.SignInAuthority)
            {
                SecondFactor = at.SecondFactorUsed, Address = happened.Address, UserAgent = happened.UserAgent, Recorded = happened,
            },
            context.RequestAborted);
    }
}
