using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Nullius.Server.Configuration;

/// <summary>
/// Parses YAML into nodes that know their line. Only the plain part of YAML is read: one document, no anchors, aliases,
/// tags or merge keys, bounded in size and depth, so that what a person reads is what is meant.
/// </summary>
internal sealed class ConfigDocument
{
    private const int LargestFile = 1 << 20;
    private const int DeepestNesting = 16;
    private const int MostNodes = 50_000;

    private readonly ConfigReport report;
    private readonly IParser parser;
    private int nodes;

    private ConfigDocument(ConfigReport report, IParser parser)
    {
        this.report = report;
        this.parser = parser;
    }

    /// <summary>The document's outermost map; null when the text cannot be read as one (the report says why).</summary>
    public static ConfigMap? Parse(string text, ConfigReport report)
    {
        if (text.Length > LargestFile)
        {
            report.Error(0, "too-large", $"the file has {text.Length} characters: expected at most {LargestFile}");
            return null;
        }
        var parser = new Parser(new StringReader(text));
        try
        {
            return new ConfigDocument(report, parser).ReadDocument();
        }
        catch (YamlException fault)
        {
            report.Error((int)fault.Start.Line, "bad-yaml", "not YAML: " + FirstLine(fault.Message));
        }
        catch (InvalidOperationException)
        {
            // The library's own tables do not expect every malformed document.
            report.Error((int)(parser.Current?.End.Line ?? 1), "bad-yaml", "not YAML after this line");
        }
        return null;
    }

    private ConfigMap? ReadDocument()
    {
        parser.Consume<StreamStart>();
        if (parser.Accept<StreamEnd>(out _))
        {
            report.Error(0, "empty", "the file is empty: expected at least `domain`");
            return null;
        }
        parser.Consume<DocumentStart>();
        var root = ReadNode(0);
        parser.Consume<DocumentEnd>();
        if (parser.Current is DocumentStart second) report.Error((int)second.Start.Line, "several-documents", "a second document begins: expected one");
        if (root is ConfigMap map) return map;
        if (root is not null) report.Error(root.Line, "not-a-map", "expected keys with values (`domain: example.org`) at the top");
        return null;
    }

    private ConfigNode? ReadNode(int depth)
    {
        var at = parser.Current!;
        var line = (int)at.Start.Line;
        if (depth > DeepestNesting) throw new YamlException(at.Start, at.End, $"nested deeper than {DeepestNesting} levels");
        if (++nodes > MostNodes) throw new YamlException(at.Start, at.End, $"more than {MostNodes} values");
        if (at is NodeEvent node) RefuseDecoration(node, line);
        switch (at)
        {
            case AnchorAlias alias:
                parser.MoveNext();
                report.Error(line, "alias", $"alias `*{alias.Value}` is not supported: write the value itself");
                return null;
            case Scalar scalar:
                parser.MoveNext();
                return new ConfigScalar(line, scalar.Value, scalar.Style == ScalarStyle.Plain);
            case SequenceStart:
                return ReadList(line, depth);
            default:
                return ReadMap(line, depth);
        }
    }

    private ConfigList ReadList(int line, int depth)
    {
        parser.Consume<SequenceStart>();
        var items = new List<ConfigNode>();
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            if (ReadNode(depth + 1) is { } item) items.Add(item);
        }
        return new ConfigList(line, items);
    }

    private ConfigMap ReadMap(int line, int depth)
    {
        parser.Consume<MappingStart>();
        var entries = new List<ConfigEntry>();
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = ReadNode(depth + 1);
            var value = ReadNode(depth + 1);
            if (key is not ConfigScalar name)
            {
                if (key is not null) report.Error(key.Line, "bad-key", "a key is a list or a map: expected a name");
            }
            else if (!lines.TryAdd(name.Text, name.Line))
            {
                report.Error(name.Line, "duplicate-key", $"key `{ConfigReport.Quote(name.Text)}` was already given on line {lines[name.Text]}: expected it once");
            }
            else if (value is not null)
            {
                entries.Add(new ConfigEntry(name.Text, name.Line, value));
            }
        }
        return new ConfigMap(line, entries);
    }

    private void RefuseDecoration(NodeEvent node, int line)
    {
        if (!node.Anchor.IsEmpty) report.Error(line, "anchor", $"anchor `&{node.Anchor.Value}` is not supported: write values where they are used");
        if (!node.Tag.IsEmpty && !node.Tag.IsNonSpecific) report.Error(line, "tag", $"tag `{node.Tag.Value}` is not supported: types follow from the key");
    }

    private static string FirstLine(string message) => message.ReplaceLineEndings("\n").Split('\n')[0];
}
