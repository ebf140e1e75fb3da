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
    // What a saturated gate writes in a few seconds, 2 MiB.
    private const int MostFreshLeaves = 65_536;

    private readonly Lock _flushGate = new();
    private readonly AuditOptions _options;
    private readonly TimeProvider _time;
    private readonly TrailDisk _disk;
    private readonly TrailWriter _writer;
    private readonly HeadFile _heads;
    private readonly FileStream _writerLock;
    private readonly ITimer _waitingTimer;
    private readonly Queue<TrailPosition> _headsDue = new();
    private readonly PeriodicTimer _timer;
    private Task _maintenance = Task.CompletedTask;

    private int _armed;
    private int _scheduled;

    // Under _flushGate.
    private long _durable;
    private long _headAt;
    private readonly TreeFile _tree;
    private (long Size, SignedHead? Head) _stated = (-1, null);

    private AuditTrail(AuditOptions options, TimeProvider time, TrailDisk disk, FileStream writerLock, HeadFile heads, TreeFile tree, TrailWriter writer)
    {
        _options = options;
        _time = time;
        _disk = disk;
        _writerLock = writerLock;
        _heads = heads;
        _tree = tree;
        _writer = writer;
        _waitingTimer = time.CreateTimer(static state => ((AuditTrail)state!).WriteWaiting(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _durable = writer.Position.Sequence;
        _timer = new PeriodicTimer(options.FsyncInterval, time);
    }

    /// <summary>Sequence of the newest record, 0 when there is none.</summary>
    public long Sequence => _writer.Position.Sequence;

    /// <summary>Why the trail does not take ordinary records now; null while it does.</summary>
    public string? Problem => _writer.Problem;

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
            var fresh = new FreshLeaves(MostFreshLeaves);
            var tree = new TreeFile(options.Folder, options.MostRecordBytes + ChainLink.MostBytes, fresh);
            tree.Open(heads.Newest);
            if (heads.Newest is null)
            {
                tree.AdvanceTo(position);
                heads.Append(position, tree.Root(), time.GetUtcNow().ToUnixTimeMilliseconds());
            }

            tip.Keep(heads.Statement(position, time.GetUtcNow().ToUnixTimeMilliseconds()));
            var trail = new AuditTrail(options, time, disk, writerLock, heads, tree, new TrailWriter(options, time, disk, tip, position, fresh));
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
        if (!_writer.Waiting.TryAdd(body))
            Append(body);
        else if (Interlocked.Exchange(ref _armed, 1) == 0)
            _waitingTimer.Change(_options.LongestWait, Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// As <see cref="Append(ReadOnlySpan{byte}, Durability)"/>, but the record joins those that come at the same time, and they
    /// are written together: under load one write serves many, and no thread stands still for it.
    /// </summary>
    /// <returns>Completes when the line is written.</returns>
    /// <exception cref="AuditUnavailableException">As <see cref="Append(ReadOnlySpan{byte}, Durability)"/>, thrown or told by the task.</exception>
    /// <exception cref="ArgumentException">As <see cref="Append(ReadOnlySpan{byte}, Durability)"/>.</exception>
    public ValueTask AppendAsync(ReadOnlySpan<byte> body)
    {
        CheckBody(body);
        if (Problem is { } problem)
            throw new AuditUnavailableException(problem);
        if (_writer.Joined.TryJoin(body) is not { } written)
        {
            Append(body);
            return ValueTask.CompletedTask;
        }

        // At the end of the queue: whatever is to run before it may still join.
        if (Interlocked.Exchange(ref _scheduled, 1) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(static trail => trail.WriteJoined(), this, preferLocal: false);
        return new(written);
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
                var position = _heads.Newest is { } head ? new TrailPosition(head.Size, head.Last, head.Segment, head.EndOffset) : _writer.Position;
                _heads.Rotate(next, position, _tree.Root(), _time.GetUtcNow().ToUnixTimeMilliseconds());
            }
            catch (IOException fault)
            {
                throw new AuditUnavailableException($"the signing key of the audit trail `{_options.Folder}` could not be replaced: {fault.Message}", fault);
            }

            _writer.ChangeKey(next);
            SignHeads(always: false);
        }
    }

    /// <summary>Stops taking records, makes all of them durable and signs a last head.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_writer.Close())
            return;
        _timer.Dispose();
        await _waitingTimer.DisposeAsync().ConfigureAwait(false);
        await _maintenance.ConfigureAwait(false);
        _writer.Waiting.Close();
        _writer.Joined.Close();
        _writer.WriteWaiting();
        lock (_flushGate)
        {
            try
            {
                SignHeads(always: true);
            }
            catch (Exception fault) when (fault is IOException or AuditUnavailableException)
            {
                // Every record is written; the next Open makes them durable and signs them.
                _writer.Fail(fault.Message);
            }
        }

        _writer.Dispose();
        _heads.Dispose();
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
            _writer.PrepareNext();
            _writer.Replenish();
        }
        catch (Exception fault) when (fault is IOException or AuditUnavailableException or UnauthorizedAccessException)
        {
            // A full disk is told by Problem, a failed fsync by Fault; both are tried again at the next tick.
        }
    }

    private AuditReceipt Append(ReadOnlySpan<byte> body, Durability durability, bool reserved)
    {
        CheckBody(body);
        var sequence = _writer.Write(body, reserved);
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

    private void WriteWaiting()
    {
        Volatile.Write(ref _armed, 0);
        _writer.WriteWaiting();
    }

    private void WriteJoined()
    {
        Volatile.Write(ref _scheduled, 0);
        _writer.WriteJoined();
    }

    // INVARIANT: under _flushGate. Completed segments are flushed before the current one, so that what is durable is a prefix.
    private void FlushTo(long wanted)
    {
        if (_durable >= wanted)
            return;
        if (_writer.Fault is { } known)
            throw new AuditUnavailableException(known);
        var (file, sequence, complete) = _writer.Unflushed();
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
            var problem = $"audit trail `{_options.Folder}` could not be flushed to the disk: {fault.Message}";
            _writer.Fail(problem);
            throw new AuditUnavailableException(problem, fault);
        }

        _durable = sequence;
    }

    private void FlushComplete()
    {
        var (file, end) = _writer.Complete();
        _disk.Flush(file);
        file.Dispose();
        _headsDue.Enqueue(end);
        _writer.Completed();
    }

    // INVARIANT: under _flushGate. A head never counts a line that a power cut could take back, and heads never go back:
    // those of completed segments come first.
    private void SignHeads(bool always)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var due = always || now - _headAt >= (long)_options.HeadInterval.TotalMilliseconds || now < _headAt;
        var position = _writer.Position;
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
        _writer.Keep(_heads.Statement(position, now));
        _stated = (position.Sequence, _heads.Newest);
    }

    private void SignHead(TrailPosition position, long now)
    {
        _tree.AdvanceTo(position);
        _heads.Append(position, _tree.Root(), now);
        _tree.Save();
    }

    private async Task MaintainAsync()
    {
        while (await _timer.WaitForNextTickAsync().ConfigureAwait(false))
            Maintain();
    }
}
