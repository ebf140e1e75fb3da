using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Nullius.Audit.Chain;

/// <summary>A SHA-256 value, held without a heap object.</summary>
internal readonly record struct Digest(ulong A, ulong B, ulong C, ulong D)
{
    public const int Bytes = 32;

    /// <summary>Length in base64url without padding.</summary>
    public const int Characters = 43;

    public static Digest Of(ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[Bytes];
        SHA256.HashData(data, hash);
        return Read(hash);
    }

    /// <summary>What the first line of a node's chain points at: it binds the chain to the node.</summary>
    public static Digest Genesis(string node) => Of(Encoding.UTF8.GetBytes("nullius-audit-1\n" + node));

    public static bool TryParse(ReadOnlySpan<byte> base64Url, out Digest digest)
    {
        Span<byte> hash = stackalloc byte[Bytes];
        digest = default;
        if (base64Url.Length != Characters || !Base64Url.IsValid(base64Url, out var length) || length != Bytes)
            return false;
        Base64Url.DecodeFromUtf8(base64Url, hash);
        digest = Read(hash);
        return true;
    }

    public void Format(Span<byte> base64Url)
    {
        Span<byte> hash = stackalloc byte[Bytes];
        CopyTo(hash);
        Base64Url.EncodeToUtf8(hash, base64Url);
    }

    /// <summary>Writes the 32 bytes of the value.</summary>
    public void CopyTo(Span<byte> hash)
    {
        BinaryPrimitives.WriteUInt64BigEndian(hash, A);
        BinaryPrimitives.WriteUInt64BigEndian(hash[8..], B);
        BinaryPrimitives.WriteUInt64BigEndian(hash[16..], C);
        BinaryPrimitives.WriteUInt64BigEndian(hash[24..], D);
    }

    public override string ToString()
    {
        Span<byte> text = stackalloc byte[Characters];
        Format(text);
        return Encoding.ASCII.GetString(text);
    }

    /// <summary>The value of 32 bytes.</summary>
    public static Digest Read(ReadOnlySpan<byte> hash) => new(
        BinaryPrimitives.ReadUInt64BigEndian(hash),
        BinaryPrimitives.ReadUInt64BigEndian(hash[8..]),
        BinaryPrimitives.ReadUInt64BigEndian(hash[16..]),
        BinaryPrimitives.ReadUInt64BigEndian(hash[24..]));
}
