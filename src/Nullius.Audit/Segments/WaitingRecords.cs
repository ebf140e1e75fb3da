using System.Buffers.Binary;
using Nullius.Audit.Chain;

namespace Nullius.Audit.Segments;

/// <summary>
/// Records that wait for the next write, bounded in number and bytes. Added by anyone; taken, kept over a failed write and
/// forgotten after a good one under the trail's gate.
/// </summary>
internal sealed class WaitingRecords
{
    /// <summary>The longest lines that the waiting records can make.</summary>
    public const int MostLineBytes = MostBytes + (MostRecords * ChainLink.MostBytes);

    private const int MostBytes = 64 * 1024;
    private const int MostRecords = 128;

    private readonly Lock _lock = new();
    private byte[] _arriving = new byte[MostBytes];
    private byte[] _taken = new byte[MostBytes];
    private int _length;
    private int _count;
    private int _takenLength;
    private bool _closed;

    /// <summary>True when there is nothing to write.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_lock)
                return _length == 0 && _takenLength == 0;
        }
    }

    /// <summary>False when there is no room, or nobody will write it any more.</summary>
    public bool TryAdd(ReadOnlySpan<byte> body)
    {
        lock (_lock)
        {
            if (_closed || _count == MostRecords || body.Length + sizeof(int) > MostBytes - _length)
                return false;
            BinaryPrimitives.WriteInt32LittleEndian(_arriving.AsSpan(_length), body.Length);
            body.CopyTo(_arriving.AsSpan(_length + sizeof(int)));
            _length += sizeof(int) + body.Length;
            _count++;
            return true;
        }
    }

    /// <summary>Adds the lines of those that wait, in the order of arrival; true when there were any. They wait until <see cref="Forget"/>.</summary>
    public bool AddTo(ChainedLines lines, long at)
    {
        if (_takenLength == 0)
            Take();
        for (var rest = _taken.AsSpan(0, _takenLength); rest.Length > 0;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(rest);
            lines.Add(rest.Slice(sizeof(int), length), at);
            rest = rest[(sizeof(int) + length)..];
        }

        return _takenLength > 0;
    }

    /// <summary>Those that were taken are written.</summary>
    public void Forget() => _takenLength = 0;

    /// <summary>Takes no more.</summary>
    public void Close()
    {
        lock (_lock)
            _closed = true;
    }

    private void Take()
    {
        lock (_lock)
        {
            (_arriving, _taken) = (_taken, _arriving);
            (_takenLength, _length, _count) = (_length, 0, 0);
        }
    }
}
