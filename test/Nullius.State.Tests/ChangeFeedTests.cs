using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Nullius.State.Feed;
using Nullius.State.Schema;
using Xunit;

namespace Nullius.State.Tests;

public sealed class ChangeFeedTests : IDisposable
{
    private readonly TemporaryData _data = new();
    private readonly Store _store;
    private readonly ConcurrentQueue<long> _announced = new();

    public ChangeFeedTests()
    {
        _store = Store.Open(_data.Directory, LedgerContext.Scripts, TimeProvider.System);
        _store.Feed.Committed += _announced.Enqueue;
    }

    public void Dispose()
    {
        _store.Dispose();
        _data.Dispose();
    }

    [Fact]
    public async Task An_empty_feed_has_sequence_zero()
    {
        Assert.Equal(0, await _store.Feed.NewestAsync(default));
        Assert.Empty(await _store.Feed.ReadAfterAsync(0, 10, default));
    }

    [Fact]
    public async Task A_saved_change_is_announced_once_with_its_sequence()
    {
        await using var context = LedgerContext.On(_store);
        context.AddAccount("a");
        context.AddAccount("b");
        await context.SaveChangesAsync();

        Assert.Equal([2], _announced);
        var entries = await _store.Feed.ReadAfterAsync(0, 10, default);
        Assert.Equal([1L, 2L], entries.Select(entry => entry.Sequence));
        Assert.Equal(ChangeKind.Person, entries[0].Kind);
        Assert.Equal(["a", "b"], entries.Select(entry => entry.EntityId).Order());
    }

    [Fact]
    public void A_lone_entry_saved_synchronously_is_announced_too()
    {
        using var context = LedgerContext.On(_store);
        context.Publish(ChangeKind.Policy, "p", DateTimeOffset.UnixEpoch);
        context.SaveChanges();
        Assert.Equal([1], _announced);
    }

    [Fact]
    public async Task Inside_a_callers_transaction_the_announcement_waits_for_the_commit()
    {
        await using var context = LedgerContext.On(_store);
        await using var transaction = await context.Database.BeginTransactionAsync();
        context.AddAccount("a");
        await context.SaveChangesAsync();
        context.AddAccount("b");
        await context.SaveChangesAsync();
        Assert.Empty(_announced);
        await transaction.CommitAsync();
        Assert.Equal([2], _announced);
    }

    [Fact]
    public async Task A_rolled_back_change_is_neither_in_the_feed_nor_announced_and_leaves_no_gap()
    {
        await using (var context = LedgerContext.On(_store))
        {
            await using var transaction = await context.Database.BeginTransactionAsync();
            context.AddAccount("a");
            await context.SaveChangesAsync();
            await transaction.RollbackAsync();
        }

        Assert.Empty(_announced);
        await using var next = LedgerContext.On(_store);
        next.AddAccount("b");
        await next.SaveChangesAsync();
        Assert.Equal([1], _announced);
        Assert.Equal("b", Assert.Single(await _store.Feed.ReadAfterAsync(0, 10, default)).EntityId);
    }

    [Fact]
    public async Task A_failed_save_is_not_announced_by_the_next_one()
    {
        await using (var first = LedgerContext.On(_store))
        {
            first.AddAccount("a");
            await first.SaveChangesAsync();
        }

        await using var context = LedgerContext.On(_store);
        context.AddAccount("a");
        await Assert.ThrowsAsync<DbUpdateException>(() => context.SaveChangesAsync());
        context.ChangeTracker.Clear();
        context.AddAccount("b");
        await context.SaveChangesAsync();
        Assert.Equal([1, 2], _announced);
    }

    [Fact]
    public async Task An_entry_is_readable_when_it_is_announced()
    {
        long read = 0;
        _store.Feed.Committed += sequence => read = _store.Feed.ReadAfterAsync(sequence - 1, 1, default).GetAwaiter().GetResult().Single().Sequence;
        await using var context = LedgerContext.On(_store);
        context.AddAccount("a");
        await context.SaveChangesAsync();
        Assert.Equal(1, read);
    }

    [Fact]
    public async Task A_follower_that_throws_does_not_fail_the_write_nor_hide_it_from_others()
    {
        var reached = 0L;
        _store.Feed.Committed += _ => throw new InvalidOperationException("follower");
        _store.Feed.Committed += sequence => reached = sequence;
        await using var context = LedgerContext.On(_store);
        context.AddAccount("a");
        await context.SaveChangesAsync();
        Assert.Equal(1, reached);
    }

    [Fact]
    public async Task Whoever_reads_sequence_n_has_all_before_it_while_many_write()
    {
        const int Writers = 4;
        const int Each = 20;
        var seen = new List<long>();
        var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < Each; i++)
            {
                await using var context = LedgerContext.On(_store);
                await using var transaction = i % 2 == 0 ? await context.Database.BeginTransactionAsync() : null;
                context.AddAccount($"{writer}-{i}");
                await context.SaveChangesAsync();
                if (transaction is not null)
                    await transaction.CommitAsync();
            }
        })));

        var deadline = TimeSpan.FromSeconds(60);
        var started = System.Diagnostics.Stopwatch.StartNew();
        while (seen.Count < Writers * Each && started.Elapsed < deadline)
        {
            foreach (var entry in await _store.Feed.ReadAfterAsync(seen.LastOrDefault(), 7, default))
                seen.Add(entry.Sequence);
        }

        await writing;
        // A follower that met a later sequence first would have skipped an earlier one.
        Assert.Equal(Enumerable.Range(1, Writers * Each).Select(n => (long)n), seen);
        Assert.Equal(Writers * Each, _announced.Max());
    }

    [Fact]
    public async Task A_bulk_statement_on_trust_is_refused_and_on_tagged_rows_allowed()
    {
        await using var context = LedgerContext.On(_store);
        context.AddAccount("a");
        await context.SaveChangesAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => context.Accounts.ExecuteDeleteAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            context.Accounts.ExecuteUpdateAsync(set => set.SetProperty(account => account.Name, "x")));
        Assert.Equal("n", (await context.Accounts.AsNoTracking().SingleAsync()).Name);

        Assert.Equal(1, await context.Accounts.TagWith(ChangeFeedModel.NotTrust).ExecuteDeleteAsync());
    }

    [Fact]
    public async Task A_page_of_the_feed_is_bounded_and_continues_where_it_ended()
    {
        await using var context = LedgerContext.On(_store);
        for (var i = 0; i < 5; i++)
            context.AddAccount($"{i}");
        await context.SaveChangesAsync();
        Assert.Equal([1L, 2L], (await _store.Feed.ReadAfterAsync(0, 2, default)).Select(entry => entry.Sequence));
        Assert.Equal([3L, 4L], (await _store.Feed.ReadAfterAsync(2, 2, default)).Select(entry => entry.Sequence));
        Assert.Equal(5, await _store.Feed.NewestAsync(default));
    }
}
