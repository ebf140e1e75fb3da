using Microsoft.EntityFrameworkCore;
using Nullius.State.Feed;

namespace Nullius.State.Schema;

/// <summary>One step of the schema: applied once, in order of <paramref name="Version"/>, in one transaction.</summary>
/// <param name="Module">Who owns it (<c>state</c>, <c>identity</c>); versions count per module.</param>
public sealed record SchemaScript(string Module, int Version, string Sql);

/// <summary>The relational store: opens, migrates, hands out connections. SQLite in WAL mode with synchronous=FULL for trust changes.</summary>
public sealed class Store
{
    /// <summary>Opens or creates the database and applies the scripts that are missing. A store of a newer version is refused.</summary>
    public static Store Open(DataDirectory directory, IReadOnlyList<SchemaScript> scripts, TimeProvider time) => throw new NotSupportedException();

    public ChangeFeed Feed { get; } = new();

    /// <summary>Configures a context for this store, with the interceptor that announces feed entries after commit.</summary>
    public void Configure(DbContextOptionsBuilder options) => throw new NotSupportedException();
}
