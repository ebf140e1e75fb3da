using Microsoft.AspNetCore.Http;
using Nullius.Identity.People;
using Nullius.Identity.Sessions;
using Nullius.Server.SignIn.Flow;
using Nullius.Server.SignIn.Pages;

namespace Nullius.Server.SignIn;

/// <summary>Signing out: here (all applications in this browser are one session), or everywhere.</summary>
internal sealed class SignOutPages(BrowserSession browser, SessionStore sessions, PendingSignIns pending, FormTokens tokens, IAccountEvents events, Exchange exchange)
{
    public async Task ShowAsync(HttpContext context)
    {
        if (await browser.FindAsync(context) is not { } live)
        {
            await GoneAsync(context);
            return;
        }

        var csrf = tokens.ForSession(context.Request.Cookies[SessionSecret.CookieName]!);
        await exchange.PageAsync(context, new Page("Sign out", Html.Of($"""
            <p class="lead">You are signed in as <strong>{live.Person.UserName}</strong>. Signing out ends all applications in this browser.</p>
            {Forms.Form("/sign-out", csrf, Forms.Submit("Sign out"))}
            <div class="below">{Forms.Form("/sign-out", csrf, Html.Of($"""{Forms.Hidden("everywhere", "1")}{Forms.Quiet("Sign out everywhere")}"""))}</div>
            """)));
    }

    public async Task TakeAsync(HttpContext context)
    {
        var form = await Exchange.FormAsync(context);
        if (form is null || await browser.FindAsync(context) is not { } live)
        {
            await GoneAsync(context);
            return;
        }

        if (!tokens.IsFromSession(context, form["csrf"].ToString()))
        {
            await exchange.StaleAsync(context);
            return;
        }

        var everywhere = form["everywhere"] == "1";
        if (everywhere)
            await sessions.SignOutEverywhereAsync(live.Person.Id, live.Person.UserName, context.RequestAborted);
        else
            await sessions.RevokeAsync(live.Session.Id, live.Person.UserName, "signed out", context.RequestAborted);
        events.Record(new AccountEvent(AccountEventKind.SignOut)
        {
            PersonId = live.Person.Id,
            UserName = live.Person.UserName,
            SessionId = live.Session.Id,
            Detail = everywhere ? "everywhere" : null,
            Address = context.Connection.RemoteIpAddress?.ToString(),
        });
        await GoneAsync(context);
    }

    private Task GoneAsync(HttpContext context)
    {
        pending.End(context);
        BrowserSession.Clear(context);
        return exchange.PageAsync(context, new Page("You are signed out", Html.Of($"""
            <p class="lead">Applications that you had open stop working in a moment.</p>
            <p><a class="button" href="/sign-in">Sign in</a></p>
            """)));
    }
}
