using System.Runtime.InteropServices;

namespace Nullius.Audit.Chain;

/// <summary>Makes lines of the chain out of records, in one buffer, so that several are one write. Used under the trail's gate.</summary>
internal sealed class ChainedLines(int mostBytes)
{
    // The byte before a line is free while it is hashed.
    private const int Before = 1;

    private readonly byte[] _bytes = new byte[Before + mostBytes];
    private readonly List<Digest> _hashes = new(64);
    private int _length;

    /// <summary>Sequence of the last line.</summary>
    public long Sequence { get; private set; }

    /// <summary>Hash of the last line.</summary>
    public Digest Last { get; private set; }

    /// <summary>The lines, each with its line feed.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(Before, _length);

    /// <summary>The hash of each line.</summary>
    public ReadOnlySpan<Digest> Hashes => CollectionsMarshal.AsSpan(_hashes);

    /// <summary>Empties the buffer; the next line follows the one given.</summary>
    public void Begin(long sequence, Digest last)
    {
        _length = 0;
        _hashes.Clear();
        (Sequence, Last) = (sequence, last);
    }

    /// <summary>Adds the line of a record, written at that time (milliseconds since 1970).</summary>
    public void Add(ReadOnlySpan<byte> body, long at)
    {
        var marked = _bytes.AsSpan(_length);
        var line = marked[Before..];
        var end = body.Length - 1;
        body[..end].CopyTo(line);
        if (body[..end].TrimEnd((byte)' ').Length > 1)
            line[end++] = (byte)',';
        end += new ChainLink(Sequence + 1, Last, at).Write(line[end..]);
        Last = Digest.OfLineAfter(marked[..(Before + end)]);
        _hashes.Add(Last);
        line[end++] = (byte)'\n';
        Sequence++;
        _length += end;
    }
}
