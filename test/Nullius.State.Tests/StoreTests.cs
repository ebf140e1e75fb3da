using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Nullius.State.Schema;
using Xunit;

namespace Nullius.State.Tests;

public sealed class StoreTests : IDisposable
{
    private static readonly SchemaScript First = new("m", 1, "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT NOT NULL);");
    private static readonly SchemaScript Second = new("m", 2, "ALTER TABLE t ADD COLUMN note TEXT;");
    private readonly TemporaryData _data = new();

    public void Dispose() => _data.Dispose();

    private Store Open(params SchemaScript[] scripts) => Store.Open(_data.Directory, scripts, TimeProvider.System);

    private static object? Scalar(Store store, string sql)
    {
        using var connection = store.OpenConnection();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    [Fact]
    public void The_store_runs_in_write_ahead_mode_with_full_synchronisation()
    {
        using var store = Open();
        Assert.Equal("wal", Scalar(store, "PRAGMA journal_mode"));
        Assert.Equal(2L, Scalar(store, "PRAGMA synchronous"));
        Assert.Equal(1L, Scalar(store, "PRAGMA foreign_keys"));
        Assert.Equal(5000L, Scalar(store, "PRAGMA busy_timeout"));
    }

    [Fact]
    public void A_context_gets_the_same_settings()
    {
        using var store = Open(LedgerContext.Scripts);
        using var context = LedgerContext.On(store);
        Assert.Equal(2L, context.Database.SqlQueryRaw<long>("SELECT synchronous AS Value FROM pragma_synchronous").Single());
    }

    [Fact]
    public void The_database_file_is_owner_only()
    {
        using var store = Open();
        Assert.Equal(DataDirectory.OwnerOnlyFile, File.GetUnixFileMode(_data.Directory.Database));
    }

    [Fact]
    public void A_store_of_an_earlier_version_opens_with_nothing_lost()
    {
        using (var store = Open(First))
            Scalar(store, "INSERT INTO t (name) VALUES ('kept')");
        using var newer = Open(First, Second);
        Assert.Equal("kept", Scalar(newer, "SELECT name FROM t WHERE note IS NULL"));
    }

    [Fact]
    public void Opening_again_applies_nothing_twice()
    {
        Open(First).Dispose();
        using var store = Open(First);
        Assert.Equal(1L, Scalar(store, "SELECT count(*) FROM nullius_schema WHERE module = 'm'"));
    }

    [Fact]
    public void A_newer_store_is_refused_with_both_versions_named()
    {
        Open(First, Second).Dispose();
        var fault = Assert.Throws<StoreVersionException>(() => Open(First));
        Assert.Contains("`m` version 2; this one knows 1", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_with_a_module_that_this_program_does_not_know_is_refused()
    {
        Open(First).Dispose();
        Assert.Throws<StoreVersionException>(() => Open());
    }

    [Fact]
    public void A_changed_released_script_is_refused()
    {
        Open(First).Dispose();
        Assert.Throws<StoreVersionException>(() => Open(First with { Sql = First.Sql + " -- edited" }));
    }

    [Fact]
    public void A_script_that_fails_leaves_the_store_as_it_was()
    {
        using (var store = Open(First))
            Scalar(store, "INSERT INTO t (name) VALUES ('kept')");
        var broken = new SchemaScript("m", 2, "DROP TABLE t; CREATE TABLE u (;");
        Assert.Throws<StoreVersionException>(() => Open(First, broken));
        using var again = Open(First);
        Assert.Equal("kept", Scalar(again, "SELECT name FROM t"));
    }

    [Fact]
    public void A_script_that_leaves_dangling_references_is_refused()
    {
        var parent = new SchemaScript("m", 1, "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p INTEGER REFERENCES p(id)); INSERT INTO p VALUES (1); INSERT INTO c VALUES (1);");
        Open(parent).Dispose();
        var fault = Assert.Throws<StoreVersionException>(() => Open(parent, new SchemaScript("m", 2, "DELETE FROM p;")));
        Assert.Contains("dangling references in table `c`", fault.Message, StringComparison.Ordinal);
        using var again = Open(parent);
        Assert.Equal(1L, Scalar(again, "SELECT count(*) FROM p"));
    }

    [Fact]
    public void Scripts_with_a_gap_are_a_programming_error() => Assert.Throws<ArgumentException>(() => Open(Second));

    [Fact]
    public void A_file_that_is_no_database_is_named_as_such()
    {
        _data.Directory.Prepare();
        File.WriteAllText(_data.Directory.Database, string.Concat(Enumerable.Repeat("this is no database ", 300)));
        var fault = Assert.Throws<StoreUnavailableException>(() => Open());
        Assert.Contains("is not a database", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_database_that_vanished_is_a_fault_not_an_empty_store()
    {
        using var store = Open();
        store.Dispose();
        File.Delete(_data.Directory.Database);
        Assert.Throws<StoreUnavailableException>(store.OpenConnection);
        Assert.False(File.Exists(_data.Directory.Database));
    }

    [Fact]
    public async Task A_context_on_a_vanished_database_throws_the_typed_fault()
    {
        using var store = Open(LedgerContext.Scripts);
        store.Dispose();
        File.Delete(_data.Directory.Database);
        await using var context = LedgerContext.On(store);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => context.Accounts.ToListAsync());
    }

    [Fact]
    public async Task A_full_disk_gives_the_typed_fault_and_changes_nothing()
    {
        using var store = Open(LedgerContext.Scripts);
        await using (var context = LedgerContext.On(store))
        {
            await context.Database.OpenConnectionAsync();
            await context.Database.ExecuteSqlRawAsync("PRAGMA max_page_count=1");
            context.Add(new Account { Id = "a", Name = new string('x', 100_000) });
            var fault = await Assert.ThrowsAsync<StoreUnavailableException>(() => context.SaveChangesAsync());
            Assert.Contains("no space left", fault.Message, StringComparison.Ordinal);
        }

        store.Dispose();
        await using var reader = LedgerContext.On(store);
        Assert.Empty(await reader.Accounts.ToListAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_read_only_store_gives_the_typed_fault(bool explicitTransaction)
    {
        using var store = Open(LedgerContext.Scripts);
        await using var context = LedgerContext.On(store);
        await context.Database.OpenConnectionAsync();
        await context.Database.ExecuteSqlRawAsync("PRAGMA query_only=1");
        context.AddAccount("a");
        var fault = await Assert.ThrowsAsync<StoreUnavailableException>(async () =>
        {
            await using var transaction = explicitTransaction ? await context.Database.BeginTransactionAsync() : null;
            await context.SaveChangesAsync();
        });
        Assert.Contains("read-only", fault.Message, StringComparison.Ordinal);
        await context.Database.ExecuteSqlRawAsync("PRAGMA query_only=0");
    }

    [Fact]
    public async Task A_constraint_violation_stays_the_fault_of_the_request()
    {
        using var store = Open(LedgerContext.Scripts);
        await using var first = LedgerContext.On(store);
        first.AddAccount("a");
        await first.SaveChangesAsync();
        await using var second = LedgerContext.On(store);
        second.AddAccount("a");
        var fault = await Assert.ThrowsAsync<DbUpdateException>(() => second.SaveChangesAsync());
        Assert.IsType<SqliteException>(fault.InnerException);
    }
}
