using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Nullius.Audit.Chain;

/// <summary>A SHA-256 value, held without a heap object.</summary>
internal readonly record struct Digest(ulong A, ulong B, ulong C, ulong D)
{
    public const int Bytes = 32;

    // Kept: one object of the library's for each hash would cost a third of what the hash does.
    [ThreadStatic]
    private static IncrementalHash? t_sha;

    /// <summary>Length in base64url without padding.</summary>
    public const int Characters = 43;

    public static Digest Of(ReadOnlySpan<byte> data)
    {
        var sha = t_sha ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(data);
        return Result(sha);
    }

    /// <summary>What a line of the trail is known by, to the line after it and to the tree: the leaf of RFC 9162, <c>SHA-256(0x00 ‖ line)</c>.</summary>
    public static Digest OfLine(ReadOnlySpan<byte> line)
    {
        var sha = t_sha ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(LeafMark);
        sha.AppendData(line);
        return Result(sha);
    }

    /// <summary>As <see cref="OfLine"/>, of a line that stands after a byte which may be written over for the time being: one call of the library less.</summary>
    public static Digest OfLineAfter(Span<byte> marked)
    {
        var before = marked[0];
        LeafMark.CopyTo(marked);
        var digest = Of(marked);
        marked[0] = before;
        return digest;
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

    // Keeps the hash of a line and that of a node apart.
    private static ReadOnlySpan<byte> LeafMark => [0];

    private static Digest Result(IncrementalHash sha)
    {
        Span<byte> hash = stackalloc byte[Bytes];
        sha.GetHashAndReset(hash);
        return Read(hash);
    }

    /// <summary>The value of 32 bytes.</summary>
    public static Digest Read(ReadOnlySpan<byte> hash) => new(
        BinaryPrimitives.ReadUInt64BigEndian(hash),
        BinaryPrimitives.ReadUInt64BigEndian(hash[8..]),
        BinaryPrimitives.ReadUInt64BigEndian(hash[16..]),
        BinaryPrimitives.ReadUInt64BigEndian(hash[24..]));
}
