using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Nullius.Audit;
using Nullius.Gateway;
using Nullius.Identity.People;
using Nullius.Identity.Sessions;
using Nullius.Server.SignIn.Flow;
using Nullius.Server.SignIn.Pages;
using Nullius.State;

namespace Nullius.Server.SignIn;

/// <summary>The pages of the sign-in host, the refusals of the gate, and the token endpoints of the device host.</summary>
public static class SignInModule
{
    /// <summary>
    /// Registers pages, flows and <see cref="IRefusalRenderer"/>. Needs <see cref="IdentityModule.AddPeople"/> and, registered by the
    /// caller, <see cref="AuditTrail"/>.
    /// </summary>
    public static IServiceCollection AddSignIn(this IServiceCollection services, SignInOptions options)
    {
        services.AddSingleton(options);
        services.TryAddSingleton<IAccountEvents, AccountTrail>();
        services.TryAddSingleton<IClientDevice, GateClientDevice>();
        services.AddSingleton<IRefusalRenderer, RefusalPages>();
        services.AddSingleton<DeviceEndpoints.EnrolmentRate>();
        services.AddSingleton(provider => new TryLimits(options.TriesPerAddress, provider.GetRequiredService<TimeProvider>()));
        foreach (var part in new[]
        {
            typeof(PageWriter), typeof(Exchange), typeof(PendingSignIns), typeof(KnownBrowsers), typeof(FormTokens), typeof(BrowserSession), typeof(PasskeyQuestions),
            typeof(SignInFlow), typeof(Steps), typeof(Account), typeof(Faults), typeof(PasswordPages), typeof(FactorPages), typeof(PasskeyEndpoints), typeof(EnrolPages),
            typeof(ResetPages), typeof(StepUpPages), typeof(SignOutPages), typeof(AccountPages), typeof(AccountFactorPages), typeof(KeyPages), typeof(TokenEndpoints),
        })
            services.AddSingleton(part);
        services.AddHostedService<SignInUpkeep>();
        return services;
    }

    /// <summary>Maps the pages on the sign-in host and the token endpoints on the device host of <see cref="SignInOptions"/>.</summary>
    public static void MapSignIn(this IEndpointRouteBuilder endpoints)
    {
        var options = endpoints.ServiceProvider.GetRequiredService<SignInOptions>();
        var faults = endpoints.ServiceProvider.GetRequiredService<Faults>();
        var pending = endpoints.ServiceProvider.GetRequiredService<PendingSignIns>();
        var pages = endpoints.MapGroup("").RequireHost(options.SignInHost).AddEndpointFilter(faults.InvokeAsync).AddEndpointFilter(pending);
        MapSteps(pages);
        MapAccount(pages);
        MapAssets(pages);
        var device = endpoints.MapGroup("/.nullius/tokens").RequireHost(options.DeviceHost).AddEndpointFilter(faults.InvokeAsync);
        device.MapPost("/start", (HttpContext context, TokenEndpoints tokens) => tokens.StartAsync(context));
        device.MapPost("/poll", (HttpContext context, TokenEndpoints tokens) => tokens.PollAsync(context));
    }

    private static void MapSteps(RouteGroupBuilder pages)
    {
        pages.MapPage("/sign-in", (HttpContext context, PasswordPages page) => page.ShowAsync(context));
        pages.MapPost("/sign-in", (HttpContext context, PasswordPages page) => page.TakeAsync(context));
        pages.MapPage("/sign-in/confirm", (HttpContext context, PasswordPages page) => page.ShowAgainAsync(context));
        pages.MapPost("/sign-in/confirm", (HttpContext context, PasswordPages page) => page.TakeAgainAsync(context));
        pages.MapPage("/sign-in/factor", (HttpContext context, FactorPages page) => page.ShowAsync(context));
        pages.MapPost("/sign-in/factor", (HttpContext context, FactorPages page) => page.TakeAsync(context));
        pages.MapPost("/sign-in/passkey/options", (HttpContext context, PasskeyEndpoints page, Passkeys passkeys) => page.AskAsync(context, passkeys));
        pages.MapPost("/sign-in/passkey", (HttpContext context, PasskeyEndpoints page, Passkeys passkeys) => page.TakeAsync(context, passkeys));
        pages.MapPage("/sign-in/password", (HttpContext context, ResetPages page) => page.ShowChangeAsync(context));
        pages.MapPost("/sign-in/password", (HttpContext context, ResetPages page) => page.TakeChangeAsync(context));
        pages.MapPage("/sign-in/reset", (HttpContext context, ResetPages page) => page.ShowAsync(context));
        pages.MapPost("/sign-in/reset", (HttpContext context, ResetPages page) => page.TakeAsync(context));
        pages.MapPage("/enrol", (HttpContext context, EnrolPages page) => page.ShowAsync(context));
        pages.MapPost("/enrol", (HttpContext context, EnrolPages page) => page.TakeAsync(context));
        pages.MapPost("/enrol/passkey/options", (HttpContext context, EnrolPages page, Passkeys passkeys) => page.AskPasskeyAsync(context, passkeys));
        pages.MapPost("/enrol/passkey", (HttpContext context, EnrolPages page, Passkeys passkeys) => page.TakePasskeyAsync(context, passkeys));
        pages.MapPage("/enrol/codes", (HttpContext context, EnrolPages page) => page.ShowCodesAsync(context));
        pages.MapPost("/enrol/codes", (HttpContext context, EnrolPages page) => page.TakeCodesAsync(context));
        pages.MapPage("/step-up", (HttpContext context, StepUpPages page) => page.ShowAsync(context));
        pages.MapPage("/sign-out", (HttpContext context, SignOutPages page) => page.ShowAsync(context));
        pages.MapPost("/sign-out", (HttpContext context, SignOutPages page) => page.TakeAsync(context));
    }

