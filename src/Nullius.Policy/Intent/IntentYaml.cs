using Nullius.Policy.Documents;

namespace Nullius.Policy.Intent;

/// <summary>
/// The YAML of intents: mappings, lists of scalars (below each other or in brackets), mappings of scalars in braces, plain and quoted scalars, comments. Everything else (anchors, tags,
/// block scalars, several documents) is refused with its line.
/// </summary>
internal sealed class IntentYaml
{
    private const int MaxLines = 10_000;
    private const int MaxDepth = 8;

    private readonly List<(int Indent, string Text, int Line)> _lines = [];
    private readonly DiagnosticSink _sink;
    private int _at;

    private IntentYaml(DiagnosticSink sink) => _sink = sink;

    /// <summary>Null after an error, which is in the sink.</summary>
    internal static LocatedValue? Read(string text, DiagnosticSink sink)
    {
        var yaml = new IntentYaml(sink);
        yaml.Split(text);
        if (sink.HasErrors)
            return null;
        if (yaml._lines.Count == 0)
        {
            sink.Error(1, "bad-yaml", "the document is empty, expected an intent");
            return null;
        }
        var root = yaml.Mapping(yaml._lines[0].Indent, null, null, yaml._lines[0].Line, 1);
        if (!sink.HasErrors && yaml._at < yaml._lines.Count)
            sink.Error(yaml._lines[yaml._at].Line, "bad-yaml", "the line is indented otherwise than those before it");
        return sink.HasErrors ? null : root;
    }

