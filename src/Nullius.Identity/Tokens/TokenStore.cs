using Microsoft.EntityFrameworkCore;
using Nullius.Identity.People;
using Nullius.Identity.Sessions;
using Nullius.Identity.Trust;
using Nullius.State;

namespace Nullius.Identity.Tokens;

/// <summary>A bearer credential, shown once.</summary>
public sealed record IssuedCredential(string SessionId, string Secret, DateTimeOffset ExpiresAt);

/// <summary>What was asked for cannot be issued; the message is for the one who asked.</summary>
public sealed class TokenRefusedException(string message) : Exception(message);

/// <summary>Issues tokens for scripts (short-lived, bound to a device) and API keys (scoped, expiring). Both need a fresh second factor.</summary>
public sealed class TokenStore
{
    public const int MostKeysOfPerson = 20;

    private const int MostScopes = 20;

    private static readonly TimeSpan UsualToken = TimeSpan.FromHours(1);

    private readonly IDbContextFactory<IdentityDb> _contexts;
    private readonly IAccountEvents _events;
    private readonly PeopleOptions _options;
    private readonly RandomSource _random;
    private readonly TimeProvider _time;

    internal TokenStore(IDbContextFactory<IdentityDb> contexts, IAccountEvents events, PeopleOptions options, RandomSource random, TimeProvider time) =>
        (_contexts, _events, _options, _random, _time) = (contexts, events, options, random, time);

    /// <summary>The lifetime of a token for which none was asked.</summary>
    public TimeSpan DefaultToken => UsualToken < _options.LongestToken ? UsualToken : _options.LongestToken;

    /// <summary>A token for the device, as strong as the session that approves it: it carries over when and how its person authenticated.</summary>
    /// <param name="approvedBy">The approving session, with a fresh second factor.</param>
    /// <param name="device">A device of the same person.</param>
    /// <param name="lifetime">At most <see cref="PeopleOptions.LongestToken"/>.</param>
    /// <param name="scopes">Routes or <c>route:Operation</c> patterns; empty: whatever the person may do.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="TokenRefusedException">The second factor is not fresh, the device is another person's, or a limit is exceeded.</exception>
    public Task<IssuedCredential> IssueTokenAsync(
        SessionTrust approvedBy, DeviceTrust device, TimeSpan lifetime, IReadOnlyList<string> scopes, CancellationToken cancellation)
    {
        if (device.OwnerId != approvedBy.PersonId)
            throw new TokenRefusedException("the device belongs to somebody else");
        CheckLifetime(lifetime);
        var token = Start(approvedBy, SessionKind.Token, device.Name, lifetime, scopes);
        token.AuthenticatedAt = approvedBy.AuthenticatedAt;
        token.MfaAt = approvedBy.MfaAt;
        token.Methods = string.Join(' ', approvedBy.Methods);
        token.BoundDeviceId = device.Id;
        return SaveAsync(token, SessionSecret.TokenPrefix, AccountEventKind.TokenIssued, $"for device {device.Id}", cancellation);
    }

    /// <summary>
    /// A token that the owner of the instance makes for a person's device. Nobody authenticated for it: it carries no methods and no second
    /// factor, so that policies that ask for these refuse it.
    /// </summary>
    /// <exception cref="TokenRefusedException">The person is unknown or disabled, the device is another person's, or a limit is exceeded.</exception>
    public async Task<IssuedCredential> IssueUnattendedAsync(
        string personId, DeviceTrust device, TimeSpan lifetime, IReadOnlyList<string> scopes, string actor, CancellationToken cancellation)
    {
        if (device.OwnerId != personId)
            throw new TokenRefusedException("the device belongs to somebody else");
        CheckLifetime(lifetime);
        CheckScopes(scopes);
        long version;
        await using (var db = await _contexts.CreateDbContextAsync(cancellation))
        {
            var person = await db.Users.AsNoTracking().SingleOrDefaultAsync(row => row.Id == personId, cancellation);
            if (person is null || person.Disabled)
                throw new TokenRefusedException("the person is unknown or disabled");
            version = person.SecurityVersion;
        }

        var now = _time.GetUtcNow();
        var token = new Session
        {
            Id = "s_" + _random.NextToken(16),
            PersonId = personId,
            Kind = SessionKind.Token,
            Name = device.Name,
            CreatedAt = now,
            AuthenticatedAt = now,
            LastSeenAt = now,
            ExpiresAt = now + lifetime,
            Scopes = string.Join(' ', scopes.Distinct(StringComparer.Ordinal)),
            SecurityVersion = version,
            BoundDeviceId = device.Id,
        };
        return await SaveAsync(token, SessionSecret.TokenPrefix, AccountEventKind.TokenIssued, $"for device {device.Id}, by {actor}", cancellation);
    }

