using Microsoft.EntityFrameworkCore;

namespace Nullius.Identity.People;

/// <summary>A group as lists show it.</summary>
public sealed record GroupSummary(string Name, string Description, int Members);

/// <summary>Groups and who is in them.</summary>
public sealed class GroupDirectory
{
    private const int MostGroupsOfPerson = 100;

    private readonly IDbContextFactory<IdentityDb> _contexts;
    private readonly LastAdministrator _last;
    private readonly IAccountEvents _events;
    private readonly TimeProvider _time;

    internal GroupDirectory(IDbContextFactory<IdentityDb> contexts, LastAdministrator last, IAccountEvents events, TimeProvider time) =>
        (_contexts, _last, _events, _time) = (contexts, last, events, time);

    public async Task<IReadOnlyList<GroupSummary>> ListAsync(CancellationToken cancellation)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var members = await db.Memberships.GroupBy(row => row.GroupName).Select(rows => new { rows.Key, Count = rows.Count() }).ToDictionaryAsync(
            rows => rows.Key, rows => rows.Count, cancellation);
        var groups = await db.Groups.AsNoTracking().OrderBy(row => row.Name).ToListAsync(cancellation);
        return [.. groups.Select(group => new GroupSummary(group.Name, group.Description, members.GetValueOrDefault(group.Name)))];
    }

    /// <exception cref="DirectoryException">There is one of that name, or it is no name.</exception>
    public async Task CreateAsync(string name, string description, string actor, CancellationToken cancellation)
    {
        CheckName(name);
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        if (await db.Groups.AnyAsync(row => row.Name == name, cancellation))
            throw new DirectoryException($"there is a group `{name}`");
        db.Groups.Add(new Group { Name = name, Description = description, CreatedAt = _time.GetUtcNow() });
        await db.SaveRecordedAsync(_events, new AccountEvent(AccountEventKind.GroupCreated) { Actor = actor, Detail = name }, cancellation);
    }

    /// <summary>Removes a group; its members lose what it gave them at once.</summary>
    /// <exception cref="DirectoryException">There is no such group, or nobody else could administer.</exception>
    public async Task DeleteAsync(string name, string actor, CancellationToken cancellation)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var group = await db.Groups.SingleOrDefaultAsync(row => row.Name == name, cancellation) ?? throw new DirectoryException($"there is no group `{name}`");
        db.RemoveRange(await db.Memberships.Where(row => row.GroupName == name).ToListAsync(cancellation));
        db.Remove(group);
        var deleted = new AccountEvent(AccountEventKind.GroupDeleted) { Actor = actor, Detail = name };
        await db.SaveRecordedAsync(_events, [deleted], () => _last.SaveAsync(db, force: false, cancellation), cancellation);
    }

    /// <summary>Makes the person a member of exactly these groups; names that are new become groups.</summary>
    public async Task SetAsync(string personId, IReadOnlyList<string> groups, string actor, CancellationToken cancellation)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var person = await db.Users.AsNoTracking().SingleOrDefaultAsync(row => row.Id == personId, cancellation)
            ?? throw new DirectoryException($"there is no person `{personId}`");
        await SetAsync(db, personId, groups, cancellation);
        var changed = new AccountEvent(AccountEventKind.GroupsChanged) { PersonId = personId, UserName = person.UserName, Actor = actor, Detail = string.Join(' ', groups) };
        await db.SaveRecordedAsync(_events, [changed], () => _last.SaveAsync(db, force: false, cancellation), cancellation);
    }

    internal async Task SetAsync(IdentityDb db, string personId, IReadOnlyList<string> groups, CancellationToken cancellation)
    {
        var wanted = groups.ToHashSet(StringComparer.Ordinal);
        if (wanted.Count > MostGroupsOfPerson)
            throw new DirectoryException($"a person is in at most {MostGroupsOfPerson} groups");
        var present = await db.Memberships.Where(row => row.PersonId == personId).ToListAsync(cancellation);
        var known = await db.Groups.Where(row => wanted.Contains(row.Name)).Select(row => row.Name).ToListAsync(cancellation);
        foreach (var name in wanted.Except(known))
        {
            CheckName(name);
            db.Groups.Add(new Group { Name = name, CreatedAt = _time.GetUtcNow() });
        }

        db.RemoveRange(present.Where(row => !wanted.Contains(row.GroupName)));
        db.AddRange(wanted.Except(present.Select(row => row.GroupName)).Select(name => new Membership { PersonId = personId, GroupName = name }));
    }

    private static void CheckName(string name)
    {
        if (name.Length is 0 or > 128 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '=' or ',' or '.' or '@' or '_' or '-'))
            throw new DirectoryException($"`{name}` is no group name: expected up to 128 letters, digits and `+=,.@_-`");
    }
}
