using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http;
using Nullius.Gateway.Reception;
using Nullius.Gateway.Steps;
using Nullius.Identity.Sessions;

namespace Nullius.Gateway.Answers;

/// <summary>Sends a page load to the sign-in host, with a sealed note of where it was going and a nonce that binds the way back to this browser.</summary>
internal sealed class SignInRedirect(GateCore core)
{
    private static readonly CookieOptions NonceOptions = new()
    {
        Path = "/",
        Secure = true,
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        MaxAge = TimeSpan.FromMinutes(10),
    };

    public async Task SendAsync(GateRequest request, HandoffPurpose purpose, IReadOnlyList<string> controls)
    {
        var http = request.Http;
        var nonce = NonceOf(http.Request);
        if (nonce is null)
        {
            nonce = core.Random.NextToken();
            http.Response.Cookies.Append(Credentials.NonceCookie, nonce, NonceOptions);
        }

        var config = request.Snapshot.Config;
        var form = OriginCheck.IsVouched(request) ? await core.Forms.HoldAsync(request, http.RequestAborted) : null;
        // A page is loaded again by GET: what was posted and could not be held is not repeated by itself.
        var handoff = new HandoffRequest(request.Canonical.Authority, request.Canonical.Target, HashOf(nonce), request.Now, purpose, controls, form);
        var page = purpose == HandoffPurpose.SignIn ? "sign-in" : "step-up";
        var authority = config.HttpsPort == 443 ? config.SignInHost : FormattableString.Invariant($"{config.SignInHost}:{config.HttpsPort}");
        var target = $"https://{authority}/{page}?request={Uri.EscapeDataString(core.Handoff.Seal(handoff))}";
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        if (request.Canonical.Method == "POST" && http.Request.Headers.ContainsKey("Sec-Fetch-Dest"))
        {
            await WriteOnwardAsync(http, target);
            return;
        }

        http.Response.StatusCode = request.Canonical.Method == "POST" ? StatusCodes.Status303SeeOther : StatusCodes.Status302Found;
        http.Response.Headers.Location = target;
    }

    // Browsers hold the whole chain of redirects after a form to the `form-action` of the application's page, which seldom names
    // the sign-in host (CSP 3, section 6.3.1): the form ends here, and a navigation of its own leads on.
    private static async Task WriteOnwardAsync(HttpContext http, string target)
    {
        http.Response.StatusCode = StatusCodes.Status401Unauthorized;
        http.Response.Headers.WWWAuthenticate = "Bearer realm=\"nullius\"";
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
        http.Response.ContentType = "text/html; charset=utf-8";
        var address = HtmlEncoder.Default.Encode(target);
        var body = Encoding.UTF8.GetBytes($"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
            <meta http-equiv="refresh" content="0;url={address}"><title>Sign-in needed</title></head>
            <body><main><h1>Sign-in needed</h1><p><a href="{address}">Continue to sign-in</a></p></main></body></html>
            """);
        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    /// <summary>The browser's nonce; null when there is none, or more than one.</summary>
    public static string? NonceOf(HttpRequest http) =>
        Credentials.TryFindCookie(http.Headers.Cookie, Credentials.NonceCookie, out var value) && value.Length == 43 ? value.ToString() : null;

    public static string HashOf(string nonce) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(nonce)));
}
