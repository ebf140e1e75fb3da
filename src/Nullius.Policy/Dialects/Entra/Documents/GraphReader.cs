using Nullius.Policy.Documents;

namespace Nullius.Policy.Dialects.Entra.Documents;

/// <summary>One object of Graph's shape: typed reads that report what is wrong, and a final check that nothing was left unread.</summary>
internal sealed class GraphReader
{
    private readonly LocatedValue _object;
    private readonly string _where;
    private readonly DiagnosticSink _sink;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    private GraphReader(LocatedValue value, string where, DiagnosticSink sink)
    {
        _object = value;
        _where = where;
        _sink = sink;
    }

    internal int Line => _object.Line;

    internal LocatedValue Value => _object;

    /// <summary>Null when the value is not an object, which is reported.</summary>
    internal static GraphReader? Open(LocatedValue value, string where, DiagnosticSink sink)
    {
        if (value.Kind == LocatedKind.Object)
            return new GraphReader(value, where, sink);
        sink.WrongType(value, where, "an object");
        return null;
    }

    /// <summary>The field's value; null when it is absent or <c>null</c>, which Graph uses for "not configured".</summary>
    internal LocatedValue? Field(string name)
    {
        _known.Add(name);
        return _object.Find(name) is { IsNull: false } value ? value : null;
    }

    /// <summary>Whether none of these fields has a value.</summary>
    internal bool IsEmptyOf(IEnumerable<string> names) =>
        names.All(n => Field(n) is null or { Kind: LocatedKind.Array, Items.Count: 0 });

    internal void Ignore(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            _known.Add(name);
    }

    internal GraphReader? Object(string name) => Field(name) is { } value ? Open(value, $"`{name}`", _sink) : null;

    internal string? Text(string name)
    {
        var value = Field(name);
        if (value is null or { Kind: LocatedKind.Text })
            return value?.Text;
        _sink.WrongType(value, $"`{name}`", "a string");
        return null;
    }

    internal bool Flag(string name)
    {
        var value = Field(name);
        if (value is not null and not { Kind: LocatedKind.True or LocatedKind.False })
            _sink.WrongType(value, $"`{name}`", "`true` or `false`");
        return value is { Kind: LocatedKind.True };
    }

    internal List<LocatedValue> Texts(string name)
    {
        var items = Items(name);
        foreach (var item in items)
        {
            if (item.Kind != LocatedKind.Text)
                _sink.WrongType(item, $"a member of `{name}`", "a string");
        }
        return [.. items.Where(i => i.Kind == LocatedKind.Text)];
    }

    internal List<LocatedValue> Items(string name)
    {
        var value = Field(name);
        if (value is null)
            return [];
        if (value.Kind == LocatedKind.Array)
            return value.Items;
        _sink.WrongType(value, $"`{name}`", "an array");
        return [];
    }

    /// <summary>Strings, each of which must be one of <paramref name="allowed"/> (without case).</summary>
    internal List<string> Choices(string name, IReadOnlyList<string> allowed)
    {
        var choices = new List<string>();
        foreach (var item in Texts(name))
        {
            if (allowed.FirstOrDefault(a => a.Equals(item.Text, StringComparison.OrdinalIgnoreCase)) is { } choice)
                choices.Add(choice);
            else
                _sink.Error(item, "bad-value", $"`{PolicyDiagnostic.Quote(item.Text!)}` in `{name}` is unknown, expected one of {string.Join(", ", allowed)}");
        }
        return choices;
    }

    /// <summary>A condition that the engine does not model is refused where it is configured: to drop it would change what the policy means.</summary>
    internal void Refuse(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Field(name) is { } value && value is not { Kind: LocatedKind.Array, Items.Count: 0 })
                _sink.Error(value, "not-modelled", $"`{name}` is not modelled, expected it to be null or absent");
        }
    }

    /// <summary>Reports every field that nobody asked for; annotations (<c>@odata.type</c>) pass.</summary>
    internal void Close()
    {
        foreach (var member in _object.Members)
        {
            if (!_known.Contains(member.Name) && !member.Name.Contains('@', StringComparison.Ordinal))
                _sink.UnknownField(member, _where, [.. _known.Order(StringComparer.Ordinal)]);
        }
    }
}
