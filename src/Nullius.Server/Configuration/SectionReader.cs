using System.Globalization;
using Nullius.Gateway.Config;

namespace Nullius.Server.Configuration;

/// <summary>
/// Reads one map against its schema: every value has its type or is reported, every key is known or is reported with the
/// nearest one that is. Values that are wrong read as their default, so that the rest is still looked at.
/// </summary>
internal sealed class SectionReader
{
    private readonly ConfigMap? map;
    private readonly SchemaKey schema;
    private readonly string path;
    private readonly ConfigReport report;
    private readonly HashSet<string> asked = new(StringComparer.Ordinal);

    public SectionReader(ConfigMap? map, SchemaKey schema, string path, int line, ConfigReport report)
    {
        (this.map, this.schema, this.path, this.report) = (map, schema, path, report);
        Line = map?.Line ?? line;
        foreach (var entry in map?.Entries ?? [])
        {
            if (schema.Keys.Any(k => k.Name == entry.Key)) continue;
            var near = Nearest.Of(entry.Key, schema.Keys.Select(k => k.Name));
            var expected = near is null ? "expected one of " + string.Join(", ", schema.Keys.Select(k => $"`{k.Name}`")) : $"did you mean `{near}`?";
            report.Error(entry.Line, "unknown-key", $"unknown key `{ConfigReport.Quote(entry.Key)}`{In}: {expected}");
        }
        foreach (var key in schema.Keys.Where(k => k.Required && Find(k.Name) is null))
        {
            report.Error(Line, "missing-key", $"`{key.Name}` is missing{In}: expected {key.Type}");
        }
    }

    /// <summary>Where the map begins.</summary>
    public int Line { get; }

    public bool Written => map is not null;

    public SourcePosition At => report.At(Line);

    /// <summary>Line of a key, or of the map when the key is not written.</summary>
    public int LineOf(string name) => Find(name)?.Line ?? Line;

    public bool Has(string name) => Find(name) is not null;

    public string? Text(string name)
    {
        var key = Ask(name);
        if (Value(name) is not { } value) return null;
        if (value is ConfigScalar { Text.Length: > 0 } scalar && !(scalar.Plain && scalar.Text is "~" or "null")) return scalar.Text;
        Wrong(value, key);
        return null;
    }

    public bool Truth(string name, bool fallback)
    {
        var key = Ask(name);
        switch (Value(name))
        {
            case null:
                return fallback;
            case ConfigScalar { Plain: true, Text: "true" }:
                return true;
            case ConfigScalar { Plain: true, Text: "false" }:
                return false;
            case var other:
                Wrong(other, key);
                return fallback;
        }
    }

