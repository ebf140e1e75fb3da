using Microsoft.EntityFrameworkCore;
using Nullius.Identity.People;
using Nullius.Identity.Trust;
using Nullius.State;
using Nullius.State.Schema;

namespace Nullius.Identity.Sessions;

/// <summary>What a browser's new session starts from.</summary>
/// <param name="PersonId">Whose it is.</param>
/// <param name="SecurityVersion">The person's, as of the check of the credentials: a change in between makes the session void.</param>
/// <param name="Methods">Values of <see cref="AuthenticationMethod"/>.</param>
/// <param name="Host">Authority of the host whose cookie comes with it.</param>
public sealed record NewSession(string PersonId, long SecurityVersion, IReadOnlyList<string> Methods, string Host)
{
    public bool SecondFactor { get; init; }

    public string? UserAgent { get; init; }

    public string? Address { get; init; }

    /// <summary>The sign-in, recorded with the session's commit; the store adds the session's id. Null where there is none to record.</summary>
    public AccountEvent? Recorded { get; init; }
}

/// <summary>A session and the cookie that names it on one host.</summary>
public sealed record OpenedSession(SessionTrust Session, string CookieValue);

/// <summary>An honoured session with its person.</summary>
public sealed record LiveSession(SessionTrust Session, PersonTrust Person);

/// <summary>Sessions of browsers, tokens and keys. Every change commits with its feed entry.</summary>
public sealed class SessionStore
{
    private static readonly TimeSpan KeptAfterEnd = TimeSpan.FromDays(7);

    private readonly IDbContextFactory<IdentityDb> _contexts;
    private readonly Store _store;
    private readonly SessionActivity _activity;
    private readonly IAccountEvents _events;
    private readonly PeopleOptions _options;
    private readonly RandomSource _random;
    private readonly TimeProvider _time;

    internal SessionStore(
        IDbContextFactory<IdentityDb> contexts, Store store, SessionActivity activity, IAccountEvents events,
        PeopleOptions options, RandomSource random, TimeProvider time) =>
        (_contexts, _store, _activity, _events, _options, _random, _time) = (contexts, store, activity, events, options, random, time);

    /// <summary>Opens a browser's session with a cookie for one host.</summary>
    public async Task<OpenedSession> CreateAsync(NewSession start, CancellationToken cancellation)
    {
        var now = _time.GetUtcNow();
        var secret = SessionSecret.New(_random);
        var session = new Session
        {
            Id = "s_" + _random.NextToken(16),
            PersonId = start.PersonId,
            Kind = SessionKind.Browser,
            CreatedAt = now,
            AuthenticatedAt = now,
            MfaAt = start.SecondFactor ? now : null,
            Methods = string.Join(' ', start.Methods),
            IdleSeconds = (long)_options.SessionIdle.TotalSeconds,
            LastSeenAt = now,
            ExpiresAt = now + _options.SessionLifetime,
            SecurityVersion = start.SecurityVersion,
            UserAgent = Cut(start.UserAgent),
            Address = start.Address,
        };
        session.Credentials.Add(new Credential { Hash = SessionSecret.Hash(secret), SessionId = session.Id, Host = start.Host });
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        db.Sessions.Add(session);
        await SaveAsync(db, start.Recorded, session.Id, cancellation);
        return new OpenedSession(session.ToTrust(), await CookieAsync(secret, cancellation));
    }

