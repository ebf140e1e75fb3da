using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Nullius.Gateway.Snapshot;
using Nullius.Identity.Sessions;

namespace Nullius.Gateway.Reception;

/// <summary>What a client presented, as it is looked up.</summary>
internal readonly record struct PresentedCredential(CredentialKind Kind, long Sequence, Hash256 Hash);

/// <summary>Reads credentials out of headers without allocation; also knows which cookies are the gate's own.</summary>
internal static class Credentials
{
    public const string NonceCookie = "__Host-nullius-nonce";

    private const string OwnCookies = "__Host-nullius";
    private const int SecretLength = 43;

    /// <summary>Reads the credential. False when the session cookie is repeated; <see cref="CredentialKind.None"/> when there is none that has a credential's form.</summary>
    public static bool TryRead(IHeaderDictionary headers, GateConnection connection, out PresentedCredential presented)
    {
        presented = default;
        // A bearer credential says that the caller is a script: it wins over a cookie that a browser adds by itself.
        if (ReadBearer(headers.Authorization, out presented))
            return true;
        var cookies = headers.Cookie;
        // The server hands out the same string for the same bytes on a connection. By reference: contents are secret.
        if (cookies.Count == 1 && connection.Cookie is { } read && ReferenceEquals(read.Header, cookies[0]))
        {
            presented = read.Presented;
            return true;
        }

        if (!TryFindCookie(cookies, SessionSecret.CookieName, out var value))
            return false;
        ReadCookie(value, out presented);
        if (cookies.Count == 1)
            connection.Cookie = new GateConnection.ReadCookie(cookies[0]!, presented);
        return true;
    }

    /// <summary>Reads the bearer credential of a client of the decision point: forward-auth has it in Proxy-Authorization, since Authorization is another's.</summary>
    public static bool TryReadClient(IHeaderDictionary headers, bool forwardAuth, out PresentedCredential presented) =>
        ReadBearer(forwardAuth ? headers.ProxyAuthorization : headers.Authorization, out presented);

    /// <summary>True when the Authorization header carries a credential of ours, which no application may see.</summary>
    public static bool IsOwnBearer(StringValues authorization) => authorization.Count == 1 && IsOwnBearer(BearerOf(authorization[0]));

    /// <summary>Finds a cookie by its exact name. False when it is there more than once.</summary>
    public static bool TryFindCookie(StringValues cookies, string name, out ReadOnlySpan<char> value)
    {
        value = default;
        var found = false;
        foreach (var header in cookies)
        {
            var rest = header.AsSpan();
            while (rest.Length > 0)
            {
                var cookie = NextCookie(ref rest);
                var equals = cookie.IndexOf('=');
                if (equals < 0 || !cookie[..equals].SequenceEqual(name))
                    continue;
                if (found)
                    return false;
                found = true;
                value = cookie[(equals + 1)..];
            }
        }

        return true;
    }

    /// <summary>The Cookie header without the gate's own cookies, in any case; null when nothing is left.</summary>
    public static string? WithoutOwn(StringValues cookies)
    {
        System.Text.StringBuilder? kept = null;
        foreach (var header in cookies)
        {
            var rest = header.AsSpan();
            while (rest.Length > 0)
            {
                var cookie = NextCookie(ref rest);
                if (cookie.Length == 0 || IsOwn(cookie))
                    continue;
                if (kept is null)
                    kept = new System.Text.StringBuilder(header!.Length);
                else
                    kept.Append("; ");
                kept.Append(cookie);
            }
        }

        return kept?.ToString();
    }

    /// <summary>True when some cookie of the gate's is among them.</summary>
    public static bool HoldOwn(StringValues cookies)
    {
        foreach (var header in cookies)
        {
            if (header is not null && header.Contains(OwnCookies, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    /// <summary>True for <c>name=value</c> (or a Set-Cookie) of a cookie that only the gate may set or read.</summary>
    public static bool IsOwn(ReadOnlySpan<char> cookie) => cookie.TrimStart().StartsWith(OwnCookies, StringComparison.OrdinalIgnoreCase);

    private static ReadOnlySpan<char> NextCookie(scoped ref ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOf(';');
        var cookie = (end < 0 ? rest : rest[..end]).Trim();
        rest = end < 0 ? default : rest[(end + 1)..];
        return cookie;
    }

    private static void ReadCookie(ReadOnlySpan<char> value, out PresentedCredential presented)
    {
        presented = default;
        if (value.Length is 0 or > 80 || !value.StartsWith("v1."))
            return;
        var rest = value[3..];
        var dot = rest.IndexOf('.');
        if (dot > 0 && long.TryParse(rest[..dot], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var sequence) && IsSecret(rest[(dot + 1)..]))
            presented = new PresentedCredential(CredentialKind.Cookie, sequence, Hash256.OfSecret(rest[(dot + 1)..]));
    }

    private static bool ReadBearer(StringValues authorization, out PresentedCredential presented)
    {
        presented = default;
        if (authorization.Count != 1)
            return false;
        var token = BearerOf(authorization[0]);
        if (!IsOwnBearer(token) || !IsSecret(token[4..]))
            return false;
        presented = new PresentedCredential(CredentialKind.Bearer, 0, Hash256.OfSecret(token[4..]));
        return true;
    }

    private static bool IsOwnBearer(ReadOnlySpan<char> token) => token.StartsWith(SessionSecret.TokenPrefix) || token.StartsWith(SessionSecret.ApiKeyPrefix);

    private static ReadOnlySpan<char> BearerOf(string? authorization) =>
        authorization is not null && authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? authorization.AsSpan(7).Trim() : default;

    private static bool IsSecret(ReadOnlySpan<char> secret)
    {
        if (secret.Length != SecretLength)
            return false;
        foreach (var c in secret)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
                return false;
        }

        return true;
    }
}
