using System.Buffers;
using System.Globalization;
using System.Text;

namespace Nullius.Gateway.Reception;

/// <summary>
/// Reads a raw request target into its one canonical form, or says why it has none (RFC 3986, section 6.2.2; law 2).
/// Two spellings are mapped and nothing else: hex digits of an encoding become upper case, and an encoded sub-delimiter,
/// colon or at sign in the path becomes the plain character. INVARIANT: reading a canonical target yields itself.
/// </summary>
internal static class TargetReader
{
    public const int MaxLength = 8192;

    // Unreserved, sub-delimiters without the semicolon, colon, at sign, slash: RFC 3986 pchar.
    private static readonly SearchValues<char> PlainPath =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_~!$&'()*+,=:@");

    // What browsers leave plain in a query (URL Standard, query percent-encode set), without the backslash.
    private static readonly SearchValues<char> PlainQuery =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@/?[]{}|^`");

    private const string Mapped = "!$&'()*+,=:@";

    /// <summary>Reads a target. On a fault both outputs are empty.</summary>
    public static RequestFault Read(string raw, out string path, out string query)
    {
        path = query = "";
        if (raw.Length == 0 || raw[0] != '/')
            return RequestFault.TargetForm;
        if (raw.Length > MaxLength)
            return RequestFault.TargetTooLong;

        var mark = raw.IndexOf('?', StringComparison.Ordinal);
        var rawPath = mark < 0 ? raw.AsSpan() : raw.AsSpan(0, mark);
        if (mark >= 0 && ReadQuery(raw.AsSpan(mark + 1)) is var queryFault and not RequestFault.None)
            return queryFault;

        var fault = ReadPath(rawPath, out var rewritten);
        if (fault != RequestFault.None)
            return fault;
        path = rewritten ?? (mark < 0 ? raw : raw[..mark]);
        query = mark < 0 ? "" : raw[mark..];
        return RequestFault.None;
    }

    private static RequestFault ReadPath(ReadOnlySpan<char> path, out string? rewritten)
    {
        rewritten = null;
        var segment = 1;
        var escaped = false;
        for (var i = 1; i < path.Length; i++)
        {
            var c = path[i];
            if (c == '/')
            {
                if (SegmentFault(path[segment..i], last: false) is var fault and not RequestFault.None)
                    return fault;
                segment = i + 1;
            }
            else if (c == '%')
            {
                escaped = true;
            }
            else if (c != '.' && !PlainPath.Contains(c))
            {
                return CharacterFault(c);
            }
        }

        if (SegmentFault(path[segment..], last: true) is var lastFault and not RequestFault.None)
            return lastFault;
        return escaped ? ReadEscapes(path, out rewritten) : RequestFault.None;
    }

    private static RequestFault SegmentFault(ReadOnlySpan<char> segment, bool last) => segment switch
    {
        [] => last ? RequestFault.None : RequestFault.EmptySegment,
        ['.'] or ['.', '.'] => RequestFault.DotSegment,
        // Windows file systems drop dots and spaces at the end of a name.
        [.., '.'] or [.., '%', '2', '0'] => RequestFault.SegmentEnd,
        _ => RequestFault.None,
    };

    private static RequestFault ReadEscapes(ReadOnlySpan<char> path, out string? rewritten)
    {
        rewritten = null;
        var buffer = new StringBuilder(path.Length);
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] != '%')
            {
                buffer.Append(path[i]);
                continue;
            }

            if (!TryByte(path, i, out var value))
                return RequestFault.InvalidEscape;
            if (value >= 0x80)
            {
                if (ReadRune(path, ref i, buffer) is var runeFault and not RequestFault.None)
                    return runeFault;
                continue;
            }

            if (EscapeFault(path, i, value) is var fault and not RequestFault.None)
                return fault;
            if (Mapped.Contains((char)value, StringComparison.Ordinal))
                buffer.Append((char)value);
            else
                AppendEscape(buffer, value);
            i += 2;
        }

        rewritten = path.SequenceEqual(buffer.ToString()) ? null : buffer.ToString();
        return RequestFault.None;
    }

    private static RequestFault EscapeFault(ReadOnlySpan<char> path, int at, byte value)
    {
        if (value is (byte)'/' or (byte)'\\')
            return RequestFault.EncodedSeparator;
        if (value is < 0x20 or 0x7F)
            return RequestFault.EncodedControl;
        if (value == (byte)';')
            return RequestFault.PathParameter;
        // A proxy or framework that decodes before it splits sees a query or a fragment here.
        if (value is (byte)'?' or (byte)'#')
            return RequestFault.EncodedDelimiter;
        if (value == (byte)'%')
            return IsTwice(path, at) ? RequestFault.DoubleEncoding : RequestFault.None;
        return char.IsAsciiLetterOrDigit((char)value) || value is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~'
            ? RequestFault.EncodedUnreserved
            : RequestFault.None;
    }

    // `%25` before two hex digits is an encoding for whoever decodes once more. Digits may themselves come out of an
    // encoding (`%25%34%31`), which is refused as encoded unreserved characters.
    private static bool IsTwice(ReadOnlySpan<char> path, int at) =>
        at + 4 < path.Length && char.IsAsciiHexDigit(path[at + 3]) && char.IsAsciiHexDigit(path[at + 4]);

    private static RequestFault ReadRune(ReadOnlySpan<char> path, ref int i, StringBuilder buffer)
    {
        Span<byte> bytes = stackalloc byte[4];
        var count = 0;
        while (count < 4 && i + (3 * count) < path.Length && path[i + (3 * count)] == '%' && TryByte(path, i + (3 * count), out var next) && next >= 0x80)
            bytes[count++] = next;
        if (Rune.DecodeFromUtf8(bytes[..count], out var rune, out var used) != OperationStatus.Done)
            return RequestFault.InvalidUtf8;
        if (rune.Value < 0xA0)
            return RequestFault.EncodedControl;
        if (IsConfusable(rune.Value))
            return RequestFault.ConfusableCharacter;
        foreach (var value in bytes[..used])
            AppendEscape(buffer, value);
        i += (3 * used) - 1;
        return RequestFault.None;
    }

    // Characters that compatibility folding or a code page's best fit turns into `.`, `/`, `\`, `%` or `;`, and invisible ones.
    private static bool IsConfusable(int rune) => rune is
        0xFF0E or 0xFF0F or 0xFF3C or 0xFF05 or 0xFF1B or 0x2024 or 0x2025 or 0x2026 or 0x2044 or 0x2215 or 0x2216 or 0x29F8
        or 0xFE52 or 0xFE54 or 0xFE68 or 0xFE6A or 0x037E or (>= 0x200B and <= 0x200F) or (>= 0x202A and <= 0x202E) or 0x2028 or 0x2029 or 0xFEFF
        or (>= 0xFFF9 and <= 0xFFFF);

    private static void AppendEscape(StringBuilder buffer, byte value) =>
        buffer.Append('%').Append(value.ToString("X2", CultureInfo.InvariantCulture));

    private static RequestFault ReadQuery(ReadOnlySpan<char> query)
    {
        for (var i = 0; i < query.Length; i++)
        {
            var c = query[i];
            if (c == '%')
            {
                if (!TryByte(query, i, out var value))
                    return RequestFault.InvalidEscape;
                if (value == 0)
                    return RequestFault.EncodedControl;
                i += 2;
            }
            else if (!PlainQuery.Contains(c))
            {
                return CharacterFault(c);
            }
        }

        return RequestFault.None;
    }

    private static RequestFault CharacterFault(char c) => c switch
    {
        < ' ' or '\x7f' => RequestFault.ControlCharacter,
        > '\x7f' => RequestFault.NonAscii,
        '#' => RequestFault.Fragment,
        '\\' => RequestFault.Backslash,
        ';' => RequestFault.PathParameter,
        _ => RequestFault.ForbiddenCharacter,
    };

    private static bool TryByte(ReadOnlySpan<char> text, int at, out byte value)
    {
        value = 0;
        if (at + 2 >= text.Length || !char.IsAsciiHexDigit(text[at + 1]) || !char.IsAsciiHexDigit(text[at + 2]))
            return false;
        value = (byte)((HexValue(text[at + 1]) << 4) | HexValue(text[at + 2]));
        return true;
    }

    private static int HexValue(char digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
