using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Nullius.Gateway.Snapshot;

/// <summary>A SHA-256 value as a key of a table.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct Hash256(ulong A, ulong B, ulong C, ulong D)
{
    public static Hash256 Read(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<Hash256>(bytes[..SHA256.HashSizeInBytes]);

    /// <summary>The hash of a secret: over its ASCII characters, as the session store keeps it.</summary>
    public static Hash256 OfSecret(ReadOnlySpan<char> secret)
    {
        Span<byte> ascii = stackalloc byte[128];
        if (secret.Length > ascii.Length)
            return default;
        for (var i = 0; i < secret.Length; i++)
            ascii[i] = (byte)secret[i];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(ascii[..secret.Length], hash);
        return Read(hash);
    }

    /// <summary>Reads base64url; null when it is not 32 bytes of it.</summary>
    public static Hash256? FromBase64Url(string text)
    {
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        return Base64Url.IsValid(text, out var length) && length == bytes.Length && Base64Url.TryDecodeFromChars(text, bytes, out _) ? Read(bytes) : null;
    }

    /// <summary>Reads hexadecimal in any case; null when it is not 32 bytes of it.</summary>
    public static Hash256? FromHex(string text)
    {
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        return text.Length == 64 && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done ? Read(bytes) : null;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{A:x16}…");
}
