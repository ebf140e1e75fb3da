using Microsoft.Extensions.DependencyInjection;
using Nullius.Identity.Devices;
using Nullius.Identity.People;
using Nullius.Identity.Sessions;
using Nullius.Identity.Tokens;
using Nullius.Identity.Trust;
using Nullius.State;
using Nullius.State.Feed;
using Nullius.State.Keys;
using Nullius.State.Schema;

namespace Nullius.Identity.Tests.People;

/// <summary>The identity parts over a real store in a folder that goes away, with a clock that the test moves.</summary>
internal sealed class World : IDisposable
{
    public const string Password = "correct horse battery staple";

    private readonly string _parent = Directory.CreateTempSubdirectory("nullius-people-").FullName;
    private ServiceProvider _services;

    public World()
    {
        Data = new DataDirectory(Path.Combine(_parent, "data"));
        _services = Start();
    }

    public DataDirectory Data { get; }

    public MovableTime Time { get; } = new();

    public List<AccountEvent> Events { get; } = [];

    /// <summary>What the audit trail throws.</summary>
    public Exception? EventFault { get; set; }

    public List<DeviceTrust> Devices { get; } = [];

    /// <summary>Owners whose devices were revoked with their accounts.</summary>
    public List<string> Orphaned { get; } = [];

    /// <summary>Who administers, as policies would say it.</summary>
    public Administrators Administrators { get; set; } = new([], []);

    public Departures Departures => Get<Departures>();

    public PeopleDirectory People => Get<PeopleDirectory>();

    public SessionStore Sessions => Get<SessionStore>();

    public Factors Factors => Get<Factors>();

    public ITrustReader Trust => Get<ITrustReader>();

    public Store Store => Get<Store>();

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public AsyncServiceScope Scope() => _services.CreateAsyncScope();

    public IdentityDb Db() => Get<Microsoft.EntityFrameworkCore.IDbContextFactory<IdentityDb>>().CreateDbContext();

    /// <summary>What a new process finds in the same folder.</summary>
    public void Restart()
    {
        _services.Dispose();
        _services = Start();
    }

    public async Task<PersonSummary> PersonAsync(string name = "alice", params string[] groups) =>
        (await People.CreateAsync(new NewPerson(name) { Password = Password, Groups = groups }, "test", default)).Person;

    public async Task<OpenedSession> SessionAsync(PersonSummary person, string host = "auth.nullius.localhost:8443", bool secondFactor = true)
    {
        var trust = await Trust.ReadPersonAsync(person.Id, default);
        return await Sessions.CreateAsync(new NewSession(person.Id, trust!.SecurityVersion, ["pwd", "otp", "mfa"], host) { SecondFactor = secondFactor }, default);
    }

    /// <summary>Kinds and ids of the feed after a sequence.</summary>
    public async Task<List<(ChangeKind Kind, string Id)>> FeedAfterAsync(long sequence) =>
        [.. (await Store.Feed.ReadAfterAsync(sequence, 1000, default)).Select(entry => (entry.Kind, entry.EntityId))];

    public void Dispose()
    {
        _services.Dispose();
        Directory.Delete(_parent, recursive: true);
    }

    private ServiceProvider Start()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(Time);
        services.AddSingleton(RandomSource.System);
        services.AddSingleton(_ => KeyRing.Open(Data, RandomSource.System));
        services.AddSingleton(_ => Store.Open(Data, IdentitySchema.Scripts, Time));
        services.AddSingleton<IAccountEvents>(new EventList(this));
        services.AddSingleton<IDeviceTrustSource>(new DeviceList(Devices));
        services.AddSingleton<Nullius.Identity.Devices.IDeviceOwners>(new Owners(Orphaned));
        services.AddSingleton<IAdministrators>(new Named(this));
        services.AddPeople(new PeopleOptions { Domain = "nullius.localhost", SignInAuthority = "auth.nullius.localhost:8443", PasswordIterations = 1000 });
        return services.BuildServiceProvider(validateScopes: true);
    }

    private sealed class EventList(World world) : IAccountEvents
    {
        public void Record(AccountEvent happened)
        {
            if (world.EventFault is { } fault)
                throw fault;
            lock (world.Events)
                world.Events.Add(happened);
        }
    }

    private sealed class Owners(List<string> orphaned) : Nullius.Identity.Devices.IDeviceOwners
    {
        public Task<IReadOnlyList<string>> EndOwnershipAsync(Microsoft.EntityFrameworkCore.DbContext db, string ownerId, string by, CancellationToken cancellation)
        {
            orphaned.Add(ownerId);
            return Task.FromResult<IReadOnlyList<string>>(["d-of-" + ownerId]);
        }
    }

    private sealed class Named(World world) : IAdministrators
    {
        public Administrators Now() => world.Administrators;
    }

    private sealed class DeviceList(List<DeviceTrust> devices) : IDeviceTrustSource
    {
        public Task<IReadOnlyList<DeviceTrust>> ReadAllAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<DeviceTrust>>([.. devices]);

        public Task<DeviceTrust?> ReadAsync(string id, CancellationToken cancellation) => Task.FromResult(devices.Find(device => device.Id == id));
    }
}

/// <summary>A clock that stands until it is moved.</summary>
internal sealed class MovableTime : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;

    public void Move(TimeSpan by) => Now += by;
}
