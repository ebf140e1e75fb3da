using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Nullius.Gateway.Reception;
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
        var form = await core.Forms.HoldAsync(request, http.RequestAborted);
        // A page is loaded again by GET: what was posted and could not be held is not repeated by itself.
        var handoff = new HandoffRequest(request.Canonical.Authority, request.Canonical.Target, HashOf(nonce), request.Now, purpose, controls, form);
        var page = purpose == HandoffPurpose.SignIn ? "sign-in" : "step-up";
        var authority = config.HttpsPort == 443 ? config.SignInHost : FormattableString.Invariant($"{config.SignInHost}:{config.HttpsPort}");
        http.Response.StatusCode = request.Canonical.Method == "POST" ? StatusCodes.Status303SeeOther : StatusCodes.Status302Found;
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        http.Response.Headers.Location = $"https://{authority}/{page}?request={Uri.EscapeDataString(core.Handoff.Seal(handoff))}";
    }

    /// <summary>The browser's nonce; null when there is none, or more than one.</summary>
    public static string? NonceOf(HttpRequest http) =>
        Credentials.TryFindCookie(http.Headers.Cookie, Credentials.NonceCookie, out var value) && value.Length == 43 ? value.ToString() : null;

    public static string HashOf(string nonce) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(nonce)));
}