    private void Split(string text)
    {
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            if (++number > MaxLines)
            {
                _sink.Error(number, "too-large", $"more than {MaxLines} lines");
                return;
            }
            var line = WithoutComment(raw.TrimEnd('\r', ' '));
            var content = line.TrimStart(' ');
            if (content.Length == 0)
                continue;
            if (content[0] == '\t')
                _sink.Error(number, "bad-yaml", "the line is indented by a tab, expected spaces");
            else if (content is "---" or "..." || "&*!|>%@".Contains(content[0]))
                _sink.Error(number, "bad-yaml", $"`{PolicyDiagnostic.Quote(content)}` is more YAML than an intent may have, expected `key: value`");
            else
                _lines.Add((line.Length - content.Length, content, number));
        }
    }

    private static string WithoutComment(string line)
    {
        var quote = '\0';
        for (var i = 0; i < line.Length; i++)
        {
            if (quote != '\0')
                quote = line[i] == quote ? '\0' : quote;
            else if (line[i] is '"' or '\'')
                quote = line[i];
            else if (line[i] == '#' && (i == 0 || line[i - 1] == ' '))
                return line[..i].TrimEnd(' ');
        }
        return line;
    }

    private LocatedValue Mapping(int indent, LocatedValue? parent, string? name, int line, int depth)
    {
        var mapping = new LocatedValue(LocatedKind.Object, line, null) { Parent = parent, Name = name };
        if (depth > MaxDepth)
            _sink.Error(line, "too-deep", $"nested deeper than {MaxDepth} levels");
        while (_at < _lines.Count && _lines[_at].Indent == indent && !_sink.HasErrors)
        {
            var (_, text, number) = _lines[_at++];
            if (Colon(text) is not (> 0 and var colon))
            {
                _sink.Error(number, "bad-yaml", $"`{PolicyDiagnostic.Quote(text)}` is no `key: value`");
                break;
            }
            var key = Unquoted(text[..colon].TrimEnd(' '), number);
            if (mapping.Find(key) is not null)
                _sink.Error(number, "duplicate-key", $"duplicate key `{PolicyDiagnostic.Quote(key)}`, expected each key once");
            else
                mapping.Members.Add(new LocatedMember(key, number, Value(text[(colon + 1)..].Trim(' '), indent, mapping, key, number, depth)));
        }
        return mapping;
    }

    /// <summary>The colon behind a key: the first that a space or the end follows, outside quotes.</summary>
    private static int Colon(string text)
    {
        var start = text[0] is '"' or '\'' ? text.IndexOf(text[0], 1) + 1 : 0;
        for (var i = start; i < text.Length; i++)
        {
            if (text[i] == ':' && (i + 1 == text.Length || text[i + 1] == ' '))
                return i;
        }
        return -1;
    }

    private LocatedValue Value(string text, int indent, LocatedValue parent, string key, int line, int depth)
    {
        if (text.Length > 0)
            return text[0] == '[' ? Flow(text, parent, key, line) : text[0] == '{' ? FlowMapping(text, parent, key, line) : Scalar(text, parent, key, 0, line);
        if (_at < _lines.Count && _lines[_at].Indent >= indent && _lines[_at].Text.StartsWith("- ", StringComparison.Ordinal))
            return List(_lines[_at].Indent, parent, key, line);
        return _at < _lines.Count && _lines[_at].Indent > indent
            ? Mapping(_lines[_at].Indent, parent, key, line, depth + 1)
            : new LocatedValue(LocatedKind.Null, line, null) { Parent = parent, Name = key };
    }

    private LocatedValue List(int indent, LocatedValue parent, string key, int line)
    {
        var list = new LocatedValue(LocatedKind.Array, line, null) { Parent = parent, Name = key };
        while (_at < _lines.Count && _lines[_at].Indent == indent && _lines[_at].Text.StartsWith("- ", StringComparison.Ordinal))
        {
            var (_, text, number) = _lines[_at++];
            list.Items.Add(Scalar(text[2..].Trim(' '), list, null, list.Items.Count, number));
        }
        return list;
    }

    private LocatedValue Flow(string text, LocatedValue parent, string key, int line)
    {
        var list = new LocatedValue(LocatedKind.Array, line, null) { Parent = parent, Name = key };
        if (text[^1] != ']')
        {
            _sink.Error(line, "bad-yaml", "a list in brackets does not end on its line, expected `]`");
            return list;
        }
        foreach (var item in text[1..^1].Split(',').Select(i => i.Trim(' ')).Where(i => i.Length > 0))
            list.Items.Add(Scalar(item, list, null, list.Items.Count, line));
        return list;
    }

    private LocatedValue FlowMapping(string text, LocatedValue parent, string key, int line)
    {
        var mapping = new LocatedValue(LocatedKind.Object, line, null) { Parent = parent, Name = key };
        if (text[^1] != '}')
            _sink.Error(line, "bad-yaml", "a mapping in braces does not end on its line, expected `}`");
        foreach (var item in text.TrimEnd('}')[1..].Split(',').Select(i => i.Trim(' ')).Where(i => i.Length > 0))
        {
            if (Colon(item) is not (> 0 and var colon) || mapping.Find(Unquoted(item[..colon], line)) is not null || item[(colon + 1)..].Trim(' ') is not { Length: > 0 } value)
                _sink.Error(line, "bad-yaml", $"`{PolicyDiagnostic.Quote(item)}` is no `key: value`, or its key is there twice");
            else
                mapping.Members.Add(new LocatedMember(Unquoted(item[..colon], line), line, Scalar(value, mapping, Unquoted(item[..colon], line), 0, line)));
        }
        return mapping;
    }

    private LocatedValue Scalar(string text, LocatedValue parent, string? key, int index, int line)
    {
        var kind = text switch
        {
            "true" => LocatedKind.True,
            "false" => LocatedKind.False,
            "null" or "~" => LocatedKind.Null,
            _ => LocatedKind.Text,
        };
        if ("{&*!|>%@`".Contains(text[0]) && text != "*")
            _sink.Error(line, "bad-yaml", $"`{PolicyDiagnostic.Quote(text)}` is more YAML than an intent may have, expected a plain or quoted value");
        return new LocatedValue(kind, line, kind == LocatedKind.Text ? Unquoted(text, line) : null) { Parent = parent, Name = key, Index = index };
    }

    private string Unquoted(string text, int line)
    {
        if (text.Length == 0 || text[0] is not ('"' or '\''))
            return text;
        if (text.Length >= 2 && text[^1] == text[0] && !text[1..^1].Contains(text[0]) && !text.Contains('\\'))
            return text[1..^1];
        _sink.Error(line, "bad-yaml", $"`{PolicyDiagnostic.Quote(text)}` is quoted in a way that is not read here, expected no escapes and the same quote at its end");
        return text;
    }
}
