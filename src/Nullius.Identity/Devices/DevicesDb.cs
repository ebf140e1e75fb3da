using Microsoft.EntityFrameworkCore;
using Nullius.Identity.Certificates;
using Nullius.State.Feed;
using Nullius.State.Schema;

namespace Nullius.Identity.Devices;

/// <summary>The tables of the <c>devices</c> module: the inventory, and the keys of the certificate authority.</summary>
public sealed class DevicesDb(Store store) : DbContext
{
    public DbSet<StoredKey> Keys => Set<StoredKey>();

    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) => store.Configure(optionsBuilder);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddChangeFeed();
        modelBuilder.Entity<StoredKey>(key =>
        {
            key.ToTable("certificate_keys");
            key.HasKey(row => row.Kid);
            key.Property(row => row.Kid).HasColumnName("kid");
            key.Property(row => row.Use).HasColumnName("use").HasConversion<string>();
            key.Property(row => row.CreatedAt).HasColumnName("created_at");
            key.Property(row => row.ExpiresAt).HasColumnName("expires_at");
            key.Property(row => row.RetiredAt).HasColumnName("retired_at");
            key.Property(row => row.Certificate).HasColumnName("certificate");
            key.Property(row => row.Secret).HasColumnName("secret");
        });
    }
}
