using Microsoft.AspNetCore.Http;
using Nullius.Identity.People;
using Nullius.Server.SignIn.Flow;
using Nullius.Server.SignIn.Pages;

namespace Nullius.Server.SignIn;

/// <summary>Choosing a password: with a one-time code, or because somebody else chose the present one.</summary>
internal sealed class ResetPages(
    Passwords passwords, PendingSignIns pending, FormTokens tokens, SignInFlow flow, Steps steps, TryLimits limits, IAccountEvents events, PeopleOptions people, Exchange exchange)
{

    public Task ShowAsync(HttpContext context) => CodePageAsync(context, "", null, null);

    public async Task TakeAsync(HttpContext context)
    {
        var form = await Exchange.FormAsync(context);
        if (form is null || !tokens.IsFromBrowser(context, form["csrf"].ToString()))
        {
            await exchange.StaleAsync(context);
            return;
        }

        var (name, password) = (form["username"].ToString().Trim(), form["password"].ToString());
        if (password != form["repeat"].ToString())
        {
            await CodePageAsync(context, name, null, "The two passwords differ.");
            return;
        }

        var address = $"address {TryLimits.Of(context.Connection.RemoteIpAddress)}";
        var (verdict, person, fault) = limits.Take(address)
            ? await passwords.RedeemCodeAsync(name, form["code"].ToString(), password, context.RequestAborted)
            : (PasswordVerdict.Locked, null, null);
        if (verdict == PasswordVerdict.Accepted)
            limits.GiveBack(address);
        if (person is null)
        {
            if (verdict != PasswordVerdict.Accepted)
                events.Record(new AccountEvent(AccountEventKind.PasswordChanged, Success: false) { Detail = "one-time code", Address = context.Connection.RemoteIpAddress?.ToString() });
            await CodePageAsync(context, name, verdict == PasswordVerdict.Accepted ? null : "That name and code do not match, the code is too old, or there were too many tries.", fault);
            return;
        }

        await steps.GoOnAsync(context, await flow.StartAsync(context, person, null, null));
    }

    public Task ShowChangeAsync(HttpContext context) => steps.ShowAsync(context, Stage.ChangePassword, (at, csrf) => ChangePageAsync(context, at, csrf, null));

    public Task TakeChangeAsync(HttpContext context) => steps.TakeAsync(context, Stage.ChangePassword, async (at, form, csrf) =>
    {
        var password = form["password"].ToString();
        var (version, fault) = password == form["repeat"].ToString()
            ? await passwords.ChangeAsync(at.PersonId, password, new Survivors(at.SessionId), context.RequestAborted)
            : (0, "The two passwords differ.");
        if (fault is not null)
        {
            await ChangePageAsync(context, at, csrf, fault);
            return;
        }

        (at.SecurityVersion, at.MustChangePassword) = (version, false);
        await steps.GoOnAsync(context, at);
    });

    /// <summary>The two fields of a new password.</summary>
    /// <param name="least">Characters that it has at least.</param>
    public static Html NewPassword(int least, string? error, bool focus) => Html.Of($"""
        {Forms.Field("password", "New password", "password", "new-password", $"At least {least} characters. Several words in a row are easy to keep in mind.", error, focus: focus)}
        {Forms.Field("repeat", "New password again", "password", "new-password")}
        """);

    private Task CodePageAsync(HttpContext context, string name, string? codeError, string? passwordError)
    {
        var body = Html.Of($"""
            <p class="lead">With the one-time code that you were given. You go on to your second step after this.</p>
            {Forms.Form("/sign-in/reset", tokens.ForBrowser(pending.Browser(context)), Html.Of($"""
                {Forms.Field("username", "User name", "text", "username", value: name, focus: name.Length == 0)}
                {Forms.Field("code", "One-time code", "text", "off", error: codeError, focus: codeError is not null)}
                {NewPassword(people.LeastPasswordCharacters, passwordError, passwordError is not null)}
                {Forms.Submit("Set password")}
                """))}
            <p class="below"><a href="/sign-in">Back to sign-in</a></p>
            """);
        return exchange.PageAsync(context, new Page("Set your password", body) { Status = (codeError ?? passwordError) is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest });
    }

    private Task ChangePageAsync(HttpContext context, PendingSignIn at, string csrf, string? error)
    {
        var body = Html.Of($"""
            <p class="lead">Choose a password that only you know.</p>
            {Forms.Form("/sign-in/password", csrf, Html.Of($"""
                {Forms.Hidden("username", at.UserName)}
                {NewPassword(people.LeastPasswordCharacters, error, focus: true)}
                {Forms.Submit("Continue")}
                """))}
            """);
        return exchange.PageAsync(context, new Page("Choose a new password", body)
        {
            Status = error is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest,
            LeadsTo = at.Request is null ? null : $"https://{at.Request.Host}",
        });
    }
}
