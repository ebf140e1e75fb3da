using System.Text;

namespace Nullius.Policy.Cel.Patterns;

/// <summary>A bracketed class: ranges, escapes, POSIX names.</summary>
internal sealed class PatternClass(string text, int start, bool folds)
{
    private int _at = start;
    private readonly CharacterSet _set = new() { Folds = folds };

    /// <summary>Begins behind the opening bracket; <paramref name="end"/> is behind the closing one.</summary>
    internal CharacterSet Parse(out int end)
    {
        if (_at < text.Length && text[_at] == '^')
        {
            _set.IsNegated = true;
            _at++;
        }
        var first = true;
        while (_at < text.Length && (first || text[_at] != ']'))
        {
            first = false;
            if (!TryPosix() && !TryEscapedClass())
                Range();
        }
        if (_at >= text.Length)
            throw new PatternException("a class is not closed, expected `]`");
        end = _at + 1;
        return _set;
    }

    private bool TryEscapedClass()
    {
        if (text[_at] != '\\' || _at + 1 >= text.Length)
            return false;
        var at = _at + 1;
        if (!PatternParser.TryClass(text, ref at, _set))
            return false;
        _at = at;
        return true;
    }

    private void Range()
    {
        var low = Character();
        var high = low;
        if (_at + 1 < text.Length && text[_at] == '-' && text[_at + 1] != ']')
        {
            _at++;
            high = Character();
        }
        if (high < low)
            throw new PatternException("a range in a class ends before it begins");
        _set.Add(low, high);
    }

    private int Character()
    {
        if (text[_at] == '\\')
        {
            if (++_at >= text.Length)
                throw new PatternException("the pattern ends with a backslash");
            return PatternParser.EscapedCharacter(text, ref _at);
        }
        if (!Rune.TryGetRuneAt(text, _at, out var rune))
            throw new PatternException("the pattern has half a surrogate pair");
        _at += rune.Utf16SequenceLength;
        return rune.Value;
    }

    private bool TryPosix()
    {
        if (!text.AsSpan(_at).StartsWith("[:", StringComparison.Ordinal))
            return false;
        var close = text.IndexOf(":]", _at, StringComparison.Ordinal);
        if (close < 0)
            return false;
        var name = text[(_at + 2)..close];
        var negated = name.StartsWith('^');
        _set.AddRanges(Posix(negated ? name[1..] : name), negated);
        _at = close + 2;
        return true;
    }

    private static int[] Posix(string name) => name switch
    {
        "alnum" => ['0', '9', 'A', 'Z', 'a', 'z'],
        "alpha" => ['A', 'Z', 'a', 'z'],
        "ascii" => [0, 127],
        "blank" => ['\t', '\t', ' ', ' '],
        "cntrl" => [0, 31, 127, 127],
        "digit" => ['0', '9'],
        "graph" => ['!', '~'],
        "lower" => ['a', 'z'],
        "print" => [' ', '~'],
        "punct" => ['!', '/', ':', '@', '[', '`', '{', '~'],
        "space" => ['\t', '\r', ' ', ' '],
        "upper" => ['A', 'Z'],
        "word" => ['0', '9', 'A', 'Z', '_', '_', 'a', 'z'],
        "xdigit" => ['0', '9', 'A', 'F', 'a', 'f'],
        _ => throw new PatternException($"`{PolicyDiagnostic.Quote(name)}` is no POSIX class"),
    };
}
