using System.Text;

namespace Nullius.Policy.Dialects.Entra.Devices;

/// <summary>
/// Reads the rule language of device filters: <c>device.property -operator value</c>, joined by <c>-and</c>, <c>-or</c>,
/// <c>-not</c> and parentheses. Length and nesting are bounded.
/// </summary>
internal sealed class DeviceRuleParser
{
    /// <summary>What a rule is about.</summary>
    internal enum Subject : byte
    {
        Device,
        Application,
        ServicePrincipal,
    }


    /// <summary>The provider's own bound on a rule's length.</summary>
    private const int MaxLength = 3072;
    private const int MaxDepth = 32;

    private static readonly string[] s_properties =
    [
        "deviceId", "displayName", "deviceOwnership", "enrollmentProfileName", "isCompliant", "manufacturer", "mdmAppId", "model",
        "operatingSystem", "operatingSystemVersion", "physicalIds", "profileType", "systemLabels", "trustType",
        "extensionAttribute1", "extensionAttribute2", "extensionAttribute3", "extensionAttribute4", "extensionAttribute5",
        "extensionAttribute6", "extensionAttribute7", "extensionAttribute8", "extensionAttribute9", "extensionAttribute10",
        "extensionAttribute11", "extensionAttribute12", "extensionAttribute13", "extensionAttribute14", "extensionAttribute15",
    ];

    private readonly string _text;
    private int _at;
    private string? _error;

    private readonly Subject _subject;

    private DeviceRuleParser(string text, Subject subject)
    {
        _text = text;
        _subject = subject;
    }

    /// <summary>The rule, or null with what is wrong.</summary>
    internal static DeviceRule? Parse(string text, Subject subject, out string error)
    {
        error = "";
        if (text.Length > MaxLength)
        {
            error = $"the rule has {text.Length} characters, expected at most {MaxLength}";
            return null;
        }
        var parser = new DeviceRuleParser(text, subject);
        var rule = parser.ReadOr(1);
        parser.SkipSpace();
        if (rule is not null && parser._at < text.Length)
            rule = parser.Fail("expected `-and`, `-or` or the end");
        error = parser._error ?? "";
        return rule;
    }

    private DeviceRule? Fail(string expected)
    {
        _error ??= $"{expected} at character {_at + 1}";
        return null;
    }

    private DeviceRule? ReadOr(int depth)
    {
        var left = ReadAnd(depth);
        while (left is not null && TakeWord("or"))
            left = ReadAnd(depth) is { } right ? new DeviceOr(left, right) : null;
        return left;
    }

    private DeviceRule? ReadAnd(int depth)
    {
        var left = ReadUnary(depth);
        while (left is not null && TakeWord("and"))
            left = ReadUnary(depth) is { } right ? new DeviceAnd(left, right) : null;
        return left;
    }

    private DeviceRule? ReadUnary(int depth)
    {
        if (depth > MaxDepth)
            return Fail($"expected at most {MaxDepth} levels of nesting");
        if (TakeWord("not"))
            return ReadUnary(depth + 1) is { } operand ? new DeviceNot(operand) : null;
        if (!Take('('))
            return ReadTest();
        var inner = ReadOr(depth + 1);
        if (inner is null)
            return null;
        return Take(')') ? inner : Fail("expected `)`");
    }

    private DeviceRule? ReadTest()
    {
        SkipSpace();
        if ((_subject == Subject.Device ? ReadProperty() : ReadAttribute()) is not { } property)
            return null;
        SkipSpace();
        Take('-');
        var word = ReadName();
        if (!TryOperator(word, out var comparison, out var negated))
            return Fail($"unknown operator `{PolicyDiagnostic.Quote(word)}`, expected `-eq`, `-ne`, `-contains`, `-startsWith`, `-endsWith`, `-in` or their negations,");
        var values = comparison == DeviceComparison.In ? ReadList() : ReadOne();
        if (values is null)
            return null;
        return _subject == Subject.Device
            ? new DeviceTest(property, comparison, negated, values)
            : new AttributeTest(property, comparison, negated, values, _subject == Subject.ServicePrincipal);
    }

