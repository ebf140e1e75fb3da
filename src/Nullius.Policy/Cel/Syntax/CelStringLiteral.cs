using System.Globalization;
using System.Text;
using Nullius.Policy.Cel.Values;

namespace Nullius.Policy.Cel.Syntax;

/// <summary>One string or bytes literal: quotes single or triple, raw or with escapes.</summary>
internal sealed class CelStringLiteral
{
    private readonly string _text;
    private readonly int _start;
    private readonly bool _raw;
    private readonly bool _bytes;
    private readonly char _quote;
    private readonly bool _triple;
    private readonly StringBuilder _chars = new();
    private readonly List<byte> _octets = [];
    private int _at;

    internal CelStringLiteral(string text, int start, int quote, bool raw, bool bytes)
    {
        _text = text;
        _start = start;
        _raw = raw;
        _bytes = bytes;
        _quote = text[quote];
        _triple = quote + 2 < text.Length && text[quote + 1] == _quote && text[quote + 2] == _quote;
        _at = quote + (_triple ? 3 : 1);
    }

    internal int End => _at;

    internal CelValue Read()
    {
        while (!AtClosing())
        {
            if (_at >= _text.Length || (!_triple && _text[_at] is '\n' or '\r'))
                throw new CelSyntaxException("syntax", "the string does not end, expected a closing quote", _start);
            if (_text[_at] == '\\' && !_raw)
                Escape();
            else
                Plain();
        }
        _at += _triple ? 3 : 1;
        return _bytes ? CelValue.Of(_octets.ToArray()) : CelValue.Of(_chars.ToString());
    }

    private bool AtClosing()
    {
        if (_at >= _text.Length || _text[_at] != _quote)
            return false;
        return !_triple || (_at + 2 < _text.Length && _text[_at + 1] == _quote && _text[_at + 2] == _quote);
    }

    private void Plain()
    {
        if (!Rune.TryGetRuneAt(_text, _at, out var rune))
            throw new CelSyntaxException("syntax", "the string has half a surrogate pair", _at);
        _at += rune.Utf16SequenceLength;
        Append(rune);
    }

    private void Append(Rune rune)
    {
        if (!_bytes)
        {
            _chars.Append(rune.ToString());
            return;
        }
        Span<byte> utf8 = stackalloc byte[4];
        _octets.AddRange(utf8[..rune.EncodeToUtf8(utf8)]);
    }

    private void Escape()
    {
        var at = _at;
        var c = at + 1 < _text.Length ? _text[at + 1] : '\0';
        _at += 2;
        if (Simple(c) is { } simple)
            Append(new Rune(simple));
        else if (c is 'x' or 'X')
            Code(at, Digits(at, 2, NumberStyles.AllowHexSpecifier), 255);
        else if (c is >= '0' and <= '3')
            Octal(at);
        else if (c is 'u' or 'U' && !_bytes)
            Code(at, Digits(at, c == 'u' ? 4 : 8, NumberStyles.AllowHexSpecifier), 0x10FFFF);
        else
            throw Bad(at);
    }

    private static char? Simple(char c) => c switch
    {
        'a' => '\a',
        'b' => '\b',
        'f' => '\f',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\v',
        '\\' or '?' or '"' or '\'' or '`' => c,
        _ => null,
    };

    private long Digits(int at, int count, NumberStyles style)
    {
        if (_at + count > _text.Length || !long.TryParse(_text.AsSpan(_at, count), style, CultureInfo.InvariantCulture, out var value))
            throw Bad(at);
        _at += count;
        return value;
    }

    private void Octal(int at)
    {
        var value = 0;
        for (_at = at + 1; _at < at + 4; _at++)
        {
            if (_at >= _text.Length || _text[_at] is < '0' or > '7')
                throw Bad(at);
            value = (value * 8) + (_text[_at] - '0');
        }
        Code(at, value, 255);
    }

    /// <summary>In a string a code point, in bytes one octet.</summary>
    private void Code(int at, long value, long limit)
    {
        if (value > limit)
            throw Bad(at);
        if (_bytes)
            _octets.Add((byte)value);
        else if (Rune.IsValid((int)value))
            Append(new Rune((int)value));
        else
            throw Bad(at);
    }

    private static CelSyntaxException Bad(int at) =>
        new("syntax", "unknown escape, expected \\n and its like, \\xHH, \\uHHHH, \\UHHHHHHHH or three octal digits (no \\u or \\U in bytes)", at);
}
