using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Nullius.Gateway.Recording;

/// <summary>
/// A JSON record put together on the hot path: fixed parts as they are, values escaped as <see cref="Utf8JsonWriter"/> does it.
/// Allocates nothing for values that need no escape. INVARIANT: whoever writes the fixed parts sees to commas and braces.
/// </summary>
internal sealed class RecordText
{
    // What the runtime's own writer leaves as it is: everything else goes through it.
    private static readonly SearchValues<char> Plain = SearchValues.Create(" !#$%()*,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_abcdefghijklmnopqrstuvwxyz{|}~");

    [ThreadStatic]
    private static RecordText? s_ofThread;

    private byte[] _bytes = new byte[2048];
    private int _length;

    /// <summary>An empty one, of the thread: used up without an await between.</summary>
    public static RecordText Begin()
    {
        var text = s_ofThread ??= new RecordText();
        text._length = 0;
        return text;
    }

    /// <summary>What was written since <see cref="Begin"/>.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    /// <summary>Bytes of JSON.</summary>
    public RecordText Raw(ReadOnlySpan<byte> json)
    {
        json.CopyTo(Room(json.Length));
        _length += json.Length;
        return this;
    }

    /// <summary>A string value; <c>null</c> for none.</summary>
    public RecordText Text(string? value) => value is null ? Raw("null"u8) : Text(value.AsSpan());

    public RecordText Text(ReadOnlySpan<char> value)
    {
        if (value.ContainsAnyExcept(Plain))
            return Raw("\""u8).Raw(Encoding.UTF8.GetBytes(JavaScriptEncoder.Default.Encode(value.ToString()))).Raw("\""u8);
        var room = Room(value.Length + 2);
        room[0] = (byte)'"';
        Ascii.FromUtf16(value, room[1..], out _);
        room[value.Length + 1] = (byte)'"';
        _length += value.Length + 2;
        return this;
    }

    public RecordText Number(long value)
    {
        Utf8Formatter.TryFormat(value, Room(20), out var digits);
        _length += digits;
        return this;
    }

    public RecordText Flag(bool value) => Raw(value ? "true"u8 : "false"u8);

    /// <summary>An instant as ISO 8601 text.</summary>
    public RecordText Instant(DateTimeOffset value)
    {
        var room = Room(64);
        room[0] = (byte)'"';
        Utf8Formatter.TryFormat(value, room[1..], out var characters, new StandardFormat('O'));
        room[characters + 1] = (byte)'"';
        _length += characters + 2;
        return this;
    }

    private Span<byte> Room(int more)
    {
        if (_bytes.Length - _length < more)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + more));
        return _bytes.AsSpan(_length);
    }
}
