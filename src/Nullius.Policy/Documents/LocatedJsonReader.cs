using System.Text;
using System.Text.Json;

namespace Nullius.Policy.Documents;

/// <summary>
/// Reads JSON strictly into located values: UTF-8, or UTF-16 with a byte-order mark (Graph exports); no comments, no
/// trailing commas, no duplicate keys. YAML is read as the JSON that it stands for. Size, depth and number of values are bounded.
/// </summary>
internal ref struct LocatedJsonReader
{
    internal const int MaxBytes = 32 * 1024 * 1024;
    internal const int MaxDepth = 64;
    private const int MaxValues = 2_000_000;

    private readonly ReadOnlySpan<byte> _utf8;
    private readonly DiagnosticSink _sink;
    private Utf8JsonReader _reader;
    private int _line;
    private int _counted;
    private int _values;
    private bool _stopped;

    private LocatedJsonReader(ReadOnlySpan<byte> utf8, DiagnosticSink sink)
    {
        _utf8 = utf8;
        _sink = sink;
        _reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth + 8 });
        _line = 1;
    }

    /// <summary>The document's value, or null after an error that left nothing to look at. Duplicate keys are errors, the first one is kept.</summary>
    internal static LocatedValue? Read(ReadOnlySpan<byte> bytes, DiagnosticSink sink)
    {
        if (bytes.Length > MaxBytes)
        {
            sink.Error(0, "too-large", $"the document has {bytes.Length} bytes, expected at most {MaxBytes}");
            return null;
        }
        if (!PolicyText.TryReadJson(bytes, sink, out var utf8))
            return null;
        var reader = new LocatedJsonReader(utf8, sink);
        return reader.ReadDocument();
    }

    /// <summary>A document that was read before, as JSON in UTF-8 without a byte-order mark.</summary>
    internal static ReadOnlySpan<byte> ToUtf8(ReadOnlySpan<byte> bytes)
    {
        PolicyText.TryReadJson(bytes, new DiagnosticSink("", []), out var utf8);
        return utf8;
    }

    private LocatedValue? ReadDocument()
    {
        try
        {
            if (!_reader.Read())
            {
                _sink.Error(1, "bad-json", "the document is empty, expected JSON");
                return null;
            }
            var value = ReadValue(depth: 1, default);
            if (!_stopped)
                _reader.Read();
            return _stopped ? null : value;
        }
        catch (JsonException exception)
        {
            var line = (int)Math.Min(int.MaxValue - 1, exception.LineNumber ?? 0) + 1;
            _sink.Error(line, "bad-json", $"not valid JSON: {Reason(exception.Message)}");
            return null;
        }
        catch (InvalidOperationException)
        {
            _sink.Error(_line, "bad-json", "not valid JSON: a string has an escape that is not a character");
            return null;
        }
    }

    /// <summary>The framework's message without the position that we give ourselves.</summary>
    private static string Reason(string message)
    {
        var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return (end < 0 ? message : message[..end]).ReplaceLineEndings(" ").TrimEnd('.', ' ');
    }

    private LocatedValue ReadValue(int depth, in Place place)
    {
        var line = LineHere();
        if (depth > MaxDepth || ++_values > MaxValues)
        {
            if (!_stopped)
                Stop(line, depth, place.Parent);
            return new LocatedValue(LocatedKind.Null, line, null) { Parent = place.Parent, Name = place.Name, Index = place.Index };
        }
        switch (_reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return ReadObject(line, depth, place);
            case JsonTokenType.StartArray:
                return ReadArray(line, depth, place);
            case JsonTokenType.String:
                return new LocatedValue(LocatedKind.Text, line, _reader.GetString()) { Parent = place.Parent, Name = place.Name, Index = place.Index };
            case JsonTokenType.Number:
                return new LocatedValue(LocatedKind.Number, line, Encoding.UTF8.GetString(_reader.ValueSpan)) { Parent = place.Parent, Name = place.Name, Index = place.Index };
            case JsonTokenType.True:
                return new LocatedValue(LocatedKind.True, line, null) { Parent = place.Parent, Name = place.Name, Index = place.Index };
            case JsonTokenType.False:
                return new LocatedValue(LocatedKind.False, line, null) { Parent = place.Parent, Name = place.Name, Index = place.Index };
            default:
                return new LocatedValue(LocatedKind.Null, line, null) { Parent = place.Parent, Name = place.Name, Index = place.Index };
        }
    }

    /// <summary>Where a value will stand.</summary>
    private readonly record struct Place(LocatedValue? Parent, string? Name, int Index);

    private void Stop(int line, int depth, LocatedValue? parent)
    {
        _stopped = true;
        if (depth > MaxDepth)
            _sink.Error(line, parent?.Path, "too-deep", $"nested deeper than {MaxDepth} levels");
        else
            _sink.Error(line, parent?.Path, "too-large", $"more than {MaxValues} values in one document");
    }

    private LocatedValue ReadArray(int line, int depth, in Place place)
    {
        var array = new LocatedValue(LocatedKind.Array, line, null) { Parent = place.Parent, Name = place.Name, Index = place.Index };
        while (!_stopped && _reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
            array.Items.Add(ReadValue(depth + 1, new Place(array, null, array.Items.Count)));
        return array;
    }

    private LocatedValue ReadObject(int line, int depth, in Place place)
    {
        var value = new LocatedValue(LocatedKind.Object, line, null) { Parent = place.Parent, Name = place.Name, Index = place.Index };
        HashSet<string>? many = null;
        while (!_stopped && _reader.Read() && _reader.TokenType != JsonTokenType.EndObject)
        {
            var nameLine = LineHere();
            var name = _reader.GetString()!;
            _reader.Read();
            var member = new LocatedMember(name, nameLine, ReadValue(depth + 1, new Place(value, name, 0)));
            if (value.Members.Count == 16)
                many = new HashSet<string>(value.Members.Select(m => m.Name), StringComparer.Ordinal);
            if (many is null ? value.Find(name) is null : many.Add(name))
                value.Members.Add(member);
            else
                _sink.Error(nameLine, value.Path + LocatedValue.Step(name), "duplicate-key", $"duplicate key `{PolicyDiagnostic.Quote(name)}`, expected each key once");
        }
        return value;
    }

    private int LineHere()
    {
        var position = (int)_reader.TokenStartIndex;
        _line += _utf8[_counted..position].Count((byte)'\n');
        _counted = position;
        return _line;
    }
}
