using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Nullius.Identity.Trust;
using Nullius.State;
using Nullius.State.Feed;
using Nullius.State.Schema;

namespace Nullius.EndToEnd.Harness;

/// <summary>People, sessions and devices in memory, announced through a real change feed.</summary>
internal sealed class FakeTrust(Store store, TimeProvider time) : ITrustReader
{
    private readonly ConcurrentDictionary<string, PersonTrust> _people = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SessionTrust> _sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DeviceTrust> _devices = new(StringComparer.Ordinal);

    /// <summary>Every read fails, as if the store were gone.</summary>
    public bool Unreachable { get; set; }

    public PersonTrust Person(string id) => _people[id];

    public SessionTrust Session(string id) => _sessions[id];

    public async Task<TrustImage> ReadAllAsync(CancellationToken cancellation)
    {
        var sequence = await store.Feed.NewestAsync(cancellation);
        return new TrustImage(sequence, [.. _people.Values], [.. _sessions.Values.Where(session => !session.Revoked)], [.. _devices.Values]);
    }

    public Task<PersonTrust?> ReadPersonAsync(string id, CancellationToken cancellation) => Read(_people, id);

    public async Task<SessionTrust?> ReadSessionAsync(string id, CancellationToken cancellation) =>
        await Read(_sessions, id) is { Revoked: false } session ? session : null;

    public Task<DeviceTrust?> ReadDeviceAsync(string id, CancellationToken cancellation) => Read(_devices, id);

    public Task<long> AddPersonAsync(string id, params string[] groups) =>
        PutAsync(new PersonTrust { Id = id, UserName = id, DisplayName = id, Groups = [.. groups], HasSecondFactor = true, SecurityVersion = 1 });

    public Task<long> PutAsync(PersonTrust person)
    {
        _people[person.Id] = person;
        return PublishAsync(ChangeKind.Person, person.Id);
    }

    public Task<long> PutAsync(SessionTrust session)
    {
        _sessions[session.Id] = session;
        return PublishAsync(ChangeKind.Session, session.Id);
    }

    public Task<long> PutAsync(DeviceTrust device)
    {
        _devices[device.Id] = device;
        return PublishAsync(ChangeKind.Device, device.Id);
    }

    public Task<long> RemovePersonAsync(string id)
    {
        _people.TryRemove(id, out _);
        return PublishAsync(ChangeKind.Person, id);
    }

    public Task<long> ChangePersonAsync(string id, Func<PersonTrust, PersonTrust> change) => PutAsync(change(_people[id]));

    public Task<long> ChangeSessionAsync(string id, Func<SessionTrust, SessionTrust> change) => PutAsync(change(_sessions[id]));

    public Task<long> ChangeDeviceAsync(string id, Func<DeviceTrust, DeviceTrust> change) => PutAsync(change(_devices[id]));

    /// <summary>A session with a cookie per host; changed as the test wants before it is committed.</summary>
    public async Task<SignedIn> SignInAsync(string person, IEnumerable<string> hosts, Func<SessionTrust, SessionTrust>? change = null)
    {
        var now = time.GetUtcNow();
        var secrets = hosts.ToDictionary(host => host, _ => RandomSource.System.NextToken(), StringComparer.Ordinal);
        var session = new SessionTrust
        {
            Id = "ses-" + RandomSource.System.NextToken(9),
            PersonId = person,
            CreatedAt = now,
            AuthenticatedAt = now,
            MfaAt = now,
            Methods = [AuthenticationMethod.Password, AuthenticationMethod.OneTimePassword, AuthenticationMethod.MultiFactor],
            LastSeenAt = now,
            ExpiresAt = now.AddHours(8),
            SecurityVersion = _people[person].SecurityVersion,
            Credentials = [.. secrets.Select(pair => new SessionCredential(Hash(pair.Value), pair.Key))],
        };
        session = change?.Invoke(session) ?? session;
        var sequence = await PutAsync(session);
        return new SignedIn(session.Id, person, sequence, secrets);
    }

    /// <summary>A bearer credential: a device-bound token or an API key.</summary>
    public async Task<(string Bearer, string SessionId)> BearerAsync(string person, SessionKind kind, string? device, params string[] scopes)
    {
        var secret = RandomSource.System.NextToken();
        var now = time.GetUtcNow();
        var session = new SessionTrust
        {
            Id = "tok-" + RandomSource.System.NextToken(9),
            PersonId = person,
            Kind = kind,
            CreatedAt = now,
            AuthenticatedAt = now,
            MfaAt = now,
            Methods = [AuthenticationMethod.MultiFactor],
            LastSeenAt = now,
            ExpiresAt = now.AddHours(1),
            BoundDeviceId = device,
            Scopes = [.. scopes],
            SecurityVersion = _people[person].SecurityVersion,
            Credentials = [new SessionCredential(Hash(secret), null)],
        };
        await PutAsync(session);
        return ((kind == SessionKind.ApiKey ? "nlk_" : "nlt_") + secret, session.Id);
    }

    public Task<long> AddDeviceAsync(string id, string owner, X509Certificate2 certificate, DeviceState state = DeviceState.Compliant) => PutAsync(new DeviceTrust
    {
        Id = id,
        OwnerId = owner,
        Name = id,
        Platform = "linux",
        Thumbprints = [Convert.ToHexStringLower(SHA256.HashData(certificate.RawDataMemory.Span))],
        State = state,
        ReportedAt = time.GetUtcNow(),
        StaleAt = time.GetUtcNow().AddHours(1),
        Facts = new Dictionary<string, string>(StringComparer.Ordinal) { ["diskEncryption"] = "yes" }.ToFrozenDictionary(StringComparer.Ordinal),
    });

    public async Task<long> PublishAsync(ChangeKind kind, string id)
    {
        var options = new DbContextOptionsBuilder<FeedContext>();
        store.Configure(options);
        await using var context = new FeedContext(options.Options);
        context.Publish(kind, id, time.GetUtcNow());
        await context.SaveChangesAsync();
        return await store.Feed.NewestAsync(CancellationToken.None);
    }

    private Task<T?> Read<T>(ConcurrentDictionary<string, T> entries, string id)
        where T : class =>
        Unreachable ? throw new StoreUnavailableException("the test took the store away") : Task.FromResult(entries.GetValueOrDefault(id));

    private static string Hash(string secret) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    private sealed class FeedContext(DbContextOptions<FeedContext> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddChangeFeed();
    }
}

/// <summary>A session as its browser holds it.</summary>
internal sealed record SignedIn(string SessionId, string Person, long Sequence, IReadOnlyDictionary<string, string> Secrets)
{
    /// <summary>Value of the <c>__Host-nullius</c> cookie at a host.</summary>
    public string Cookie(string host) => $"v1.{Sequence}.{Secrets[host]}";

    /// <summary>The whole header line, for raw requests.</summary>
    public string CookieHeader(string host) => $"Cookie: __Host-nullius={Cookie(host)}\r\n";
}
