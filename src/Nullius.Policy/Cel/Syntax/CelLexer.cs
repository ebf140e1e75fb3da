using System.Globalization;
using Nullius.Policy.Cel.Values;

namespace Nullius.Policy.Cel.Syntax;

/// <summary>Tokens of the specification's grammar.</summary>
internal sealed class CelLexer(string text)
{
    private static readonly string[] s_operators =
        ["==", "!=", "<=", ">=", "&&", "||", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ".", ",", "(", ")", "[", "]", "{", "}"];

    /// <summary>2⁶³: valid only behind a minus sign.</summary>
    internal const ulong MinMagnitude = 9_223_372_036_854_775_808;

    private int _at;

    internal CelToken Next()
    {
        SkipSpace();
        var start = _at;
        if (start >= text.Length)
            return new CelToken(CelTokenKind.End, start, "", default);
        var c = text[start];
        if (TryString(out var literal))
            return new CelToken(CelTokenKind.Literal, start, "", literal);
        if (char.IsAsciiLetter(c) || c == '_')
            return Word();
        if (char.IsAsciiDigit(c) || (c == '.' && start + 1 < text.Length && char.IsAsciiDigit(text[start + 1])))
            return Number();
        if (c == '`')
            return Quoted();
        foreach (var op in s_operators)
        {
            if (string.CompareOrdinal(text, start, op, 0, op.Length) == 0)
            {
                _at += op.Length;
                return new CelToken(CelTokenKind.Operator, start, op, default);
            }
        }
        throw new CelSyntaxException("syntax", $"`{PolicyDiagnostic.Quote(c.ToString())}` begins no token", start);
    }

    private void SkipSpace()
    {
        while (_at < text.Length)
        {
            if (text[_at] is ' ' or '\t' or '\n' or '\r' or '\f')
            {
                _at++;
            }
            else if (text[_at] == '/' && _at + 1 < text.Length && text[_at + 1] == '/')
            {
                while (_at < text.Length && text[_at] is not '\n')
                    _at++;
            }
            else
            {
                return;
            }
        }
    }

    private CelToken Word()
    {
        var start = _at;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '_'))
            _at++;
        var word = text[start.._at];
        return word switch
        {
            "true" => new CelToken(CelTokenKind.Literal, start, word, CelValue.True),
            "false" => new CelToken(CelTokenKind.Literal, start, word, CelValue.False),
            "null" => new CelToken(CelTokenKind.Literal, start, word, CelValue.Null),
            "in" => new CelToken(CelTokenKind.Operator, start, word, default),
            _ => new CelToken(CelTokenKind.Identifier, start, word, default),
        };
    }

    private CelToken Quoted()
    {
        var start = _at++;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '_' or '.' or '-' or '/' or ' '))
            _at++;
        if (_at >= text.Length || text[_at] != '`' || _at == start + 1)
            throw new CelSyntaxException("syntax", "a name in backquotes has letters, digits, `_`, `.`, `-`, `/` and spaces, and ends with a backquote", start);
        _at++;
        return new CelToken(CelTokenKind.QuotedIdentifier, start, text[(start + 1)..(_at - 1)], default);
    }

    private CelToken Number()
    {
        var start = _at;
        if (text[start] == '0' && start + 1 < text.Length && text[start + 1] is 'x' or 'X')
            return Hexadecimal();
        Digits();
        var isDouble = false;
        if (_at + 1 < text.Length && text[_at] == '.' && char.IsAsciiDigit(text[_at + 1]))
        {
            isDouble = true;
            _at++;
            Digits();
        }
        isDouble |= TryExponent();
        var digits = text.AsSpan(start, _at - start);
        if (isDouble)
        {
            var number = double.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture);
            return double.IsFinite(number) ? Literal(start, CelValue.Of(number)) : throw OutOfRange(start);
        }
        if (!ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            throw OutOfRange(start);
        return Integer(start, value);
    }

    private CelToken Hexadecimal()
    {
        var start = _at;
        _at += 2;
        while (_at < text.Length && char.IsAsciiHexDigit(text[_at]))
            _at++;
        if (!ulong.TryParse(text.AsSpan(start + 2, _at - start - 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            throw OutOfRange(start);
        return Integer(start, value);
    }

    private CelToken Integer(int start, ulong value)
    {
        if (_at < text.Length && text[_at] is 'u' or 'U')
        {
            _at++;
            return Literal(start, CelValue.Of(value));
        }
        if (value > MinMagnitude)
            throw OutOfRange(start);
        // The text tells the parser that this is no unsigned literal.
        return value == MinMagnitude ? new CelToken(CelTokenKind.Literal, start, "2^63", CelValue.Of(value)) : Literal(start, CelValue.Of((long)value));
    }

    private CelToken Literal(int start, CelValue value)
    {
        if (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '_'))
            throw new CelSyntaxException("syntax", "a number runs into a name, expected a space or an operator between them", start);
        return new CelToken(CelTokenKind.Literal, start, "", value);
    }

    private static CelSyntaxException OutOfRange(int start) => new("range", "the number is out of range, expected 64 bits", start);

    private void Digits()
    {
        while (_at < text.Length && char.IsAsciiDigit(text[_at]))
            _at++;
    }

    private bool TryExponent()
    {
        if (_at >= text.Length || text[_at] is not ('e' or 'E'))
            return false;
        var digits = _at + 1 < text.Length && text[_at + 1] is '+' or '-' ? _at + 2 : _at + 1;
        if (digits >= text.Length || !char.IsAsciiDigit(text[digits]))
            return false;
        _at = digits;
        Digits();
        return true;
    }

    private bool TryString(out CelValue value)
    {
        value = default;
        int at = _at;
        bool raw = false, bytes = false;
        while (at < text.Length && at - _at < 2 && text[at] is 'r' or 'R' or 'b' or 'B')
        {
            ref var flag = ref text[at] is 'r' or 'R' ? ref raw : ref bytes;
            if (flag)
                return false;
            flag = true;
            at++;
        }
        if (at >= text.Length || text[at] is not ('"' or '\''))
            return false;
        var literal = new CelStringLiteral(text, _at, at, raw, bytes);
        value = literal.Read();
        _at = literal.End;
        return true;
    }
}
