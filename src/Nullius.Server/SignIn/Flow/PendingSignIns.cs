using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Nullius.Identity.Sessions;
using Nullius.State;

namespace Nullius.Server.SignIn.Flow;

/// <summary>
/// Sign-ins under way, named by the <c>__Host-nullius-signin</c> cookie: ten minutes, this browser, once. Only who gave a right
/// password, used a passkey or has a session makes an entry, so that strangers cannot fill it. What a request changed is in the store
/// before the next one: a sign-in that began before a restart can be finished after it.
/// </summary>
internal sealed class PendingSignIns(KeptStore kept, RandomSource random, TimeProvider time) : IEndpointFilter
{
    public const string CookieName = "__Host-nullius-signin";

    private const string Purpose = "sign-in";
    private const int Most = 10_000;
    private const int MostOfPerson = 10;

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, PendingSignIn> _byCookie = new(StringComparer.Ordinal);
    // INVARIANT: what ended here is never read from the store again, whoever is late to remove it there.
    private readonly Dictionary<string, DateTimeOffset> _ended = new(StringComparer.Ordinal);
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();

    /// <summary>Around every page: takes over what an earlier process kept for this browser, and keeps what the page changed.</summary>
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var before = Cookie(http) is { } cookie ? Hash(cookie) : null;
        var was = before is not null && await TakeOverAsync(before, http.RequestAborted);
        try
        {
            return await next(context);
        }
        finally
        {
            if (was && !await KeepAsync(before!))
                await kept.RemoveAsync(Purpose, before!, CancellationToken.None);
            if (http.Items.TryGetValue(CookieName, out var renewed))
                await KeepAsync(Hash((string)renewed!));
        }
    }

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
                Forget(Hash(cookie));
            if (context.Items.Remove(CookieName, out var renewed))
                Forget(Hash((string)renewed!));
        }

        context.Response.Cookies.Delete(CookieName, HostCookie.Options());
    }

    private static string? Cookie(HttpContext context) =>
        context.Request.Cookies.TryGetValue(CookieName, out var value) && value.Length == 43 && Base64Url.IsValid(value) ? value : null;

    private static string Hash(string cookie) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(cookie)));

    /// <summary>True when the browser has a sign-in under way, here or in the store.</summary>
    private async Task<bool> TakeOverAsync(string hash, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            Drop(now);
            if (_byCookie.ContainsKey(hash))
                return true;
            // Everything that is older than this process has ended by now; what is newer is here.
            if (now - _startedAt >= Lifetime || _ended.ContainsKey(hash) || _byCookie.Count >= Most)
                return false;
        }

        if (await kept.ReadAsync(Purpose, hash, cancellation) is not { } value)
            return false;
        lock (_lock)
            return !_ended.ContainsKey(hash) && (_byCookie.TryAdd(hash, PendingSignIn.Read(value)) || _byCookie.ContainsKey(hash));
    }

    /// <summary>Writes what changed; false when it is not under way any more.</summary>
    private async Task<bool> KeepAsync(string hash)
    {
        PendingSignIn? at;
        lock (_lock)
            at = _byCookie.GetValueOrDefault(hash);
        if (at is null)
            return false;
        await at.Turn.WaitAsync(CancellationToken.None);
        try
        {
            var value = at.Write();
            if (at.Written is { } written && written.AsSpan().SequenceEqual(value))
                return true;
            await kept.PutAsync(Purpose, hash, at.PersonId, value, at.StartedAt + Lifetime, MostOfPerson, CancellationToken.None);
            at.Written = value;
        }
        finally
        {
            at.Turn.Release();
        }

        lock (_lock)
            return _byCookie.ContainsKey(hash);
    }

    private void Forget(string hash)
    {
        if (_byCookie.Remove(hash))
            _ended[hash] = time.GetUtcNow() + Lifetime;
    }

    private string Renew(HttpContext context)
    {
        var cookie = random.NextToken();
        context.Items[CookieName] = cookie;
        context.Response.Cookies.Append(CookieName, cookie, HostCookie.Options());
        return cookie;
    }

    private void Drop(DateTimeOffset now)
    {
        foreach (var late in _ended.Where(one => one.Value <= now).Select(one => one.Key).ToList())
            _ended.Remove(late);
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
