using Microsoft.AspNetCore.Http;
using Nullius.Identity.People;
using Nullius.Identity.Sessions;

namespace Nullius.Server.SignIn.Flow;

/// <summary>
/// The door of the account pages: a session, a form of that session, and for what changes factors, passwords or keys a second
/// factor that is fresh (otherwise over step-up and back to the same page).
/// </summary>
internal sealed class Account(BrowserSession browser, SessionStore sessions, FormTokens tokens, StepUpPages stepUp, Exchange exchange, PeopleOptions people, SignInOptions options, TimeProvider time)
{
    public async Task ShowAsync(HttpContext context, bool fresh, Func<LiveSession, string, Task> show)
    {
        if (await browser.FindAsync(context) is not { } live)
            await exchange.SeeAsync(context, "/sign-in");
        else if (fresh && !IsFresh(live))
            await exchange.SeeAsync(context, stepUp.PathTo(context.Request.Path + context.Request.QueryString));
        else
            await show(live, tokens.ForSession(context.Request.Cookies[SessionSecret.CookieName]!));
    }

    public async Task TakeAsync(HttpContext context, bool fresh, Func<LiveSession, IFormCollection, string, Task> take)
    {
        var form = await Exchange.FormAsync(context);
        if (await browser.FindAsync(context) is not { } live)
            await exchange.SeeAsync(context, "/sign-in");
        else if (form is null || !tokens.IsFromSession(context, form["csrf"].ToString()))
            await exchange.StaleAsync(context);
        else if (fresh && !IsFresh(live))
            await exchange.SeeAsync(context, stepUp.PathTo(HttpMethods.IsPost(context.Request.Method) ? "/account" : context.Request.Path));
        else
            await take(live, form, tokens.ForSession(context.Request.Cookies[SessionSecret.CookieName]!));
    }

    public bool IsFresh(LiveSession live) => live.Session.MfaAt is { } factor && time.GetUtcNow() - factor <= people.FreshFactor;

    /// <summary>After a change of password or factors: the session lives on under a new secret.</summary>
    public async Task RenewAsync(HttpContext context, LiveSession live)
    {
        var renewed = await sessions.StepUpAsync(live.Session.Id, [], secondFactor: false, everything: false, options.SignInAuthority, recorded: null, context.RequestAborted);
        if (renewed is not null)
            BrowserSession.Set(context, renewed.CookieValue);
    }

    public Task DoneAsync(HttpContext context, string what) => exchange.SeeAsync(context, $"/account?done={what}");
}
