using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Nullius.State.Schema;

/// <summary>Turns the driver's faults of an unusable store into <see cref="StoreUnavailableException"/>, wherever EF meets them.</summary>
internal sealed class FaultInterceptor : DbCommandInterceptor, ISaveChangesInterceptor, IDbConnectionInterceptor, IDbTransactionInterceptor
{
    private readonly Lock _queue = new();

    public override void CommandFailed(DbCommand command, CommandErrorEventData eventData) => StoreUnavailableException.ThrowIfUnusable(eventData.Exception);

    public override Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        StoreUnavailableException.ThrowIfUnusable(eventData.Exception);
        return Task.CompletedTask;
    }

    public void SaveChangesFailed(DbContextErrorEventData eventData) => StoreUnavailableException.ThrowIfUnusable(eventData.Exception);

    public Task SaveChangesFailedAsync(DbContextErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        StoreUnavailableException.ThrowIfUnusable(eventData.Exception);
        return Task.CompletedTask;
    }

    public void ConnectionFailed(DbConnection connection, ConnectionErrorEventData eventData) => StoreUnavailableException.ThrowIfUnusable(eventData.Exception);

    public Task ConnectionFailedAsync(DbConnection connection, ConnectionErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        StoreUnavailableException.ThrowIfUnusable(eventData.Exception);
        return Task.CompletedTask;
    }

    public void TransactionFailed(DbTransaction transaction, TransactionErrorEventData eventData) => StoreUnavailableException.ThrowIfUnusable(eventData.Exception);

    public Task TransactionFailedAsync(DbTransaction transaction, TransactionErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        StoreUnavailableException.ThrowIfUnusable(eventData.Exception);
        return Task.CompletedTask;
    }

    public InterceptionResult<DbTransaction> TransactionStarting(
        DbConnection connection, TransactionStartingEventData eventData, InterceptionResult<DbTransaction> result) => Begin(connection);

    public ValueTask<InterceptionResult<DbTransaction>> TransactionStartingAsync(
        DbConnection connection, TransactionStartingEventData eventData, InterceptionResult<DbTransaction> result, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Begin(connection));

    // INVARIANT: every transaction takes SQLite's one write lock before its first statement (BEGIN IMMEDIATE), whatever
    // isolation was asked for. A sequence is therefore given out while its transaction is the only writer: sequence order is commit order.
    // SQLite lets those who wait for the lock poll, with pauses that grow: whoever asks anew is faster than whoever has waited
    // long. Only one writer of this process polls at a time; the others queue, for as long as SQLite would let them wait.
    private InterceptionResult<DbTransaction> Begin(DbConnection connection)
    {
        var first = _queue.TryEnter(TimeSpan.FromSeconds(ConnectionInterceptor.BusySeconds));
        try
        {
            return InterceptionResult<DbTransaction>.SuppressWithResult(((SqliteConnection)connection).BeginTransaction(deferred: false));
        }
        catch (SqliteException fault)
        {
            StoreUnavailableException.ThrowIfUnusable(fault);
            throw;
        }
        finally
        {
            if (first)
                _queue.Exit();
        }
    }
}
