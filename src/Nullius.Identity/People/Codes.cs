using System.Security.Cryptography;
using System.Text;
using Nullius.State;

namespace Nullius.Identity.People;

/// <summary>Codes that people read and type: base 32 without letters that look like digits, in groups.</summary>
internal static class Codes
{
    private const string Alphabet = "abcdefghijkmnpqrstuvwxyz23456789";
    private const int MostTyped = 64;

    /// <summary>A code of <paramref name="characters"/> characters (five bits each) in groups of five.</summary>
    public static string New(RandomSource random, int characters)
    {
        Span<byte> bytes = stackalloc byte[characters];
        random.Fill(bytes);
        var text = new StringBuilder(characters + characters / 5);
        for (var i = 0; i < characters; i++)
        {
            if (i > 0 && i % 5 == 0)
                text.Append('-');
            text.Append(Alphabet[bytes[i] & 31]);
        }

        return text.ToString();
    }

    /// <summary>Without the spaces and hyphens with which it was shown, in lower case.</summary>
    public static string Normalise(string typed)
    {
        if (typed.Length > MostTyped)
            return "";
        return string.Concat(typed.Where(c => c is not ('-' or ' '))).ToLowerInvariant();
    }

    /// <summary>Keyed, so that a copy of the store does not allow guessing offline.</summary>
    public static string Hash(byte[] key, string scope, string normalised) =>
        Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{scope}\0{normalised}")));
}
