using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Nullius.Identity.People;
using Nullius.Identity.Sessions;
using Nullius.Server.SignIn.Flow;
using Nullius.Server.SignIn.Pages;
using Nullius.State;
using Nullius.State.Keys;

namespace Nullius.Server.SignIn;

/// <summary>Changing the password and the second factors in a session whose second factor is fresh.</summary>
internal sealed class AccountFactorPages(
    Account account, Factors factors, Passwords passwords, PasskeyQuestions questions, FormTokens tokens, Exchange exchange, PeopleOptions people, KeyRing keys, RandomSource random, TimeProvider time)
{
    private static readonly TimeSpan SetupLifetime = TimeSpan.FromMinutes(10);

    private readonly Sealer _setup = new(keys, random, "nullius authenticator setup");

    public Task ShowPasswordAsync(HttpContext context) => account.ShowAsync(context, fresh: true, (live, csrf) => PasswordPageAsync(context, live, csrf, null));

    public Task TakePasswordAsync(HttpContext context) => account.TakeAsync(context, fresh: true, async (live, form, csrf) =>
    {
        var password = form["password"].ToString();
        var (_, fault) = password == form["repeat"].ToString()
            ? await passwords.ChangeAsync(live.Person.Id, password, new Survivors(live.Session.Id), context.RequestAborted)
            : (0, "The two passwords differ.");
        if (fault is not null)
        {
            await PasswordPageAsync(context, live, csrf, fault);
            return;
        }

        await account.RenewAsync(context, live);
        await account.DoneAsync(context, "password");
    });

    public Task ShowAuthenticatorAsync(HttpContext context) => account.ShowAsync(context, fresh: true, (live, csrf) => AuthenticatorPageAsync(context, live, csrf, factors.NewSeed(), null));

    public Task TakeAuthenticatorAsync(HttpContext context) => account.TakeAsync(context, fresh: true, async (live, form, csrf) =>
    {
        if (OpenSetup(live, form["setup"].ToString()) is not { } seed)
        {
            await exchange.StaleAsync(context);
            return;
        }

        var code = form["code"].ToString().Replace(" ", "", StringComparison.Ordinal);
        if (await factors.EnrolAuthenticatorAsync(live.Person.Id, seed, code, new Survivors(live.Session.Id, ApiKeys: true), context.RequestAborted) is null)
        {
            await AuthenticatorPageAsync(context, live, csrf, seed, "That code does not fit. Check that your phone's clock is right, and type the code that shows now.");
            return;
        }

        await account.RenewAsync(context, live);
        await account.DoneAsync(context, "authenticator");
    });

    public Task RemoveAuthenticatorAsync(HttpContext context) => account.TakeAsync(context, fresh: true, async (live, _, _) =>
        await RemovedAsync(context, live, await factors.RemoveAuthenticatorAsync(live.Person.Id, new Survivors(live.Session.Id), context.RequestAborted)));

    public Task ShowPasskeysAsync(HttpContext context) => account.ShowAsync(context, fresh: true, (live, csrf) => exchange.PageAsync(context, new Page("Add a passkey", Html.Of($"""
        <p class="lead">Your device makes a key that it keeps and unlocks with your fingerprint, face or PIN. Give it a name by which you recognise it.</p>
        {Forms.Field("passkey-name", "Name", "text", "off", "For example: work laptop.", value: $"{UserAgents.Describe(context.Request.Headers.UserAgent)}", focus: true)}
        {Forms.Passkey("create", "Make the passkey", "/account/passkeys/options", "/account/passkeys", csrf)}
        <noscript><p class="alert">Passkeys need script, which is switched off in this browser.</p></noscript>
        <p class="below"><a href="/account">Back to your account</a></p>
        """))
    {
        Passkeys = true,
    }));

    public async Task AskPasskeyAsync(HttpContext context, Passkeys passkeys, BrowserSession browser)
    {
        if (await PasskeyFormAsync(context, browser) is not { } step)
            return;
        var question = await passkeys.AskNewAsync(context, step.Live.Person.Id);
        await exchange.JsonAsync(context, new { options = question.OptionsJson, state = questions.Seal(Purpose(step.Live), step.Live.Session.Id, question.State) });
    }

    public async Task TakePasskeyAsync(HttpContext context, Passkeys passkeys, BrowserSession browser)
    {
        if (await PasskeyFormAsync(context, browser) is not { } step)
            return;
        var text = step.Form["state"].ToString();
        var version = questions.Open(Purpose(step.Live), step.Live.Session.Id, text) is { } state && await questions.UseUpAsync(text, context.RequestAborted)
            ? await passkeys.AddAsync(
                context, step.Live.Person.Id, state, step.Form["answer"].ToString(), step.Form["name"].ToString(), new Survivors(step.Live.Session.Id, ApiKeys: true))
            : null;
        if (version is null)
        {
            await exchange.FaultAsync(context, "This passkey could not be added. Load the page again.");
            return;
        }

        await account.RenewAsync(context, step.Live);
        await exchange.JsonAsync(context, new { next = "/account?done=passkey" });
    }

    public Task RemovePasskeyAsync(HttpContext context, Passkeys passkeys) => account.TakeAsync(context, fresh: true, async (live, form, _) =>
        await RemovedAsync(context, live, await passkeys.RemoveAsync(live.Person.Id, form["passkey"].ToString(), new Survivors(live.Session.Id), context.RequestAborted)));

    public Task ShowCodesAsync(HttpContext context) => account.ShowAsync(context, fresh: true, (_, csrf) => exchange.PageAsync(context, new Page("New recovery codes", Html.Of($"""
        <p class="lead">You get {Factors.RecoveryCodeCount} new codes. The ones that you have now stop working.</p>
        {Forms.Form("/account/codes", csrf, Forms.Submit("Show new codes"))}
        <p class="below"><a href="/account">Back to your account</a></p>
        """))));

    public Task TakeCodesAsync(HttpContext context) => account.TakeAsync(context, fresh: true, async (live, _, _) =>
    {
        var codes = await factors.NewRecoveryCodesAsync(live.Person.Id, context.RequestAborted);
        await exchange.PageAsync(context, new Page("Save your recovery codes", Html.Of($"""
            {RecoveryCodeList.Of(codes)}
            <p><a class="button" href="/account">I have saved them</a></p>
            """)));
    });

    private static string Purpose(LiveSession live) => $"account {live.Person.Id}";

    private async Task RemovedAsync(HttpContext context, LiveSession live, long? version)
    {
        if (version is not null)
            await account.RenewAsync(context, live);
        await account.DoneAsync(context, version is null ? "last" : "removed");
    }

    private async Task<(LiveSession Live, IFormCollection Form)?> PasskeyFormAsync(HttpContext context, BrowserSession browser)
    {
        var form = await Exchange.FormAsync(context);
        if (form is not null && tokens.IsFromSession(context, form["csrf"].ToString()) && await browser.FindAsync(context) is { } live && account.IsFresh(live))
            return (live, form);
        await exchange.FaultAsync(context, "This page is out of date. Load it again.");
        return null;
    }

    // The seed waits in the form, sealed for this session: nothing is kept for who does not finish.
    private string SealSetup(LiveSession live, byte[] seed) => _setup.Seal(JsonSerializer.SerializeToUtf8Bytes(new Setup(live.Session.Id, seed, time.GetUtcNow())));

    private byte[]? OpenSetup(LiveSession live, string text) =>
        _setup.Open(text) is { } json
        && JsonSerializer.Deserialize<Setup>(json) is { } setup
        && setup.SessionId == live.Session.Id
        && time.GetUtcNow() - setup.At < SetupLifetime
            ? setup.Seed
            : null;

    private Task PasswordPageAsync(HttpContext context, LiveSession live, string csrf, string? error) => exchange.PageAsync(context, new Page("Change your password", Html.Of($"""
        <p class="lead">All your other sessions, tokens and API keys end with this.</p>
        {Forms.Form("/account/password", csrf, Html.Of($"""
            {Forms.Hidden("username", live.Person.UserName)}
            {ResetPages.NewPassword(people.LeastPasswordCharacters, error, focus: true)}
            {Forms.Submit("Change password")}
            """))}
        <p class="below"><a href="/account">Back to your account</a></p>
        """))
    {
        Status = error is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest,
    });

    private Task AuthenticatorPageAsync(HttpContext context, LiveSession live, string csrf, byte[] seed, string? error) => exchange.PageAsync(context, new Page("Set up an authenticator app", Html.Of($"""
        <p class="lead">Scan the picture with your app. An app that you set up before stops working for this account.</p>
        {AuthenticatorSetup.Picture(seed, live.Person.UserName)}
        {Forms.Form("/account/authenticator", csrf, Html.Of($"""
            {Forms.Hidden("setup", SealSetup(live, seed))}
            {Forms.Field("code", "Code that the app shows", "text", "one-time-code", error: error, focus: true, numeric: true)}
            {Forms.Submit("Continue")}
            """))}
        <p class="below"><a href="/account">Back to your account</a></p>
        """))
    {
        Status = error is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest,
    });

    private sealed record Setup(string SessionId, byte[] Seed, DateTimeOffset At);
}
