using Microsoft.EntityFrameworkCore;
using Nullius.Identity.Devices;

namespace Nullius.Identity.People;

/// <summary>How an account is deleted.</summary>
public sealed record Deletion
{
    /// <summary>Also where it leaves no active administrator.</summary>
    public bool Force { get; init; }

    /// <summary>The name is kept from others until somebody says that it may be theirs; not for names that nothing else could name.</summary>
    public bool RetireName { get; init; } = true;
}

/// <summary>Ends accounts: for a time, or for good. The last administrator stays.</summary>
public sealed class Departures
{
    private readonly IDbContextFactory<IdentityDb> _contexts;
    private readonly LastAdministrator _last;
    private readonly IDeviceOwners _devices;
    private readonly IAccountEvents _events;
    private readonly TimeProvider _time;

    internal Departures(IDbContextFactory<IdentityDb> contexts, LastAdministrator last, IDeviceOwners devices, IAccountEvents events, TimeProvider time) =>
        (_contexts, _last, _devices, _events, _time) = (contexts, last, devices, events, time);

    /// <summary>Denies the person everything, at once, until <see cref="PeopleDirectory.EnableAsync"/>. Sessions end and do not come back.</summary>
    /// <param name="id">The person.</param>
    /// <param name="force">Also where it leaves no active administrator.</param>
    /// <param name="actor">Who does it.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="DirectoryException">There is no such person, or nobody else could administer.</exception>
    public async Task DisableAsync(string id, bool force, string actor, CancellationToken cancellation)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var person = await FindAsync(db, id, cancellation);
        person.Disabled = true;
        await SecurityVersions.RaiseAsync(db, person, Survivors.None, "account disabled", _time.GetUtcNow(), cancellation);
        await db.SaveRecordedAsync(
            _events, [Event(AccountEventKind.AccountDisabled, person, force ? "forced" : null, actor)], () => _last.SaveAsync(db, force, cancellation), cancellation);
    }

    /// <summary>
    /// Removes the account for good, in one commit: its sessions, tokens and keys, factors and passkeys, memberships, open codes; its devices
    /// are revoked and stay in the inventory. Audit records stay. Its id is never given again; its name only to who asks for just that.
    /// </summary>
    /// <returns>Ids of the devices that were revoked.</returns>
    /// <exception cref="DirectoryException">There is no such person, or nobody else could administer.</exception>
    public async Task<IReadOnlyList<string>> DeleteAsync(string id, Deletion how, string actor, CancellationToken cancellation)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var person = await FindAsync(db, id, cancellation);
        IReadOnlyList<string> devices = [];
        async Task Remove()
        {
            // Read where nobody else writes: what was opened or joined a moment ago goes too.
            db.RemoveRange(await db.Sessions.Where(row => row.PersonId == id).ToListAsync(cancellation));
            db.RemoveRange(await db.Memberships.Where(row => row.PersonId == id).ToListAsync(cancellation));
            db.RemoveRange(await db.Kept.Where(row => row.Subject == id).ToListAsync(cancellation));
            db.Remove(person);
            if (how.RetireName)
                await RetireAsync(db, person, cancellation);
            devices = await _devices.EndOwnershipAsync(db, id, actor, cancellation);
            await _last.SaveAsync(db, how.Force, cancellation);
        }

        await db.SaveRecordedAsync(_events, [Event(AccountEventKind.AccountDeleted, person, how.Force ? "forced" : null, actor)], Remove, cancellation);
        return devices;
    }

    private async Task RetireAsync(IdentityDb db, Person person, CancellationToken cancellation)
    {
        var name = person.NormalizedUserName!;
        if (await db.RetiredNames.SingleOrDefaultAsync(row => row.Name == name, cancellation) is { } earlier)
            (earlier.PersonId, earlier.DeletedAt) = (person.Id, _time.GetUtcNow());
        else
            db.Add(new RetiredName { Name = name, PersonId = person.Id, DeletedAt = _time.GetUtcNow() });
    }

    private static async Task<Person> FindAsync(IdentityDb db, string id, CancellationToken cancellation) =>
        await db.Users.SingleOrDefaultAsync(row => row.Id == id, cancellation) ?? throw new DirectoryException($"there is no person `{id}`");

    private static AccountEvent Event(AccountEventKind kind, Person person, string? detail, string actor) =>
        new(kind) { PersonId = person.Id, UserName = person.UserName, Actor = actor, Detail = detail };
}
