using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nullius.Identity.Devices;
using Nullius.Identity.People;
using Nullius.Identity.Sessions;
using Nullius.Identity.Trust;
using Nullius.Server.SignIn;
using Nullius.State;
using Nullius.State.Keys;
using Nullius.State.Schema;

namespace Nullius.Server.Tests.SignIn;

/// <summary>The sign-in pages on a loopback socket over a real store, with a clock that the test moves.</summary>
internal sealed class SignInSite : IAsyncDisposable
{
    public const string Host = "auth.nullius.localhost:8443";
    public const string Origin = "https://auth.nullius.localhost:8443";
    public const string App = "api.nullius.localhost:8443";
    public const string Password = "correct horse battery staple";

    private readonly string _parent = Directory.CreateTempSubdirectory("nullius-signin-").FullName;
    private readonly DataDirectory _data;
    private WebApplication? _app;

    private SignInSite() => _data = new DataDirectory(Path.Combine(_parent, "data"));

    public MovableTime Time { get; } = new();

    public List<AccountEvent> Events { get; } = [];

    public Exception? TrailFault { get; set; }

    /// <summary>The device whose certificate the next request on the device host presents.</summary>
    public DeviceTrust? Device { get; set; }

    public int TriesPerAddress { get; set; } = 1000;

    public string Database => _data.Database;

    public Uri Address { get; private set; } = null!;

    public Departures Departures => Get<Departures>();

    public PeopleDirectory People => Get<PeopleDirectory>();

    public IHandoff Handoff => Get<IHandoff>();

    public SessionStore Sessions => Get<SessionStore>();

    public Factors Factors => Get<Factors>();

    public static async Task<SignInSite> StartAsync(Action<SignInSite>? configure = null)
    {
        var site = new SignInSite();
        configure?.Invoke(site);
        await site.RunAsync();
        return site;
    }

    public T Get<T>()
        where T : notnull => _app!.Services.GetRequiredService<T>();

    public Browser Browser() => new(this);

    /// <summary>What a new process finds in the same folder.</summary>
    public async Task RestartAsync()
    {
        await _app!.DisposeAsync();
        await RunAsync();
    }

    /// <summary>Ends in good order, as Ctrl-C does.</summary>
    public Task StopAsync() => _app!.StopAsync();

    public async Task<PersonSummary> PersonAsync(string name = "alice") =>
        (await People.CreateAsync(new NewPerson(name) { Password = Password }, "test", default)).Person;

    /// <summary>A person with an authenticator app, whose seed comes back.</summary>
    public async Task<(PersonSummary Person, byte[] Seed)> EnrolledAsync(string name = "alice")
    {
        var person = await PersonAsync(name);
        var seed = Factors.NewSeed();
        await Factors.SetAuthenticatorAsync(person.Id, seed, default);
        return (person, seed);
    }

    /// <summary>The code that the person's app shows.</summary>
    public string Code(byte[] seed) => Totp.CodeAt(seed, Totp.StepAt(Time.Now));

    public string Sealed(string path = "/orders", HandoffPurpose purpose = HandoffPurpose.SignIn, params string[] controls) =>
        Handoff.Seal(new HandoffRequest(App, path, SignIn.Browser.NonceHash, Time.Now, purpose, controls, null));

    public async ValueTask DisposeAsync()
    {
        await _app!.DisposeAsync();
        Directory.Delete(_parent, recursive: true);
    }

    private async Task RunAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        var services = builder.Services;
        services.AddSingleton<TimeProvider>(Time);
        services.AddSingleton(RandomSource.System);
        services.AddSingleton(_ => KeyRing.Open(_data, RandomSource.System));
        services.AddSingleton(_ => Store.Open(_data, IdentitySchema.Scripts, Time));
        services.AddSingleton<IDeviceTrustSource, NoDevices>();
        services.AddSingleton<IDeviceOwners, NoDevices>();
        services.AddSingleton<IAdministrators, NoAdministrators>();
        services.AddSingleton<IAccountEvents>(new EventList(this));
        services.AddSingleton<IClientDevice>(new PresentedDevice(this));
        services.AddPeople(new PeopleOptions { Domain = "nullius.localhost", SignInAuthority = Host, PasswordIterations = 1000 });
        services.AddSignIn(new SignInOptions
        {
            Domain = "nullius.localhost",
            SignInHost = "auth.nullius.localhost",
            DeviceHost = "devices.nullius.localhost",
            TriesPerAddress = TriesPerAddress,
            Applications = () => [new ApplicationLink("api", "https://api.nullius.localhost:8443/", "JSON <API>")],
            Scopes = () => ["api", "files", "pdp"],
        });
        _app = builder.Build();
        _app.MapSignIn();
        await _app.StartAsync();
        Address = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    private sealed class EventList(SignInSite site) : IAccountEvents
    {
        public void Record(AccountEvent happened)
        {
            if (site.TrailFault is { } fault)
                throw fault;
            lock (site.Events)
                site.Events.Add(happened);
        }
    }

    private sealed class PresentedDevice(SignInSite site) : IClientDevice
    {
        public DeviceTrust? Of(Microsoft.AspNetCore.Http.HttpContext context) => site.Device;
    }

    private sealed class NoAdministrators : IAdministrators
    {
        public Administrators Now() => new([], []);
    }

    private sealed class NoDevices : IDeviceTrustSource, IDeviceOwners
    {
        public Task<IReadOnlyList<string>> EndOwnershipAsync(Microsoft.EntityFrameworkCore.DbContext db, string ownerId, string by, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<string>>([]);

        public Task<IReadOnlyList<DeviceTrust>> ReadAllAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<DeviceTrust>>([]);

        public Task<DeviceTrust?> ReadAsync(string id, CancellationToken cancellation) => Task.FromResult<DeviceTrust?>(null);
    }
}

/// <summary>A clock that stands until it is moved.</summary>
internal sealed class MovableTime : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;

    public void Move(TimeSpan by) => Now += by;
}
