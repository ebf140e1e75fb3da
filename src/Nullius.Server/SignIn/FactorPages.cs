using Microsoft.AspNetCore.Http;
using Nullius.Identity.People;
using Nullius.Identity.Trust;
using Nullius.Server.SignIn.Flow;
using Nullius.Server.SignIn.Pages;

namespace Nullius.Server.SignIn;

/// <summary>The second factor: a code of the app, a recovery code, or a passkey.</summary>
internal sealed class FactorPages(Factors factors, PendingSignIns pending, Steps steps, IAccountEvents events, Exchange exchange)
{
    private const int MostFailures = 5;

    public Task ShowAsync(HttpContext context) => steps.ShowAsync(context, Stage.Factor, (at, csrf) => PageAsync(context, at, csrf, null, context.Request.Query.ContainsKey("recovery")));

    public Task TakeAsync(HttpContext context) => steps.TakeAsync(context, Stage.Factor, async (at, form, csrf) =>
    {
        var recovery = form["recovery"] == "1";
        var code = form["code"].ToString();
        var verdict = recovery
            ? await factors.UseRecoveryCodeAsync(at.PersonId, code, at.KnownBrowser, context.RequestAborted)
            : await factors.VerifyAuthenticatorAsync(at.PersonId, code, at.KnownBrowser, context.RequestAborted);
        if (verdict != FactorVerdict.Accepted)
        {
            await RefuseAsync(context, at, csrf, verdict, recovery);
            return;
        }

        at.NeedsFactor = false;
        at.SecondFactorUsed = true;
        at.Used(recovery ? AuthenticationMethod.RecoveryCode : AuthenticationMethod.OneTimePassword);
        await steps.GoOnAsync(context, at);
    });

    private async Task RefuseAsync(HttpContext context, PendingSignIn at, string csrf, FactorVerdict verdict, bool recovery)
    {
        events.Record(new AccountEvent(verdict == FactorVerdict.Locked ? AccountEventKind.LockedOut : AccountEventKind.SignIn, Success: false)
        {
            PersonId = at.PersonId,
            UserName = at.UserName,
            Detail = recovery ? "recovery code" : "authenticator code",
            Address = context.Connection.RemoteIpAddress?.ToString(),
            UserAgent = context.Request.Headers.UserAgent.ToString(),
        });
        if (++at.Failures >= MostFailures)
        {
            pending.End(context);
            await exchange.PageAsync(context, new Page("Too many wrong codes", Html.Of($"""
                <p>For your safety this sign-in was stopped. Wait a few minutes, then start again.</p>
                <p><a class="button" href="/sign-in">Start again</a></p>
                """))
            {
                Status = StatusCodes.Status401Unauthorized,
            });
            return;
        }

        var words = verdict == FactorVerdict.Locked
            ? "There were too many wrong codes. Wait a few minutes and try again."
            : recovery ? "That is not one of your unused recovery codes." : "That code is wrong or was used before. Wait for the next one in your app.";
        await PageAsync(context, at, csrf, words, recovery);
    }

    private async Task PageAsync(HttpContext context, PendingSignIn at, string csrf, string? error, bool recovery)
    {
        var state = await factors.StateAsync(at.PersonId, context.RequestAborted);
        var code = recovery
            ? Forms.Form("/sign-in/factor", csrf, Html.Of($"""
                {Forms.Hidden("recovery", "1")}
                {Forms.Field("code", "Recovery code", "text", "off", "One of the codes that you saved when you set up your second factor. Each works once.", error, focus: true)}
                {Forms.Submit("Continue")}
                """))
            : Html.When(state.Authenticator, () => Forms.Form("/sign-in/factor", csrf, Html.Of($"""
                {Forms.Field("code", "Code", "text", "one-time-code", "Six digits from your authenticator app.", error, focus: true, numeric: true)}
                {Forms.Submit("Continue")}
                """)));
        var body = Html.Of($"""
            <p class="lead">Signing in as <strong>{at.UserName}</strong>. The second step shows that it is you, even if somebody knows your password.</p>
            {Html.When(!recovery && !state.Authenticator, () => Forms.Alert(error))}
            {code}
            {Html.When(state.Passkeys.Count > 0, () => Forms.Passkey("get", "Use a passkey", "/sign-in/passkey/options", "/sign-in/passkey", csrf))}
            <p class="below">{(recovery
                ? Html.Of($"""<a href="/sign-in/factor">Use another way</a>""")
                : Html.Of($"""No access to it? <a href="/sign-in/factor?recovery">Use a recovery code</a>"""))}</p>
            """);
        await exchange.PageAsync(context, new Page("Second step", body)
        {
            Status = error is null ? StatusCodes.Status200OK : StatusCodes.Status401Unauthorized,
            Passkeys = true,
            LeadsTo = at.Request is null ? null : $"https://{at.Request.Host}",
        });
    }
}
