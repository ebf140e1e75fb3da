using Nullius.Policy.Documents;

namespace Nullius.Policy.Dialects.Gcp.Documents;

/// <summary>A string with the place where it was read.</summary>
internal readonly record struct GcpText(string Value, string Path, int Line);

/// <summary>One object: typed reads that report what is wrong, and a final check that nothing was left unread.</summary>
internal sealed class GcpObject
{
    private readonly LocatedValue _object;
    private readonly GcpProblems _problems;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    private GcpObject(LocatedValue value, string path, GcpProblems problems)
    {
        _object = value;
        Path = path;
        _problems = problems;
    }

    internal string Path { get; }

    internal int Line => _object.Line;

    internal GcpProblems Problems => _problems;

    internal IReadOnlyList<LocatedMember> Members => _object.Members;

    /// <summary>Null when the value is not an object, which is reported.</summary>
    internal static GcpObject? Open(LocatedValue value, string path, GcpProblems problems)
    {
        if (value.Kind == LocatedKind.Object)
            return new GcpObject(value, path, problems);
        problems.WrongType(value, path, "an object");
        return null;
    }

    internal string At(string name) => $"{Path}.{name}";

    internal bool Has(string name) => _object.Find(name) is not null;

    /// <summary>The field's value; null when it is absent or <c>null</c>.</summary>
    internal LocatedValue? Field(string name)
    {
        _known.Add(name);
        return _object.Find(name) is { IsNull: false } value ? value : null;
    }

    internal void Ignore(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            _known.Add(name);
    }

    internal GcpObject? Object(string name) => Field(name) is { } value ? Open(value, At(name), _problems) : null;

    internal GcpText? Text(string name)
    {
        if (Field(name) is not { } value)
            return null;
        if (value.Kind == LocatedKind.Text)
            return new GcpText(value.Text!, At(name), value.Line);
        _problems.WrongType(value, At(name), "a string");
        return null;
    }

    /// <summary>A string that must be there and not be empty; null is reported.</summary>
    internal GcpText? Required(string name)
    {
        var text = Text(name);
        if (text is { Value.Length: > 0 })
            return text;
        if (text is not null || Field(name) is null)
            _problems.Error(Path, Line, "missing-field", $"`{name}` is missing or empty, expected a string");
        return null;
    }

    internal bool Flag(string name)
    {
        var value = Field(name);
        if (value is not null and not { Kind: LocatedKind.True or LocatedKind.False })
            _problems.WrongType(value, At(name), "`true` or `false`");
        return value is { Kind: LocatedKind.True };
    }

    internal IEnumerable<(LocatedValue Value, string Path)> Items(string name)
    {
        var value = Field(name);
        if (value is null)
            return [];
        if (value.Kind == LocatedKind.Array)
            return value.Items.Select((item, i) => (item, $"{At(name)}[{i}]"));
        _problems.WrongType(value, At(name), "an array");
        return [];
    }

    internal List<GcpText> Texts(string name)
    {
        var texts = new List<GcpText>();
        foreach (var (value, path) in Items(name))
        {
            if (value.Kind == LocatedKind.Text)
                texts.Add(new GcpText(value.Text!, path, value.Line));
            else
                _problems.WrongType(value, path, "a string");
        }
        return texts;
    }

    /// <summary>Strings, each of which must be one of <paramref name="allowed"/>.</summary>
    internal string[] Choices(string name, params string[] allowed)
    {
        var texts = Texts(name);
        foreach (var text in texts)
        {
            if (!allowed.Contains(text.Value, StringComparer.Ordinal))
                _problems.Error(text.Path, text.Line, "bad-value", $"`{PolicyDiagnostic.Quote(text.Value)}` is unknown, expected one of {string.Join(", ", allowed)}");
        }
        return [.. texts.Select(t => t.Value)];
    }

    /// <summary>Reports every field that nobody asked for.</summary>
    internal void Close()
    {
        foreach (var member in _object.Members)
        {
            if (_known.Contains(member.Name))
                continue;
            var hint = _known.FirstOrDefault(k => string.Equals(k, member.Name, StringComparison.OrdinalIgnoreCase)) is { } near ? $", did you mean `{near}`" : "";
            _problems.Error(At(member.Name), member.Line, "unknown-field",
                $"unknown field `{PolicyDiagnostic.Quote(member.Name)}`{hint}, expected one of {string.Join(", ", _known.Order(StringComparer.Ordinal))}");
        }
    }
}
