using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using Nullius.Audit.Chain;

namespace Nullius.Audit.Tips;

/// <summary>
/// Where the trail ends, written after every record: fixed size, authenticated under a key that is derived from the signing
/// key. Two of them alternate, so that a process killed inside one leaves the other.
/// </summary>
internal readonly record struct TipMark(long Sequence, Digest Last, int Segment, long Offset, UInt128 Boot, ulong KeyTag)
{
    public const int Bytes = 128;
    private const int SummedBytes = 88;
    private const int AuthenticatedBytes = 96;

    private static ReadOnlySpan<byte> Magic => "NULTIP1\n"u8;

    /// <summary>Writes the mark; the hash is keyed and left empty again.</summary>
    public void Write(Span<byte> destination, IncrementalHash mac)
    {
        var mark = destination[..Bytes];
        Magic.CopyTo(mark);
        BinaryPrimitives.WriteInt64BigEndian(mark[8..], Sequence);
        BinaryPrimitives.WriteInt64BigEndian(mark[16..], Offset);
        BinaryPrimitives.WriteInt64BigEndian(mark[24..], Segment);
        Last.CopyTo(mark[32..]);
        BinaryPrimitives.WriteUInt128BigEndian(mark[64..], Boot);
        BinaryPrimitives.WriteUInt64BigEndian(mark[80..], KeyTag);
        BinaryPrimitives.WriteUInt64BigEndian(mark[SummedBytes..], Sum(mark[..SummedBytes]));
        mac.AppendData(mark[..AuthenticatedBytes]);
        mac.GetHashAndReset(mark[AuthenticatedBytes..]);
    }

    /// <summary>Reads a mark; null when it is not whole.</summary>
    public static TipMark? TryRead(ReadOnlySpan<byte> mark)
    {
        if (mark.Length < Bytes || !mark.StartsWith(Magic) || BinaryPrimitives.ReadUInt64BigEndian(mark[SummedBytes..]) != Sum(mark[..SummedBytes]))
            return null;
        var segment = BinaryPrimitives.ReadInt64BigEndian(mark[24..]);
        return segment is < 1 or > int.MaxValue ? null : new TipMark(
            BinaryPrimitives.ReadInt64BigEndian(mark[8..]),
            Digest.Read(mark.Slice(32, Digest.Bytes)),
            (int)segment,
            BinaryPrimitives.ReadInt64BigEndian(mark[16..]),
            BinaryPrimitives.ReadUInt128BigEndian(mark[64..]),
            BinaryPrimitives.ReadUInt64BigEndian(mark[80..]));
    }

    /// <summary>Whether the mark was written with this key.</summary>
    public static bool IsAuthentic(ReadOnlySpan<byte> mark, ReadOnlySpan<byte> key)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, mark[..AuthenticatedBytes], mac);
        return CryptographicOperations.FixedTimeEquals(mac, mark.Slice(AuthenticatedBytes, mac.Length));
    }

    // Tells a torn mark from a whole one for a reader that has no key; it proves nothing.
    private static ulong Sum(ReadOnlySpan<byte> bytes)
    {
        var low = 0u;
        var high = 0x6e756c6cu;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            var word = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            low = BitOperations.Crc32C(low, word);
            high = BitOperations.Crc32C(high, BitOperations.RotateLeft(word, 29));
        }

        return ((ulong)high << 32) | low;
    }
}
