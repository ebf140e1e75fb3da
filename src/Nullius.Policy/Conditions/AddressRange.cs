using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Nullius.Policy.Conditions;

/// <summary>An IPv4 or IPv6 address as a number; an IPv4-mapped IPv6 address is its IPv4 address.</summary>
internal readonly record struct AddressValue(UInt128 Bits, bool IsV6)
{
    internal static AddressValue Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return new AddressValue(BinaryPrimitives.ReadUInt32BigEndian(bytes), false);
        return Normalise(BinaryPrimitives.ReadUInt128BigEndian(bytes));
    }

    private static AddressValue Normalise(UInt128 bits) =>
        bits >> 32 == 0xFFFF ? new AddressValue((uint)bits, false) : new AddressValue(bits, true);

    /// <summary>Strict: dotted quads of four decimal parts without leading zeros, or RFC 4291 text without a zone.</summary>
    internal static bool TryParse(ReadOnlySpan<char> text, out AddressValue value)
    {
        value = default;
        if (text.IndexOf(':') < 0)
        {
            if (!TryParseV4(text, out var v4))
                return false;
            value = new AddressValue(v4, false);
            return true;
        }
        if (!TryParseV6(text, out var v6))
            return false;
        value = Normalise(v6);
        return true;
    }

    private static bool TryParseV4(ReadOnlySpan<char> text, out uint bits)
    {
        bits = 0;
        var parts = 0;
        foreach (var range in text.Split('.'))
        {
            var part = text[range];
            if (++parts > 4 || part.Length is 0 or > 3 || (part.Length > 1 && part[0] == '0'))
                return false;
            if (!byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var octet))
                return false;
            bits = (bits << 8) | octet;
        }
        return parts == 4;
    }

    private static bool TryParseV6(ReadOnlySpan<char> text, out UInt128 bits)
    {
        bits = 0;
        var gap = text.IndexOf("::", StringComparison.Ordinal);
        if (gap < 0)
            return TryParseGroups(text, out bits, out var all) && all == 8;
        var tail = text[(gap + 2)..];
        if (tail.IndexOf("::", StringComparison.Ordinal) >= 0)
            return false;
        if (!TryParseGroups(text[..gap], out var high, out var before) || !TryParseGroups(tail, out var low, out var after) || before + after > 7)
            return false;
        bits = before == 0 ? low : (high << (16 * (8 - before))) | low;
        return true;
    }

    private static bool TryParseGroups(ReadOnlySpan<char> text, out UInt128 bits, out int groups)
    {
        bits = 0;
        groups = 0;
        if (text.IsEmpty)
            return true;
        foreach (var range in text.Split(':'))
        {
            var part = text[range];
            if (part.IndexOf('.') >= 0)
            {
                if (range.End.GetOffset(text.Length) != text.Length || groups > 6 || !TryParseV4(part, out var v4))
                    return false;
                bits = (bits << 32) | v4;
                groups += 2;
                return true;
            }
            if (++groups > 8 || part.Length is 0 or > 4 || !ushort.TryParse(part, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var group))
                return false;
            bits = (bits << 16) | group;
        }
        return true;
    }
}

/// <summary>A CIDR range; a bare address is a range of one.</summary>
internal readonly record struct AddressRange(AddressValue Network, int Prefix)
{
    internal bool Contains(AddressValue address)
    {
        if (address.IsV6 != Network.IsV6)
            return false;
        if (Prefix == 0)
            return true;
        return Network.IsV6
            ? address.Bits >> (128 - Prefix) == Network.Bits >> (128 - Prefix)
            : ((uint)address.Bits ^ (uint)Network.Bits) >> (32 - Prefix) == 0;
    }

    internal static bool TryParse(ReadOnlySpan<char> text, out AddressRange range)
    {
        range = default;
        var slash = text.IndexOf('/');
        var addressText = slash < 0 ? text : text[..slash];
        if (!AddressValue.TryParse(addressText, out var network))
            return false;
        var width = network.IsV6 ? 128 : 32;
        var prefix = width;
        if (slash >= 0 && (!int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out prefix) || text.Length - slash > 4))
            return false;
        // A mapped IPv6 network written with an IPv6 prefix length counts its last 32 bits.
        if (!network.IsV6 && addressText.IndexOf(':') >= 0 && slash >= 0)
            prefix -= 96;
        if (prefix < 0 || prefix > width)
            return false;
        range = new AddressRange(network, prefix);
        return true;
    }
}
