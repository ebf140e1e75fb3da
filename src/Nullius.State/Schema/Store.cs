using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Nullius.State.Feed;
using Nullius.State.Keys;

namespace Nullius.State.Schema;

/// <summary>One step of the schema: applied once, in order of <paramref name="Version"/>, in one transaction.</summary>
/// <param name="Module">Who owns it (<c>state</c>, <c>identity</c>); versions count per module, from 1 without a gap.</param>
/// <param name="Version">Position within the module.</param>
/// <param name="Sql">SQLite statements. A released script never changes: a change is a new script.</param>
public sealed record SchemaScript(string Module, int Version, string Sql);

/// <summary>The relational store: opens, migrates, hands out connections. SQLite in WAL mode with synchronous=FULL for trust changes.</summary>
public sealed class Store : IDisposable
{
    private readonly string _connectionString;
    private readonly FeedInterceptor _feedInterceptor;
    private readonly ConnectionInterceptor _connectionInterceptor = new();
    private readonly FaultInterceptor _faultInterceptor = new();

    private Store(string path)
    {
        // INVARIANT: never Create: a database that vanished under a running instance is a fault, not an empty store.
        _connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWrite,
            DefaultTimeout = ConnectionInterceptor.BusySeconds,
            ForeignKeys = true,
        }.ToString();
        Feed = new ChangeFeed(this);
        _feedInterceptor = new FeedInterceptor(Feed);
    }

    public ChangeFeed Feed { get; }

    /// <summary>Opens or creates the database and applies the scripts that are missing. A store of a newer version is refused.</summary>
    /// <exception cref="StoreVersionException">The store is newer than this program, or a released script was changed.</exception>
    /// <exception cref="StoreUnavailableException">The database cannot be opened or written.</exception>
    /// <exception cref="DataDirectoryException">The data directory is open to others.</exception>
    public static Store Open(DataDirectory directory, IReadOnlyList<SchemaScript> scripts, TimeProvider time)
    {
        directory.Prepare();
        try
        {
            Create(directory);
            var store = new Store(directory.Database);
            using var connection = store.OpenConnection();
            Migration.Apply(connection, directory.Database, [.. ChangeFeedModel.Scripts, .. scripts], time);
            return store;
        }
        catch (Exception fault) when (fault is not (StoreVersionException or DataDirectoryException))
        {
            StoreUnavailableException.ThrowIfUnusable(fault);
            throw;
        }
    }

    /// <summary>Configures a context for this store, with the interceptor that announces feed entries after commit.</summary>
    public void Configure(DbContextOptionsBuilder options) =>
        options.UseSqlite(_connectionString).AddInterceptors(_connectionInterceptor, _feedInterceptor, _faultInterceptor);

    /// <summary>An open connection with the store's settings, for reads that need no model. The caller disposes it.</summary>
    /// <exception cref="StoreUnavailableException">The database cannot be opened.</exception>
    public SqliteConnection OpenConnection()
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            connection.Open();
            ConnectionInterceptor.Prepare(connection);
            return connection;
        }
        catch (Exception fault)
        {
            connection.Dispose();
            StoreUnavailableException.ThrowIfUnusable(fault);
            throw;
        }
    }

    /// <summary>Closes the pooled connections.</summary>
    public void Dispose()
    {
        using var connection = new SqliteConnection(_connectionString);
        SqliteConnection.ClearPool(connection);
    }

    private static void Create(DataDirectory directory)
    {
        if (File.Exists(directory.Database))
            return;

        // The key comes first: a store that exists without its key has lost it, in whatever order the two are opened.
        if (!File.Exists(directory.KeyEncryptionKey))
            KeyRing.Open(directory, RandomSource.System);

        using var file = new FileStream(directory.Database, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = DataDirectory.OwnerOnlyFile,
        });
        FolderSync.Flush(directory.Root);
    }
}

/// <summary>The store's schema and this program do not fit; the message says which of the two to change.</summary>
public sealed class StoreVersionException(string message) : Exception(message);
