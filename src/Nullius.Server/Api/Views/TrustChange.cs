using Nullius.Gateway.Live;
using Nullius.State.Feed;

namespace Nullius.Server.Api.Views;

/// <summary>Commits a change of trust and waits, bounded, until the gate has applied it: the receipt says what that closed.</summary>
internal sealed class TrustChange(CurrentGate gate, ChangeFeed feed, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    /// <summary>How long what a change of policy facts closes may take after the gate applied it: decided anew in batches of 10 ms.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(1);

    /// <param name="action">The operation.</param>
    /// <param name="subject">What it is done to.</param>
    /// <param name="actor">Who does it.</param>
    /// <param name="open">The connections that stand on the subject.</param>
    /// <param name="change">Commits; returns how many sessions ended.</param>
    /// <param name="cancellation">Ends the wait, not the change.</param>
    public Task<Receipt> ApplyAsync(
        string action, string subject, Actor actor, Func<IReadOnlyList<LiveConnectionInfo>> open, Func<Task<int>> change, CancellationToken cancellation) =>
        ApplyAsync(action, subject, actor, open, change, Patience, cancellation);

    /// <inheritdoc cref="ApplyAsync(string, string, Actor, Func{IReadOnlyList{LiveConnectionInfo}}, Func{Task{int}}, CancellationToken)"/>
    /// <param name="settling">How long to wait, once the gate applied the change, for connections that it may rightly leave open.</param>
    public async Task<Receipt> ApplyAsync(
        string action, string subject, Actor actor, Func<IReadOnlyList<LiveConnectionInfo>> open, Func<Task<int>> change, TimeSpan settling, CancellationToken cancellation)
    {
        // The call itself is in progress, and may stand on the very session that ends.
        var before = open().Select(connection => connection.Reference).Where(reference => reference != actor.Reference).ToHashSet(StringComparer.Ordinal);
        var ended = await change();
        var (at, started) = (time.GetUtcNow(), time.GetTimestamp());
        var sequence = await feed.NewestAsync(cancellation);
        double? applied = null;
        int still;
        while (true)
        {
            still = open().Count(connection => before.Contains(connection.Reference));
            if (gate.Value.Status.Sequence >= sequence)
                applied ??= time.GetElapsedTime(started).TotalMilliseconds;
            var elapsed = time.GetElapsedTime(started);
            if ((applied is { } after && (still == 0 || elapsed > TimeSpan.FromMilliseconds(after) + settling)) || elapsed > Patience)
                return new Receipt(action, subject, at, sequence, ended, before.Count - still, still, applied ?? elapsed.TotalMilliseconds, actor.Reference);
            await Task.Delay(Look, time, cancellation);
        }
    }
}
