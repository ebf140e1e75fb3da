using Microsoft.EntityFrameworkCore;

namespace Nullius.Identity.People;

/// <summary>A group as lists show it.</summary>
public sealed record GroupSummary(string Name, string Description, int Members);

/// <summary>Groups and who is in them.</summary>
public sealed class GroupDirectory
{
    private const int MostGroupsOfPerson = 100;

    private readonly IDbContextFactory<IdentityDb> _contexts;
    private readonly IAccountEvents _events;
    private readonly TimeProvider _time;

    internal GroupDirectory(IDbContextFactory<IdentityDb> contexts, IAccountEvents events, TimeProvider time) =>
        (_contexts, _events, _time) = (contexts, events, time);

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
    public async Task DeleteAsync(string name, string actor, CancellationToken cancellation)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var group = await db.Groups.SingleOrDefaultAsync(row => row.Name == name, cancellation) ?? throw new DirectoryException($"there is no group `{name}`");
        db.RemoveRange(await db.Memberships.Where(row => row.GroupName == name).ToListAsync(cancellation));
        db.Remove(group);
        await db.SaveRecordedAsync(_events, new AccountEvent(AccountEventKind.GroupDeleted) { Actor = actor, Detail = name }, cancellation);
    }

    /// <summary>Makes the person a member of exactly these groups; names that are new become groups.</summary>
    public async Task SetAsync(string personId, IReadOnlyList<string> groups, string actor, CancellationToken cancellation)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var person = await db.Users.AsNoTracking().SingleOrDefaultAsync(row => row.Id == personId, cancellation)
            ?? throw new DirectoryException($"there is no person `{personId}`");
        await SetAsync(db, personId, groups, cancellation);
        var changed = new AccountEvent(AccountEventKind.GroupsChanged) { PersonId = personId, UserName = person.UserName, Actor = actor, Detail = string.Join(' ', groups) };
        await db.SaveRecordedAsync(_events, changed, cancellation);
    }

    /// <summary>Takes the person into some groups and out of others in one change; names that are new become groups.</summary>
    /// <exception cref="DirectoryException">There is no such person, a group is named twice, one to leave is none of the person's, or a name is none.</exception>
    public async Task ChangeAsync(string personId, IReadOnlyList<string> join, IReadOnlyList<string> leave, string actor, CancellationToken cancellation)
    {
        if (join.Intersect(leave, StringComparer.Ordinal).FirstOrDefault() is { } both)
            throw new DirectoryException($"group `{both}` is to be joined and left: expected one of both");
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var person = await db.Users.AsNoTracking().SingleOrDefaultAsync(row => row.Id == personId, cancellation)
            ?? throw new DirectoryException($"there is no person `{personId}`");
        var present = await db.Memberships.AsNoTracking().Where(row => row.PersonId == personId).Select(row => row.GroupName).ToListAsync(cancellation);
        if (leave.Except(present, StringComparer.Ordinal).FirstOrDefault() is { } stranger)
        {
            throw new DirectoryException(present.Count == 0
                ? $"`{person.UserName}` is not in group `{stranger}`, nor in any other"
                : $"`{person.UserName}` is not in group `{stranger}`: expected one of {string.Join(", ", present.Order(StringComparer.Ordinal).Select(name => $"`{name}`"))}");
        }

        IReadOnlyList<string> groups = [.. present.Except(leave, StringComparer.Ordinal).Union(join, StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        await SetAsync(db, personId, groups, cancellation);
        var changed = new AccountEvent(AccountEventKind.GroupsChanged) { PersonId = personId, UserName = person.UserName, Actor = actor, Detail = string.Join(' ', groups) };
        await db.SaveRecordedAsync(_events, changed, cancellation);
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
