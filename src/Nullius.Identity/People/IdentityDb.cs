using System.Text.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Nullius.Identity.Sessions;
using Nullius.State.Feed;

namespace Nullius.Identity.People;

/// <summary>
/// People, groups, factors and sessions. INVARIANT: no change that an enforcement point follows can be saved without its feed
/// entry, because saving itself writes the entries (law 7).
/// </summary>
public sealed class IdentityDb(DbContextOptions<IdentityDb> options, TimeProvider time)
    : IdentityUserContext<Person, string, IdentityUserClaim<string>, IdentityUserLogin<string>, IdentityUserToken<string>, IdentityUserPasskey<string>>(options)
{
    internal DbSet<Group> Groups => Set<Group>();

    internal DbSet<Membership> Memberships => Set<Membership>();

    internal DbSet<Authenticator> Authenticators => Set<Authenticator>();

    internal DbSet<RecoveryCode> RecoveryCodes => Set<RecoveryCode>();

    internal DbSet<FailureCount> Failures => Set<FailureCount>();

    internal DbSet<Session> Sessions => Set<Session>();

    internal DbSet<Credential> Credentials => Set<Credential>();

    internal DbSet<Kept> Kept => Set<Kept>();

    internal DbSet<UnfinishedChange> UnfinishedChanges => Set<UnfinishedChange>();

    internal DbSet<RetiredName> RetiredNames => Set<RetiredName>();

    internal DbSet<HandoffCode> HandoffCodes => Set<HandoffCode>();

    protected override Version SchemaVersion => IdentitySchemaVersions.Version3;

    public override int SaveChanges(bool acceptAllChangesOnSuccess)
    {
        IdentityChanges.Publish(this, time.GetUtcNow());
        return base.SaveChanges(acceptAllChangesOnSuccess);
    }

    public override Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        IdentityChanges.Publish(this, time.GetUtcNow());
        return base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UnixMilliseconds>();
        configurationBuilder.Properties<Dictionary<string, string>>().HaveConversion<TagsAsJson, SameTags>();
    }

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.AddChangeFeed();
        MapPeople(builder);
        MapFactors(builder);
        MapSessions(builder);
        foreach (var entity in builder.Model.GetEntityTypes().Where(entity => entity.ClrType != typeof(FeedEntry) && !entity.IsMappedToJson()))
        {
            foreach (var property in entity.GetProperties())
                property.SetColumnName(JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
        }
    }

    private static void MapPeople(ModelBuilder builder)
    {
        // What Identity could keep and Nullius does not: claims and tokens (which would be secrets in the clear), its own lock-out.
        builder.Ignore<IdentityUserClaim<string>>().Ignore<IdentityUserLogin<string>>().Ignore<IdentityUserToken<string>>();
        builder.Entity<Person>(person =>
        {
            person.ToTable("person");
            person.Ignore(row => row.PhoneNumber).Ignore(row => row.PhoneNumberConfirmed).Ignore(row => row.TwoFactorEnabled);
            person.Ignore(row => row.LockoutEnabled).Ignore(row => row.LockoutEnd).Ignore(row => row.AccessFailedCount);
            person.HasIndex(row => row.NormalizedUserName).IsUnique().HasDatabaseName("person_name");
            person.HasIndex(row => row.NormalizedEmail).HasDatabaseName("person_email");
        });
        builder.Entity<RetiredName>(retired =>
        {
            retired.ToTable("retired_name");
            retired.HasKey(row => row.Name);
        });
        builder.Entity<Group>(group =>
        {
            group.ToTable("person_group");
            group.HasKey(row => row.Name);
        });
        builder.Entity<Membership>(membership =>
        {
            membership.ToTable("membership");
            membership.HasKey(row => new { row.PersonId, row.GroupName });
            // Restrict: a row that enforcement points follow is removed where its feed entry is written, never by a cascade.
            membership.HasOne<Person>().WithMany().HasForeignKey(row => row.PersonId).OnDelete(DeleteBehavior.Restrict);
            membership.HasOne<Group>().WithMany().HasForeignKey(row => row.GroupName).OnDelete(DeleteBehavior.Restrict);
            membership.HasIndex(row => row.GroupName).HasDatabaseName("membership_group");
        });
    }

    private static void MapFactors(ModelBuilder builder)
    {
        builder.Entity<IdentityUserPasskey<string>>(passkey =>
        {
            passkey.ToTable("passkey");
            passkey.OwnsOne(row => row.Data, data => data.ToJson("data"));
            passkey.HasIndex(row => row.UserId).HasDatabaseName("passkey_person");
        });
        builder.Entity<Authenticator>(authenticator =>
        {
            authenticator.ToTable("authenticator");
            authenticator.HasKey(row => row.PersonId);
            authenticator.Property(row => row.LastStep).IsConcurrencyToken();
            authenticator.HasOne<Person>().WithOne().HasForeignKey<Authenticator>(row => row.PersonId);
        });
        builder.Entity<RecoveryCode>(code =>
        {
            code.ToTable("recovery_code");
            code.HasKey(row => new { row.PersonId, row.Hash });
            code.HasOne<Person>().WithMany().HasForeignKey(row => row.PersonId);
        });
        builder.Entity<FailureCount>(failure =>
        {
            failure.ToTable("failure_count");
            failure.HasKey(row => row.Key);
            failure.HasIndex(row => row.LastAt).HasDatabaseName("failure_count_last");
        });
    }

    private static void MapSessions(ModelBuilder builder)
    {
        builder.Entity<Session>(session =>
        {
            session.ToTable("session");
            session.HasKey(row => row.Id);
            session.Property(row => row.Kind).HasConversion<string>();
            session.HasOne<Person>().WithMany().HasForeignKey(row => row.PersonId).OnDelete(DeleteBehavior.Restrict);
            session.HasIndex(row => row.PersonId).HasDatabaseName("session_person");
            session.HasIndex(row => row.ExpiresAt).HasDatabaseName("session_expiry");
        });
        builder.Entity<Credential>(credential =>
        {
            credential.ToTable("session_credential");
            credential.HasKey(row => row.Hash);
            credential.HasOne<Session>().WithMany(row => row.Credentials).HasForeignKey(row => row.SessionId);
            credential.HasIndex(row => row.SessionId).HasDatabaseName("session_credential_session");
        });
        builder.Entity<HandoffCode>(code =>
        {
            code.ToTable("handoff_code");
            code.HasKey(row => row.Hash);
            code.HasIndex(row => row.ExpiresAt).HasDatabaseName("handoff_code_expiry");
        });
        builder.Entity<UnfinishedChange>(change => change.ToTable("unfinished_change"));
        builder.Entity<Kept>(kept =>
        {
            kept.ToTable("kept");
            kept.HasKey(row => new { row.Purpose, row.Key });
            kept.HasIndex(row => new { row.Purpose, row.Subject }).HasDatabaseName("kept_subject");
            kept.HasIndex(row => row.ExpiresAt).HasDatabaseName("kept_expiry");
        });
    }

    private sealed class UnixMilliseconds() : ValueConverter<DateTimeOffset, long>(
        value => value.ToUnixTimeMilliseconds(), value => DateTimeOffset.FromUnixTimeMilliseconds(value));

    private sealed class TagsAsJson() : ValueConverter<Dictionary<string, string>, string>(value => Write(value), value => Read(value))
    {
        private static string Write(Dictionary<string, string> tags) => JsonSerializer.Serialize(tags);

        private static Dictionary<string, string> Read(string json) => JsonSerializer.Deserialize<Dictionary<string, string>>(json)!;
    }

    private sealed class SameTags() : ValueComparer<Dictionary<string, string>>(
        (a, b) => Equal(a, b), value => value.Count, value => new Dictionary<string, string>(value, StringComparer.Ordinal))
    {
        private static bool Equal(Dictionary<string, string>? a, Dictionary<string, string>? b) =>
            ReferenceEquals(a, b) || (a is not null && b is not null && a.Count == b.Count && !a.Except(b).Any());
    }
}
