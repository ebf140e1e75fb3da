using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Nullius.State;

namespace Nullius.Identity.Sessions;

/// <summary>
/// The secrets that name a session: 256 bits, base64url (43 characters), after a prefix that says what they are. Only the hash
/// of the part after the prefix is kept.
/// </summary>
public static class SessionSecret
{
    /// <summary>Name of the session cookie on every host.</summary>
    public const string CookieName = "__Host-nullius";

    public const string TokenPrefix = "nlt_";

    public const string ApiKeyPrefix = "nlk_";

    private const int SecretLength = 43;

    /// <summary>What <see cref="Trust.SessionCredential.Hash"/> holds: base64url SHA-256 over the secret's ASCII characters.</summary>
    public static string Hash(ReadOnlySpan<char> secret)
    {
        Span<byte> ascii = stackalloc byte[SecretLength];
        if (secret.Length != SecretLength || Encoding.ASCII.GetBytes(secret, ascii) != SecretLength)
            throw new ArgumentException($"a session secret has {SecretLength} characters", nameof(secret));
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(ascii, hash);
        return Base64Url.EncodeToString(hash);
    }

    /// <summary>Reads <c>v1.{feed sequence}.{secret}</c>; false when it is anything else.</summary>
    /// <param name="cookie">Value of the cookie.</param>
    /// <param name="sequence">Sequence of the feed by which a node knows the session.</param>
    /// <param name="hash">Hash to look up.</param>
    public static bool TryReadCookie(string? cookie, out long sequence, out string hash)
    {
        sequence = 0;
        hash = "";
        if (cookie is null || cookie.Length > 80 || !cookie.StartsWith("v1.", StringComparison.Ordinal))
            return false;
        var dot = cookie.IndexOf('.', 3);
        return dot > 3
            && long.TryParse(cookie.AsSpan(3, dot - 3), NumberStyles.None, CultureInfo.InvariantCulture, out sequence)
            && TryHash(cookie.AsSpan(dot + 1), out hash);
    }

    /// <summary>Reads a bearer credential, <c>nlt_…</c> or <c>nlk_…</c>; false when it is anything else.</summary>
    public static bool TryReadBearer(string? value, out string hash)
    {
        hash = "";
        return value is not null
            && (value.StartsWith(TokenPrefix, StringComparison.Ordinal) || value.StartsWith(ApiKeyPrefix, StringComparison.Ordinal))
            && TryHash(value.AsSpan(TokenPrefix.Length), out hash);
    }

    internal static string New(RandomSource random) => random.NextToken();

    internal static string Cookie(long sequence, string secret) => string.Create(CultureInfo.InvariantCulture, $"v1.{sequence}.{secret}");

    private static bool TryHash(ReadOnlySpan<char> secret, out string hash)
    {
        hash = "";
        if (secret.Length != SecretLength)
            return false;
        foreach (var c in secret)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
                return false;
        }

        hash = Hash(secret);
        return true;
    }
}
