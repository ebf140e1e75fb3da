using System.Globalization;
using System.Text;

namespace Nullius.Policy.Cel.Patterns;

/// <summary>RE2's syntax. What RE2 does not have (look-around, back-references, possessive repetition) is an error.</summary>
internal sealed class PatternParser(string text)
{
    private const int MaxNesting = 100;
    private const int MaxRepeat = 1000;

    private static readonly int[] s_digits = ['0', '9'];
    private static readonly int[] s_spaces = ['\t', '\n', '\f', '\r', ' ', ' '];
    private static readonly int[] s_words = ['0', '9', 'A', 'Z', '_', '_', 'a', 'z'];

    private int _at;
    private int _nesting;
    private bool _folds;
    private bool _multiLine;
    private bool _dotAll;

    internal static PatternNode Parse(string text)
    {
        var parser = new PatternParser(text);
        var node = parser.Choice();
        return parser._at == text.Length ? node : throw new PatternException("unexpected `)` in the pattern");
    }

    private bool More => _at < text.Length;

    private PatternNode Choice()
    {
        if (++_nesting > MaxNesting)
            throw new PatternException($"the pattern nests deeper than {MaxNesting} groups");
        List<PatternNode> options = [Sequence()];
        while (More && text[_at] == '|')
        {
            _at++;
            options.Add(Sequence());
        }
        _nesting--;
        return options.Count == 1 ? options[0] : new ChoicePattern(options);
    }

    private PatternNode Sequence()
    {
        var parts = new List<PatternNode>();
        while (More && text[_at] is not ('|' or ')'))
        {
            if (text[_at..].StartsWith("\\Q", StringComparison.Ordinal))
                Quoted(parts);
            else if (Atom() is { } atom)
                parts.Add(Repeated(atom));
        }
        return parts.Count == 1 ? parts[0] : new SequencePattern(parts);
    }

    private void Quoted(List<PatternNode> parts)
    {
        var end = text.IndexOf("\\E", _at + 2, StringComparison.Ordinal);
        var stop = end < 0 ? text.Length : end;
        for (_at += 2; _at < stop;)
            parts.Add(Single(Take()));
        _at = end < 0 ? stop : stop + 2;
    }

    private PatternNode Repeated(PatternNode atom)
    {
        var node = atom;
        if (TryRepeat(out var min, out var max))
        {
            node = new RepeatPattern(node, min, max);
            // Lazy or greedy: whether there is a match does not depend on it.
            if (More && text[_at] == '?')
                _at++;
            if (TryRepeat(out _, out _))
                throw new PatternException("a repetition operator follows another one, which RE2 refuses");
        }
        return node;
    }

    private bool TryRepeat(out int min, out int max)
    {
        min = 0;
        max = -1;
        if (!More)
            return false;
        switch (text[_at])
        {
            case '*':
                break;
            case '+':
                min = 1;
                break;
            case '?':
                max = 1;
                break;
            case '{':
                return TryCounted(out min, out max);
            default:
                return false;
        }
        _at++;
        return true;
    }

    /// <summary><c>{n}</c>, <c>{n,}</c> or <c>{n,m}</c>; any other brace is a character.</summary>
    private bool TryCounted(out int min, out int max)
    {
        min = 0;
        max = 0;
        var close = text.IndexOf('}', _at);
        if (close < 0)
            return false;
        var inner = text.AsSpan(_at + 1, close - _at - 1);
        var comma = inner.IndexOf(',');
        var low = comma < 0 ? inner : inner[..comma];
        var high = comma < 0 ? inner : inner[(comma + 1)..];
        if (!TryCount(low, out min))
            return false;
        if (comma >= 0 && high.IsEmpty)
            max = -1;
        else if (!TryCount(high, out max))
            return false;
        if (min > MaxRepeat || max > MaxRepeat || (max >= 0 && max < min))
            throw new PatternException($"a repetition is counted from 0 to at most {MaxRepeat}, the lower number first");
        _at = close + 1;
        return true;
    }