    /// <summary>
    /// Notes a step-up and gives the session a new secret on <paramref name="host"/>: the one from before the change of privilege
    /// ends there. Null when the session is not honoured any more.
    /// </summary>
    /// <param name="sessionId">The session.</param>
    /// <param name="methods">What was used; added to what the session has.</param>
    /// <param name="secondFactor">A second factor was used.</param>
    /// <param name="everything">All factors were asked for: the authentication starts anew.</param>
    /// <param name="host">Authority whose cookie is replaced.</param>
    /// <param name="recorded">The step-up, recorded with the commit; null where there is none to record.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<OpenedSession?> StepUpAsync(
        string sessionId, IReadOnlyList<string> methods, bool secondFactor, bool everything, string host, AccountEvent? recorded, CancellationToken cancellation)
    {
        var now = _time.GetUtcNow();
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var session = await db.Sessions.Include(row => row.Credentials).SingleOrDefaultAsync(row => row.Id == sessionId, cancellation);
        var person = session is null ? null : await db.Users.SingleAsync(row => row.Id == session.PersonId, cancellation);
        if (session is null || person is null || !Honoured(session, person, now))
            return null;
        if (everything)
            session.AuthenticatedAt = now;
        if (secondFactor)
            session.MfaAt = now;
        session.Methods = string.Join(' ', session.Methods.Split(' ', StringSplitOptions.RemoveEmptyEntries).Union(methods));
        session.LastSeenAt = now;
        var secret = Replace(db, session, host);
        await SaveAsync(db, recorded, session.Id, cancellation);
        return new OpenedSession(session.ToTrust(), await CookieAsync(secret, cancellation));
    }

    /// <summary>The session that a credential names on a host (null: a bearer credential), when it is honoured now.</summary>
    public async Task<LiveSession?> FindAsync(string hash, string? host, CancellationToken cancellation)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var session = await db.Sessions.AsNoTracking().Include(row => row.Credentials)
            .SingleOrDefaultAsync(row => row.Credentials.Any(credential => credential.Hash == hash && credential.Host == host), cancellation);
        return session is null ? null : await LiveAsync(db, session, cancellation);
    }

    /// <summary>The session, when it is honoured now.</summary>
    public async Task<LiveSession?> FindAsync(string sessionId, CancellationToken cancellation)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var session = await db.Sessions.AsNoTracking().Include(row => row.Credentials).SingleOrDefaultAsync(row => row.Id == sessionId, cancellation);
        return session is null ? null : await LiveAsync(db, session, cancellation);
    }

    /// <summary>The sessions, tokens and keys of a person that are honoured now, newest use first. All people's where <paramref name="personId"/> is null.</summary>
    public async Task<IReadOnlyList<SessionSummary>> ListAsync(string? personId, CancellationToken cancellation)
    {
        var now = _time.GetUtcNow();
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var rows = await db.Sessions.AsNoTracking()
            .Where(row => (personId == null || row.PersonId == personId) && row.RevokedAt == null && row.ExpiresAt > now)
            .Join(db.Users, row => row.PersonId, person => person.Id, (row, person) => new { row, person })
            .ToListAsync(cancellation);
        return
        [
            .. rows.Where(pair => Honoured(pair.row, pair.person, now))
                .Select(pair => new SessionSummary(pair.row.ToTrust() with { LastSeenAt = LastSeen(pair.row) }, pair.row.Name, pair.person.UserName ?? ""))
                .OrderByDescending(summary => summary.Session.LastSeenAt),
        ];
    }

    /// <summary>Ends one session. False when there is none or it ended before.</summary>
    /// <param name="sessionId">The session.</param>
    /// <param name="actor">Who ends it.</param>
    /// <param name="reason">In words, for the audit trail.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<bool> RevokeAsync(string sessionId, string actor, string reason, CancellationToken cancellation)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        return await RevokeAsync(db, db.Sessions.Where(row => row.Id == sessionId), actor, reason, cancellation) == 1;
    }

    /// <summary>Ends every session, token and key of a person but one.</summary>
    /// <returns>How many ended.</returns>
    public async Task<int> RevokeAllAsync(string personId, string? except, string actor, string reason, CancellationToken cancellation)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        return await RevokeAsync(db, db.Sessions.Where(row => row.PersonId == personId && row.Id != except), actor, reason, cancellation);
    }

    /// <summary>Ends the tokens that are bound to a device, which is not trusted any more.</summary>
    /// <returns>How many ended.</returns>
    public async Task<int> RevokeBoundAsync(string deviceId, string actor, string reason, CancellationToken cancellation)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        return await RevokeAsync(db, db.Sessions.Where(row => row.BoundDeviceId == deviceId), actor, reason, cancellation);
    }

    /// <summary>Ends every browser session and token of a person. API keys stay: they are listed and revoked one by one.</summary>
    public async Task<int> SignOutEverywhereAsync(string personId, string actor, CancellationToken cancellation)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        return await RevokeAsync(db, db.Sessions.Where(row => row.PersonId == personId && row.Kind != SessionKind.ApiKey), actor, "signed out everywhere", cancellation);
    }

    internal async Task PurgeAsync(CancellationToken cancellation)
    {
        var now = _time.GetUtcNow();
        var before = now - KeptAfterEnd;
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var ended = await db.Sessions.Where(row => row.ExpiresAt < before || row.RevokedAt < before).OrderBy(row => row.ExpiresAt).Take(1000).ToListAsync(cancellation);
        db.RemoveRange(ended);
        await db.SaveChangesAsync(cancellation);
        await db.HandoffCodes.Where(code => code.ExpiresAt < now).TagWith(State.Feed.ChangeFeedModel.NotTrust).ExecuteDeleteAsync(cancellation);
    }

    /// <summary>Takes the old secrets of a session on a host away and gives it a new one; the caller saves.</summary>
    internal string Replace(IdentityDb db, Session session, string host)
    {
        var old = session.Credentials.Where(credential => credential.Host == host).ToList();
        session.Credentials.RemoveAll(old.Contains);
        db.RemoveRange(old);
        var secret = SessionSecret.New(_random);
        session.Credentials.Add(new Credential { Hash = SessionSecret.Hash(secret), SessionId = session.Id, Host = host });
        return secret;
    }

    /// <summary>The newest sequence after the commit is at least the session's own: who has caught up with it knows the session.</summary>
    internal async Task<string> CookieAsync(string secret, CancellationToken cancellation) =>
        SessionSecret.Cookie(await _store.Feed.NewestAsync(cancellation), secret);

    internal bool Honoured(Session session, Person person, DateTimeOffset now) =>
        session.RevokedAt is null
        && now < session.ExpiresAt
        && session.SecurityVersion == person.SecurityVersion
        && !person.Disabled
        && (session.IdleSeconds is not { } idle || now < LastSeen(session) + TimeSpan.FromSeconds(idle));

    private Task SaveAsync(IdentityDb db, AccountEvent? recorded, string sessionId, CancellationToken cancellation) =>
        recorded is null ? db.SaveChangesAsync(cancellation) : db.SaveRecordedAsync(_events, recorded with { SessionId = sessionId }, cancellation);

    private static string? Cut(string? text) => text is { Length: > 300 } ? text[..300] : text;

    private DateTimeOffset LastSeen(Session session) => _activity.Of(session.Id) is { } at && at > session.LastSeenAt ? at : session.LastSeenAt;

    private async Task<LiveSession?> LiveAsync(IdentityDb db, Session session, CancellationToken cancellation)
    {
        var person = await db.Users.AsNoTracking().SingleAsync(row => row.Id == session.PersonId, cancellation);
        if (!Honoured(session, person, _time.GetUtcNow()))
            return null;
        var trust = await TrustReader.ReadPersonAsync(db, person.Id, cancellation);
        return trust is null ? null : new LiveSession(session.ToTrust() with { LastSeenAt = LastSeen(session) }, trust);
    }

    private async Task<int> RevokeAsync(IdentityDb db, IQueryable<Session> which, string actor, string reason, CancellationToken cancellation)
    {
        var now = _time.GetUtcNow();
        var sessions = await which.Where(row => row.RevokedAt == null && row.ExpiresAt > now).ToListAsync(cancellation);
        foreach (var session in sessions)
        {
            session.RevokedAt = now;
            session.RevokedReason = reason;
        }

        var ended = sessions.Select(session => new AccountEvent(AccountEventKind.SessionRevoked) { PersonId = session.PersonId, Actor = actor, SessionId = session.Id, Detail = reason });
        await db.SaveRecordedAsync(_events, [.. ended], () => Task.CompletedTask, cancellation);
        return sessions.Count;
    }
}

/// <summary>A session as lists show it.</summary>
/// <param name="Session">The session.</param>
/// <param name="Name">What its owner calls a key or token; empty for browsers.</param>
/// <param name="UserName">Whose it is.</param>
public sealed record SessionSummary(SessionTrust Session, string Name, string UserName);
