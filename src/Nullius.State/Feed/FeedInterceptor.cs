using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Nullius.State.Feed;

/// <summary>
/// Announces feed entries once their transaction has committed, whether SaveChanges opened it or the caller did, and
/// refuses bulk statements that would change trust behind the feed's back.
/// </summary>
internal sealed class FeedInterceptor(ChangeFeed feed) : SaveChangesInterceptor, IDbTransactionInterceptor, IDbCommandInterceptor
{
    private readonly ConditionalWeakTable<DbContext, Pending> _pending = new();

    public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        Collect(eventData.Context);
        return result;
    }

    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Collect(eventData.Context);
        return ValueTask.FromResult(result);
    }

    public override int SavedChanges(SaveChangesCompletedEventData eventData, int result)
    {
        Saved(eventData.Context);
        return result;
    }

    public override ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        Saved(eventData.Context);
        return ValueTask.FromResult(result);
    }

    public override void SaveChangesFailed(DbContextErrorEventData eventData) => DropUnsaved(eventData.Context);

    public override Task SaveChangesFailedAsync(DbContextErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        DropUnsaved(eventData.Context);
        return Task.CompletedTask;
    }

    public override void SaveChangesCanceled(DbContextEventData eventData) => DropUnsaved(eventData.Context);

    public override Task SaveChangesCanceledAsync(DbContextEventData eventData, CancellationToken cancellationToken = default)
    {
        DropUnsaved(eventData.Context);
        return Task.CompletedTask;
    }

    public void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) => Announce(eventData.Context);

    public Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Announce(eventData.Context);
        return Task.CompletedTask;
    }

    public void TransactionRolledBack(DbTransaction transaction, TransactionEndEventData eventData) => Drop(eventData.Context);

    public Task TransactionRolledBackAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Drop(eventData.Context);
        return Task.CompletedTask;
    }

    public InterceptionResult<int> NonQueryExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<int> result)
    {
        RefuseBulk(command, eventData);
        return result;
    }

    public ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        RefuseBulk(command, eventData);
        return ValueTask.FromResult(result);
    }

    private static void RefuseBulk(DbCommand command, CommandEventData eventData)
    {
        if (eventData.CommandSource is CommandSource.ExecuteUpdate or CommandSource.ExecuteDelete
            && eventData.Context?.Model.FindEntityType(typeof(FeedEntry)) is not null
            && !command.CommandText.Contains(ChangeFeedModel.NotTrust, StringComparison.Ordinal))
            throw new InvalidOperationException(
                "a bulk update or delete would change trust behind the change feed: load, change and Publish instead, or tag rows that are no trust with ChangeFeedModel.NotTrust");
    }

    private void Collect(DbContext? context)
    {
        if (context is null || context.Model.FindEntityType(typeof(FeedEntry)) is null)
            return;
        var added = context.ChangeTracker.Entries<FeedEntry>().Where(entry => entry.State is EntityState.Added).Select(entry => entry.Entity).ToList();
        if (added.Count > 0)
            _pending.GetOrCreateValue(context).Unsaved = added;
    }

    private void Saved(DbContext? context)
    {
        if (context is null || !_pending.TryGetValue(context, out var pending) || pending.Unsaved is not { } saved)
            return;
        pending.Unsaved = null;
        foreach (var entry in saved)
            pending.Newest = Math.Max(pending.Newest, entry.Sequence);

        // Entries are read by followers from the store: a long-lived context has no use for them.
        foreach (var entry in saved)
            context.Entry(entry).State = EntityState.Detached;

        // Inside the caller's transaction nothing has committed yet: its own commit announces.
        if (context.Database.CurrentTransaction is null)
            Announce(context);
    }

    private void Announce(DbContext? context)
    {
        if (context is null || !_pending.TryGetValue(context, out var pending) || pending.Newest == 0)
            return;
        var newest = pending.Newest;
        pending.Newest = 0;
        feed.Announce(newest);
    }

    private void DropUnsaved(DbContext? context)
    {
        if (context is not null && _pending.TryGetValue(context, out var pending))
            pending.Unsaved = null;
    }

    private void Drop(DbContext? context)
    {
        if (context is not null)
            _pending.Remove(context);
    }

    private sealed class Pending
    {
        public List<FeedEntry>? Unsaved { get; set; }

        public long Newest { get; set; }
    }
}