    private static void MapAccount(RouteGroupBuilder pages)
    {
        pages.MapPage("/", (HttpContext context, AccountPages page) => page.HomeAsync(context));
        pages.MapPage("/account", (HttpContext context, AccountPages page) => page.ShowAsync(context));
        pages.MapPost("/account/sessions/revoke", (HttpContext context, AccountPages page) => page.RevokeAsync(context));
        pages.MapPost("/account/sessions/revoke-others", (HttpContext context, AccountPages page) => page.RevokeOthersAsync(context));
        pages.MapPage("/account/password", (HttpContext context, AccountFactorPages page) => page.ShowPasswordAsync(context));
        pages.MapPost("/account/password", (HttpContext context, AccountFactorPages page) => page.TakePasswordAsync(context));
        pages.MapPage("/account/authenticator", (HttpContext context, AccountFactorPages page) => page.ShowAuthenticatorAsync(context));
        pages.MapPost("/account/authenticator", (HttpContext context, AccountFactorPages page) => page.TakeAuthenticatorAsync(context));
        pages.MapPost("/account/authenticator/remove", (HttpContext context, AccountFactorPages page) => page.RemoveAuthenticatorAsync(context));
        pages.MapPage("/account/passkeys", (HttpContext context, AccountFactorPages page) => page.ShowPasskeysAsync(context));
        pages.MapPost("/account/passkeys/options", (HttpContext context, AccountFactorPages page, Passkeys passkeys, BrowserSession browser) => page.AskPasskeyAsync(context, passkeys, browser));
        pages.MapPost("/account/passkeys", (HttpContext context, AccountFactorPages page, Passkeys passkeys, BrowserSession browser) => page.TakePasskeyAsync(context, passkeys, browser));
        pages.MapPost("/account/passkeys/remove", (HttpContext context, AccountFactorPages page, Passkeys passkeys) => page.RemovePasskeyAsync(context, passkeys));
        pages.MapPage("/account/codes", (HttpContext context, AccountFactorPages page) => page.ShowCodesAsync(context));
        pages.MapPost("/account/codes", (HttpContext context, AccountFactorPages page) => page.TakeCodesAsync(context));
        pages.MapPage("/account/keys", (HttpContext context, KeyPages page) => page.ShowAsync(context));
        pages.MapPost("/account/keys", (HttpContext context, KeyPages page) => page.TakeAsync(context));
        pages.MapPage("/account/approve", (HttpContext context, KeyPages page) => page.ShowApprovalAsync(context));
        pages.MapPost("/account/approve", (HttpContext context, KeyPages page) => page.TakeApprovalAsync(context));
    }

    private static void MapAssets(RouteGroupBuilder pages)
    {
        foreach (var (name, type) in new[] { ("pages.css", "text/css; charset=utf-8"), ("passkeys.js", "text/javascript; charset=utf-8"), ("icon.svg", "image/svg+xml") })
        {
            var bytes = Asset(name);
            pages.MapPage($"/assets/{name}", (HttpContext context) =>
            {
                context.Response.ContentType = type;
                context.Response.ContentLength = bytes.Length;
                context.Response.Headers.CacheControl = "public, max-age=300";
                context.Response.Headers.XContentTypeOptions = "nosniff";
                // Refusals on application hosts use the same sheet.
                context.Response.Headers["Cross-Origin-Resource-Policy"] = "same-site";
                return context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
            });
        }
    }

    // RFC 9110, section 9.3.2: what can be read by GET answers HEAD too; the server leaves the content out.
    private static void MapPage(this RouteGroupBuilder pages, string path, Delegate show) => pages.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], show);

    private static byte[] Asset(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Nullius.Server.SignIn.Assets.{name}")
            ?? throw new InvalidOperationException($"the asset `{name}` is not in the assembly");
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}
