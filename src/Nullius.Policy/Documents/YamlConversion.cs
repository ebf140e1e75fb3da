using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Nullius.Policy.Documents;

/// <summary>
/// Turns YAML into JSON whose values stand on the lines where the YAML has them, so that whatever is said of the JSON holds for the
/// YAML. Reads the plain part of the language: no anchors, aliases, merge keys and tags; plain scalars by the core schema of
/// YAML 1.2. Several documents become one array.
/// </summary>
internal sealed partial class YamlConversion
{
    internal const int MaxBytes = 16 * 1024 * 1024;
    private const int MaxEvents = 4_000_000;
    private const int MaxDepth = 128;
    private const string TextTag = "tag:yaml.org,2002:str";

    private readonly ArrayBufferWriter<byte> _json = new();
    private readonly Stack<Frame> _frames = new();
    private int _line = 1;

    private YamlConversion()
    {
    }

    /// <summary>A map or a list that is open.</summary>
    private sealed class Frame(bool isMap)
    {
        internal bool IsMap => isMap;

        internal int Count { get; set; }

        /// <summary>In a map: the name was read, its value follows.</summary>
        internal bool Named { get; set; }
    }

    // A number that JSON writes the same; anything else that YAML might count as one stays text (`012` is an account's, not an octal's).
    [GeneratedRegex("^-?(0|[1-9][0-9]{0,17})(\\.[0-9]{1,18})?([eE][+-]?[0-9]{1,3})?$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Number { get; }

    /// <summary>True when the text does not begin as a JSON object or array does, and does begin as a YAML map or list.</summary>
    internal static bool Is(ReadOnlySpan<byte> utf8)
    {
        var text = utf8.TrimStart(" \t\r\n"u8);
        if (text.IsEmpty || text[0] is (byte)'{' or (byte)'[' or (byte)'"')
            return false;
        if (utf8.Length > MaxBytes)
            return true;
        try
        {
            var parser = new Parser(new StringReader(Encoding.UTF8.GetString(Beginning(utf8))));
            for (var events = 0; events < 3 && parser.MoveNext(); events++)
            {
                if (parser.Current is MappingStart or SequenceStart)
                    return true;
            }
        }
        catch (Exception fault) when (fault is YamlException or SystemException and not OutOfMemoryException)
        {
            return BeginsLikeIt(text);
        }
        return false;
    }

    // Malformed from the beginning: whose error is told goes by the first line that says something.
    private static bool BeginsLikeIt(ReadOnlySpan<byte> text)
    {
        foreach (var range in text.Split((byte)'\n'))
        {
            var line = text[range].Trim(" \t\r"u8);
            if (line.IsEmpty || line[0] == '#')
                continue;
            return line.StartsWith("- "u8) || line.StartsWith("---"u8) || line.EndsWith(":"u8) || line.IndexOf(": "u8) > 0;
        }
        return false;
    }

    /// <summary>The JSON; null after an error.</summary>
    internal static byte[]? Convert(ReadOnlySpan<byte> utf8, DiagnosticSink sink)
    {
        if (utf8.Length > MaxBytes)
        {
            sink.Error(0, "too-large", $"the document has {utf8.Length} bytes, expected at most {MaxBytes} of YAML");
            return null;
        }
        // Readers disagree on what a tab continues: none of them may think otherwise of a policy.
        if (IndexOfTab(utf8) is >= 0 and var tab)
        {
            sink.Error(utf8[..tab].Count((byte)'\n') + 1, "bad-yaml", "not valid YAML: the line begins with a tab, expected spaces");
            return null;
        }
        var parser = new Parser(new StringReader(Encoding.UTF8.GetString(utf8)));
        try
        {
            return new YamlConversion().Convert(parser);
        }
        catch (YamlException fault)
        {
            sink.Error((int)fault.Start.Line, "bad-yaml", "not valid YAML: " + FirstLine(fault.Message));
        }
        catch (EncoderFallbackException)
        {
            sink.Error(LineOf(parser), "bad-yaml", "not valid YAML: a string has an escape that is not a character");
        }
        catch (SystemException fault) when (fault is not OutOfMemoryException)
        {
            // The library's own tables do not expect every malformed document.
            sink.Error(LineOf(parser), "bad-yaml", "not valid YAML after this line");
        }
        return null;
    }

    private static int IndexOfTab(ReadOnlySpan<byte> utf8)
    {
        if (utf8[0] == '\t')
            return 0;
        var at = utf8.IndexOf("\n\t"u8);
        return at < 0 ? -1 : at + 1;
    }

    // Enough for the first key, whole lines of it; a line that is longer belongs to nothing that people write.
    private static ReadOnlySpan<byte> Beginning(ReadOnlySpan<byte> utf8)
    {
        const int Enough = 64 * 1024;
        if (utf8.Length <= Enough)
            return utf8;
        var end = utf8[..Enough].LastIndexOf((byte)'\n');
        return end < 0 ? [] : utf8[..end];
    }

    private byte[] Convert(Parser parser)
    {
        var documents = 0;
        for (var events = 0; parser.MoveNext(); events++)
        {
            if (events > MaxEvents)
                throw Fault(parser.Current!, $"more than {MaxEvents} values");
            switch (parser.Current)
            {
                case DocumentStart when documents++ > 0:
                    Put(","u8);
                    break;
                case AnchorAlias alias:
                    throw Fault(alias, $"alias `*{alias.Value}` is not supported: write the value itself");
                case NodeEvent node:
                    Take(node);
                    break;
                case MappingEnd end:
                    Close("}"u8, end);
                    break;
                case SequenceEnd end:
                    Close("]"u8, end);
                    break;
            }
        }
        return documents > 1 ? [(byte)'[', .. _json.WrittenSpan, (byte)']'] : _json.WrittenSpan.ToArray();
    }

    private void Take(NodeEvent node)
    {
        Refuse(node);
        var frame = _frames.Count == 0 ? null : _frames.Peek();
        if (frame is { IsMap: true, Named: false })
        {
            TakeName(node, frame);
            return;
        }
        if (frame is { IsMap: false, Count: > 0 })
            Put(","u8);
        if (frame is not null)
            (frame.Count, frame.Named) = (frame.Count + 1, false);
        GoTo(node);
        switch (node)
        {
            case MappingStart:
                Open("{"u8, node, isMap: true);
                break;
            case SequenceStart:
                Open("["u8, node, isMap: false);
                break;
            case Scalar scalar:
                Put(scalar);
                break;
        }
    }

    private void TakeName(NodeEvent node, Frame frame)
    {
        if (node is not Scalar name)
            throw Fault(node, "a key is a list or a map, expected a name");
        if (name is { Value: "<<", Style: ScalarStyle.Plain })
            throw Fault(node, "merge keys are not supported: write the members where they are used");
        if (frame.Count > 0)
            Put(","u8);
        GoTo(node);
        PutText(name.Value);
        Put(":"u8);
        frame.Named = true;
    }

    private static void Refuse(NodeEvent node)
    {
        if (!node.Anchor.IsEmpty)
            throw Fault(node, $"anchor `&{node.Anchor.Value}` is not supported: write values where they are used");
        if (!node.Tag.IsEmpty && !node.Tag.IsNonSpecific && !(node is Scalar && node.Tag.Value == TextTag))
            throw Fault(node, $"tag `{PolicyDiagnostic.Quote(node.Tag.Value)}` is not supported: write the value that it stands for");
    }

    private void Open(ReadOnlySpan<byte> bracket, NodeEvent node, bool isMap)
    {
        if (_frames.Count == MaxDepth)
            throw Fault(node, $"nested deeper than {MaxDepth} levels");
        Put(bracket);
        _frames.Push(new Frame(isMap));
    }

    private void Close(ReadOnlySpan<byte> bracket, ParsingEvent end)
    {
        if (_frames.Peek().Named)
            throw Fault(end, "a key has no value");
        _frames.Pop();
        Put(bracket);
    }

    private void Put(Scalar scalar)
    {
        if (scalar.Style != ScalarStyle.Plain || !scalar.Tag.IsEmpty)
        {
            PutText(scalar.Value);
            return;
        }
        switch (scalar.Value)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                Put("null"u8);
                break;
            case "true" or "True" or "TRUE":
                Put("true"u8);
                break;
            case "false" or "False" or "FALSE":
                Put("false"u8);
                break;
            case var number when Number.IsMatch(number):
                Put(Encoding.ASCII.GetBytes(number));
                break;
            default:
                PutText(scalar.Value);
                break;
        }
    }

    private void PutText(string text)
    {
        Put("\""u8);
        Put(JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
        Put("\""u8);
    }

    private void GoTo(ParsingEvent place)
    {
        for (; _line < place.Start.Line; _line++)
            Put("\n"u8);
    }

    private void Put(ReadOnlySpan<byte> json) => _json.Write(json);

    private static int LineOf(Parser parser) => (int)Math.Min(int.MaxValue, parser.Current?.End.Line ?? 1);

    private static YamlException Fault(ParsingEvent at, string message) => new(at.Start, at.End, message);

    private static string FirstLine(string message)
    {
        var line = message.ReplaceLineEndings("\n").Split('\n')[0];
        return line.Length <= 300 ? line : string.Create(CultureInfo.InvariantCulture, $"{line.AsSpan(0, 300)}…");
    }
}
