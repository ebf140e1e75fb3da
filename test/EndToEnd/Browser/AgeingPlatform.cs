using Nullius.Demo;
using Nullius.EndToEnd.Harness;
using Nullius.Server.Control;
using Nullius.Server.Hosting;

namespace Nullius.EndToEnd.Browser;

/// <summary>The demonstration in this process, on a clock that can be moved on: what a person proved becomes old.</summary>
public sealed class AgeingPlatform : DemoPlatform
{
    private readonly MovableTime _time = new();
    private NulliusServer? _server;

    internal override TimeProvider Time => _time;

    /// <summary>Counts the configurations that have been live.</summary>
    public async Task<int> GenerationAsync()
    {
        using var control = ControlClient.Open(Data);
        return (await control.GetAsync<InstanceStatus>("/v1/status", TestContext.Current.CancellationToken)).Policies.Generation;
    }

    /// <summary>Time passes for the platform and for authenticator apps, not for timers.</summary>
    public void Pass(TimeSpan time) => _time.Pass(time);

    protected override async Task StartAsync(Action<string> say) => _server = await NulliusServer.StartAsync(
        new ServerOptions
        {
            DataFolder = Data,
            Demo = true,
            DemoSource = Path.Combine(Root(), "demo"),
            ConsoleFolder = Path.Combine(Root(), "console", "dist"),
            StartDemonstration = Applications.StartAsync,
            Port = Port,
            Progress = line => say(" " + line),
            LogLevel = Microsoft.Extensions.Logging.LogLevel.None,
            Time = _time,
        },
        TestContext.Current.CancellationToken);

    protected override async Task StopAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }

    private sealed class MovableTime : TimeProvider
    {
        private long _passed;

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Volatile.Read(ref _passed));

        public void Pass(TimeSpan time) => Interlocked.Add(ref _passed, time.Ticks);
    }

    private sealed class Applications(DemoApplications applications) : IDemonstration
    {
        public IReadOnlyDictionary<string, string> Urls { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["api"] = applications.Api.GetLeftPart(UriPartial.Authority),
            ["shop"] = applications.Shop.GetLeftPart(UriPartial.Authority),
            ["legacy"] = applications.Legacy.GetLeftPart(UriPartial.Authority),
        };

        public static async Task<IDemonstration> StartAsync(DemonstrationSettings settings, CancellationToken cancellation) => new Applications(await DemoApplications.StartAsync(
            new DemoOptions
            {
                Certificate = settings.Certificate,
                Domain = settings.Domain,
                GatePort = settings.Port,
                Issuer = settings.Issuer,
                Jwks = settings.Jwks,
                Legacy = new LegacyCredential("gate", settings.LegacyPassword),
                Time = settings.Time,
            },
            cancellation));

        public ValueTask DisposeAsync() => applications.DisposeAsync();
    }
}
