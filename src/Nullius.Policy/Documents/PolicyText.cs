using System.Text;
using System.Text.Unicode;

namespace Nullius.Policy.Documents;

/// <summary>The text of a document as JSON in UTF-8, whatever it was written in: JSON or YAML, UTF-8 or UTF-16 with a byte-order mark.</summary>
public static class PolicyText
{
    /// <summary>Reads the text; lines of the JSON are lines of what was written. False after an error, which is then in <paramref name="diagnostics"/>.</summary>
    /// <param name="bytes">The document; whether the JSON is well-formed is not looked at.</param>
    /// <param name="source">Its name in diagnostics.</param>
    /// <param name="diagnostics">Takes the errors.</param>
    /// <param name="json">JSON in UTF-8 without a mark.</param>
    public static bool TryReadJson(ReadOnlySpan<byte> bytes, string source, ICollection<PolicyDiagnostic> diagnostics, out ReadOnlySpan<byte> json) =>
        TryReadJson(bytes, new DiagnosticSink(source, diagnostics), out json);

    internal static bool TryReadJson(ReadOnlySpan<byte> bytes, DiagnosticSink sink, out ReadOnlySpan<byte> json)
    {
        if (!TryDecode(bytes, sink, out json))
            return false;
        if (!YamlConversion.Is(json))
            return true;
        var converted = YamlConversion.Convert(json, sink);
        json = converted;
        return converted is not null;
    }

    private static bool TryDecode(ReadOnlySpan<byte> bytes, DiagnosticSink sink, out ReadOnlySpan<byte> utf8)
    {
        utf8 = bytes;
        if (bytes is [0xEF, 0xBB, 0xBF, ..])
        {
            utf8 = bytes[3..];
        }
        else if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            try
            {
                var encoding = new UnicodeEncoding(bigEndian: bytes[0] == 0xFE, byteOrderMark: true, throwOnInvalidBytes: true);
                utf8 = Encoding.UTF8.GetBytes(encoding.GetString(bytes[2..]));
            }
            catch (ArgumentException)
            {
                sink.Error(0, "bad-encoding", "the document has a UTF-16 byte-order mark but is not valid UTF-16");
                return false;
            }
        }
        if (Utf8.IsValid(utf8))
            return true;
        sink.Error(FirstInvalidLine(utf8), "bad-encoding", "the document is not valid UTF-8, expected UTF-8 or UTF-16 with a byte-order mark");
        return false;
    }

    private static int FirstInvalidLine(ReadOnlySpan<byte> utf8)
    {
        var line = 1;
        while (!utf8.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(utf8, out var rune, out var consumed) != System.Buffers.OperationStatus.Done)
                return line;
            if (rune.Value == '\n')
                line++;
            utf8 = utf8[consumed..];
        }
        return line;
    }
}
