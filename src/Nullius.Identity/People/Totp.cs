using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Nullius.Identity.People;

/// <summary>Time-based one-time passwords: RFC 6238 with SHA-1, six digits, 30 s, as every authenticator app does it.</summary>
public static class Totp
{
    /// <summary>160 bits, as RFC 4226 recommends.</summary>
    public const int SeedBytes = 20;

    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int StepSeconds = 30;

    public static long StepAt(DateTimeOffset now) => now.ToUnixTimeSeconds() / StepSeconds;

    /// <summary>Six digits.</summary>
    public static string CodeAt(ReadOnlySpan<byte> seed, long step)
    {
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> mac = stackalloc byte[20];
        HMACSHA1.HashData(seed, counter, mac);
        var offset = mac[^1] & 0x0f;
        var number = BinaryPrimitives.ReadInt32BigEndian(mac[offset..]) & 0x7fffffff;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    /// <summary>The step of which <paramref name="code"/> is, one before to one after now, later than <paramref name="lastStep"/>; null when it is of none.</summary>
    public static long? Match(ReadOnlySpan<byte> seed, string code, DateTimeOffset now, long lastStep)
    {
        Span<byte> given = stackalloc byte[6];
        if (code.Length != 6 || !System.Text.Ascii.IsValid(code) || System.Text.Encoding.ASCII.GetBytes(code, given) != 6)
            return null;
        long? found = null;
        var middle = StepAt(now);
        Span<byte> expected = stackalloc byte[6];
        for (var step = middle - 1; step <= middle + 1; step++)
        {
            System.Text.Encoding.ASCII.GetBytes(CodeAt(seed, step), expected);
            if (CryptographicOperations.FixedTimeEquals(given, expected) && step > lastStep)
                found = step;
        }

        return found;
    }

    /// <summary>For typing into an app that cannot read the picture.</summary>
    public static string ToBase32(ReadOnlySpan<byte> bytes)
    {
        var text = new System.Text.StringBuilder((bytes.Length * 8 + 4) / 5);
        int buffer = 0, bits = 0;
        foreach (var value in bytes)
        {
            buffer = buffer << 8 | value;
            bits += 8;
            while (bits >= 5)
                text.Append(Base32[buffer >> (bits -= 5) & 31]);
            buffer &= (1 << bits) - 1;
        }

        return (bits > 0 ? text.Append(Base32[buffer << 5 - bits & 31]) : text).ToString();
    }
}
