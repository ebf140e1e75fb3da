using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Nullius.Server.SignIn.Pages;

/// <summary>One page: a title, one column, one task.</summary>
internal sealed record Page(string Title, Html Body)
{
    public int Status { get; init; } = 200;

    /// <summary>The page offers passkeys, which need the browser's script interface.</summary>
    public bool Passkeys { get; init; }

    /// <summary>Wider column, for lists.</summary>
    public bool Wide { get; init; }

    /// <summary>Origin besides the deployment's own hosts to which a form of this page may lead on.</summary>
    public string? LeadsTo { get; init; }
}

/// <summary>Writes pages with the headers that keep them from being framed, cached, or run with anything that is not theirs.</summary>
internal sealed class PageWriter(SignInOptions options)
{
    public Task WriteAsync(HttpContext context, Page page)
    {
        var response = context.Response;
        response.StatusCode = page.Status;
        response.ContentType = "text/html; charset=utf-8";
        Guard(response, FormTargets(page));
        var html = Document(page).ToString();
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.WriteAsync(html, context.RequestAborted);
    }

    /// <summary>The headers of everything on the sign-in host, and of refusals everywhere.</summary>
    public void Guard(HttpResponse response, string formTargets = "'self'")
    {
        var headers = response.Headers;
        var own = options.SignInOrigin;
        headers.ContentSecurityPolicy = string.Create(
            CultureInfo.InvariantCulture,
            $"default-src 'none'; style-src {own}; script-src {own}; img-src {own}; connect-src 'self'; form-action {formTargets}; base-uri 'none'; frame-ancestors 'none'");
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        // Not `no-referrer`: browsers would then send `Origin: null` with the pages' own forms.
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=()";
    }

    // Browsers hold the whole chain of redirects after a form to `form-action`: signing in leads on to the application.
    private string FormTargets(Page page) => page.LeadsTo is { } other ? $"'self' {options.AnyHost} {other}" : $"'self' {options.AnyHost}";

    private Html Document(Page page) => Html.Of($"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="robots" content="noindex">
        <title>{page.Title} · Nullius</title>
        <link rel="icon" type="image/svg+xml" href="{options.SignInOrigin}/assets/icon.svg">
        <link rel="stylesheet" href="{options.SignInOrigin}/assets/pages.css">
        {Html.When(page.Passkeys, () => Html.Of($"""<script src="{options.SignInOrigin}/assets/passkeys.js" defer></script>"""))}
        </head>
        <body>
        <header class="brand"><a href="{options.SignInOrigin}/"><svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true"><rect class="mark" width="32" height="32" rx="7"/><circle cx="16" cy="16" r="8.5" fill="none" stroke="#fff" stroke-width="3"/><path d="M24.5 7.5l-17 17" stroke="#fff" stroke-width="3" stroke-linecap="round"/></svg><span>Nullius</span></a></header>
        <main class="{(page.Wide ? "wide" : "narrow")}">
        <h1>{page.Title}</h1>
        {page.Body}
        </main>
        </body>
        </html>
        """);
}
