using System.Buffers;
using System.Text;

namespace Nullius.Cli.Simulate;

/// <summary>Turns a stream into UTF-8: passes UTF-8 through without its mark, converts UTF-16 that has one.</summary>
internal sealed class TextDecoding
{
    internal delegate void Sink(ReadOnlySpan<byte> utf8);

    private readonly Decoder? _decoder;
    private int _skip;
    private bool _invalid;

    private TextDecoding(Encoding? encoding, int skip)
    {
        _decoder = encoding?.GetDecoder();
        _skip = skip;
    }

    /// <param name="start">The first bytes: two or three, or all there are.</param>
    internal static TextDecoding Of(ReadOnlySpan<byte> start) => start switch
    {
        [0xFF, 0xFE, ..] => new TextDecoding(new UnicodeEncoding(bigEndian: false, byteOrderMark: true, throwOnInvalidBytes: true), 2),
        [0xFE, 0xFF, ..] => new TextDecoding(new UnicodeEncoding(bigEndian: true, byteOrderMark: true, throwOnInvalidBytes: true), 2),
        [0xEF, 0xBB, 0xBF, ..] => new TextDecoding(null, 3),
        _ => new TextDecoding(null, 0),
    };

    /// <summary>False when the text is not valid UTF-16; what came before it was passed on.</summary>
    internal bool TryDecode(ReadOnlySpan<byte> bytes, Sink sink)
    {
        bytes = bytes[_skip..];
        _skip = 0;
        if (_decoder is null)
        {
            sink(bytes);
            return true;
        }
        var chars = ArrayPool<char>.Shared.Rent(bytes.Length + 2);
        var utf8 = ArrayPool<byte>.Shared.Rent((bytes.Length + 2) * 3);
        try
        {
            var count = _decoder.GetChars(bytes, chars, flush: false);
            sink(utf8.AsSpan(0, Encoding.UTF8.GetBytes(chars.AsSpan(0, count), utf8)));
            return true;
        }
        catch (DecoderFallbackException)
        {
            _invalid = true;
            return false;
        }
        finally
        {
            ArrayPool<char>.Shared.Return(chars);
            ArrayPool<byte>.Shared.Return(utf8);
        }
    }

    /// <summary>False when the text was not valid, or ends in the middle of a character.</summary>
    internal bool TryComplete()
    {
        if (_invalid || _decoder is null)
            return !_invalid;
        try
        {
            return _decoder.GetCharCount([], flush: true) == 0;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
