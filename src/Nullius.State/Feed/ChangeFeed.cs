using Microsoft.EntityFrameworkCore;

namespace Nullius.State.Feed;

/// <summary>
/// The outbox that enforcement points follow. A writer adds entries to the same DbContext as the change itself
/// (<see cref="ChangeFeedModel.Publish"/>), so both commit in one transaction; after commit the store wakes followers.
/// </summary>
public sealed class ChangeFeed
{
    /// <summary>Raised after a commit with the newest sequence. A hint only: followers read by sequence, so a lost one loses nothing.</summary>
    public event Action<long>? Committed;

    internal void Announce(long sequence) => Committed?.Invoke(sequence);

    /// <summary>Entries after <paramref name="sequence"/> in order, at most <paramref name="most"/>.</summary>
    public Task<IReadOnlyList<FeedEntry>> ReadAfterAsync(long sequence, int most, CancellationToken cancellation) => throw new NotSupportedException();

    /// <summary>The newest sequence, 0 when there is none.</summary>
    public Task<long> NewestAsync(CancellationToken cancellation) => throw new NotSupportedException();
}

public static class ChangeFeedModel
{
    /// <summary>Maps the feed's table; called from OnModelCreating of every context that writes trust.</summary>
    public static ModelBuilder AddChangeFeed(this ModelBuilder model) => throw new NotSupportedException();

    /// <summary>Adds a feed entry that commits with the context's pending changes.</summary>
    public static void Publish(this DbContext context, ChangeKind kind, string entityId, DateTimeOffset at) => throw new NotSupportedException();
}
