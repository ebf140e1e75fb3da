using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Nullius.State;

namespace Nullius.Identity.People;

/// <summary>What a new account starts from.</summary>
public sealed record NewPerson(string UserName)
{
    public string DisplayName { get; init; } = "";

    public string? Email { get; init; }

    /// <summary>Null: the person chooses one with the one-time code that comes back.</summary>
    public string? Password { get; init; }

    /// <summary>The password was chosen by somebody else and is good for choosing one's own.</summary>
    public bool MustChangePassword { get; init; }

    public IReadOnlyList<string> Groups { get; init; } = [];

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>The name may be that of a deleted account; policies that still name it then hold for this person.</summary>
    public bool ReuseName { get; init; }
}

/// <summary>A person as lists show it.</summary>
public sealed record PersonSummary(string Id, string UserName, string DisplayName, string? Email, bool Disabled, bool HasSecondFactor, DateTimeOffset CreatedAt)
{
    public IReadOnlyList<string> Groups { get; init; } = [];

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    public bool HasPassword { get; init; }

    public bool MustChangePassword { get; init; }
}

/// <summary>A code for setting a password at <c>/sign-in/reset</c>; shown once, to be handed over by a way that is trusted.</summary>
public sealed record OneTimeCode(string Code, DateTimeOffset ExpiresAt);

/// <summary>What was asked for cannot be done; the message is for the one who asked.</summary>
public sealed class DirectoryException(string message) : Exception(message);

/// <summary>
/// Administration of people and groups. Every change commits with its feed entry, so that enforcement points act on it within
/// milliseconds, and is recorded with its actor.
/// </summary>
public sealed class PeopleDirectory
{
    private readonly IDbContextFactory<IdentityDb> _contexts;
    private readonly ILookupNormalizer _normalizer;
    private readonly Passwords _passwords;
    private readonly GroupDirectory _groups;
    private readonly IAccountEvents _events;
    private readonly RandomSource _random;
    private readonly TimeProvider _time;

    internal PeopleDirectory(
        IDbContextFactory<IdentityDb> contexts, ILookupNormalizer normalizer, Passwords passwords, GroupDirectory groups,
        IAccountEvents events, RandomSource random, TimeProvider time) =>
        (_contexts, _normalizer, _passwords, _groups, _events, _random, _time) = (contexts, normalizer, passwords, groups, events, random, time);

