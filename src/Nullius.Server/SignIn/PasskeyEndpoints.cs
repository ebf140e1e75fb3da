using Microsoft.AspNetCore.Http;
using Nullius.Identity.People;
using Nullius.Identity.Trust;
using Nullius.Server.SignIn.Flow;

namespace Nullius.Server.SignIn;

/// <summary>
/// A passkey instead of name, password and second factor, or at a step of a sign-in under way. The question travels sealed, bound
/// to the browser's cookie and to what it is for; an answer is taken once.
/// </summary>
internal sealed class PasskeyEndpoints(
    PasskeyQuestions questions, PendingSignIns pending, FormTokens tokens, SignInFlow flow, TryLimits limits, IAccountEvents events, Exchange exchange, TimeProvider time)
{
    /// <summary>In the query of what the first page asks; a step of a sign-in under way asks without it.</summary>
    public const string First = "first";

    public async Task AskAsync(HttpContext context, Passkeys passkeys)
    {
        if (await FormAsync(context) is not { } form)
            return;
        if (!limits.Take(AddressKey(context)))
        {
            await exchange.FaultAsync(context, "Too many tries. Wait a minute and try again.", StatusCodes.Status429TooManyRequests);
            return;
        }

        var at = Step(context);
        var question = await passkeys.AskAsync(context, at?.PersonId);
        await exchange.JsonAsync(context, new { options = question.OptionsJson, state = questions.Seal(Purpose(at), pending.Browser(context), question.State) });
    }

    public async Task TakeAsync(HttpContext context, Passkeys passkeys)
    {
        if (await FormAsync(context) is not { } form)
            return;
        var at = Step(context);
        var text = form["state"].ToString();
        var person = questions.Open(Purpose(at), pending.Browser(context), text) is { } state
            ? await passkeys.VerifyAsync(context, state, form["answer"].ToString())
            : null;

        // INVARIANT: at a step of somebody's sign-in only that person's passkey counts.
        if (person is null || (at is not null && person.Id != at.PersonId) || !await questions.UseUpAsync(text, context.RequestAborted))
        {
            Record(context, at);
            await exchange.FaultAsync(context, "This passkey could not be used here.", StatusCodes.Status401Unauthorized);
            return;
        }

        limits.GiveBack(AddressKey(context));
        await exchange.JsonAsync(context, new { next = await GoOnAsync(context, at, person, form["extra"].ToString()) });
    }

    private async Task<string> GoOnAsync(HttpContext context, PendingSignIn? at, Person person, string sealedRequest)
    {
        if (at is null)
        {
            at = new PendingSignIn
            {
                PersonId = person.Id,
                UserName = person.UserName ?? "",
                SecurityVersion = person.SecurityVersion,
                StartedAt = time.GetUtcNow(),
                Request = flow.Open(sealedRequest),
                Everything = true,
                HasFactor = true,
            };
            pending.Start(context, at);
        }

        await at.Turn.WaitAsync(context.RequestAborted);
        try
        {
            // Possession and verification of the user at once: it stands for the password too.
            (at.NeedsPassword, at.NeedsFactor, at.SecondFactorUsed) = (false, false, true);
            at.Used(AuthenticationMethod.Passkey);
            return await flow.GoOnAsync(context, at);
        }
        finally
        {
            at.Turn.Release();
        }
    }

    // The first page begins anew, whosever sign-in was left half way in this browser: it ends with the new one.
    private PendingSignIn? Step(HttpContext context) => context.Request.Query.ContainsKey(First) ? null : pending.Find(context) is { Stage: Stage.Password or Stage.Factor } at ? at : null;

    private static string Purpose(PendingSignIn? at) => at is null ? "sign-in" : $"step {at.PersonId}";

    private static string AddressKey(HttpContext context) => $"passkey {TryLimits.Of(context.Connection.RemoteIpAddress)}";

    private async Task<IFormCollection?> FormAsync(HttpContext context)
    {
        var form = await Exchange.FormAsync(context);
        if (form is not null && tokens.IsFromBrowser(context, form["csrf"].ToString()))
            return form;
        await exchange.FaultAsync(context, "This page is out of date. Load it again.");
        return null;
    }

    private void Record(HttpContext context, PendingSignIn? at) => events.Record(new AccountEvent(AccountEventKind.SignIn, Success: false)
    {
        PersonId = at?.PersonId,
        UserName = at?.UserName,
        Detail = "passkey",
        Address = context.Connection.RemoteIpAddress?.ToString(),
        UserAgent = context.Request.Headers.UserAgent.ToString(),
    });
}
