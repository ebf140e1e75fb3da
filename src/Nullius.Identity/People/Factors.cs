using Microsoft.EntityFrameworkCore;
using Nullius.State;
using Nullius.State.Keys;

namespace Nullius.Identity.People;

/// <summary>How a second factor was taken.</summary>
public enum FactorVerdict
{
    Accepted,
    Refused,
    /// <summary>Too many failures: not even looked at.</summary>
    Locked,
}

/// <summary>What second factors a person has.</summary>
public sealed record FactorState(bool Authenticator, DateTimeOffset? AuthenticatorSince, IReadOnlyList<PasskeySummary> Passkeys, int RecoveryCodes)
{
    public bool Any => Authenticator || Passkeys.Count > 0;
}

/// <summary>A passkey as lists show it.</summary>
public sealed record PasskeySummary(string Id, string Name, DateTimeOffset CreatedAt);

/// <summary>Authenticator apps and recovery codes.</summary>
public sealed class Factors
{
    public const int RecoveryCodeCount = 10;

    private const int RecoveryCodeCharacters = 10;
    private const string SeedPurpose = "nullius authenticator seed";

    private readonly IDbContextFactory<IdentityDb> _contexts;
    private readonly FailureLedger _ledger;
    private readonly IAccountEvents _events;
    private readonly KeyRing _keys;
    private readonly byte[] _codeKey;
    private readonly RandomSource _random;
    private readonly TimeProvider _time;

    internal Factors(IDbContextFactory<IdentityDb> contexts, FailureLedger ledger, IAccountEvents events, KeyRing keys, RandomSource random, TimeProvider time)
    {
        (_contexts, _ledger, _events, _keys, _random, _time) = (contexts, ledger, events, keys, random, time);
        _codeKey = keys.Derive("nullius recovery codes");
    }

    public byte[] NewSeed()
    {
        var seed = new byte[Totp.SeedBytes];
        _random.Fill(seed);
        return seed;
    }

