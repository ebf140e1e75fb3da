using System.Buffers.Binary;
using Nullius.Audit.Chain;

namespace Nullius.Audit.Segments;

/// <summary>
/// Records that wait for the next write, bounded in number and bytes. Added by anyone; taken, and after the write forgotten,
/// under the trail's gate. Whoever joins learns how it went.
/// </summary>
internal sealed class WaitingRecords(int mostBytes, int mostRecords)
{
    private readonly Lock _lock = new();
    private byte[] _arriving = new byte[mostBytes];
    private byte[] _taken = new byte[mostBytes];
    private int _length;
    private int _count;
    private int _takenLength;
    private bool _closed;
    private TaskCompletionSource? _arrivingEnd;
    private TaskCompletionSource? _takenEnd;

    /// <summary>The longest lines that the waiting records can make.</summary>
    public int MostLineBytes => mostBytes + (mostRecords * ChainLink.MostBytes);

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
            return Put(body);
    }

    /// <summary>As <see cref="TryAdd"/>, with what completes when the record is written; null when it was not added.</summary>
    public Task? TryJoin(ReadOnlySpan<byte> body)
    {
        lock (_lock)
            return Put(body) ? (_arrivingEnd ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task : null;
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

    /// <summary>Those that were taken are written, or, with a fault, never will be.</summary>
    public void Forget(Exception? fault = null)
    {
        _takenLength = 0;
        if (_takenEnd is not { } end)
            return;
        _takenEnd = null;
        if (fault is null)
            end.SetResult();
        else
            end.SetException(fault);
    }

    /// <summary>None of those that wait now will be written.</summary>
    public void Refuse(Exception fault)
    {
        if (_takenLength == 0)
            Take();
        Forget(fault);
    }

    /// <summary>Takes no more.</summary>
    public void Close()
    {
        lock (_lock)
            _closed = true;
    }

    private bool Put(ReadOnlySpan<byte> body)
    {
        if (_closed || _count == mostRecords || body.Length + sizeof(int) > mostBytes - _length)
            return false;
        BinaryPrimitives.WriteInt32LittleEndian(_arriving.AsSpan(_length), body.Length);
        body.CopyTo(_arriving.AsSpan(_length + sizeof(int)));
        _length += sizeof(int) + body.Length;
        _count++;
        return true;
    }

    private void Take()
    {
        lock (_lock)
        {
            (_arriving, _taken) = (_taken, _arriving);
            (_takenLength, _length, _count) = (_length, 0, 0);
            (_takenEnd, _arrivingEnd) = (_arrivingEnd, null);
        }
    }
}
