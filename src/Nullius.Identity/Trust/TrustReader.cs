using System.Collections.Frozen;
using Microsoft.EntityFrameworkCore;
using Nullius.Identity.Devices;
using Nullius.Identity.People;
using Nullius.Identity.Sessions;
using Nullius.State.Schema;

namespace Nullius.Identity.Trust;

/// <summary>Reads trust from the store for enforcement points.</summary>
internal sealed class TrustReader(IDbContextFactory<IdentityDb> contexts, Store store, IDeviceTrustSource devices, TimeProvider time) : ITrustReader
{
    public async Task<TrustImage> ReadAllAsync(CancellationToken cancellation)
    {
        // INVARIANT: the sequence is read before anything else. What is read may then be newer than the sequence, never older:
        // the follower reads an entity again when it meets the entry, and every change after the sequence has one.
        var sequence = await store.Feed.NewestAsync(cancellation);
        var now = time.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var groups = (await db.Memberships.AsNoTracking().ToListAsync(cancellation)).ToLookup(row => row.PersonId, row => row.GroupName);
        var withFactor = (await db.Authenticators.Select(row => row.PersonId).Concat(db.UserPasskeys.Select(row => row.UserId)).ToListAsync(cancellation)).ToHashSet();
        var people = await db.Users.AsNoTracking().ToListAsync(cancellation);
        var sessions = await db.Sessions.AsNoTracking().Include(row => row.Credentials)
            .Where(row => row.RevokedAt == null && row.ExpiresAt > now).ToListAsync(cancellation);
        return new TrustImage(
            sequence,
            [.. people.Select(person => ToTrust(person, groups[person.Id], withFactor.Contains(person.Id)))],
            [.. sessions.Select(session => session.ToTrust())],
            await devices.ReadAllAsync(cancellation));
    }

    public async Task<PersonTrust?> ReadPersonAsync(string id, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await ReadPersonAsync(db, id, cancellation);
    }

    public async Task<SessionTrust?> ReadSessionAsync(string id, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var session = await db.Sessions.AsNoTracking().Include(row => row.Credentials)
            .SingleOrDefaultAsync(row => row.Id == id && row.RevokedAt == null && row.ExpiresAt > now, cancellation);
        return session?.ToTrust();
    }

    public Task<DeviceTrust?> ReadDeviceAsync(string id, CancellationToken cancellation) => devices.ReadAsync(id, cancellation);

    internal static async Task<PersonTrust?> ReadPersonAsync(IdentityDb db, string id, CancellationToken cancellation)
    {
        if (await db.Users.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellation) is not { } person)
            return null;
        var groups = await db.Memberships.Where(row => row.PersonId == id).Select(row => row.GroupName).ToListAsync(cancellation);
        var hasFactor = await db.Authenticators.AnyAsync(row => row.PersonId == id, cancellation)
            || await db.UserPasskeys.AnyAsync(row => row.UserId == id, cancellation);
        return ToTrust(person, groups, hasFactor);
    }

    private static PersonTrust ToTrust(Person person, IEnumerable<string> groups, bool hasSecondFactor) => new()
    {
        Id = person.Id,
        UserName = person.UserName ?? "",
        DisplayName = person.DisplayName,
        Disabled = person.Disabled,
        Groups = [.. groups.Order(StringComparer.Ordinal)],
        Tags = person.Tags.ToFrozenDictionary(StringComparer.Ordinal),
        HasSecondFactor = hasSecondFactor,
        SecurityVersion = person.SecurityVersion,
    };
}