    public async Task<FactorState> StateAsync(string personId, CancellationToken cancellation)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var authenticator = await db.Authenticators.AsNoTracking().SingleOrDefaultAsync(row => row.PersonId == personId, cancellation);
        var passkeys = await db.UserPasskeys.AsNoTracking().Where(row => row.UserId == personId).ToListAsync(cancellation);
        var codes = await db.RecoveryCodes.CountAsync(row => row.PersonId == personId, cancellation);
        return new FactorState(authenticator is not null, authenticator?.CreatedAt, [.. passkeys.Select(Passkeys.Summary)], codes);
    }

    /// <summary>Sets up an authenticator app, replacing an earlier one, once <paramref name="code"/> shows that it works.</summary>
    /// <returns>The new security version; null when the code is wrong.</returns>
    public async Task<long?> EnrolAuthenticatorAsync(string personId, byte[] seed, string code, Survivors survivors, CancellationToken cancellation) =>
        Totp.Match(seed, code, _time.GetUtcNow(), 0) is { } step ? await SetAuthenticatorAsync(personId, seed, step, survivors, cancellation) : null;

    /// <summary>Sets up an authenticator whose seed is known to work: for demo accounts and checks of the deployment.</summary>
    public async Task<long> SetAuthenticatorAsync(string personId, byte[] seed, CancellationToken cancellation) =>
        await SetAuthenticatorAsync(personId, seed, 0, Survivors.None, cancellation);

    /// <summary>Takes a code of the person's app. A code, and every older one, is taken once.</summary>
    /// <param name="personId">The person.</param>
    /// <param name="code">Six digits.</param>
    /// <param name="knownBrowser">As in <see cref="PasswordCheck.CheckAsync"/>.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<FactorVerdict> VerifyAuthenticatorAsync(string personId, string code, string? knownBrowser, CancellationToken cancellation) =>
        CountedAsync(personId, knownBrowser, () => TakeCodeAsync(personId, code, cancellation), cancellation);

    /// <summary>Takes one of the recovery codes, which is then gone.</summary>
    public Task<FactorVerdict> UseRecoveryCodeAsync(string personId, string code, string? knownBrowser, CancellationToken cancellation) =>
        CountedAsync(personId, knownBrowser, () => TakeRecoveryCodeAsync(personId, code, cancellation), cancellation);

    /// <summary>Makes ten new recovery codes; the earlier ones end. They are shown once: only keyed hashes are kept.</summary>
    public async Task<IReadOnlyList<string>> NewRecoveryCodesAsync(string personId, CancellationToken cancellation)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var person = await db.Users.AsNoTracking().SingleAsync(row => row.Id == personId, cancellation);
        db.RemoveRange(await db.RecoveryCodes.Where(row => row.PersonId == personId).ToListAsync(cancellation));
        var codes = Enumerable.Range(0, RecoveryCodeCount).Select(_ => Codes.New(_random, RecoveryCodeCharacters)).ToList();
        db.AddRange(codes.Select(code => new RecoveryCode { PersonId = personId, Hash = HashOf(personId, code) }));
        await db.SaveRecordedAsync(_events, Event(person, AccountEventKind.RecoveryCodesMade), cancellation);
        return codes;
    }

    /// <summary>Removes the authenticator app. Null, and nothing is removed, when it is the person's only factor.</summary>
    public async Task<long?> RemoveAuthenticatorAsync(string personId, Survivors survivors, CancellationToken cancellation)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var person = await db.Users.SingleAsync(row => row.Id == personId, cancellation);
        var row = await db.Authenticators.SingleOrDefaultAsync(one => one.PersonId == personId, cancellation);
        if (row is null || !await db.UserPasskeys.AnyAsync(one => one.UserId == personId, cancellation))
            return null;
        db.Remove(row);
        await SecurityVersions.RaiseAsync(db, person, survivors, "authenticator app removed", _time.GetUtcNow(), cancellation);
        await db.SaveRecordedAsync(_events, Event(person, AccountEventKind.FactorRemoved, "authenticator app"), cancellation);
        return person.SecurityVersion;
    }

    private async Task<long> SetAuthenticatorAsync(string personId, byte[] seed, long step, Survivors survivors, CancellationToken cancellation)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var now = _time.GetUtcNow();
        var person = await db.Users.SingleAsync(row => row.Id == personId, cancellation);
        if (await db.Authenticators.SingleOrDefaultAsync(row => row.PersonId == personId, cancellation) is { } old)
        {
            (old.Seed, old.LastStep, old.CreatedAt) = (Wrap(personId, seed), step, now);
        }
        else
        {
            db.Add(new Authenticator { PersonId = personId, Seed = Wrap(personId, seed), LastStep = step, CreatedAt = now });
        }

        await SecurityVersions.RaiseAsync(db, person, survivors, "authenticator app set up", now, cancellation);
        await db.SaveRecordedAsync(_events, Event(person, AccountEventKind.FactorAdded, "authenticator app"), cancellation);
        return person.SecurityVersion;
    }

    private async Task<bool> TakeCodeAsync(string personId, string code, CancellationToken cancellation)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        if (await db.Authenticators.SingleOrDefaultAsync(one => one.PersonId == personId, cancellation) is not { } row)
            return false;
        var seed = _keys.Unwrap(row.Seed, $"{SeedPurpose} {personId}");
        if (Totp.Match(seed, code.Replace(" ", "", StringComparison.Ordinal), _time.GetUtcNow(), row.LastStep) is not { } step)
            return false;
        row.LastStep = step;
        return await TakenAsync(() => db.SaveChangesAsync(cancellation));
    }

    private async Task<bool> TakeRecoveryCodeAsync(string personId, string code, CancellationToken cancellation)
    {
        var hash = HashOf(personId, code);
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        if (await db.RecoveryCodes.SingleOrDefaultAsync(one => one.PersonId == personId && one.Hash == hash, cancellation) is not { } row)
            return false;
        var person = await db.Users.AsNoTracking().SingleAsync(one => one.Id == personId, cancellation);
        db.Remove(row);
        return await TakenAsync(() => db.SaveRecordedAsync(_events, Event(person, AccountEventKind.RecoveryCodeUsed), cancellation));
    }

    // Of two that present the same code at once, the second finds the row changed or gone.
    private static async Task<bool> TakenAsync(Func<Task> save)
    {
        try
        {
            await save();
            return true;
        }
        catch (DbUpdateConcurrencyException)
        {
            return false;
        }
    }

    private async Task<FactorVerdict> CountedAsync(string personId, string? knownBrowser, Func<Task<bool>> check, CancellationToken cancellation)
    {
        var subject = knownBrowser is null ? $"factor:{personId}" : $"factor-browser:{knownBrowser}";
        if (await _ledger.BeginAsync(subject, cancellation) is not null)
            return FactorVerdict.Locked;
        if (!await check())
            return FactorVerdict.Refused;
        await _ledger.ClearAsync(subject, cancellation);
        return FactorVerdict.Accepted;
    }

    // The person is part of the purpose: a seed copied to another row opens nothing.
    private byte[] Wrap(string personId, byte[] seed) => _keys.Wrap(seed, $"{SeedPurpose} {personId}");

    private string HashOf(string personId, string code) => Codes.Hash(_codeKey, personId, Codes.Normalise(code));

    private static AccountEvent Event(Person person, AccountEventKind kind, string? detail = null) =>
        new(kind) { PersonId = person.Id, UserName = person.UserName, Detail = detail };
}
