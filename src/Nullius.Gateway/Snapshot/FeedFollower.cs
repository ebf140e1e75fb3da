using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Nullius.Gateway.Live;
using Nullius.Gateway.Recording;
using Nullius.Identity.Trust;
using Nullius.State.Feed;

namespace Nullius.Gateway.Snapshot;

/// <summary>Where changes are read from; the store's feed, or a fake that can fail.</summary>
internal interface IChangeSource
{
    event Action<long>? Committed;

    Task<IReadOnlyList<FeedEntry>> ReadAfterAsync(long sequence, int most, CancellationToken cancellation);
}

internal sealed class FeedSource(ChangeFeed feed) : IChangeSource
{
    public event Action<long>? Committed
    {
        add => feed.Committed += value;
        remove => feed.Committed -= value;
    }

    public Task<IReadOnlyList<FeedEntry>> ReadAfterAsync(long sequence, int most, CancellationToken cancellation) => feed.ReadAfterAsync(sequence, most, cancellation);
}

/// <summary>
/// Follows the change feed by sequence (law 7): at every announcement, and every half second in case one was lost. Each entry
/// names what to read again. The age of the snapshot is the time since a read found nothing newer.
/// </summary>
internal sealed class FeedFollower : IAsyncDisposable
{
    private const int Batch = 512;
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(500);

    private readonly IChangeSource _source;
    private readonly TrustRefresh _refresh;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Channel<bool> _nudges = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stop = new();
    private readonly ITimer _poll;
    private Action<Affected>? _changed;
    private Task _following = Task.CompletedTask;
    private TaskCompletionSource _round = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _applied;
    private long _confirmed;
    private long _rounds;

    public FeedFollower(IChangeSource source, ITrustReader reader, TrustIndex index, TimeProvider time, ILogger log)
    {
        _source = source;
        _refresh = new TrustRefresh(reader, index);
        _time = time;
        _log = log;
        _confirmed = time.GetTimestamp();
        _poll = time.CreateTimer(static state => ((FeedFollower)state!).Nudge(), this, PollEvery, PollEvery);
    }

    /// <summary>The newest entry that the trust index contains.</summary>
    public long Applied => Volatile.Read(ref _applied);

    /// <summary>Time since the index was last confirmed caught up, on the monotonic clock: setting the wall clock neither ages nor renews it.</summary>
    public TimeSpan Age => _time.GetElapsedTime(Volatile.Read(ref _confirmed));

    /// <summary>Reads everything, then follows. <paramref name="changed"/> is told what each batch touched, after it is applied.</summary>
    public async Task StartAsync(Action<Affected> changed, CancellationToken cancellation)
    {
        _changed = changed;
        _source.Committed += OnCommitted;
        Volatile.Write(ref _applied, await _refresh.ReadAllAsync(cancellation));
        Volatile.Write(ref _confirmed, _time.GetTimestamp());
        _following = Task.Run(FollowAsync, CancellationToken.None);
        Nudge();
    }

    /// <summary>
    /// Returns when the entry is applied, when a read that began after the call has found nothing newer (then it does not
    /// exist, whoever claims it), or when the time is up.
    /// </summary>
    public async Task CatchUpAsync(long sequence, TimeSpan atMost, CancellationToken cancellation)
    {
        var until = _time.GetTimestamp();
        // The round under way may have read before the entry was there: the one after it has not.
        var enough = Volatile.Read(ref _rounds) + 2;
        while (Applied < sequence && Volatile.Read(ref _rounds) < enough)
        {
            var left = atMost - _time.GetElapsedTime(until);
            if (left <= TimeSpan.Zero)
                return;
            var round = Volatile.Read(ref _round).Task;
            Nudge();
            try
            {
                await round.WaitAsync(left, _time, cancellation);
            }
            catch (TimeoutException)
            {
                return;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _source.Committed -= OnCommitted;
        await _stop.CancelAsync();
        await _poll.DisposeAsync();
        await _following;
        _stop.Dispose();
    }

    private void OnCommitted(long sequence) => Nudge();

    private void Nudge() => _nudges.Writer.TryWrite(true);

    private async Task FollowAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await _nudges.Reader.ReadAsync(_stop.Token);
                await CatchUpOnceAsync(_stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                // Nothing is confirmed: the snapshot ages, and past a route's bound the route denies. The poll tries again.
                GateLog.FeedFailed(_log, PollEvery.TotalMilliseconds, fault);
            }
        }
    }

    private async Task CatchUpOnceAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var began = _time.GetTimestamp();
            var entries = await _source.ReadAfterAsync(Applied, Batch, cancellation);
            if (entries.Count > 0)
            {
                var affected = await _refresh.ApplyAsync(entries, cancellation);
                Volatile.Write(ref _applied, entries[^1].Sequence);
                _changed?.Invoke(affected);
            }

            if (entries.Count < Batch)
            {
                Volatile.Write(ref _confirmed, began);
                break;
            }
        }

        Interlocked.Increment(ref _rounds);
        Interlocked.Exchange(ref _round, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }
}
