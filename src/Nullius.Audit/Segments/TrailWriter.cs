using Microsoft.Win32.SafeHandles;
using Nullius.Audit.Chain;
using Nullius.Audit.Tips;
using Nullius.Audit.Tree;

namespace Nullius.Audit.Segments;

/// <summary>
/// The writing end of a trail: records become lines of the chain, what has come together becomes one write, and the tip
/// follows. Thread-safe: all of its state is under one gate, which is held over the write.
/// </summary>
internal sealed class TrailWriter : IDisposable
{
    private readonly Lock _gate = new();
    private readonly AuditOptions _options;
    private readonly TimeProvider _time;
    private readonly TrailDisk _disk;
    private readonly TipFile _tip;
    private readonly SegmentWriter _segments;
    private readonly SpaceReserve _reserve;
    private readonly ChainedLines _lines;
    private readonly FreshLeaves _fresh;
    private readonly Queue<(SafeFileHandle File, TrailPosition End)> _complete = new();
    private long _sequence;
    private Digest _last;
    private volatile bool _starved;
    private volatile string? _fault;
    private bool _closed;

    /// <param name="options">Where and how.</param>
    /// <param name="time">Stamps the lines.</param>
    /// <param name="disk">The file system.</param>
    /// <param name="tip">Marked after each write; becomes the writer's to dispose.</param>
    /// <param name="position">Where the trail ends.</param>
    /// <param name="fresh">Gets the hashes of what is written.</param>
    public TrailWriter(AuditOptions options, TimeProvider time, TrailDisk disk, TipFile tip, TrailPosition position, FreshLeaves fresh)
    {
        (_options, _time, _disk, _tip, _fresh) = (options, time, disk, tip, fresh);
        _lines = new ChainedLines(options.MostRecordBytes + ChainLink.MostBytes + Waiting.MostLineBytes + Joined.MostLineBytes);
        (_sequence, _last) = (position.Sequence, position.Last);
        _segments = new SegmentWriter(disk, options.Folder, position.Segment, position.Offset);
        _reserve = new SpaceReserve(disk, options.Folder, options.ReservedBytes);
        _starved = !_reserve.TryRefill();
    }

    /// <summary>Records that nobody waits for. They stay over a failed write.</summary>
    public WaitingRecords Waiting { get; } = new(mostBytes: 64 * 1024, mostRecords: 128);

    /// <summary>Records that somebody waits for, until <see cref="WriteJoined"/>.</summary>
    public WaitingRecords Joined { get; } = new(mostBytes: 256 * 1024, mostRecords: 512);

    public TrailPosition Position
    {
        get
        {
            lock (_gate)
                return Here;
        }
    }

    /// <summary>Why nothing is taken any more; null while all is well.</summary>
    public string? Fault => _fault;

    /// <summary>Why ordinary records are not taken now; null while they are.</summary>
    public string? Problem => _fault ?? (_starved ? Starved : null);

    private TrailPosition Here => new(_sequence, _last, _segments.Index, _segments.Offset);

    private string Starved => $"the disk of the audit trail `{_options.Folder}` is full: only administrators' records are taken until space is free";

