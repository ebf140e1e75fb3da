using System.Globalization;
using Microsoft.AspNetCore.Http;
using Nullius.Identity.People;
using Nullius.Identity.Sessions;
using Nullius.Identity.Trust;
using Nullius.Server.SignIn.Flow;
using Nullius.Server.SignIn.Pages;

namespace Nullius.Server.SignIn;

/// <summary>What a person has: sessions, factors, keys; and the applications where one lands who was going nowhere.</summary>
internal sealed class AccountPages(Account account, SessionStore sessions, Factors factors, Exchange exchange, SignInOptions options, TimeProvider time)
{
    private static readonly Dictionary<string, string> Done = new(StringComparer.Ordinal)
    {
        ["password"] = "Your password was changed. All other sessions, tokens and API keys have ended.",
        ["authenticator"] = "Your new authenticator app is set up. Your other sessions have ended.",
        ["passkey"] = "The passkey was added. Your other sessions have ended.",
        ["removed"] = "It was removed. Your other sessions have ended.",
        ["revoked"] = "It was ended.",
        ["last"] = "It was not removed: it is your only second factor. Set up another one first.",
    };

    public Task HomeAsync(HttpContext context) => account.ShowAsync(context, fresh: false, (live, _) =>
    {
        var applications = options.Applications();
        return exchange.PageAsync(context, new Page("Your applications", Html.Of($"""
            <p class="lead">You are signed in as <strong>{NameOf(live.Person)}</strong>.</p>
            {(applications.Count > 0
                ? Html.Of($"""<ul class="tiles">{Html.Each(applications, one => Html.Of($"""<li><a href="{one.Url}"><strong>{one.Name}</strong><span>{(one.Description.Length > 0 ? one.Description : new Uri(one.Url).Host)}</span></a></li>"""))}</ul>""")
                : Html.Of($"""<p>There is no application yet. An administrator adds them as routes in <code>nullius.yaml</code>.</p>"""))}
            <p class="below"><a href="/account">Your account</a> · <a href="/sign-out">Sign out</a></p>
            """))
        {
            Wide = true,
        });
    });

    public Task ShowAsync(HttpContext context) => account.ShowAsync(context, fresh: false, async (live, csrf) =>
    {
        var state = await factors.StateAsync(live.Person.Id, context.RequestAborted);
        var all = await sessions.ListAsync(live.Person.Id, context.RequestAborted);
        var body = Html.Of($"""
            <p class="lead">{NameOf(live.Person)} · <a href="/">Your applications</a> · <a href="/sign-out">Sign out</a></p>
            {Forms.Notice(Done.GetValueOrDefault(context.Request.Query["done"].ToString()))}
            {Security(state, csrf)}
            <h2>Where you are signed in</h2>
            <ul class="list">{Html.Each(all.Where(one => one.Session.Kind == SessionKind.Browser), one => Row(one, live, csrf))}</ul>
            {Html.When(all.Count(one => one.Session.Kind == SessionKind.Browser) > 1, () => Forms.Form("/account/sessions/revoke-others", csrf, Forms.Quiet("End all other sessions")))}
            <h2>Tokens and API keys</h2>
            {Html.When(all.All(one => one.Session.Kind == SessionKind.Browser), () => Html.Of($"""<p class="soft">None. Scripts on an enrolled device get a token by <code>nullius token</code>; other programs use an API key.</p>"""))}
            <ul class="list">{Html.Each(all.Where(one => one.Session.Kind != SessionKind.Browser), one => Row(one, live, csrf))}</ul>
            <p class="actions"><a class="button second" href="/account/keys">New API key</a></p>
            """);
        await exchange.PageAsync(context, new Page("Your account", body) { Wide = true });
    });

    public Task RevokeAsync(HttpContext context) => account.TakeAsync(context, fresh: false, async (live, form, _) =>
    {
        // INVARIANT: a person ends own sessions only; another's id ends nothing.
        var id = form["session"].ToString();
        var mine = await sessions.ListAsync(live.Person.Id, context.RequestAborted);
        if (mine.Any(one => one.Session.Id == id))
            await sessions.RevokeAsync(id, live.Person.UserName, "ended on the account page", context.RequestAborted);
        await account.DoneAsync(context, "revoked");
    });

    public Task RevokeOthersAsync(HttpContext context) => account.TakeAsync(context, fresh: false, async (live, _, _) =>
    {
        foreach (var other in await sessions.ListAsync(live.Person.Id, context.RequestAborted))
        {
            if (other.Session.Kind == SessionKind.Browser && other.Session.Id != live.Session.Id)
                await sessions.RevokeAsync(other.Session.Id, live.Person.UserName, "ended on the account page", context.RequestAborted);
        }

        await account.DoneAsync(context, "revoked");
    });