    private static bool TryCount(ReadOnlySpan<char> digits, out int count)
    {
        count = 0;
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9'))
            return false;
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out count))
            count = int.MaxValue;
        return true;
    }

    private PatternNode? Atom()
    {
        var rune = Take();
        switch (rune.Value)
        {
            case '(':
                return Group();
            case '[':
                return new SetPattern(new PatternClass(text, _at, _folds).Parse(out _at));
            case '.':
                var any = new CharacterSet { IsNegated = true };
                if (!_dotAll)
                    any.Add('\n', '\n');
                return new SetPattern(any);
            case '^':
                return new AssertPattern(_multiLine ? PatternAssertion.LineStart : PatternAssertion.TextStart);
            case '$':
                return new AssertPattern(_multiLine ? PatternAssertion.LineEnd : PatternAssertion.TextEnd);
            case '\\':
                return Escape();
            case '*' or '+' or '?':
                throw new PatternException($"nothing to repeat before `{rune}`");
            default:
                return Single(rune);
        }
    }

    private SetPattern Single(Rune rune)
    {
        var set = new CharacterSet { Folds = _folds };
        set.Add(rune.Value, rune.Value);
        return new SetPattern(set);
    }

    /// <summary>A group; null for flags that hold for the rest of the enclosing group.</summary>
    private PatternNode? Group()
    {
        var (folds, multiLine, dotAll) = (_folds, _multiLine, _dotAll);
        if (More && text[_at] == '?')
        {
            _at++;
            if (TryName())
                return Close(Choice(), folds, multiLine, dotAll);
            if (!Flags())
                return null;
        }
        return Close(Choice(), folds, multiLine, dotAll);
    }

    private PatternNode Close(PatternNode inner, bool folds, bool multiLine, bool dotAll)
    {
        if (!More || text[_at] != ')')
            throw new PatternException("a group is not closed, expected `)`");
        _at++;
        (_folds, _multiLine, _dotAll) = (folds, multiLine, dotAll);
        return inner;
    }

    private bool TryName()
    {
        var rest = text.AsSpan(_at);
        var open = rest.StartsWith("P<", StringComparison.Ordinal) ? 2 : rest.StartsWith("<", StringComparison.Ordinal) ? 1 : 0;
        if (open == 0)
            return false;
        if (rest.Length > open && rest[open] is '=' or '!')
            throw new PatternException("RE2 has no look-behind");
        var close = rest.IndexOf('>');
        if (close <= open || rest[open..close].ContainsAnyExcept(s_nameCharacters))
            throw new PatternException("a group's name has letters, digits and `_`, and ends with `>`");
        _at += close + 1;
        return true;
    }

    private static readonly System.Buffers.SearchValues<char> s_nameCharacters =
        System.Buffers.SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz");

    /// <summary>True when a group follows (<c>(?i:</c>), false when the flags stand alone (<c>(?i)</c>).</summary>
    private bool Flags()
    {
        var value = true;
        while (More)
        {
            switch (text[_at++])
            {
                case 'i':
                    _folds = value;
                    break;
                case 'm':
                    _multiLine = value;
                    break;
                case 's':
                    _dotAll = value;
                    break;
                case 'U':
                    break;
                case '-' when value:
                    value = false;
                    break;
                case ':':
                    return true;
                case ')':
                    return false;
                default:
                    throw new PatternException("unknown group syntax: RE2 has flags `imsU`, names and `?:`, no look-around and no atomic groups");
            }
        }
        throw new PatternException("a group is not closed, expected `)`");
    }

    private PatternNode Escape()
    {
        if (!More)
            throw new PatternException("the pattern ends with a backslash");
        switch (text[_at])
        {
            case 'A':
                _at++;
                return new AssertPattern(PatternAssertion.TextStart);
            case 'z':
                _at++;
                return new AssertPattern(PatternAssertion.TextEnd);
            case 'b':
                _at++;
                return new AssertPattern(PatternAssertion.WordBoundary);
            case 'B':
                _at++;
                return new AssertPattern(PatternAssertion.NoWordBoundary);
        }
        var set = new CharacterSet { Folds = _folds };
        if (!TryClass(text, ref _at, set))
        {
            var value = EscapedCharacter(text, ref _at);
            set.Add(value, value);
        }
        return new SetPattern(set);
    }

    /// <summary><c>\d</c>, <c>\pL</c> and their like, added to the set; the position is behind the backslash.</summary>
    internal static bool TryClass(string text, ref int at, CharacterSet set)
    {
        var c = text[at];
        var pairs = char.ToLowerInvariant(c) switch
        {
            'd' => s_digits,
            's' => s_spaces,
            'w' => s_words,
            _ => null,
        };
        if (pairs is not null)
        {
            at++;
            set.AddRanges(pairs, negated: char.IsUpper(c));
            return true;
        }
        if (c is not ('p' or 'P'))
            return false;
        at++;
        var name = CategoryName(text, ref at);
        var negated = c == 'P';
        if (name.StartsWith('^'))
        {
            negated = !negated;
            name = name[1..];
        }
        var categories = CharacterSet.CategoriesOf(name);
        if (categories == 0)
            throw new PatternException($"`{PolicyDiagnostic.Quote(name)}` is no Unicode general category; scripts are not supported");
        set.AddCategories(categories, negated);
        return true;
    }

    private static string CategoryName(string text, ref int at)
    {
        if (at >= text.Length)
            throw new PatternException("the pattern ends within a class");
        if (text[at] != '{')
            return text[at++].ToString();
        var close = text.IndexOf('}', at);
        if (close < 0)
            throw new PatternException("a class name is not closed, expected `}`");
        var name = text[(at + 1)..close];
        at = close + 1;
        return name;
    }

    /// <summary>One escaped character; the position is behind the backslash.</summary>
    internal static int EscapedCharacter(string text, ref int at)
    {
        var c = text[at++];
        switch (c)
        {
            case 'a':
                return '\a';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'v':
                return '\v';
            case 'x':
                return Hexadecimal(text, ref at);
            case >= '0' and <= '7' when c == '0' || (at < text.Length && text[at] is >= '0' and <= '7'):
                return Octal(text, ref at);
        }
        if (char.IsAsciiLetterOrDigit(c) || c > 127)
            throw new PatternException($"`\\{PolicyDiagnostic.Quote(c.ToString())}` is no escape of RE2 (it has no back-references)");
        return c;
    }

    private static int Octal(string text, ref int at)
    {
        var value = 0;
        var end = Math.Min(text.Length, at + 2);
        for (at--; at < end && text[at] is >= '0' and <= '7'; at++)
            value = (value * 8) + (text[at] - '0');
        return value;
    }

    private static int Hexadecimal(string text, ref int at)
    {
        var braced = at < text.Length && text[at] == '{';
        var close = braced ? text.IndexOf('}', at) : at + 2;
        if (close < 0 || close > text.Length)
            throw new PatternException("`\\x` takes two hexadecimal digits or `{…}`");
        var digits = text.AsSpan(braced ? at + 1 : at, close - at - (braced ? 1 : 0));
        if (digits.Length is 0 or > 8 || !uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) || value > 0x10FFFF)
            throw new PatternException("`\\x` takes two hexadecimal digits or `{…}` up to 10FFFF");
        at = braced ? close + 1 : close;
        return (int)value;
    }

    private Rune Take()
    {
        if (!Rune.TryGetRuneAt(text, _at, out var rune))
            throw new PatternException("the pattern has half a surrogate pair");
        _at += rune.Utf16SequenceLength;
        return rune;
    }
}