    /// <summary>Writes one record, and what has come before it; returns its sequence.</summary>
    /// <exception cref="AuditUnavailableException">It could not be written.</exception>
    /// <exception cref="ObjectDisposedException">The trail is closed.</exception>
    public long Write(ReadOnlySpan<byte> body, bool reserved)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            if ((reserved ? _fault : Problem) is { } problem)
                throw new AuditUnavailableException(problem);
            WriteLines(body, reserved);
            return _sequence;
        }
    }

    /// <summary>Writes what waits and what has joined. Where that fails, the one waits on and the other is told.</summary>
    public void WriteWaiting()
    {
        lock (_gate)
        {
            if (_fault is not null || (Waiting.IsEmpty && Joined.IsEmpty))
                return;
            try
            {
                WriteLines([], reserved: false);
            }
            catch (AuditUnavailableException)
            {
                // What waits goes with the next record or at the next tick.
            }
        }
    }

    /// <summary>Writes those that have joined, with what waits; tells them how it went.</summary>
    public void WriteJoined()
    {
        lock (_gate)
        {
            if (Joined.IsEmpty)
                return;
            if (Problem is { } problem)
            {
                Joined.Refuse(new AuditUnavailableException(problem));
                return;
            }

            try
            {
                WriteLines([], reserved: false);
            }
            catch (AuditUnavailableException)
            {
                // Those who wait have been told.
            }
        }
    }

    /// <summary>Takes no more from its callers; false when it took none before.</summary>
    public bool Close()
    {
        lock (_gate)
        {
            if (_closed)
                return false;
            return _closed = true;
        }
    }

    /// <summary>Nothing is taken any more: what is on the disk is not known.</summary>
    public void Fail(string fault) => _fault ??= fault;

    /// <summary>What a flush has to make durable: so many complete segments, then the current one up to that record.</summary>
    public (SafeFileHandle File, long Sequence, int Complete) Unflushed()
    {
        lock (_gate)
            return (_segments.File, _sequence, _complete.Count);
    }

    /// <summary>The oldest segment that is complete and not yet flushed.</summary>
    public (SafeFileHandle File, TrailPosition End) Complete()
    {
        lock (_gate)
            return _complete.Peek();
    }

    /// <summary>The oldest complete segment is flushed and closed.</summary>
    public void Completed()
    {
        lock (_gate)
            _complete.Dequeue();
    }

    /// <summary>Opens the file that follows, off the hot path, once the present one is half full.</summary>
    public void PrepareNext()
    {
        int index;
        lock (_gate)
        {
            if (_closed || _segments.HasNext || _segments.Offset < _options.SegmentBytes / 2)
                return;
            index = _segments.Index;
        }

        SafeFileHandle? next = _disk.Open(SegmentFiles.PathOf(_options.Folder, index + 1));
        lock (_gate)
        {
            // A burst may have rolled meanwhile: then this file is the current one already.
            if (!_closed && !_segments.HasNext && _segments.Index == index)
            {
                _segments.Prepare(next);
                next = null;
            }
        }

        next?.Dispose();
        _disk.FlushFolder(_options.Folder);
    }

    /// <summary>Takes the reserve back when there is room again.</summary>
    public void Replenish()
    {
        lock (_gate)
        {
            if (!_closed && (_starved || !_reserve.IsFull))
                _starved = !_reserve.TryRefill();
        }
    }

    /// <summary>Keeps a signed statement in the tip.</summary>
    public void Keep(ReadOnlySpan<byte> statement) => _tip.Keep(statement);

    /// <summary>Marks the tip with another key from here on.</summary>
    public void ChangeKey(AuditSigningKey next)
    {
        lock (_gate)
            _tip.ChangeKey(next, Here);
    }

    public void Dispose()
    {
        _segments.Dispose();
        _tip.Dispose();
    }

    // INVARIANT: under _gate. What came before goes first, in the same write; where that does not fit, what nobody waits for stays behind.
    private void WriteLines(ReadOnlySpan<byte> body, bool reserved)
    {
        try
        {
            // The reserve is for what it is kept for.
            if (!TryWriteLines(body, reserved, withWaiting: !(reserved && _starved)))
                TryWriteLines(body, reserved, withWaiting: false);
        }
        catch (AuditUnavailableException fault)
        {
            Joined.Forget(fault);
            throw;
        }

        _fresh.Add(_sequence, _lines.Hashes);
        (_sequence, _last) = (_lines.Sequence, _lines.Last);
        // After the lines: the tip never counts one that is not there.
        _tip.Mark(Here);
        Joined.Forget();
        if (_segments.Offset >= _options.SegmentBytes)
            Roll();
    }

    // False when it may go better without what nobody waits for.
    private bool TryWriteLines(ReadOnlySpan<byte> body, bool reserved, bool withWaiting)
    {
        var at = _time.GetUtcNow().ToUnixTimeMilliseconds();
        _lines.Begin(_sequence, _last);
        var waited = withWaiting && Waiting.AddTo(_lines, at);
        var awaited = Joined.AddTo(_lines, at);
        if (body.Length > 0)
            _lines.Add(body, at);
        try
        {
            Put(_lines.Written, reserved);
            if (withWaiting)
                Waiting.Forget();
            return true;
        }
        catch (AuditUnavailableException) when (waited && (awaited || body.Length > 0) && _fault is null)
        {
            return false;
        }
    }

    private void Put(ReadOnlySpan<byte> lines, bool reserved)
    {
        while (true)
        {
            try
            {
                _segments.Append(lines);
                return;
            }
            catch (IOException fault)
            {
                if (!_segments.IsClean)
                    _fault = $"audit segment {_options.Folder}/{SegmentFiles.Name(_segments.Index)} is in an unknown state after a failed write: {fault.Message}";
                var full = TrailDisk.IsFull(fault);
                _starved |= full;
                if (_fault is null && full && reserved && _reserve.Release())
                    continue;
                throw new AuditUnavailableException(_fault ?? $"audit record not written to `{_options.Folder}`: {fault.Message}", fault);
            }
        }
    }

    // INVARIANT: under _gate. The file that follows is opened beforehand; only when a burst outruns that by a whole segment is it opened here.
    private void Roll()
    {
        if (!_segments.HasNext)
        {
            if (_segments.Offset < 2 * _options.SegmentBytes)
                return;
            try
            {
                _segments.Prepare(_segments.OpenNext());
            }
            catch (IOException)
            {
                return; // The segment grows on; the record itself is written.
            }
        }

        var end = Here;
        _complete.Enqueue((_segments.Roll(), end));
    }
}