    private string? ReadProperty()
    {
        if (!TakePrefix("device.", "`device.` and a property"))
            return null;
        var name = ReadName();
        var property = s_properties.FirstOrDefault(p => p.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (property is null)
            Fail($"unknown device property `{PolicyDiagnostic.Quote(name)}`, expected one such as `isCompliant` or `trustType`,");
        return property;
    }

    /// <summary>Set and attribute, joined by an underscore.</summary>
    private string? ReadAttribute()
    {
        if (!TakePrefix("CustomSecurityAttribute.", "`CustomSecurityAttribute.` and an attribute"))
            return null;
        var start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] == '_'))
            _at++;
        if (_at > start)
            return _text[start.._at];
        Fail("expected an attribute such as `Set_name`");
        return null;
    }

    private bool TakePrefix(string prefix, string expected)
    {
        if (_text.AsSpan(_at).StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
        {
            _at += prefix.Length;
            return true;
        }
        Fail("expected " + expected);
        return false;
    }

    private static bool TryOperator(string word, out DeviceComparison comparison, out bool negated)
    {
        (comparison, negated) = word.ToLowerInvariant() switch
        {
            "eq" => (DeviceComparison.Equal, false),
            "ne" => (DeviceComparison.Equal, true),
            "contains" => (DeviceComparison.Contains, false),
            "notcontains" => (DeviceComparison.Contains, true),
            "startswith" => (DeviceComparison.StartsWith, false),
            "notstartswith" => (DeviceComparison.StartsWith, true),
            "endswith" => (DeviceComparison.EndsWith, false),
            "notendswith" => (DeviceComparison.EndsWith, true),
            "in" => (DeviceComparison.In, false),
            "notin" => (DeviceComparison.In, true),
            _ => ((DeviceComparison)byte.MaxValue, false),
        };
        return comparison != (DeviceComparison)byte.MaxValue;
    }

    private string?[]? ReadOne() => TryValue(out var value) ? [value] : null;

    private string?[]? ReadList()
    {
        if (!Take('['))
        {
            Fail("expected `[` and a list of values");
            return null;
        }
        var values = new List<string?>();
        do
        {
            if (!TryValue(out var value))
                return null;
            values.Add(value);
        }
        while (Take(','));
        if (Take(']'))
            return [.. values];
        Fail("expected `]`");
        return null;
    }

    /// <summary>A quoted string (a quote in it is doubled, or escaped by a backtick), or True, False, null.</summary>
    private bool TryValue(out string? value)
    {
        SkipSpace();
        value = null;
        if (_at < _text.Length && _text[_at] is '"' or '\'')
            return TryQuoted(_text[_at], out value);
        var word = ReadName();
        if (word.Equals("null", StringComparison.OrdinalIgnoreCase))
            return true;
        if (bool.TryParse(word, out var truth))
        {
            value = truth ? "True" : "False";
            return true;
        }
        Fail("expected a quoted value, `True`, `False` or `null`");
        return false;
    }

    private bool TryQuoted(char quote, out string? value)
    {
        var text = new StringBuilder();
        for (var i = _at + 1; i < _text.Length; i++)
        {
            var c = _text[i];
            if (c == '`' && i + 1 < _text.Length)
            {
                text.Append(_text[++i]);
                continue;
            }
            if (c != quote)
            {
                text.Append(c);
                continue;
            }
            if (i + 1 < _text.Length && _text[i + 1] == quote)
            {
                text.Append(quote);
                i++;
                continue;
            }
            _at = i + 1;
            value = text.ToString();
            return true;
        }
        value = null;
        Fail("expected a closing quote for the value that begins");
        return false;
    }

    private void SkipSpace()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
            _at++;
    }

    private bool Take(char c)
    {
        SkipSpace();
        if (_at >= _text.Length || _text[_at] != c)
            return false;
        _at++;
        return true;
    }

    /// <summary>An operator word with or without its dash.</summary>
    private bool TakeWord(string word)
    {
        SkipSpace();
        var start = _at < _text.Length && _text[_at] == '-' ? _at + 1 : _at;
        if (!_text.AsSpan(start).StartsWith(word, StringComparison.OrdinalIgnoreCase))
            return false;
        var end = start + word.Length;
        if (end < _text.Length && char.IsLetterOrDigit(_text[end]))
            return false;
        _at = end;
        return true;
    }

    private string ReadName()
    {
        var start = _at;
        while (_at < _text.Length && char.IsAsciiLetterOrDigit(_text[_at]))
            _at++;
        return _text[start.._at];
    }
}
