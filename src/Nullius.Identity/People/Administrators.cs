using Microsoft.EntityFrameworkCore;

namespace Nullius.Identity.People;

/// <summary>Who administers people: members of groups, and people by name.</summary>
/// <param name="Groups">Names of groups; compared without case.</param>
/// <param name="Users">User names, compared without case; <c>*</c> is everybody.</param>
public sealed record Administrators(IReadOnlyCollection<string> Groups, IReadOnlyCollection<string> Users);

/// <summary>Knows from the policies who administers people.</summary>
public interface IAdministrators
{
    /// <summary>As of now.</summary>
    /// <exception cref="Exception">It cannot be told; what depends on it is not done.</exception>
    Administrators Now();
}

/// <summary>
/// Keeps one administrator who can sign in. INVARIANT: before and after are counted in the transaction that makes the change, which
/// holds the store's only write lock: of two changes that each leave one administrator, one is refused.
/// </summary>
internal sealed class LastAdministrator(IAdministrators administrators)
{
    /// <summary>Saves the pending changes in the transaction that is open.</summary>
    /// <param name="db">Within a transaction.</param>
    /// <param name="force">Also where nobody is left.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="DirectoryException">Somebody could administer before, and nobody could after.</exception>
    public async Task SaveAsync(IdentityDb db, bool force, CancellationToken cancellation)
    {
        if (force)
        {
            await db.SaveChangesAsync(cancellation);
            return;
        }

        var who = administrators.Now();
        var before = await Active(db, who, await GroupsAsync(db, who, cancellation)).AnyAsync(cancellation);
        await db.SaveChangesAsync(cancellation);
        if (before && !await Active(db, who, await GroupsAsync(db, who, cancellation)).AnyAsync(cancellation))
            throw new DirectoryException(Refusal(who));
    }

    /// <summary>Whether somebody who can sign in administers people now.</summary>
    public async Task<bool> AnyAsync(IdentityDb db, CancellationToken cancellation)
    {
        var who = administrators.Now();
        return await Active(db, who, await GroupsAsync(db, who, cancellation)).AnyAsync(cancellation);
    }

    private static IQueryable<Person> Active(IdentityDb db, Administrators who, List<string> groups)
    {
        var active = db.Users.AsNoTracking().Where(row => !row.Disabled);
        if (who.Users.Contains("*"))
            return active;
        var names = who.Users.Select(name => name.ToUpperInvariant()).ToList();
        return active.Where(row => names.Contains(row.NormalizedUserName!) || db.Memberships.Any(one => one.PersonId == row.Id && groups.Contains(one.GroupName)));
    }

    /// <summary>The groups as the store spells them.</summary>
    private static async Task<List<string>> GroupsAsync(IdentityDb db, Administrators who, CancellationToken cancellation) =>
        [.. (await db.Memberships.AsNoTracking().Select(row => row.GroupName).Distinct().ToListAsync(cancellation)).Where(name => who.Groups.Contains(name, StringComparer.OrdinalIgnoreCase))];

    private static string Refusal(Administrators who) =>
        "it would leave no active administrator: first make somebody else one"
        + (who.Groups.FirstOrDefault() is { } group ? $" (`nullius user update NAME --group {group}`)" : "")
        + "; the owner of the instance can do it all the same with `--force` at the command line";
}

/// <summary>Tells when nobody who can sign in administers people: changed policies can lead there, or a change that was forced.</summary>
public sealed class ActiveAdministrators
{
    private readonly IDbContextFactory<IdentityDb> _contexts;
    private readonly LastAdministrator _last;
    private readonly IAdministrators _administrators;

    internal ActiveAdministrators(IDbContextFactory<IdentityDb> contexts, LastAdministrator last, IAdministrators administrators) =>
        (_contexts, _last, _administrators) = (contexts, last, administrators);

    /// <summary>What is wrong and what helps, in one line; null while somebody administers.</summary>
    public async Task<string?> LackAsync(CancellationToken cancellation)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        if (await _last.AnyAsync(db, cancellation))
            return null;
        return "no active person may administer people"
            + (_administrators.Now().Groups.FirstOrDefault() is { } group
                ? $": the policies let only members of `{group}` and the like do so; `nullius user update NAME --group {group}` makes one"
                : ": no binding grants it; expected one that allows `console:EnablePerson` to a group or person");
    }
}
