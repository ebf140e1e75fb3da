using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Nullius.State;
using Nullius.State.Keys;

namespace Nullius.Identity.People;

/// <summary>Sets passwords and the one-time codes with which they are set.</summary>
public sealed class Passwords
{
    private const int CodeCharacters = 20;

    private readonly IDbContextFactory<IdentityDb> _contexts;
    private readonly IPasswordHasher<Person> _hasher;
    private readonly ILookupNormalizer _normalizer;
    private readonly FailureLedger _ledger;
    private readonly IAccountEvents _events;
    private readonly PeopleOptions _options;
    private readonly byte[] _codeKey;
    private readonly RandomSource _random;
    private readonly TimeProvider _time;

    internal Passwords(
        IDbContextFactory<IdentityDb> contexts, IPasswordHasher<Person> hasher, ILookupNormalizer normalizer, FailureLedger ledger,
        IAccountEvents events, PeopleOptions options, KeyRing keys, RandomSource random, TimeProvider time)
    {
        (_contexts, _hasher, _normalizer, _ledger, _events, _options, _random, _time) = (contexts, hasher, normalizer, ledger, events, options, random, time);
        _codeKey = keys.Derive("nullius reset codes");
    }

    /// <summary>Sets a person's own new password.</summary>
    /// <returns>The new security version, or what is wrong with the password.</returns>
    public async Task<(long Version, string? Fault)> ChangeAsync(string personId, string password, Survivors survivors, CancellationToken cancellation)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var person = await db.Users.SingleAsync(row => row.Id == personId, cancellation);
        if (Fault(person, password) is { } fault)
            return (0, fault);
        if (person.PasswordHash is { } old && PasswordCheck.Fits(_hasher, person, old, password))
            return (0, "This is your present password. Choose another one.");
        await SetAsync(db, person, password, survivors, cancellation);
        return (person.SecurityVersion, null);
    }

    /// <summary>Sets a password by a one-time code. The verdict is the same for a wrong code, a late one, and a name that nobody has.</summary>
    /// <returns>The person when the code was right; a fault when the code was right and the password is not good enough (the code stays).</returns>
    public async Task<(PasswordVerdict Verdict, Person? Person, string? Fault)> RedeemCodeAsync(
        string userName, string code, string password, CancellationToken cancellation)
    {
        var name = _normalizer.NormalizeName(userName.Length > 256 ? "" : userName) ?? "";
        var subject = $"reset:{name}";
        if (await _ledger.BeginAsync(subject, cancellation) is not null)
            return (PasswordVerdict.Locked, null, null);
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var person = await db.Users.SingleOrDefaultAsync(row => row.NormalizedUserName == name, cancellation);
        if (person is null || person.Disabled || !Fits(person, code))
            return (PasswordVerdict.Refused, null, null);
        await _ledger.ClearAsync(subject, cancellation);
        if (Fault(person, password) is { } fault)
            return (PasswordVerdict.Accepted, null, fault);
        await SetAsync(db, person, password, Survivors.None, cancellation);
        return (PasswordVerdict.Accepted, person, null);
    }

    internal void Start(Person person, string password, bool mustChange)
    {
        if (Fault(person, password) is { } fault)
            throw new DirectoryException(fault);
        person.PasswordHash = _hasher.HashPassword(person, PasswordRules.Canonical(password));
        person.MustChangePassword = mustChange;
        person.PasswordChangedAt = _time.GetUtcNow();
    }

    internal OneTimeCode NewCode(Person person)
    {
        var code = Codes.New(_random, CodeCharacters);
        person.ResetCodeHash = HashOf(person, code);
        person.ResetCodeExpiresAt = _time.GetUtcNow() + _options.ResetCodeLifetime;
        return new OneTimeCode(code, person.ResetCodeExpiresAt.Value);
    }

    private string? Fault(Person person, string password) => PasswordRules.Fault(_options.LeastPasswordCharacters, password, person.UserName ?? "", person.DisplayName);

    private async Task SetAsync(IdentityDb db, Person person, string password, Survivors survivors, CancellationToken cancellation)
    {
        var now = _time.GetUtcNow();
        person.PasswordHash = _hasher.HashPassword(person, PasswordRules.Canonical(password));
        person.PasswordChangedAt = now;
        person.MustChangePassword = false;
        person.ResetCodeHash = null;
        person.ResetCodeExpiresAt = null;
        await SecurityVersions.RaiseAsync(db, person, survivors, "password changed", now, cancellation);
        await db.SaveRecordedAsync(_events, new AccountEvent(AccountEventKind.PasswordChanged) { PersonId = person.Id, UserName = person.UserName }, cancellation);
    }

    private bool Fits(Person person, string code) =>
        person.ResetCodeHash is { } hash && person.ResetCodeExpiresAt > _time.GetUtcNow()
        && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(hash), Encoding.ASCII.GetBytes(HashOf(person, code)));

    private string HashOf(Person person, string code) => Codes.Hash(_codeKey, person.Id, Codes.Normalise(code));
}
