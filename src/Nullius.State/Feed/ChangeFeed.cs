using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Nullius.State.Schema;

namespace Nullius.State.Feed;

/// <summary>
/// The outbox that enforcement points follow. A writer adds entries to the same DbContext as the change itself
/// (<see cref="ChangeFeedModel.Publish"/>), so both commit in one transaction; after commit the store wakes followers.
/// </summary>
public sealed class ChangeFeed
{
    private readonly Store _store;

    internal ChangeFeed(Store store) => _store = store;

    /// <summary>
    /// Raised after a commit with the newest sequence of that commit. A hint only: followers read by sequence, so a lost one
    /// loses nothing. Runs on the writer's thread: hand over and return. A handler that throws does not undo the commit and is not told to the writer.
    /// </summary>
    public event Action<long>? Committed;

    /// <summary>Entries after <paramref name="sequence"/> in order, at most <paramref name="most"/>.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be read.</exception>
    public Task<IReadOnlyList<FeedEntry>> ReadAfterAsync(long sequence, int most, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sequence);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most);
        return ReadAsync<IReadOnlyList<FeedEntry>>(
            "SELECT sequence, kind, entity_id, at FROM feed WHERE sequence > $sequence ORDER BY sequence LIMIT $most",
            command =>
            {
                command.Parameters.AddWithValue("$sequence", sequence);
                command.Parameters.AddWithValue("$most", most);
            },
            Entries,
            cancellation);
    }

    /// <summary>The newest sequence, 0 when there is none.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be read.</exception>
    public Task<long> NewestAsync(CancellationToken cancellation) =>
        ReadAsync("SELECT coalesce(max(sequence), 0) FROM feed", _ => { }, rows => rows.Read() ? rows.GetInt64(0) : 0, cancellation);

    internal void Announce(long sequence)
    {
        foreach (var handler in Delegate.EnumerateInvocationList(Committed))
        {
            try
            {
                handler(sequence);
            }
            catch (Exception)
            {
                // The change is committed: a follower's fault must not look to the writer like a failed write.
                // The follower finds the entry by sequence at its next poll.
            }
        }
    }

    private static List<FeedEntry> Entries(SqliteDataReader rows)
    {
        var entries = new List<FeedEntry>();
        while (rows.Read())
        {
            entries.Add(new FeedEntry
            {
                Sequence = rows.GetInt64(0),
                Kind = Enum.Parse<ChangeKind>(rows.GetString(1)),
                EntityId = rows.GetString(2),
                At = rows.GetInt64(3),
            });
        }

        return entries;
    }

    // SQLite's driver has no asynchronous I/O: the read runs on the pool, off the caller's thread.
    private Task<T> ReadAsync<T>(string sql, Action<SqliteCommand> bind, Func<SqliteDataReader, T> read, CancellationToken cancellation) => Task.Run(
        () =>
        {
            try
            {
                using var connection = _store.OpenConnection();
                using var command = connection.CreateCommand();
                command.CommandText = sql;
                bind(command);
                using var rows = command.ExecuteReader();
                return read(rows);
            }
            catch (SqliteException fault)
            {
                StoreUnavailableException.ThrowIfUnusable(fault);
                throw;
            }
        },
        cancellation);
}

/// <summary>The feed's part in a writer's model.</summary>
public static class ChangeFeedModel
{
    /// <summary>
    /// The tag (<c>TagWith</c>) that lets <c>ExecuteUpdate</c> or <c>ExecuteDelete</c> run in a context that carries the feed:
    /// it states that the rows are not trust (expired codes, counters), so that nobody has to be told. Without it they are refused.
    /// </summary>
    public const string NotTrust = "nullius: rows that no enforcement point follows";

    internal static IReadOnlyList<SchemaScript> Scripts { get; } =
    [
        // AUTOINCREMENT: a sequence is never given twice, also after rows are removed. A rolled-back insert gives its number back: no gaps.
        new("state", 1, """
            CREATE TABLE feed (
                sequence  INTEGER PRIMARY KEY AUTOINCREMENT,
                kind      TEXT    NOT NULL,
                entity_id TEXT    NOT NULL,
                at        INTEGER NOT NULL
            ) STRICT;
            """),
    ];

    /// <summary>Maps the feed's table; called from OnModelCreating of every context that writes trust.</summary>
    public static ModelBuilder AddChangeFeed(this ModelBuilder model) => model.Entity<FeedEntry>(entry =>
    {
        entry.ToTable("feed");
        entry.HasKey(row => row.Sequence);
        entry.Property(row => row.Sequence).HasColumnName("sequence").ValueGeneratedOnAdd();
        entry.Property(row => row.Kind).HasColumnName("kind").HasConversion<string>();
        entry.Property(row => row.EntityId).HasColumnName("entity_id");
        entry.Property(row => row.At).HasColumnName("at");
    });

    /// <summary>Adds a feed entry that commits with the context's pending changes.</summary>
    public static void Publish(this DbContext context, ChangeKind kind, string entityId, DateTimeOffset at)
    {
        ArgumentException.ThrowIfNullOrEmpty(entityId);
        context.Add(new FeedEntry { Kind = kind, EntityId = entityId, At = at.ToUnixTimeMilliseconds() });
    }
}