    public int Whole(string name, int least, int most, int fallback)
    {
        var key = Ask(name);
        if (Value(name) is not { } value) return fallback;
        if (value is ConfigScalar { Plain: true } scalar
            && int.TryParse(scalar.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }
        Wrong(value, key);
        return fallback;
    }

    public TimeSpan Time(string name, TimeSpan least, TimeSpan fallback)
    {
        var key = Ask(name);
        if (Value(name) is not { } value) return fallback;
        if (value is ConfigScalar scalar && Quantities.TryDuration(scalar.Text, out var time))
        {
            if (time >= least) return time;
            report.Error(value.Line, "too-short", $"`{ConfigReport.Quote(scalar.Text)}` is too short for `{Name(name)}`: expected at least {least.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s");
            return fallback;
        }
        Wrong(value, key);
        return fallback;
    }

    /// <summary>A time within bounds.</summary>
    public TimeSpan Time(string name, TimeSpan least, TimeSpan most, TimeSpan fallback)
    {
        var time = Time(name, least, fallback);
        if (time <= most) return time;
        report.Error(LineOf(name), "too-long", $"`{ConfigReport.Quote((Value(name) as ConfigScalar)?.Text ?? "")}` is too long for `{Name(name)}`: expected at most {most.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s");
        return fallback;
    }

    public long? Size(string name)
    {
        var key = Ask(name);
        if (Value(name) is not { } value) return null;
        if (value is ConfigScalar scalar && Quantities.TrySize(scalar.Text, out var bytes)) return bytes;
        Wrong(value, key);
        return null;
    }

    /// <summary>One of a closed set of words.</summary>
    public T Choice<T>(string name, T fallback, params ReadOnlySpan<(string Word, T Value)> words)
    {
        var key = Ask(name);
        if (Value(name) is not { } value) return fallback;
        if (value is ConfigScalar scalar)
        {
            foreach (var (word, meaning) in words)
            {
                if (word == scalar.Text) return meaning;
            }
        }
        Wrong(value, key);
        return fallback;
    }

    public IReadOnlyList<string> Texts(string name, IReadOnlyList<string>? fallback = null)
    {
        var key = Ask(name);
        return Value(name) is { } value ? TextsOf(value, key) : fallback ?? [];
    }

    /// <summary>A list of lists of texts.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Levels(string name)
    {
        var key = Ask(name);
        if (Value(name) is not { } value) return [];
        if (value is ConfigList list) return [.. list.Items.Select(level => TextsOf(level, key))];
        Wrong(value, key);
        return [];
    }

    /// <summary>A map below this one; reads as empty when it is not written.</summary>
    public SectionReader Section(string name)
    {
        var key = Ask(name);
        var value = Value(name);
        if (value is not null and not ConfigMap) Wrong(value, key);
        return new SectionReader(value as ConfigMap, RequiredOnlyIfWritten(key, value), Name(name), LineOf(name), report);
    }

    /// <summary>The maps of a list.</summary>
    public IReadOnlyList<SectionReader> Sections(string name)
    {
        var key = Ask(name);
        if (Value(name) is not { } value) return [];
        if (value is not ConfigList list)
        {
            Wrong(value, key);
            return [];
        }
        var sections = new List<SectionReader>();
        for (var i = 0; i < list.Items.Count; i++)
        {
            if (list.Items[i] is ConfigMap item) sections.Add(new SectionReader(item, key, $"{Name(name)}[{i}]", item.Line, report));
            else report.Error(list.Items[i].Line, "wrong-type", $"{Shown(list.Items[i])} in `{Name(name)}`: expected a map");
        }
        return sections;
    }

    /// <summary>Reports a value that has the right type and is still wrong.</summary>
    public void Refuse(string name, string code, string message) => report.Error(LineOf(name), code, message);

    /// <summary>Keys whose absence was asked about: they count as read.</summary>
    public void Ask(params ReadOnlySpan<string> names)
    {
        foreach (var name in names) Ask(name);
    }

    /// <summary>Ends the reading. A schema key that nothing read would be a key that the documentation promises in vain.</summary>
    public void Done()
    {
        var unread = schema.Keys.FirstOrDefault(k => !asked.Contains(k.Name));
        if (unread is not null) throw new InvalidOperationException($"key `{Name(unread.Name)}` is in the schema and nothing reads it");
    }

    private string In => path.Length == 0 ? "" : $" in `{path}`";

    private string Name(string key) => path.Length == 0 ? key : $"{path}.{key}";

    private ConfigEntry? Find(string name) => map?.Entries.FirstOrDefault(e => e.Key == name);

    private ConfigNode? Value(string name) => Find(name)?.Value;

    private SchemaKey Ask(string name)
    {
        asked.Add(name);
        return schema.Key(name);
    }

    private IReadOnlyList<string> TextsOf(ConfigNode value, SchemaKey key)
    {
        if (value is not ConfigList list)
        {
            Wrong(value, key);
            return [];
        }
        var texts = new List<string>();
        foreach (var item in list.Items)
        {
            if (item is ConfigScalar { Text.Length: > 0 } scalar) texts.Add(scalar.Text);
            else report.Error(item.Line, "wrong-type", $"{Shown(item)} in `{Name(key.Name)}`: expected text");
        }
        return texts;
    }

    private void Wrong(ConfigNode value, SchemaKey key) =>
        report.Error(value.Line, "wrong-value", $"{Shown(value)} for `{Name(key.Name)}`: expected {key.Type}");

    private static string Shown(ConfigNode value) => value switch
    {
        ConfigScalar { Text.Length: 0 } => "nothing is given",
        ConfigScalar scalar => $"`{ConfigReport.Quote(scalar.Text)}` is given",
        ConfigList => "a list is given",
        _ => "a map is given",
    };

    private static SchemaKey RequiredOnlyIfWritten(SchemaKey key, ConfigNode? value) =>
        value is ConfigMap ? key : key with { Keys = [.. key.Keys.Select(k => k with { Required = false })] };
}
