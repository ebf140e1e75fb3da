using Nullius.Policy.Documents;

namespace Nullius.Policy.Simulation;

/// <summary>One object of a case: typed reads that throw a located error, and a final check that nothing was left unread.</summary>
internal sealed class CaseReader
{
    private readonly LocatedValue _object;
    private readonly string _what;
    private readonly List<string> _known = [];

    private CaseReader(LocatedValue value, string what)
    {
        _object = value;
        _what = what;
    }

    internal LocatedValue Value => _object;

    internal static CaseReader Open(LocatedValue value, string what) =>
        value.Kind == LocatedKind.Object ? new CaseReader(value, what) : throw WrongType(value, what, "an object");

    internal static SimulationInputException WrongType(LocatedValue value, string what, string expected) =>
        new("wrong-type", $"{what} is {value.Describe()}, expected {expected}", value.Path);

    internal static SimulationInputException BadValue(LocatedValue value, string what, string expected) =>
        new("bad-value", $"{what} is {value.Describe()}, expected {expected}", value.Path);

    /// <summary>The member's value; null when it is absent or <c>null</c>.</summary>
    internal LocatedValue? Field(string name) => Raw(name) is { IsNull: false } value ? value : null;

    /// <summary>The member's value, also where it is <c>null</c>; null when there is no such member.</summary>
    internal LocatedValue? Raw(string name)
    {
        _known.Add(name);
        return _object.Find(name);
    }

    internal CaseReader? Object(string name) => Field(name) is { } value ? Open(value, $"`{name}`") : null;

    internal CaseReader RequiredObject(string name, string expected) => Object(name) ?? throw Missing(name, expected);

    internal string? Text(string name)
    {
        var value = Field(name);
        return value is null or { Kind: LocatedKind.Text } ? value?.Text : throw WrongType(value, $"`{name}`", "a string");
    }

    internal string RequiredText(string name, string expected)
    {
        var text = Text(name);
        return string.IsNullOrEmpty(text) ? throw Missing(name, expected) : text;
    }

    internal bool? Flag(string name)
    {
        var value = Field(name);
        return value?.Kind switch
        {
            null => null,
            LocatedKind.True => true,
            LocatedKind.False => false,
            _ => throw WrongType(value, $"`{name}`", "`true` or `false`"),
        };
    }

    internal List<string> Texts(string name)
    {
        var texts = new List<string>();
        if (Field(name) is not { } value)
            return texts;
        if (value.Kind != LocatedKind.Array)
            throw WrongType(value, $"`{name}`", "an array of strings");
        foreach (var item in value.Items)
            texts.Add(item.Kind == LocatedKind.Text ? item.Text! : throw WrongType(item, $"a member of `{name}`", "a string"));
        return texts;
    }

    /// <summary>A string that must be one of <paramref name="allowed"/>, compared without case and given as it is spelled there.</summary>
    internal string? Choice(string name, IReadOnlyList<string> allowed)
    {
        var text = Text(name);
        if (text is null)
            return null;
        foreach (var choice in allowed)
        {
            if (choice.Equals(text, StringComparison.OrdinalIgnoreCase))
                return choice;
        }
        throw BadValue(_object.Find(name)!, $"`{name}`", "one of " + string.Join(", ", allowed));
    }

    internal DateTimeOffset? Instant(string name)
    {
        var text = Text(name);
        if (text is null)
            return null;
        if (!Conditions.InstantText.TryParse(text, out var ticks))
            throw BadValue(_object.Find(name)!, $"`{name}`", "an instant such as `2026-01-31T12:00:00Z`");
        return new DateTimeOffset(ticks, TimeSpan.Zero);
    }

    private SimulationInputException Missing(string name, string expected)
    {
        var found = _object.Find(name);
        var state = found is null ? "is missing" : $"is {found.Describe()}";
        return new SimulationInputException("missing-field", $"`{name}` of {_what} {state}, expected {expected}", _object.Path + LocatedValue.Step(name));
    }

    /// <summary>Throws for the first member that nobody asked for.</summary>
    internal void Close()
    {
        foreach (var member in _object.Members)
        {
            if (_known.Contains(member.Name))
                continue;
            var near = _known.Find(k => k.Equals(member.Name, StringComparison.OrdinalIgnoreCase));
            var hint = near is null ? "" : $", did you mean `{near}`";
            throw new SimulationInputException("unknown-field",
                $"unknown field `{PolicyDiagnostic.Quote(member.Name)}` in {_what}{hint}, expected one of {string.Join(", ", _known.Order(StringComparer.Ordinal))}",
                member.Value.Path);
        }
    }
}
