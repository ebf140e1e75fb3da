using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Nullius.State.Schema;

/// <summary>Settings that SQLite keeps per connection, and the kind of transaction that makes feed order commit order.</summary>
internal sealed class ConnectionInterceptor : DbConnectionInterceptor
{
    public const int BusySeconds = 5;

    // FULL: a committed trust change survives a power cut. SQLite's own busy wait is finer than the driver's retry.
    private const string Settings = "PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000; PRAGMA foreign_keys=ON;";

    public static void Prepare(DbConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Settings;
        command.ExecuteNonQuery();
    }

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Prepare(connection);

    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Prepare(connection);
        return Task.CompletedTask;
    }
}
