using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Nullius.Identity.Sessions;
using Nullius.State.Keys;

namespace Nullius.Server.SignIn.Flow;

/// <summary>
/// Anti-forgery tokens: a MAC over the cookie that the form acts for (the pending sign-in, or the session), so that a token of
/// one browser, or of the time before a sign-in, is worth nothing in another.
/// </summary>
internal sealed class FormTokens(KeyRing keys, SignInOptions options)
{
    private readonly byte[] _key = keys.Derive("nullius form tokens");

    public string ForBrowser(string pendingCookie) => Token("browser", pendingCookie);

    public string ForSession(string sessionCookie) => Token("session", sessionCookie);

    public bool IsFromBrowser(HttpContext context, string token) =>
        IsSameOrigin(context) && context.Request.Cookies.TryGetValue(PendingSignIns.CookieName, out var cookie) && Same(token, ForBrowser(cookie));

    public bool IsFromSession(HttpContext context, string token) =>
        IsSameOrigin(context) && context.Request.Cookies.TryGetValue(SessionSecret.CookieName, out var cookie) && Same(token, ForSession(cookie));

    // Browsers say where a form comes from; what says nothing is held to the token alone.
    private bool IsSameOrigin(HttpContext context)
    {
        var headers = context.Request.Headers;
        var site = headers["Sec-Fetch-Site"];
        return (headers.Origin.Count == 0 || headers.Origin == options.SignInOrigin) && (site.Count == 0 || site == "same-origin");
    }

    private static bool Same(string a, string b) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(a), Encoding.UTF8.GetBytes(b));

    private string Token(string kind, string cookie) => Base64Url.EncodeToString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{kind}\0{cookie}")));
}
