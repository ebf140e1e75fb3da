using Microsoft.AspNetCore.Http;
using Nullius.Identity.People;
using Nullius.Identity.Sessions;
using Nullius.Identity.Trust;
using Nullius.Server.SignIn.Flow;
using Nullius.Server.SignIn.Pages;

namespace Nullius.Server.SignIn;

/// <summary>The first page, and the password asked again for a session that is too old.</summary>
internal sealed class PasswordPages(
    PasswordCheck passwords, PendingSignIns pending, KnownBrowsers known, BrowserSession browser, FormTokens tokens, SignInFlow flow, Steps steps,
    TryLimits limits, IAccountEvents events, Exchange exchange, SignInOptions options)
{
    // One wording for a wrong password, an unknown name, a disabled account and a lock: nothing is learned from it.
    private const string Refused = "That name and password do not match, or there were too many tries. Check both, or wait a few minutes and try again.";
    private const string Busy = "Too many people are signing in right now. Wait a moment and try again.";

    public async Task ShowAsync(HttpContext context)
    {
        var text = context.Request.Query["request"].ToString();
        var request = flow.Open(text);
        if (await browser.FindAsync(context) is { } live)
        {
            // Signed in already: on to the application, or to the step-up that it asks for.
            await exchange.SeeAsync(context, request?.Purpose == HandoffPurpose.StepUp
                ? $"/step-up?request={text}"
                : await flow.LeadOnAsync(live.Session.Id, request, context.RequestAborted));
            return;
        }

        var late = text.Length > 0 && request is null ? "The link that brought you here is too old. Sign in, then open the application again." : null;
        await PageAsync(context, request is null ? "" : text, request, notice: late);
    }

    public async Task TakeAsync(HttpContext context)
    {
        var form = await Exchange.FormAsync(context);
        if (form is null || !tokens.IsFromBrowser(context, form["csrf"].ToString()))
        {
            await exchange.StaleAsync(context);
            return;
        }

        var (name, password, text) = (form["username"].ToString().Trim(), form["password"].ToString(), form["request"].ToString());
        var knownBrowser = known.Find(context, name);
        var (verdict, person) = await CheckAsync(context, name, password, knownBrowser);
        if (person is null)
        {
            Record(context, verdict, name);
            await PageAsync(context, text, flow.Open(text), name, verdict == PasswordVerdict.Busy ? Busy : Refused, status: StatusOf(verdict));
            return;
        }

        await steps.GoOnAsync(context, await flow.StartAsync(context, person, text, knownBrowser));
    }

    public Task ShowAgainAsync(HttpContext context) => steps.ShowAsync(context, Stage.Password, (at, csrf) => AgainAsync(context, at, csrf, null));

    public Task TakeAgainAsync(HttpContext context) => steps.TakeAsync(context, Stage.Password, async (at, form, csrf) =>
    {
        var (verdict, person) = await CheckAsync(context, at.UserName, form["password"].ToString(), at.KnownBrowser);
        if (person is null || person.Id != at.PersonId)
        {
            Record(context, verdict, at.UserName);
            await AgainAsync(context, at, csrf, verdict == PasswordVerdict.Busy ? Busy : "That is not your password, or there were too many tries.", StatusOf(verdict));
            return;
        }

        at.NeedsPassword = false;
        at.Used(AuthenticationMethod.Password);
        await steps.GoOnAsync(context, at);
    });

    private static int StatusOf(PasswordVerdict verdict) => verdict == PasswordVerdict.Busy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status401Unauthorized;

    private async Task<(PasswordVerdict Verdict, Person? Person)> CheckAsync(HttpContext context, string name, string password, string? knownBrowser)
    {
        // A known browser is not held to the limit of its address, which others may have used up.
        var address = $"address {TryLimits.Of(context.Connection.RemoteIpAddress)}";
        if (knownBrowser is null && !limits.Take(address))
            return (PasswordVerdict.Locked, null);
        var result = await passwords.CheckAsync(name, password, knownBrowser, context.RequestAborted);
        if (knownBrowser is null && result.Person is not null)
            limits.GiveBack(address);
        return result;
    }

    private void Record(HttpContext context, PasswordVerdict verdict, string name) => events.Record(new AccountEvent(
        verdict == PasswordVerdict.Locked ? AccountEventKind.LockedOut : AccountEventKind.SignIn, Success: false)
    {
        // A password typed into the name's field must not end up in the trail: only what can be a name does.
        UserName = name.Length <= 64 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '=' or ',' or '.' or '@' or '_' or '-') ? name : null,
        Detail = verdict switch
        {
            PasswordVerdict.Locked => "too many failures",
            PasswordVerdict.Busy => "too many at once",
            PasswordVerdict.Refused or PasswordVerdict.Accepted => "password",
        },
        Address = context.Connection.RemoteIpAddress?.ToString(),
        UserAgent = context.Request.Headers.UserAgent.ToString(),
    });

    private Task PageAsync(HttpContext context, string text, HandoffRequest? request, string name = "", string? error = null, string? notice = null, int status = 200)
    {
        var csrf = tokens.ForBrowser(pending.Browser(context));
        var body = Html.Of($"""
            {Html.When(request is not null, () => Html.Of($"""<p class="lead">to go on to <strong>{HostOf(request!)}</strong></p>"""))}
            {Forms.Notice(notice)}
            {Forms.Alert(error)}
            {Forms.Form("/sign-in", csrf, Html.Of($"""
                {Forms.Hidden("request", text)}
                {Forms.Field("username", "User name", "text", "username webauthn", value: name, focus: name.Length == 0)}
                {Forms.Field("password", "Password", "password", "current-password", focus: name.Length > 0)}
                {Forms.Submit("Sign in")}
                """))}
            {Forms.Passkey("get", "Sign in with a passkey", "/sign-in/passkey/options?" + PasskeyEndpoints.First, "/sign-in/passkey?" + PasskeyEndpoints.First, csrf, text)}
            <p class="below">Were you given a one-time code? <a href="/sign-in/reset">Set your password</a></p>
            """);
        return exchange.PageAsync(context, new Page("Sign in", body) { Status = status, Passkeys = true, LeadsTo = request is null ? null : $"https://{request.Host}" });
    }

    private Task AgainAsync(HttpContext context, PendingSignIn at, string csrf, string? error, int status = 200)
    {
        var body = Html.Of($"""
            <p class="lead">You signed in a while ago as <strong>{at.UserName}</strong>. For what you want to do, sign in again.</p>
            {Forms.Form("/sign-in/confirm", csrf, Html.Of($"""
                {Forms.Hidden("username", at.UserName)}
                {Forms.Field("password", "Password", "password", "current-password", error: error, focus: true)}
                {Forms.Submit("Continue")}
                """))}
            {Html.When(at.HasPasskey, () => Forms.Passkey("get", "Use a passkey", "/sign-in/passkey/options", "/sign-in/passkey", csrf))}
            """);
        return exchange.PageAsync(context, new Page("Confirm it is you", body) { Status = status, Passkeys = true, LeadsTo = at.Request is null ? null : $"https://{at.Request.Host}" });
    }

    private string HostOf(HandoffRequest request)
    {
        var suffix = options.HttpsPort == 443 ? "" : $":{options.HttpsPort}";
        return request.Host.EndsWith(suffix, StringComparison.Ordinal) ? request.Host[..^suffix.Length] : request.Host;
    }
}
