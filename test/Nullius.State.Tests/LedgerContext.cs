using Microsoft.EntityFrameworkCore;
using Nullius.State.Feed;
using Nullius.State.Schema;

namespace Nullius.State.Tests;

internal sealed class Account
{
    public string Id { get; set; } = "";

    public string Name { get; set; } = "";
}

internal sealed class LedgerContext(DbContextOptions<LedgerContext> options) : DbContext(options)
{
    public static readonly SchemaScript[] Scripts =
    [
        new("ledger", 1, "CREATE TABLE account (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL) STRICT;"),
    ];

    public DbSet<Account> Accounts => Set<Account>();

    public static LedgerContext On(Store store)
    {
        var options = new DbContextOptionsBuilder<LedgerContext>();
        store.Configure(options);
        return new LedgerContext(options.Options);
    }

    public void AddAccount(string id)
    {
        Add(new Account { Id = id, Name = "n" });
        this.Publish(ChangeKind.Person, id, DateTimeOffset.UnixEpoch);
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddChangeFeed();
        modelBuilder.Entity<Account>(account =>
        {
            account.ToTable("account");
            account.Property(row => row.Id).HasColumnName("id");
            account.Property(row => row.Name).HasColumnName("name");
        });
    }
}
