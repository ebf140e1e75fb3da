using Microsoft.AspNetCore.Http;
using Nullius.Identity.Sessions;

namespace Nullius.Server.SignIn.Flow;

/// <summary>The session that the browser holds on the sign-in host. Read from the store, also on paths that the gate lets everybody reach.</summary>
internal sealed class BrowserSession(SessionStore sessions, SignInOptions options)
{
    public async Task<LiveSession?> FindAsync(HttpContext context) =>
        context.Request.Cookies.TryGetValue(SessionSecret.CookieName, out var cookie) && SessionSecret.TryReadCookie(cookie, out _, out var hash)
            ? await sessions.FindAsync(hash, options.SignInAuthority, context.RequestAborted)
            : null;

    public static void Set(HttpContext context, string cookieValue) => context.Response.Cookies.Append(SessionSecret.CookieName, cookieValue, HostCookie.Options());

    public static void Clear(HttpContext context) => context.Response.Cookies.Delete(SessionSecret.CookieName, HostCookie.Options());
}
