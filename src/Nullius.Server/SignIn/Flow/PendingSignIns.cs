using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Nullius.State;

namespace Nullius.Server.SignIn.Flow;

/// <summary>
/// Sign-ins under way, named by the <c>__Host-nullius-signin</c> cookie: ten minutes, this browser, once. Only who gave a right
/// password, used a passkey or has a session makes an entry, so that strangers cannot fill it; a restart asks for the password again.
/// </summary>
internal sealed class PendingSignIns(RandomSource random, TimeProvider time)
{
    public const string CookieName = "__Host-nullius-signin";

    private const int Most = 10_000;
    private const int MostOfPerson = 10;

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, PendingSignIn> _byCookie = new(StringComparer.Ordinal);

    /// <summary>The browser's cookie; makes one where there is none, so that forms can be bound to it before anybody is known.</summary>
    public string Browser(HttpContext context)
    {
        if (Cookie(context) is { } present)
            return present;
        if (context.Items.TryGetValue(CookieName, out var made))
            return (string)made!;
        return Renew(context);
    }

    public PendingSignIn? Find(HttpContext context)
    {
        if (Cookie(context) is not { } cookie)
            return null;
        lock (_lock)
        {
            Drop(time.GetUtcNow());
            return _byCookie.GetValueOrDefault(Hash(cookie));
        }
    }

    /// <summary>Starts one under a new cookie: what the browser held before it was known who it is names nothing.</summary>
    public void Start(HttpContext context, PendingSignIn pending)
    {
        End(context);
        var cookie = Renew(context);
        lock (_lock)
        {
            Drop(time.GetUtcNow());
            foreach (var old in _byCookie.Where(one => one.Value.PersonId == pending.PersonId).OrderByDescending(one => one.Value.StartedAt).Skip(MostOfPerson - 1).ToList())
                _byCookie.Remove(old.Key);
            if (_byCookie.Count >= Most)
                _byCookie.Remove(_byCookie.MinBy(one => one.Value.StartedAt).Key);
            _byCookie[Hash(cookie)] = pending;
        }
    }

    /// <summary>Forgets what the browser was doing and takes its cookie.</summary>
    public void End(HttpContext context)
    {
        lock (_lock)
        {
            if (Cookie(context) is { } cookie)
                _byCookie.Remove(Hash(cookie));
            if (context.Items.Remove(CookieName, out var renewed))
                _byCookie.Remove(Hash((string)renewed!));
        }

        context.Response.Cookies.Delete(CookieName, HostCookie.Options());
    }

    private static string? Cookie(HttpContext context) =>
        context.Request.Cookies.TryGetValue(CookieName, out var value) && value.Length == 43 && Base64Url.IsValid(value) ? value : null;

    private static string Hash(string cookie) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(cookie)));

    private string Renew(HttpContext context)
    {
        var cookie = random.NextToken();
        context.Items[CookieName] = cookie;
        context.Response.Cookies.Append(CookieName, cookie, HostCookie.Options());
        return cookie;
    }

    private void Drop(DateTimeOffset now)
    {
        foreach (var late in _byCookie.Where(one => now - one.Value.StartedAt >= Lifetime).Select(one => one.Key).ToList())
            _byCookie.Remove(late);
    }
}

/// <summary>How every cookie of the sign-in host is set.</summary>
internal static class HostCookie
{
    public static CookieOptions Options(TimeSpan? kept = null) =>
        new() { Secure = true, HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/", MaxAge = kept, IsEssential = true };
}