    private static string NameOf(PersonTrust person) => person.DisplayName.Length > 0 ? $"{person.DisplayName} ({person.UserName})" : person.UserName;

    private Html Security(FactorState state, string csrf) => Html.Of($"""
        <h2>Signing in</h2>
        <ul class="list">
        <li><div class="what"><strong>Password</strong><span>Changing it ends all other sessions, tokens and keys</span></div><div class="actions"><a class="button second" href="/account/password">Change</a></div></li>
        <li><div class="what"><strong>Authenticator app</strong><span>{(state.AuthenticatorSince is { } since ? $"Set up {Ago(since)}" : "Not set up")}</span></div>
        <div class="actions"><a class="button second" href="/account/authenticator">{(state.Authenticator ? "Replace" : "Set up")}</a>{Html.When(state is { Authenticator: true, Passkeys.Count: > 0 }, () => Forms.Form("/account/authenticator/remove", csrf, Forms.Quiet("Remove")))}</div></li>
        {Html.Each(state.Passkeys, key => Html.Of($"""
            <li><div class="what"><strong>{key.Name}</strong><span>Passkey, added {Ago(key.CreatedAt)}</span></div>
            <div class="actions">{Forms.Form("/account/passkeys/remove", csrf, Html.Of($"""{Forms.Hidden("passkey", key.Id)}{Forms.Quiet("Remove")}"""))}</div></li>
            """))}
        <li><div class="what"><strong>Passkeys</strong><span>Sign in with your fingerprint, face or device PIN, without a password</span></div><div class="actions"><a class="button second" href="/account/passkeys">Add a passkey</a></div></li>
        <li><div class="what"><strong>Recovery codes</strong><span>{state.RecoveryCodes} of {Factors.RecoveryCodeCount} unused</span></div><div class="actions"><a class="button second" href="/account/codes">Make new codes</a></div></li>
        </ul>
        """);

    private Html Row(SessionSummary one, LiveSession live, string csrf)
    {
        var session = one.Session;
        var current = session.Id == live.Session.Id;
        var (name, about) = session.Kind switch
        {
            SessionKind.Browser => (UserAgents.Describe(session.UserAgent), $"{session.Address ?? "unknown address"} · signed in {Ago(session.AuthenticatedAt)} · used {Ago(session.LastSeenAt)}"),
            SessionKind.Token => ($"Token for {one.Name}", $"{Scopes(session)} · made {Ago(session.CreatedAt)} · ends {Ahead(session.ExpiresAt)}"),
            SessionKind.ApiKey => ($"API key: {one.Name}", $"{Scopes(session)} · made {Ago(session.CreatedAt)} · used {Ago(session.LastSeenAt)} · ends {Ahead(session.ExpiresAt)}"),
        };
        return Html.Of($"""
            <li><div class="what"><strong>{name} {Html.When(current, () => Html.Of($"""<span class="tag">this browser</span>"""))}</strong><span>{about}</span></div>
            {Html.When(!current, () => Html.Of($"""<div class="actions">{Forms.Form("/account/sessions/revoke", csrf, Html.Of($"""{Forms.Hidden("session", session.Id)}{Forms.Quiet("End")}"""))}</div>"""))}</li>
            """);
    }

    private static string Scopes(SessionTrust session) => session.Scopes.IsEmpty ? "everything you may do" : string.Join(", ", session.Scopes);

    private string Ago(DateTimeOffset at) => (time.GetUtcNow() - at) switch
    {
        { TotalMinutes: < 2 } => "just now",
        { TotalHours: < 2 } span => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0} minutes ago"),
        { TotalDays: < 2 } span => string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0} hours ago"),
        _ => string.Create(CultureInfo.InvariantCulture, $"on {at:yyyy-MM-dd}"),
    };

    private string Ahead(DateTimeOffset at) => (at - time.GetUtcNow()) switch
    {
        { TotalHours: < 2 } span => string.Create(CultureInfo.InvariantCulture, $"in {span.TotalMinutes:0} minutes"),
        { TotalDays: < 2 } span => string.Create(CultureInfo.InvariantCulture, $"in {span.TotalHours:0} hours"),
        _ => string.Create(CultureInfo.InvariantCulture, $"on {at:yyyy-MM-dd}"),
    };
}
