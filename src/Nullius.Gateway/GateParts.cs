using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nullius.Gateway.Answers;
using Nullius.Gateway.Config;
using Nullius.Gateway.Decisions;
using Nullius.Gateway.Forwarding;
using Nullius.Gateway.Live;
using Nullius.Gateway.Recording;
using Nullius.Gateway.Snapshot;
using Yarp.ReverseProxy.Forwarder;

namespace Nullius.Gateway;

/// <summary>The parts of a gate, put together in one place and taken apart in reverse.</summary>
internal sealed class GateParts : IAsyncDisposable
{
    private readonly ServiceProvider _forwarding;

    private GateParts(GateCore core, UpstreamPool upstreams, LiveExpiry expiry, ServiceProvider forwarding)
    {
        Core = core;
        Upstreams = upstreams;
        Expiry = expiry;
        Compiler = new SnapshotCompiler(upstreams, core.Live.SetOf);
        Watch = new Watch(core, expiry);
        Candidates = new Candidates.CandidateRun(core);
        _forwarding = forwarding;
    }

    public GateCore Core { get; }

    public UpstreamPool Upstreams { get; }

    public LiveExpiry Expiry { get; }

    public SnapshotCompiler Compiler { get; }

    public Watch Watch { get; }

    public Candidates.CandidateRun Candidates { get; }

    public static GateParts Make(GateDependencies given, IChangeSource feed, IRecordSink records, GateConfig config)
    {
        var log = given.Logs.CreateLogger("Nullius.Gateway");
        var trust = new TrustIndex();
        var expiry = new LiveExpiry(given.Time);
        var references = new ReferenceSource(given.Time, given.Random);
        var issuer = config.HttpsPort == 443 ? $"https://{config.SignInHost}" : FormattableString.Invariant($"https://{config.SignInHost}:{config.HttpsPort}");
        var forwarding = Forwarding(given);
        var core = new GateCore
        {
            Time = given.Time,
            Random = given.Random,
            Handoff = given.Handoff,
            Refusals = given.Refusals,
            Activity = given.Activity,
            Certificates = given.Certificates,
            AssertionKeys = given.AssertionKeys,
            Records = records,
            Log = log,
            References = references,
            Trust = trust,
            Follower = new FeedFollower(feed, given.Trust, trust, given.Time, log),
            Live = new LiveRegistry(trust, expiry),
            Decisions = new DecisionStream(),
            Assertions = new AssertionIssuer(given.AssertionKeys, issuer, given.Time),
            Tally = new RefusalTally(records, given.Time, references, log),
            Forms = new HeldForms(given.Random, given.Time, given.Forms),
            Forwarder = forwarding.GetRequiredService<IHttpForwarder>(),
        };
        return new GateParts(core, new UpstreamPool(), expiry, forwarding);
    }

    public async ValueTask DisposeAsync()
    {
        await Candidates.DisposeAsync();
        await Core.Follower.DisposeAsync();
        await Watch.DisposeAsync();
        Expiry.Dispose();
        Core.Tally.Dispose();
        Core.Forms.Dispose();
        Upstreams.Dispose();
        await _forwarding.DisposeAsync();
    }

    private static ServiceProvider Forwarding(GateDependencies given)
    {
        var services = new ServiceCollection();
        services.AddSingleton(given.Logs);
        services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        services.AddSingleton(given.Time);
        services.AddHttpForwarder();
        return services.BuildServiceProvider();
    }
}
