using Microsoft.EntityFrameworkCore;

namespace Nullius.Identity.People;

/// <summary>What to change about a person; what is not named stays.</summary>
public sealed record PersonUpdate
{
    public string? DisplayName { get; init; }

    /// <summary>Groups to be in; names that are new become groups.</summary>
    public IReadOnlyList<string> Join { get; init; } = [];

    public IReadOnlyList<string> Leave { get; init; } = [];

    /// <summary>Principal tags to set, by name without prefix.</summary>
    public IReadOnlyDictionary<string, string> SetTags { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<string> DropTags { get; init; } = [];

    /// <summary>Also where it leaves no active administrator.</summary>
    public bool Force { get; init; }
}

/// <summary>Name, groups and tags of a person in one change: one commit, one record, all of it or nothing.</summary>
public sealed class PersonUpdates
{
    private const int LongestDetail = 2000;

    private readonly IDbContextFactory<IdentityDb> _contexts;
    private readonly GroupDirectory _groups;
    private readonly LastAdministrator _last;
    private readonly IAccountEvents _events;

    internal PersonUpdates(IDbContextFactory<IdentityDb> contexts, GroupDirectory groups, LastAdministrator last, IAccountEvents events) =>
        (_contexts, _groups, _last, _events) = (contexts, groups, last, events);

    /// <summary>Changes the person. Where everything is so already, nothing is committed or recorded.</summary>
    /// <exception cref="DirectoryException">Something of it cannot be done, or the person was changed meanwhile; nothing of it is done.</exception>
    public async Task ApplyAsync(string personId, PersonUpdate update, string actor, CancellationToken cancellation)
    {
        CheckOnce(update);
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var person = await db.Users.SingleOrDefaultAsync(row => row.Id == personId, cancellation) ?? throw new DirectoryException($"there is no person `{personId}`");
        var (groups, tags) = (await GroupsOfAsync(db, personId, cancellation), new Dictionary<string, string>(person.Tags, StringComparer.Ordinal));
        var changed = new List<string>();
        var kinds = new HashSet<AccountEventKind>();
        if (update.DisplayName is { } display && PeopleDirectory.CheckDisplayName(display) != person.DisplayName)
        {
            person.DisplayName = display;
            Note(AccountEventKind.TagsChanged, $"display name `{display}`");
        }

        if (Groups(person, groups, update) is { } wanted)
        {
            await _groups.SetAsync(db, personId, wanted, cancellation);
            Note(AccountEventKind.GroupsChanged, "groups " + (wanted.Count == 0 ? "none" : string.Join(' ', wanted)));
        }

        if (Tags(person, update) is { } set)
        {
            person.Tags = PeopleDirectory.CheckTags(set);
            Note(AccountEventKind.TagsChanged, "tags " + (set.Count == 0 ? "none" : string.Join(' ', set.OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => $"{tag.Key}={tag.Value}"))));
        }

        if (changed.Count == 0)
            return;
        var happened = new AccountEvent(kinds.Count == 1 ? kinds.Single() : AccountEventKind.AccountChanged)
        {
            PersonId = personId, UserName = person.UserName, Actor = actor, Detail = Detail(changed, update.Force),
        };
        await SaveAsync(db, happened, groups, tags, update.Force, cancellation);

        void Note(AccountEventKind kind, string words)
        {
            kinds.Add(kind);
            changed.Add(words);
        }
    }

    private async Task SaveAsync(
        IdentityDb db, AccountEvent happened, List<string> groups, Dictionary<string, string> tags, bool force, CancellationToken cancellation)
    {
        async Task Change()
        {
            // What was computed from what was read holds only while that is still so; here nobody else writes.
            var now = await db.Users.AsNoTracking().SingleOrDefaultAsync(row => row.Id == happened.PersonId, cancellation);
            if (now is null || now.Tags.Count != tags.Count || now.Tags.Except(tags).Any() || !groups.SequenceEqual(await GroupsOfAsync(db, now.Id, cancellation), StringComparer.Ordinal))
                throw new DirectoryException($"`{happened.UserName}` was changed by somebody else at the same time: nothing was done, try again");
            await _last.SaveAsync(db, force, cancellation);
        }

        await db.SaveRecordedAsync(_events, [happened], Change, cancellation);
    }

    private static void CheckOnce(PersonUpdate update)
    {
        if (update.Join.Intersect(update.Leave, StringComparer.Ordinal).FirstOrDefault() is { } group)
            throw new DirectoryException($"group `{group}` is to be joined and left: expected one of both");
        if (update.SetTags.Keys.Intersect(update.DropTags, StringComparer.Ordinal).FirstOrDefault() is { } tag)
            throw new DirectoryException($"tag `{tag}` is to be set and removed: expected one of both");
    }

    /// <summary>The groups that the person is to be in; null when these are the present ones.</summary>
    private static List<string>? Groups(Person person, List<string> present, PersonUpdate update)
    {
        if (update.Leave.Except(present, StringComparer.Ordinal).FirstOrDefault() is { } stranger)
        {
            throw new DirectoryException(present.Count == 0
                ? $"`{person.UserName}` is not in group `{stranger}`, nor in any other"
                : $"`{person.UserName}` is not in group `{stranger}`: expected one of {string.Join(", ", present.Select(name => $"`{name}`"))}");
        }

        List<string> wanted = [.. present.Except(update.Leave, StringComparer.Ordinal).Union(update.Join, StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return wanted.SequenceEqual(present, StringComparer.Ordinal) ? null : wanted;
    }

    /// <summary>The tags that the person is to have; null when these are the present ones.</summary>
    private static Dictionary<string, string>? Tags(Person person, PersonUpdate update)
    {
        if (update.DropTags.FirstOrDefault(tag => !person.Tags.ContainsKey(tag)) is { } stranger)
            throw new DirectoryException($"`{person.UserName}` has no tag `{stranger}`");
        var wanted = person.Tags.Where(tag => !update.DropTags.Contains(tag.Key, StringComparer.Ordinal)).ToDictionary(StringComparer.Ordinal);
        foreach (var (key, value) in update.SetTags)
            wanted[key] = value;
        return wanted.Count == person.Tags.Count && !wanted.Except(person.Tags).Any() ? null : wanted;
    }

    private static async Task<List<string>> GroupsOfAsync(IdentityDb db, string personId, CancellationToken cancellation) =>
        [.. (await db.Memberships.AsNoTracking().Where(row => row.PersonId == personId).Select(row => row.GroupName).ToListAsync(cancellation)).Order(StringComparer.Ordinal)];

    private static string Detail(List<string> changed, bool force)
    {
        var text = string.Join("; ", changed);
        return (text.Length > LongestDetail ? text[..LongestDetail] + "…" : text) + (force ? " (forced)" : "");
    }
}
