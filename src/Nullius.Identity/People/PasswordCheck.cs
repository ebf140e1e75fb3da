using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Nullius.State;

namespace Nullius.Identity.People;

/// <summary>How a password was taken. Only <see cref="Accepted"/> says anything about the account.</summary>
public enum PasswordVerdict
{
    Accepted,
    Refused,
    /// <summary>Too many failures: not even looked at.</summary>
    Locked,
    /// <summary>Too many passwords are being checked at once.</summary>
    Busy,
}

/// <summary>
/// Checks passwords at the same cost for accounts that exist, do not exist, are locked or disabled. At most a few hashes are
/// computed at once, so that a flood of sign-ins cannot starve the gate; browsers that signed in before have a lane of their own.
/// </summary>
public sealed class PasswordCheck : IDisposable
{
    private const int MostWaiting = 32;

    private readonly IDbContextFactory<IdentityDb> _contexts;
    private readonly IPasswordHasher<Person> _hasher;
    private readonly ILookupNormalizer _normalizer;
    private readonly FailureLedger _ledger;
    private readonly Lane _strangers = new();
    private readonly Lane _known = new();
    private readonly Lazy<string> _dummyHash;

    internal PasswordCheck(
        IDbContextFactory<IdentityDb> contexts, IPasswordHasher<Person> hasher, ILookupNormalizer normalizer, FailureLedger ledger, RandomSource random)
    {
        (_contexts, _hasher, _normalizer, _ledger) = (contexts, hasher, normalizer, ledger);
        _dummyHash = new Lazy<string>(() => hasher.HashPassword(new Person(), random.NextToken()));
    }

    /// <param name="userName">As typed.</param>
    /// <param name="password">As typed.</param>
    /// <param name="knownBrowser">Id of a browser in which this very person signed in before; null for any other. Its failures are counted apart, so that nobody else can lock it out.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The person only with <see cref="PasswordVerdict.Accepted"/>.</returns>
    public async Task<(PasswordVerdict Verdict, Person? Person)> CheckAsync(string userName, string password, string? knownBrowser, CancellationToken cancellation)
    {
        if (userName.Length > 256 || password.Length > PasswordRules.Most)
            (userName, password) = ("", "");
        var name = _normalizer.NormalizeName(userName);
        var subject = knownBrowser is null ? $"name:{name}" : $"browser:{knownBrowser}";
        var lane = knownBrowser is null ? _strangers : _known;
        if (!await lane.EnterAsync(cancellation))
            return (PasswordVerdict.Busy, null);
        try
        {
            var locked = await _ledger.BeginAsync(subject, cancellation) is not null;
            var person = await FindAsync(name, cancellation);
            var right = Matches(locked ? null : person, password);
            if (locked)
                return (PasswordVerdict.Locked, null);
            if (!right || person is null || person.Disabled)
                return (PasswordVerdict.Refused, null);
            await _ledger.ClearAsync(subject, cancellation);
            return (PasswordVerdict.Accepted, person);
        }
        finally
        {
            lane.Leave();
        }
    }

    public void Dispose()
    {
        _strangers.Dispose();
        _known.Dispose();
    }

    private async Task<Person?> FindAsync(string? normalizedName, CancellationToken cancellation)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        return await db.Users.AsNoTracking().SingleOrDefaultAsync(person => person.NormalizedUserName == normalizedName, cancellation);
    }

    private bool Matches(Person? person, string password)
    {
        var fits = Fits(_hasher, person ?? new Person(), person?.PasswordHash ?? _dummyHash.Value, password);
        return person?.PasswordHash is not null && fits;
    }

    // Hashes of earlier versions are over what was typed. How many are computed follows from the text alone, never from the account.
    internal static bool Fits(IPasswordHasher<Person> hasher, Person person, string hash, string password)
    {
        var canonical = PasswordRules.Canonical(password);
        var fits = hasher.VerifyHashedPassword(person, hash, canonical) != PasswordVerificationResult.Failed;
        return canonical == password ? fits : hasher.VerifyHashedPassword(person, hash, password) != PasswordVerificationResult.Failed || fits;
    }

    private sealed class Lane : IDisposable
    {
        private readonly SemaphoreSlim _running = new(1);
        private int _waiting;

        public async Task<bool> EnterAsync(CancellationToken cancellation)
        {
            if (Interlocked.Increment(ref _waiting) > MostWaiting)
            {
                Interlocked.Decrement(ref _waiting);
                return false;
            }

            try
            {
                await _running.WaitAsync(cancellation);
                return true;
            }
            finally
            {
                Interlocked.Decrement(ref _waiting);
            }
        }

        public void Leave() => _running.Release();

        public void Dispose() => _running.Dispose();
    }
}
