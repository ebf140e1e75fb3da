using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Nullius.Identity.Sessions;
using Nullius.State;
using Nullius.State.Keys;

namespace Nullius.Server.SignIn.Flow;

/// <summary>
/// Remembers by a sealed cookie in which browsers a person signed in before. Their failures are counted apart from everybody
/// else's, so that nobody can lock a person out of the own browser by failing elsewhere. It replaces no factor.
/// </summary>
internal sealed class KnownBrowsers(KeyRing keys, RandomSource random, TimeProvider time)
{
    public const string CookieName = "__Host-nullius-known";

    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(180);

    private readonly Sealer _sealer = new(keys, random, "nullius known browser");

    /// <summary>Id of the browser when this very person signed in here before; null otherwise.</summary>
    public string? Find(HttpContext context, string userName) =>
        context.Request.Cookies.TryGetValue(CookieName, out var cookie)
        && _sealer.Open(cookie) is { } json
        && JsonSerializer.Deserialize<Browser>(json) is { } browser
        && time.GetUtcNow() - browser.At < Lifetime
        && string.Equals(browser.UserName, userName, StringComparison.OrdinalIgnoreCase)
            ? browser.Id
            : null;

    public void Remember(HttpContext context, string userName)
    {
        var browser = new Browser(userName, Find(context, userName) ?? random.NextToken(16), time.GetUtcNow());
        context.Response.Cookies.Append(CookieName, _sealer.Seal(JsonSerializer.SerializeToUtf8Bytes(browser)), HostCookie.Options(Lifetime));
    }

    private sealed record Browser(string UserName, string Id, DateTimeOffset At);
}
