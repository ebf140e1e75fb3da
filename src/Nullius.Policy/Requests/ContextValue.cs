using System.Net;
using Nullius.Policy.Conditions;

namespace Nullius.Policy.Requests;

internal enum ContextValueKind : byte
{
    Text,
    Boolean,
    Number,
    Instant,
    Address,
    TextList,
    /// <summary>A part of a string: derived keys such as the principal's account.</summary>
    Slice,
    /// <summary>The role's ARN, given the ARN of one of its sessions.</summary>
    SessionRole,
}

/// <summary>One value of a condition key: a small union without boxing.</summary>
internal readonly struct ContextValue
{
    internal static readonly ContextValue AbsentValue;

    private const long V4 = 1L << 32;

    private ContextValue(Presence presence, ContextValueKind kind, long bits, object? reference)
    {
        Presence = presence;
        Kind = kind;
        Bits = bits;
        Reference = reference;
    }

    internal Presence Presence { get; }

    internal ContextValueKind Kind { get; }

    /// <summary>The boolean (0 or 1), the number, the instant's UTC ticks, or an IPv4 address with a bit that says so.</summary>
    internal long Bits { get; }

    /// <summary>Of an address.</summary>
    internal AddressValue Address => (Bits & V4) != 0 ? new AddressValue((uint)Bits, false) : AddressValue.Of((IPAddress)Reference!);

    /// <summary>The string, the list of strings, or the address.</summary>
    internal object? Reference { get; }

    /// <summary>What is present, as text.</summary>
    internal IReadOnlyList<string> Texts() => Kind switch
    {
        ContextValueKind.TextList => [.. (IReadOnlyList<string>)Reference!],
        ContextValueKind.Boolean => [Bits != 0 ? "true" : "false"],
        ContextValueKind.Number => [Bits.ToString(System.Globalization.CultureInfo.InvariantCulture)],
        ContextValueKind.Instant => [new DateTime(Bits, DateTimeKind.Utc).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture)],
        ContextValueKind.Slice => [((string)Reference!).Substring((int)(Bits >> 32), (int)(Bits & uint.MaxValue))],
        ContextValueKind.Text or ContextValueKind.Address or ContextValueKind.SessionRole => [Reference!.ToString() ?? ""],
    };

    internal static ContextValue Unknown => new(Presence.Unknown, default, 0, null);

    internal static ContextValue Of(string value) => new(Presence.Present, ContextValueKind.Text, 0, value);

    internal static ContextValue Of(bool value) => new(Presence.Present, ContextValueKind.Boolean, value ? 1 : 0, null);

    internal static ContextValue Of(long value) => new(Presence.Present, ContextValueKind.Number, value, null);

    internal static ContextValue Of(DateTimeOffset value) => new(Presence.Present, ContextValueKind.Instant, value.UtcTicks, null);

    internal static ContextValue Of(IPAddress value)
    {
        var address = AddressValue.Of(value);
        return new(Presence.Present, ContextValueKind.Address, address.IsV6 ? 0 : V4 | (long)(uint)address.Bits, value);
    }

    internal static ContextValue OfSlice(string whole, int start, int length) =>
        new(Presence.Present, ContextValueKind.Slice, ((long)start << 32) | (uint)length, whole);

    internal static ContextValue OfSessionRole(string session) => new(Presence.Present, ContextValueKind.SessionRole, 0, session);

    internal static ContextValue Of(IReadOnlyList<string> values) => new(Presence.Present, ContextValueKind.TextList, 0, values);
}
