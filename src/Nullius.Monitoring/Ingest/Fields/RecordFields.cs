using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Nullius.Monitoring.Ingest.Fields;

/// <summary>The wanted members of one record: spans of its bytes, and strings out of the reader's pool.</summary>
internal readonly ref struct RecordFields(ReadOnlySpan<byte> json, FieldSlot[] slots, TextPool pool)
{
    internal ReadOnlySpan<byte> Json { get; } = json;

    internal TextPool Pool { get; } = pool;

    private readonly FieldSlot[] _slots = slots;

    /// <summary>The value is there and not <c>null</c>.</summary>
    internal bool Has(int slot) => _slots[slot].Type is not (JsonTokenType.None or JsonTokenType.Null);

    internal JsonTokenType TypeOf(int slot) => _slots[slot].Type;

    /// <summary>The value's bytes as they stand, a string without its quotes.</summary>
    internal ReadOnlySpan<byte> Raw(int slot) => Has(slot) ? Json.Slice(_slots[slot].Start, _slots[slot].Length) : default;

    /// <summary>Where the value begins in the record.</summary>
    internal int Start(int slot) => _slots[slot].Start;

    internal bool Is(int slot, ReadOnlySpan<byte> value) => Raw(slot).SequenceEqual(value);

    internal bool IsTrue(int slot) => TypeOf(slot) == JsonTokenType.True || Is(slot, "true"u8);

    /// <summary>A string, number or truth value as text out of the pool; null when it is missing, empty, or an object or array.</summary>
    internal string? Text(int slot)
    {
        var type = TypeOf(slot);
        if (type is not (JsonTokenType.String or JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False))
            return null;
        var raw = Raw(slot);
        if (raw.IsEmpty)
            return null;
        return _slots[slot].Escaped ? Unescaped(raw) : Pool.Get(raw);
    }

    /// <summary>As <see cref="Text"/>, for what differs in each record: not pooled.</summary>
    internal string? Once(int slot) => TypeOf(slot) != JsonTokenType.String || Raw(slot).IsEmpty ? null
        : _slots[slot].Escaped ? Unescaped(Raw(slot)) : Encoding.UTF8.GetString(Raw(slot));

    /// <summary>An instant in ISO 8601; null when it is missing or malformed.</summary>
    internal DateTimeOffset? Instant(int slot) => InstantBytes.TryParse(Raw(slot), out var instant) ? instant : null;

    /// <summary>The strings of an array, or the one string; objects and numbers in it are left out.</summary>
    internal List<string> Texts(int slot)
    {
        var texts = new List<string>();
        if (TypeOf(slot) == JsonTokenType.String)
        {
            if (Text(slot) is { } only)
                texts.Add(only);
            return texts;
        }
        if (TypeOf(slot) != JsonTokenType.StartArray)
            return texts;
        var reader = new Utf8JsonReader(Raw(slot));
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.String)
                texts.Add(Pool.Get(reader.GetString()!));
            else
                reader.Skip();
        }
        return texts;
    }

    /// <summary>Undoes the escapes of a JSON string's bytes.</summary>
    internal static string Unescape(ReadOnlySpan<byte> raw)
    {
        var rented = ArrayPool<byte>.Shared.Rent(raw.Length + 2);
        try
        {
            rented[0] = (byte)'"';
            raw.CopyTo(rented.AsSpan(1));
            rented[raw.Length + 1] = (byte)'"';
            var reader = new Utf8JsonReader(rented.AsSpan(0, raw.Length + 2));
            reader.Read();
            return reader.GetString()!;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private string Unescaped(ReadOnlySpan<byte> raw) => Pool.Get(Unescape(raw));
}
