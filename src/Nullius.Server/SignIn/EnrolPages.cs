using Microsoft.AspNetCore.Http;
using Nullius.Identity.People;
using Nullius.Identity.Trust;
using Nullius.Server.SignIn.Flow;
using Nullius.Server.SignIn.Pages;

namespace Nullius.Server.SignIn;

/// <summary>The first sign-in: a second factor is set up, then recovery codes are shown once.</summary>
internal sealed class EnrolPages(Factors factors, PasskeyQuestions questions, PendingSignIns pending, SignInFlow flow, Steps steps, FormTokens tokens, Exchange exchange)
{
    public Task ShowAsync(HttpContext context) => steps.ShowAsync(context, Stage.Enrol, (at, csrf) => PageAsync(context, at, csrf, null));

    public Task TakeAsync(HttpContext context) => steps.TakeAsync(context, Stage.Enrol, async (at, form, csrf) =>
    {
        var code = form["code"].ToString().Replace(" ", "", StringComparison.Ordinal);
        var version = at.Seed is { } seed
            ? await factors.EnrolAuthenticatorAsync(at.PersonId, seed, code, new Survivors(at.SessionId), context.RequestAborted)
            : null;
        if (version is not { } now)
        {
            await PageAsync(context, at, csrf, "That code does not fit. Check that your phone's clock is right, and type the code that shows now.");
            return;
        }

        await EnrolledAsync(context, at, now, AuthenticationMethod.OneTimePassword);
        await steps.GoOnAsync(context, at);
    });

    public async Task AskPasskeyAsync(HttpContext context, Passkeys passkeys)
    {
        if (await PasskeyStepAsync(context) is not { } step)
            return;
        var question = await passkeys.AskNewAsync(context, step.At.PersonId);
        await exchange.JsonAsync(context, new { options = question.OptionsJson, state = questions.Seal($"enrol {step.At.PersonId}", pending.Browser(context), question.State) });
    }

    public async Task TakePasskeyAsync(HttpContext context, Passkeys passkeys)
    {
        if (await PasskeyStepAsync(context) is not { } step)
            return;
        var at = step.At;
        await at.Turn.WaitAsync(context.RequestAborted);
        try
        {
            var text = step.Form["state"].ToString();
            var version = at.Stage == Stage.Enrol && await flow.StandsAsync(at, context.RequestAborted)
                && questions.Open($"enrol {at.PersonId}", pending.Browser(context), text) is { } state && await questions.UseUpAsync(text, context.RequestAborted)
                ? await passkeys.AddAsync(context, at.PersonId, state, step.Form["answer"].ToString(), step.Form["name"].ToString(), new Survivors(at.SessionId))
                : null;
            if (version is not { } now)
            {
                await exchange.FaultAsync(context, "This passkey could not be added. Load the page again.");
                return;
            }

            await EnrolledAsync(context, at, now, AuthenticationMethod.Passkey);
            await exchange.JsonAsync(context, new { next = await flow.GoOnAsync(context, at) });
        }
        finally
        {
            at.Turn.Release();
        }
    }

    public Task ShowCodesAsync(HttpContext context) => steps.ShowAsync(context, Stage.Codes, (at, csrf) =>
    {
        var codes = at.RecoveryCodes ?? [];
        at.RecoveryCodes = [];
        return CodesAsync(context, at, codes, csrf);
    });

    /// <summary>Goes on, or makes new codes for who did not see the first ones.</summary>
    public Task TakeCodesAsync(HttpContext context) => steps.TakeAsync(context, Stage.Codes, async (at, form, csrf) =>
    {
        if (form["again"] == "1")
        {
            await CodesAsync(context, at, await factors.NewRecoveryCodesAsync(at.PersonId, context.RequestAborted), csrf);
            return;
        }

        at.RecoveryCodes = null;
        await steps.GoOnAsync(context, at);
    });

    private async Task EnrolledAsync(HttpContext context, PendingSignIn at, long version, string method)
    {
        at.SecurityVersion = version;
        (at.HasFactor, at.NeedsFactor, at.SecondFactorUsed, at.Seed) = (true, false, true, null);
        at.Used(method);
        at.RecoveryCodes = await factors.NewRecoveryCodesAsync(at.PersonId, context.RequestAborted);
    }

    private async Task<(PendingSignIn At, IFormCollection Form)?> PasskeyStepAsync(HttpContext context)
    {
        var form = await Exchange.FormAsync(context);
        if (form is not null && tokens.IsFromBrowser(context, form["csrf"].ToString()) && pending.Find(context) is { Stage: Stage.Enrol } at)
            return (at, form);
        await exchange.FaultAsync(context, "This page is out of date. Load it again.");
        return null;
    }

    private Task PageAsync(HttpContext context, PendingSignIn at, string csrf, string? error)
    {
        at.Seed ??= factors.NewSeed();
        var body = Html.Of($"""
            <p class="lead">Your account needs a second step besides the password. An authenticator app on your phone is the usual way.</p>
            {AuthenticatorSetup.Picture(at.Seed, at.UserName)}
            {Forms.Form("/enrol", csrf, Html.Of($"""
                {Forms.Field("code", "Code that the app shows", "text", "one-time-code", error: error, focus: true, numeric: true)}
                {Forms.Submit("Continue")}
                """))}
            {Forms.Passkey("create", "Use a passkey instead", "/enrol/passkey/options", "/enrol/passkey", csrf)}
            """);
        return exchange.PageAsync(context, new Page("Set up your second step", body) { Passkeys = true, Status = error is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest });
    }

    private Task CodesAsync(HttpContext context, PendingSignIn at, IReadOnlyList<string> codes, string csrf)
    {
        var body = codes.Count > 0
            ? Html.Of($"""
                {RecoveryCodeList.Of(codes)}
                {Forms.Form("/enrol/codes", csrf, Forms.Submit("I have saved them"))}
                """)
            : Html.Of($"""
                <p>Your codes were shown. If you could not save them, make new ones; the old ones then stop working.</p>
                {Forms.Form("/enrol/codes", csrf, Forms.Submit("Continue"))}
                <div class="below">{Forms.Form("/enrol/codes", csrf, Html.Of($"""{Forms.Hidden("again", "1")}{Forms.Quiet("Show new codes")}"""))}</div>
                """);
        return exchange.PageAsync(context, new Page("Save your recovery codes", body) { LeadsTo = at.Request is null ? null : $"https://{at.Request.Host}" });
    }
}