    /// <summary>An API key. It never counts as having a second factor.</summary>
    /// <exception cref="TokenRefusedException">The second factor is not fresh, the scopes are missing or malformed, or a limit is exceeded.</exception>
    public async Task<IssuedCredential> CreateKeyAsync(
        SessionTrust createdBy, string name, TimeSpan lifetime, IReadOnlyList<string> scopes, CancellationToken cancellation)
    {
        if (name.Trim() is not { Length: > 0 and <= 60 } given)
            throw new TokenRefusedException("give the key a name of at most 60 characters");
        if (lifetime <= TimeSpan.Zero || lifetime > _options.LongestKey)
            throw new TokenRefusedException($"a key lives at most {_options.LongestKey.TotalDays:0.#} days");
        if (scopes.Count == 0)
            throw new TokenRefusedException("name at least one application that the key is for");
        var now = _time.GetUtcNow();
        await using (var db = await _contexts.CreateDbContextAsync(cancellation))
        {
            var keys = await db.Sessions.CountAsync(
                row => row.PersonId == createdBy.PersonId && row.Kind == SessionKind.ApiKey && row.RevokedAt == null && row.ExpiresAt > now, cancellation);
            if (keys >= MostKeysOfPerson)
                throw new TokenRefusedException($"there are {keys} keys already: revoke one that is not used");
        }

        var key = Start(createdBy, SessionKind.ApiKey, given, lifetime, scopes);
        key.AuthenticatedAt = now;
        return await SaveAsync(key, SessionSecret.ApiKeyPrefix, AccountEventKind.ApiKeyCreated, $"{given}: {key.Scopes}", cancellation);
    }

    /// <exception cref="TokenRefusedException">It is longer than a token may live.</exception>
    internal void CheckLifetime(TimeSpan lifetime)
    {
        if (lifetime <= TimeSpan.Zero || lifetime > _options.LongestToken)
            throw new TokenRefusedException($"a token lives at most {(_options.LongestToken.TotalHours >= 1 ? $"{_options.LongestToken.TotalHours:0.#} hours" : $"{_options.LongestToken.TotalMinutes:0} minutes")}");
    }

    /// <exception cref="TokenRefusedException">They are malformed, or too many.</exception>
    internal void CheckScopes(IReadOnlyList<string> scopes)
    {
        if (scopes.Count > MostScopes || !scopes.All(IsScope))
            throw new TokenRefusedException("a scope is the name of an application, or `application:Operation`, where `*` stands for any operation");
    }

    private Session Start(SessionTrust by, SessionKind kind, string name, TimeSpan lifetime, IReadOnlyList<string> scopes)
    {
        var now = _time.GetUtcNow();
        if (by.Kind != SessionKind.Browser || by.MfaAt is not { } factor || now - factor > _options.FreshFactor)
            throw new TokenRefusedException("confirm it is you with your second factor first");
        CheckScopes(scopes);
        return new Session
        {
            Id = "s_" + _random.NextToken(16),
            PersonId = by.PersonId,
            Kind = kind,
            Name = name,
            CreatedAt = now,
            LastSeenAt = now,
            ExpiresAt = now + lifetime,
            Scopes = string.Join(' ', scopes.Distinct(StringComparer.Ordinal)),
            SecurityVersion = by.SecurityVersion,
            UserAgent = by.UserAgent,
            Address = by.Address,
        };
    }

    private static bool IsScope(string scope)
    {
        var parts = scope.Split(':');
        return scope.Length <= 120 && parts.Length <= 2 && parts[0].Length > 0 && parts[0].All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
            && (parts.Length == 1 || (parts[1].Length > 0 && parts[1].All(c => char.IsAsciiLetterOrDigit(c) || c is '*' or '_' or '.' or '/' or '-')));
    }

    private async Task<IssuedCredential> SaveAsync(Session session, string prefix, AccountEventKind kind, string detail, CancellationToken cancellation)
    {
        var secret = SessionSecret.New(_random);
        session.Credentials.Add(new Credential { Hash = SessionSecret.Hash(secret), SessionId = session.Id });
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var person = await db.Users.AsNoTracking().SingleAsync(row => row.Id == session.PersonId, cancellation);
        db.Sessions.Add(session);
        var issued = new AccountEvent(kind) { PersonId = person.Id, UserName = person.UserName, SessionId = session.Id, Detail = detail, Address = session.Address };
        await db.SaveRecordedAsync(_events, issued, cancellation);
        return new IssuedCredential(session.Id, prefix + secret, session.ExpiresAt);
    }
}
