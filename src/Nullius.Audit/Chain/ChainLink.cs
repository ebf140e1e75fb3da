using System.Buffers.Text;

namespace Nullius.Audit.Chain;

/// <summary>
/// The member that the trail adds at the end of a line: <c>"audit":{"seq":N,"prev":"…","at":N}}</c>. Written and read in
/// exactly this spelling: another spelling of the same JSON is an altered line.
/// </summary>
internal readonly record struct ChainLink(long Sequence, Digest Previous, long At)
{
    /// <summary>No link is longer, the comma before and the line feed after included.</summary>
    public const int MostBytes = 160;

    private static ReadOnlySpan<byte> Head => "\"audit\":{\"seq\":"u8;

    private static ReadOnlySpan<byte> Prev => ",\"prev\":\""u8;

    private static ReadOnlySpan<byte> Time => "\",\"at\":"u8;

    private static ReadOnlySpan<byte> End => "}}"u8;

    /// <summary>Writes the link, closing the object; returns the number of bytes.</summary>
    public int Write(Span<byte> destination)
    {
        var at = 0;
        Put(Head, destination, ref at);
        Utf8Formatter.TryFormat(Sequence, destination[at..], out var digits);
        at += digits;
        Put(Prev, destination, ref at);
        Previous.Format(destination.Slice(at, Digest.Characters));
        at += Digest.Characters;
        Put(Time, destination, ref at);
        Utf8Formatter.TryFormat(At, destination[at..], out digits);
        at += digits;
        Put(End, destination, ref at);
        return at;
    }

    /// <summary>Reads the link of a line without its line feed.</summary>
    public static bool TryRead(ReadOnlySpan<byte> line, out ChainLink link)
    {
        link = default;
        var start = line.LastIndexOf(Head);
        if (start < 1 || line.Length - start > MostBytes || line[0] != '{')
            return false;
        var rest = line[(start + Head.Length)..];
        if (!TakeNumber(ref rest, out var sequence) || !Take(ref rest, Prev)
            || rest.Length < Digest.Characters || !Digest.TryParse(rest[..Digest.Characters], out var previous))
            return false;
        rest = rest[Digest.Characters..];
        if (!Take(ref rest, Time) || !TakeNumber(ref rest, out var at) || !rest.SequenceEqual(End))
            return false;
        link = new ChainLink(sequence, previous, at);
        return true;
    }

    private static void Put(ReadOnlySpan<byte> text, Span<byte> destination, ref int at)
    {
        text.CopyTo(destination[at..]);
        at += text.Length;
    }

    private static bool Take(ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> text)
    {
        if (!rest.StartsWith(text))
            return false;
        rest = rest[text.Length..];
        return true;
    }

    private static bool TakeNumber(ref ReadOnlySpan<byte> rest, out long number)
    {
        if (!Utf8Parser.TryParse(rest, out number, out var digits) || number < 0 || rest[0] is < (byte)'0' or > (byte)'9')
            return false;
        rest = rest[digits..];
        return true;
    }
}
