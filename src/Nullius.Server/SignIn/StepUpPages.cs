using Microsoft.AspNetCore.Http;
using Nullius.Identity.People;
using Nullius.Identity.Sessions;
using Nullius.Identity.Trust;
using Nullius.Server.SignIn.Flow;
using Nullius.Server.SignIn.Pages;

namespace Nullius.Server.SignIn;

/// <summary>Asks for what an application needs beyond what the session has, and for no more (RFC 9470), then leads back.</summary>
internal sealed class StepUpPages(BrowserSession browser, PendingSignIns pending, KnownBrowsers known, Factors factors, SignInFlow flow, IHandoff handoff, Exchange exchange, SignInOptions options, TimeProvider time)
{
    private const string Mfa = "mfa";
    private const string SignInFrequency = "signInFrequency";
    private const string PasswordChange = "passwordChange";

    public async Task ShowAsync(HttpContext context)
    {
        var text = context.Request.Query["request"].ToString();
        if (flow.Open(text) is not { } request)
        {
            await exchange.PageAsync(context, new Page("This link is too old", Html.Of($"""
                <p>Go back to the application and try again from there.</p>
                <p><a class="button" href="/">Your applications</a></p>
                """))
            {
                Status = StatusCodes.Status400BadRequest,
            });
            return;
        }

        if (await browser.FindAsync(context) is not { } live)
        {
            await exchange.SeeAsync(context, $"/sign-in?request={text}");
            return;
        }

        if (request.RequiredControls.Where(control => control is not (Mfa or SignInFrequency or PasswordChange)).ToList() is { Count: > 0 } beyond)
        {
            await BeyondAsync(context, beyond);
            return;
        }

        var at = await NeededAsync(context, live, request);
        if (at.Stage == Stage.Complete)
        {
            await exchange.SeeAsync(context, await flow.LeadOnAsync(live.Session.Id, request, context.RequestAborted));
            return;
        }

        pending.Start(context, at);
        await exchange.SeeAsync(context, SignInFlow.PathOf(at.Stage));
    }

    /// <summary>Where to go to have a fresh second factor, and to come back to <paramref name="path"/> of this host.</summary>
    public string PathTo(string path) => $"/step-up?request={handoff.Seal(new HandoffRequest(options.SignInAuthority, path, "", time.GetUtcNow(), HandoffPurpose.StepUp, [Mfa], null))}";

    // The gate asked at a moment at which the session was not enough: what was done after that moment counts, what was done before does not.
    private async Task<PendingSignIn> NeededAsync(HttpContext context, LiveSession live, HandoffRequest request)
    {
        var state = await factors.StateAsync(live.Person.Id, context.RequestAborted);
        var anew = request.RequiredControls.Contains(SignInFrequency) && live.Session.AuthenticatedAt < request.At;
        return new PendingSignIn
        {
            PersonId = live.Person.Id,
            UserName = live.Person.UserName,
            SecurityVersion = live.Person.SecurityVersion,
            StartedAt = time.GetUtcNow(),
            Request = request,
            SessionId = live.Session.Id,
            Everything = anew,
            KnownBrowser = known.Find(context, live.Person.UserName),
            HasFactor = state.Any,
            HasPasskey = state.Passkeys.Count > 0,
            NeedsPassword = anew,
            NeedsFactor = anew || request.RequiredControls.Any(control => control is Mfa or PasswordChange) && !(live.Session.MfaAt >= request.At),
            MustChangePassword = request.RequiredControls.Contains(PasswordChange),
        };
    }

    private Task BeyondAsync(HttpContext context, IReadOnlyList<string> controls)
    {
        var words = controls.Select(control => control switch
        {
            "compliantDevice" => "It needs a device that is enrolled and healthy. Open it from such a device, or enrol this one.",
            "domainJoinedDevice" => "It needs a device that belongs to your organisation.",
            "approvedApplication" or "compliantApplication" => "It needs an application that your organisation approved.",
            _ => $"It needs `{control}`, which cannot be given here.",
        });
        return exchange.PageAsync(context, new Page("Signing in again does not help", Html.Of($"""
            <p class="lead">What you opened asks for something else than a sign-in:</p>
            <ul class="reasons">{Html.Each(words, word => Html.Of($"<li>{word}</li>"))}</ul>
            <p><a class="button" href="/">Your applications</a></p>
            """))
        {
            Status = StatusCodes.Status403Forbidden,
        });
    }
}
