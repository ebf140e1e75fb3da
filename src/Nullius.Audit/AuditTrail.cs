using Microsoft.Win32.SafeHandles;
using Nullius.Audit.Chain;
using Nullius.Audit.Heads;
using Nullius.Audit.Segments;
using Nullius.Audit.Tips;
using Nullius.Audit.Tree;

namespace Nullius.Audit;

/// <summary>
/// The append-only, hash-chained trail of one node: segments of JSON lines, signed heads (law 6). Thread-safe.
/// </summary>
public sealed class AuditTrail : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Lock _flushGate = new();
    private readonly AuditOptions _options;
    private readonly TimeProvider _time;
    private readonly TrailDisk _disk;
    private readonly SegmentWriter _segments;
    private readonly SpaceReserve _reserve;
    private readonly HeadFile _heads;
    private readonly TipFile _tip;
    private readonly FileStream _writerLock;
    private readonly ChainedLines _lines;
    private readonly WaitingRecords _waiting = new();
    private readonly ITimer _waitingTimer;
    private readonly Queue<(SafeFileHandle File, TrailPosition End)> _complete = new();
    private readonly Queue<TrailPosition> _headsDue = new();
    private readonly PeriodicTimer _timer;
    private Task _maintenance = Task.CompletedTask;

    // Under _gate.
    private long _sequence;
    private Digest _last;
    private int _armed;
    private bool _starved;
    private volatile string? _fault;
    private bool _closed;

    // Under _flushGate.
    private long _durable;
    private long _headAt;
    private readonly TreeFile _tree;
    private (long Size, SignedHead? Head) _stated = (-1, null);

    private AuditTrail(AuditOptions options, TimeProvider time, TrailDisk disk, FileStream writerLock, HeadFile heads, TipFile tip, TreeFile tree, TrailPosition position)
    {
        _options = options;
        _time = time;
        _disk = disk;
        _writerLock = writerLock;
        _heads = heads;
        _tip = tip;
        _tree = tree;
        _lines = new ChainedLines(options.MostRecordBytes + ChainLink.MostBytes + WaitingRecords.MostLineBytes);
        _waitingTimer = time.CreateTimer(static state => ((AuditTrail)state!).WriteWaiting(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _sequence = _durable = position.Sequence;
        _last = position.Last;
        _segments = new SegmentWriter(disk, options.Folder, position.Segment, position.Offset);
        _reserve = new SpaceReserve(disk, options.Folder, options.ReservedBytes);
        _starved = !_reserve.TryRefill();
        _timer = new PeriodicTimer(options.FsyncInterval, time);
    }

    /// <summary>Sequence of the newest record, 0 when there is none.</summary>
    public long Sequence
    {
        get
        {
            lock (_gate)
                return _sequence;
        }
    }

    /// <summary>Why the trail does not take ordinary records now; null while it does.</summary>
    public string? Problem => _fault ?? (Volatile.Read(ref _starved) ? Starved : null);

    private string Starved => $"the disk of the audit trail `{_options.Folder}` is full: only administrators' records are taken until space is free";

    /// <summary>
    /// Opens the trail of a node, making it when it is new. Where a crash left a torn last line, the line is moved to a
    /// <c>.torn</c> file and that fact is the next record.
    /// </summary>
    /// <param name="options">Where and how.</param>
    /// <param name="key">Signs the heads; stays the caller's to dispose, after the trail.</param>
    /// <param name="time">Stamps lines and heads, drives fsync.</param>
    /// <exception cref="AuditUnavailableException">Another process writes it, the disk refuses, or the trail was altered.</exception>
    public static AuditTrail Open(AuditOptions options, AuditSigningKey key, TimeProvider time) => Open(options, key, time, TrailDisk.Real);

    internal static AuditTrail Open(AuditOptions options, AuditSigningKey key, TimeProvider time, TrailDisk disk)
    {
        options.Check();
        FileStream? writerLock = null;
        HeadFile? heads = null;
        TipFile? tip = null;
        try
        {
            Directory.CreateDirectory(options.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            writerLock = WriterLock.Take(options.Folder);
            PublicKeys.Publish(Path.Combine(options.Folder, SegmentFiles.Keys), key);
            heads = HeadFile.Open(options.Folder, options.NodeId, key, disk);
            var recovery = new TrailRecovery(options.Folder, options.NodeId, options.MostRecordBytes, disk);
            var position = recovery.Recover(heads.Newest, key);
            // Made before the first segment: tools that copy a folder by age or by name take it first.
            tip = TipFile.Open(options.Folder, key, position, disk);
            var tree = new TreeFile(options.Folder, options.MostRecordBytes + ChainLink.MostBytes);
            tree.Open(heads.Newest);
            if (heads.Newest is not { IsCurrent: true })
            {
                tree.AdvanceTo(position);
                heads.Append(position, tree.Root(), time.GetUtcNow().ToUnixTimeMilliseconds());
            }

            tip.Keep(heads.Statement(position, time.GetUtcNow().ToUnixTimeMilliseconds()));
            var trail = new AuditTrail(options, time, disk, writerLock, heads, tip, tree, position);
            disk.FlushFolder(options.Folder);
            if (recovery.Torn is { } torn)
                trail.AppendReserved(TrailRecords.Recovered(torn, time.GetUtcNow()));
            if (recovery.Lost is { } lost)
                trail.AppendReserved(TrailRecords.Lost(lost, time.GetUtcNow()));
            trail._maintenance = Task.Run(trail.MaintainAsync);
            return trail;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException or AuditUnavailableException)
        {
            tip?.Dispose();
            heads?.Dispose();
            writerLock?.Dispose();
            if (fault is AuditUnavailableException)
                throw;
            throw new AuditUnavailableException($"audit trail `{options.Folder}` cannot be opened: {fault.Message}", fault);
        }
    }

    /// <summary>
    /// Appends one record. <paramref name="body"/> is one JSON object (UTF-8, one line, OCSF), to which the trail adds its
    /// own member with sequence and hash of the line before. Returns when the line is written.
    /// </summary>
    /// <exception cref="AuditUnavailableException">The record could not be written (disk full, folder gone): the caller must not forward.</exception>
    /// <exception cref="ArgumentException">The body is not one object on one line, or longer than <see cref="AuditOptions.MostRecordBytes"/>.</exception>
    public AuditReceipt Append(ReadOnlySpan<byte> body, Durability durability = Durability.Interval) => Append(body, durability, reserved: false);

    /// <summary>
    /// Appends one record also when the disk is full, out of the reserve: for an administrator's sign-in and what they
    /// then do, and for nothing that an unauthenticated client can cause.
    /// </summary>
    /// <exception cref="AuditUnavailableException">The reserve is used up as well.</exception>
    /// <exception cref="ArgumentException">As <see cref="Append(ReadOnlySpan{byte}, Durability)"/>.</exception>
    public AuditReceipt AppendReserved(ReadOnlySpan<byte> body, Durability durability = Durability.Interval) => Append(body, durability, reserved: true);

    /// <summary>
    /// Appends one record together with the next one, or after <see cref="AuditOptions.LongestWait"/>: for what nobody waits
    /// for. A process that is killed before loses it, and nothing else.
    /// </summary>
    /// <exception cref="AuditUnavailableException">The trail takes no ordinary records now.</exception>
    /// <exception cref="ArgumentException">As <see cref="Append(ReadOnlySpan{byte}, Durability)"/>.</exception>
    public void AppendSoon(ReadOnlySpan<byte> body)
    {
        CheckBody(body);
        if (Problem is { } problem)
            throw new AuditUnavailableException(problem);
        if (!_waiting.TryAdd(body))
            Append(body);
        else if (Interlocked.Exchange(ref _armed, 1) == 0)
            _waitingTimer.Change(_options.LongestWait, Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// Goes on with another signing key: the last head of the present key names it, and heads of both keep verifying.
    /// </summary>
    /// <param name="next">See <see cref="AuditSigningKey.Replace"/>; stays the caller's to dispose, after the trail.</param>
    /// <exception cref="AuditUnavailableException">The disk refuses: the present key stays.</exception>
    public void Rotate(AuditSigningKey next)
    {
        AppendReserved(TrailRecords.KeyReplaced(_heads.KeyId, next.KeyId, _time.GetUtcNow()));
        lock (_flushGate)
        {
            try
            {
                SignHeads(always: true);
                PublicKeys.Publish(Path.Combine(_options.Folder, SegmentFiles.Keys), next);
                var position = _heads.Newest is { } head ? new TrailPosition(head.Size, head.Last, head.Segment, head.EndOffset) : Position();
                _heads.Rotate(next, position, _tree.Root(), _time.GetUtcNow().ToUnixTimeMilliseconds());
            }
            catch (IOException fault)
            {
                throw new AuditUnavailableException($"the signing key of the audit trail `{_options.Folder}` could not be replaced: {fault.Message}", fault);
            }

            lock (_gate)
                _tip.ChangeKey(next, new TrailPosition(_sequence, _last, _segments.Index, _segments.Offset));
            SignHeads(always: false);
        }
    }

    /// <summary>Stops taking records, makes all of them durable and signs a last head.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_closed)
                return;
            _closed = true;
        }

        _timer.Dispose();
        await _waitingTimer.DisposeAsync().ConfigureAwait(false);
        await _maintenance.ConfigureAwait(false);
        _waiting.Close();
        WriteWaiting();
        lock (_flushGate)
        {
            try
            {
                SignHeads(always: true);
            }
            catch (Exception fault) when (fault is IOException or AuditUnavailableException)
            {
                // Every record is written; the next Open makes them durable and signs them.
                _fault ??= fault.Message;
            }
        }

        _segments.Dispose();
        _heads.Dispose();
        _tip.Dispose();
        _writerLock.Dispose();
    }

    /// <summary>One round of what the timer does: fsync, heads, the next segment, the reserve.</summary>
    internal void Maintain()
    {
        try
        {
            WriteWaiting();
            lock (_flushGate)
                SignHeads(always: false);
            PrepareNext();
            Replenish();
        }
        catch (Exception fault) when (fault is IOException or AuditUnavailableException or UnauthorizedAccessException)
        {
            // A full disk is told by Problem, a failed fsync by _fault; both are tried again at the next tick.
        }
    }

    private AuditReceipt Append(ReadOnlySpan<byte> body, Durability durability, bool reserved)
    {
        CheckBody(body);
        long sequence;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            if (_fault is { } fault)
                throw new AuditUnavailableException(fault);
            if (_starved && !reserved)
                throw new AuditUnavailableException(Starved);
            WriteLines(body, reserved);
            sequence = _sequence;
        }

        if (durability is Durability.Sync)
        {
            // Whoever waits here while another flushes finds its record durable already: one fsync serves a group.
            lock (_flushGate)
                FlushTo(sequence);
        }

        return new AuditReceipt(sequence);
    }

    private void CheckBody(ReadOnlySpan<byte> body)
    {
        if (body.Length < 2 || body.Length > _options.MostRecordBytes || body[0] != '{' || body[^1] != '}' || body.ContainsAny((byte)'\n', (byte)'\r'))
            throw new ArgumentException($"audit record of {body.Length} bytes: expected one JSON object on one line of at most {_options.MostRecordBytes} bytes", nameof(body));
    }

    // INVARIANT: under _gate. What waits goes first, in the same write; where that fails, the record itself goes alone.
    private void WriteLines(ReadOnlySpan<byte> body, bool reserved)
    {
        var at = _time.GetUtcNow().ToUnixTimeMilliseconds();
        _lines.Begin(_sequence, _last);
        var more = _waiting.AddTo(_lines, at);
        if (body.Length > 0)
            _lines.Add(body, at);
        try
        {
            Write(_lines.Written, reserved);
            _waiting.Forget();
        }
        catch (AuditUnavailableException) when (more && body.Length > 0 && _fault is null)
        {
            _lines.Begin(_sequence, _last);
            _lines.Add(body, at);
            Write(_lines.Written, reserved);
        }

        (_sequence, _last) = (_lines.Sequence, _lines.Last);
        // After the lines: the tip never counts one that is not there.
        _tip.Mark(new TrailPosition(_sequence, _last, _segments.Index, _segments.Offset));
        if (_segments.Offset >= _options.SegmentBytes)
            Roll();
    }

    private void WriteWaiting()
    {
        Volatile.Write(ref _armed, 0);
        lock (_gate)
        {
            if (_fault is not null || _waiting.IsEmpty)
                return;
            try
            {
                WriteLines([], reserved: false);
            }
            catch (AuditUnavailableException)
            {
                // They wait on for the next record or the next tick.
            }
        }
    }

    private void Write(ReadOnlySpan<byte> line, bool reserved)
    {
        while (true)
        {
            try
            {
                _segments.Append(line);
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

    // INVARIANT: under _gate. The file that follows is opened beforehand by the timer; only when a burst outruns the timer
    // by a whole segment is it opened here.
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

        var end = new TrailPosition(_sequence, _last, _segments.Index, _segments.Offset);
        _complete.Enqueue((_segments.Roll(), end));
    }

    // INVARIANT: under _flushGate. Completed segments are flushed before the current one, so that what is durable is a prefix.
    private void FlushTo(long wanted)
    {
        if (_durable >= wanted)
            return;
        if (_fault is { } known)
            throw new AuditUnavailableException(known);
        SafeFileHandle file;
        long sequence;
        int complete;
        lock (_gate)
        {
            file = _segments.File;
            sequence = _sequence;
            complete = _complete.Count;
        }

        if (sequence == _durable && complete == 0)
            return;
        try
        {
            for (; complete > 0; complete--)
                FlushComplete();
            _disk.Flush(file);
        }
        catch (IOException fault)
        {
            // After a failed fsync the kernel may have dropped the pages: trying again would report a success that is none.
            _fault = $"audit trail `{_options.Folder}` could not be flushed to the disk: {fault.Message}";
            throw new AuditUnavailableException(_fault, fault);
        }

        _durable = sequence;
    }

    private void FlushComplete()
    {
        (SafeFileHandle File, TrailPosition End) segment;
        lock (_gate)
            segment = _complete.Peek();
        _disk.Flush(segment.File);
        segment.File.Dispose();
        _headsDue.Enqueue(segment.End);
        lock (_gate)
            _complete.Dequeue();
    }

    // INVARIANT: under _flushGate. A head never counts a line that a power cut could take back, and heads never go back:
    // those of completed segments come first.
    private void SignHeads(bool always)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var due = always || now - _headAt >= (long)_options.HeadInterval.TotalMilliseconds || now < _headAt;
        var position = Position();
        FlushTo(position.Sequence);
        while (_headsDue.TryPeek(out var end) && end.Sequence <= position.Sequence)
        {
            SignHead(end, now);
            _headsDue.Dequeue();
        }

        // Little by little, so that a head does not keep those waiting who wait for the disk.
        _tree.AdvanceTo(position);
        if (due && position.Sequence != _heads.Newest?.Size)
        {
            SignHead(position, now);
            _headAt = now;
        }

        if (_stated == (position.Sequence, _heads.Newest))
            return;
        _tip.Keep(_heads.Statement(position, now));
        _stated = (position.Sequence, _heads.Newest);
    }

    private void SignHead(TrailPosition position, long now)
    {
        _tree.AdvanceTo(position);
        _heads.Append(position, _tree.Root(), now);
        _tree.Save();
    }

    private TrailPosition Position()
    {
        lock (_gate)
            return new TrailPosition(_sequence, _last, _segments.Index, _segments.Offset);
    }

    private void PrepareNext()
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

    private void Replenish()
    {
        lock (_gate)
        {
            if (!_closed && (_starved || !_reserve.IsFull))
                _starved = !_reserve.TryRefill();
        }
    }

    private async Task MaintainAsync()
    {
        while (await _timer.WaitForNextTickAsync().ConfigureAwait(false))
            Maintain();
    }
}
