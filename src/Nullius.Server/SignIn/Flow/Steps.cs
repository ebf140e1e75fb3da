using Microsoft.AspNetCore.Http;

namespace Nullius.Server.SignIn.Flow;

/// <summary>The door of every step: a sign-in is under way in this browser, this is its next step, and the form is its own.</summary>
internal sealed class Steps(PendingSignIns pending, FormTokens tokens, SignInFlow flow, Exchange exchange)
{
    /// <summary>Shows a step's page; whoever is at another step is sent there.</summary>
    public async Task ShowAsync(HttpContext context, Stage stage, Func<PendingSignIn, string, Task> show)
    {
        if (pending.Find(context) is not { } at)
            await exchange.SeeAsync(context, "/sign-in");
        else if (at.Stage != stage)
            await exchange.SeeAsync(context, SignInFlow.PathOf(at.Stage));
        else
            await show(at, tokens.ForBrowser(pending.Browser(context)));
    }

    /// <summary>Takes a step's form.</summary>
    public async Task TakeAsync(HttpContext context, Stage stage, Func<PendingSignIn, IFormCollection, string, Task> take)
    {
        var form = await Exchange.FormAsync(context);
        if (form is null || !tokens.IsFromBrowser(context, form["csrf"].ToString()))
        {
            await exchange.StaleAsync(context);
            return;
        }

        if (pending.Find(context) is not { } at)
        {
            await exchange.SeeAsync(context, "/sign-in");
            return;
        }

        await at.Turn.WaitAsync(context.RequestAborted);
        try
        {
            // Asked again in turn: of two forms of one step sent at once the second comes too late.
            if (pending.Find(context) != at || !await flow.StandsAsync(at, context.RequestAborted))
            {
                pending.End(context);
                await exchange.SeeAsync(context, "/sign-in");
            }
            else if (at.Stage != stage)
            {
                await exchange.SeeAsync(context, SignInFlow.PathOf(at.Stage));
            }
            else
            {
                await take(at, form, tokens.ForBrowser(pending.Browser(context)));
            }
        }
        finally
        {
            at.Turn.Release();
        }
    }

    public async Task GoOnAsync(HttpContext context, PendingSignIn at) => await exchange.SeeAsync(context, await flow.GoOnAsync(context, at));
}
