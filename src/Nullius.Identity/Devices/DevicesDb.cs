using Microsoft.EntityFrameworkCore;
using Nullius.Identity.Certificates;
using Nullius.State.Feed;
using Nullius.State.Schema;

namespace Nullius.Identity.Devices;

/// <summary>The tables of the <c>devices</c> module: the inventory, and the keys of the certificate authority.</summary>
public sealed class DevicesDb(Store store) : DbContext
{
    internal DbSet<StoredKey> Keys => Set<StoredKey>();

    internal DbSet<Device> Devices => Set<Device>();

    internal DbSet<DeviceCertificate> Certificates => Set<DeviceCertificate>();

    internal DbSet<DeviceReport> Reports => Set<DeviceReport>();

    internal DbSet<ReportNonce> Nonces => Set<ReportNonce>();

    internal DbSet<EnrolmentCode> Codes => Set<EnrolmentCode>();

    internal DbSet<UnfinishedDeviceChange> Unfinished => Set<UnfinishedDeviceChange>();

    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) => store.Configure(optionsBuilder);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddChangeFeed();
        modelBuilder.Entity<StoredKey>(key =>
        {
            key.ToTable("certificate_keys");
            key.HasKey(row => row.Kid);
            key.Property(row => row.Use).HasConversion<string>();
        });
        modelBuilder.Entity<Device>(device => device.ToTable("devices").HasKey(row => row.Id));
        modelBuilder.Entity<DeviceCertificate>(certificate =>
        {
            certificate.ToTable("device_certificates").HasKey(row => row.Thumbprint);
            certificate.HasOne<Device>().WithMany().HasForeignKey(row => row.DeviceId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<DeviceReport>(report =>
        {
            report.ToTable("device_reports").HasKey(row => row.DeviceId);
            report.Property(row => row.At).IsConcurrencyToken();
            report.HasOne<Device>().WithMany().HasForeignKey(row => row.DeviceId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<ReportNonce>(nonce =>
        {
            nonce.ToTable("device_nonces").HasKey(row => new { row.DeviceId, row.Nonce });
            nonce.HasOne<Device>().WithMany().HasForeignKey(row => row.DeviceId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<EnrolmentCode>(code => code.ToTable("device_codes").HasKey(row => row.Hash));
        modelBuilder.Entity<UnfinishedDeviceChange>(change => change.ToTable("unfinished_device_change").HasKey(row => row.Id));

        foreach (var property in modelBuilder.Model.GetEntityTypes().Where(type => type.ClrType != typeof(FeedEntry)).SelectMany(type => type.GetProperties()))
            property.SetColumnName(SnakeCase(property.Name));
    }

    private static string SnakeCase(string name) =>
        string.Concat(name.Select((letter, at) => char.IsUpper(letter) ? (at == 0 ? "" : "_") + char.ToLowerInvariant(letter) : letter.ToString()));
}