    /// <summary>People in order of their names.</summary>
    /// <param name="withoutSecondFactor">Only who has none.</param>
    /// <param name="search">Part of the name, display name or address; null for everybody.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<IReadOnlyList<PersonSummary>> ListAsync(bool withoutSecondFactor, string? search, CancellationToken cancellation)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var query = db.Users.AsNoTracking();
        if (search is not null)
            query = query.Where(row => row.UserName!.Contains(search) || row.DisplayName.Contains(search) || (row.Email != null && row.Email.Contains(search)));
        if (withoutSecondFactor)
            query = query.Where(row => !db.Authenticators.Any(one => one.PersonId == row.Id) && !db.UserPasskeys.Any(one => one.UserId == row.Id));
        return await SummariesAsync(db, query, cancellation);
    }

    /// <summary>Names of deleted accounts by id, in lower case, as far as nobody has taken the name since.</summary>
    public async Task<IReadOnlyDictionary<string, string>> DeletedNamesAsync(CancellationToken cancellation)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        return (await db.RetiredNames.AsNoTracking().ToListAsync(cancellation)).ToDictionary(row => row.PersonId, row => row.Name.ToLowerInvariant(), StringComparer.Ordinal);
    }

    /// <summary>By id or by name; null when there is none.</summary>
    public async Task<PersonSummary?> FindAsync(string idOrName, CancellationToken cancellation)
    {
        var name = _normalizer.NormalizeName(idOrName);
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var found = await SummariesAsync(db, db.Users.AsNoTracking().Where(row => row.Id == idOrName || row.NormalizedUserName == name), cancellation);
        return found.FirstOrDefault(person => person.Id == idOrName) ?? (found.Count > 0 ? found[0] : null);
    }

    /// <summary>Creates an account, with its groups where these are new. The code is null when a password was given.</summary>
    /// <exception cref="DirectoryException">The name is taken or not a name, or the password is too weak.</exception>
    public async Task<(PersonSummary Person, OneTimeCode? Code)> CreateAsync(NewPerson given, string actor, CancellationToken cancellation)
    {
        CheckName(given.UserName);
        var person = Start(given);
        if (given.Password is { } password)
            _passwords.Start(person, password, given.MustChangePassword);
        var code = given.Password is null ? _passwords.NewCode(person) : null;
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        if (await db.Users.AnyAsync(row => row.NormalizedUserName == person.NormalizedUserName, cancellation))
            throw new DirectoryException($"the name `{given.UserName}` is taken");
        var reused = await TakeNameAsync(db, person, given.ReuseName, cancellation);
        db.Users.Add(person);
        await _groups.SetAsync(db, person.Id, given.Groups, cancellation);
        try
        {
            await db.SaveRecordedAsync(_events, Event(AccountEventKind.AccountCreated, person, actor) with { Detail = Beginnings(given.Groups, reused) }, cancellation);
        }
        catch (DbUpdateException fault) when (fault.InnerException is Microsoft.Data.Sqlite.SqliteException { SqliteErrorCode: 19 })
        {
            throw new DirectoryException($"the name `{given.UserName}` is taken");
        }

        return ((await SummariesAsync(db, db.Users.AsNoTracking().Where(row => row.Id == person.Id), cancellation)).Single(), code);
    }

    public Task EnableAsync(string id, string actor, CancellationToken cancellation) => ChangeAsync(id, actor, AccountEventKind.AccountEnabled, (_, person) =>
    {
        person.Disabled = false;
        return Task.CompletedTask;
    }, cancellation);

    /// <summary>Replaces the person's tags (<c>aws:PrincipalTag/…</c>).</summary>
    public Task SetTagsAsync(string id, IReadOnlyDictionary<string, string> tags, string actor, CancellationToken cancellation) =>
        ChangeAsync(id, actor, AccountEventKind.TagsChanged, (_, person) =>
        {
            person.Tags = CheckTags(tags);
            return Task.CompletedTask;
        }, cancellation);

    /// <summary>A code with which the person sets a new password; the second factor is still asked for. An earlier code ends, the password stays until the code is used.</summary>
    public async Task<OneTimeCode> IssueResetCodeAsync(string id, string actor, CancellationToken cancellation)
    {
        OneTimeCode? code = null;
        await ChangeAsync(id, actor, AccountEventKind.ResetCodeIssued, (_, person) =>
        {
            code = _passwords.NewCode(person);
            return Task.CompletedTask;
        }, cancellation);
        return code!;
    }

    /// <summary>Takes all second factors and recovery codes away, for who lost them: the person enrols anew at the next sign-in. All sessions end.</summary>
    public Task ResetFactorsAsync(string id, string actor, CancellationToken cancellation) => ChangeAsync(id, actor, AccountEventKind.FactorRemoved, async (db, person) =>
    {
        db.RemoveRange(await db.Authenticators.Where(row => row.PersonId == id).ToListAsync(cancellation));
        db.RemoveRange(await db.UserPasskeys.Where(row => row.UserId == id).ToListAsync(cancellation));
        db.RemoveRange(await db.RecoveryCodes.Where(row => row.PersonId == id).ToListAsync(cancellation));
        await SecurityVersions.RaiseAsync(db, person, Survivors.None, "second factors reset", _time.GetUtcNow(), cancellation);
    }, cancellation);

    private async Task ChangeAsync(string id, string actor, AccountEventKind kind, Func<IdentityDb, Person, Task> change, CancellationToken cancellation)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var person = await db.Users.SingleOrDefaultAsync(row => row.Id == id, cancellation) ?? throw new DirectoryException($"there is no person `{id}`");
        await change(db, person);
        await db.SaveRecordedAsync(_events, Event(kind, person, actor), cancellation);
    }

    private static async Task<IReadOnlyList<PersonSummary>> SummariesAsync(IdentityDb db, IQueryable<Person> which, CancellationToken cancellation)
    {
        var people = await which.OrderBy(row => row.UserName).ToListAsync(cancellation);
        var ids = people.Select(row => row.Id).ToList();
        var groups = (await db.Memberships.AsNoTracking().Where(row => ids.Contains(row.PersonId)).ToListAsync(cancellation)).ToLookup(row => row.PersonId, row => row.GroupName);
        var withFactor = (await db.Authenticators.Where(row => ids.Contains(row.PersonId)).Select(row => row.PersonId)
            .Concat(db.UserPasskeys.Where(row => ids.Contains(row.UserId)).Select(row => row.UserId)).ToListAsync(cancellation)).ToHashSet();
        return
        [
            .. people.Select(person => new PersonSummary(
                person.Id, person.UserName ?? "", person.DisplayName, person.Email, person.Disabled, withFactor.Contains(person.Id), person.CreatedAt)
            {
                Groups = [.. groups[person.Id].Order(StringComparer.Ordinal)],
                Tags = person.Tags,
                HasPassword = person.PasswordHash is not null,
                MustChangePassword = person.MustChangePassword,
            }),
        ];
    }

    /// <summary>In words whose name it was, for the record; null where it is new.</summary>
    private static async Task<string?> TakeNameAsync(IdentityDb db, Person person, bool reuse, CancellationToken cancellation)
    {
        if (await db.RetiredNames.SingleOrDefaultAsync(row => row.Name == person.NormalizedUserName, cancellation) is not { } retired)
            return null;
        if (!reuse)
        {
            throw new DirectoryException(
                $"the name `{person.UserName}` was that of an account deleted at {retired.DeletedAt:u}, and policies may still name it: choose another, or say so with `nullius user create {person.UserName} --reuse-name`");
        }

        db.Remove(retired);
        return $"the name was that of `{retired.PersonId}`, deleted at {retired.DeletedAt:u}";
    }

    /// <summary>What the record of a creation says: the groups, which grant, and whose name it was.</summary>
    private static string? Beginnings(IReadOnlyList<string> groups, string? reused) => (groups.Count, reused) switch
    {
        (0, _) => reused,
        (_, null) => "groups " + string.Join(' ', groups),
        _ => $"groups {string.Join(' ', groups)}; {reused}",
    };

    private Person Start(NewPerson given) => new()
    {
        Id = "p_" + _random.NextToken(12),
        UserName = given.UserName,
        NormalizedUserName = _normalizer.NormalizeName(given.UserName),
        Email = given.Email,
        NormalizedEmail = _normalizer.NormalizeEmail(given.Email),
        DisplayName = CheckDisplayName(given.DisplayName),
        Tags = CheckTags(given.Tags),
        SecurityStamp = _random.NextToken(16),
        CreatedAt = _time.GetUtcNow(),
    };

    private static AccountEvent Event(AccountEventKind kind, Person person, string actor) =>
        new(kind) { PersonId = person.Id, UserName = person.UserName, Actor = actor };

    // The name stands in principals (`user/NAME`): the characters that IAM allows there, and one `@` at most, so that nobody
    // reads it as an address of another domain.
    private static void CheckName(string name)
    {
        if (name.Length is 0 or > 64 || !char.IsAsciiLetterOrDigit(name[0]) || name.Count(c => c == '@') > 1
            || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '=' or ',' or '.' or '@' or '_' or '-'))
            throw new DirectoryException($"`{name}` is no user name: expected up to 64 letters, digits and `+=,.@_-` with at most one `@`, starting with a letter or digit");
    }

    internal static string CheckDisplayName(string name) => name.Length <= 200 && !name.Any(char.IsControl)
        ? name
        : throw new DirectoryException("a display name has at most 200 characters and no control characters");

    internal static Dictionary<string, string> CheckTags(IReadOnlyDictionary<string, string> tags) =>
        tags.Count <= 50 && tags.All(tag => tag.Key.Length is > 0 and <= 128 && tag.Value.Length <= 256)
            ? new Dictionary<string, string>(tags, StringComparer.Ordinal)
            : throw new DirectoryException("a person has at most 50 tags, names up to 128 and values up to 256 characters");
}
