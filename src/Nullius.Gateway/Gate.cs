using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Nullius.Gateway.Config;
using Nullius.Gateway.Decisions;
using Nullius.Gateway.Live;
using Nullius.Gateway.Recording;
using Nullius.Gateway.Snapshot;

namespace Nullius.Gateway;

/// <summary>The enforcement point: one pipeline, one snapshot, one registry of live connections.</summary>
public sealed class Gate : IAsyncDisposable
{
    private readonly GateParts _parts;
    private readonly GateConfiguration _configuration;
    private Asking.DecisionPoint? _decisionPoint;

    private Gate(GateParts parts, GateConfiguration configuration)
    {
        _parts = parts;
        _configuration = configuration;
    }

    /// <summary>Open connections, and the decisions that keep them open.</summary>
    public LiveRegistry Live => Core.Live;

    /// <summary>Recent decisions, for the console.</summary>
    public DecisionStream Decisions => Core.Decisions;

    /// <summary>Decisions for other enforcement points.</summary>
    public Asking.DecisionPoint DecisionPoint => _decisionPoint ??= new Asking.DecisionPoint(Core);

    public GateStatus Status => new(
        Core.Follower.Applied, Core.Follower.Age, Core.Snapshot.Generation, _configuration.LiveSince, Core.Live.Count,
        Core.Trust.PeopleCount, Core.Trust.SessionCount, Core.Trust.DeviceCount, Core.Requests, Core.Refused, _configuration.LastErrors);

    /// <summary>How requests fare under the candidate policies; null while none are tried.</summary>
    public Candidates.CandidateStatus? Candidate => _parts.Candidates.Status;

    /// <summary>The configuration that is live, with the platform's own routes.</summary>
    public GateConfig Config => Core.Snapshot.Config;

    internal GateCore Core => _parts.Core;

    /// <summary>Loads policies and trust, and follows the feed.</summary>
    /// <exception cref="GateConfigException">The configuration has errors; all of them are in the exception.</exception>
    public static Task<Gate> StartAsync(GateDependencies dependencies, GateConfig config, CancellationToken cancellation) =>
        StartAsync(dependencies, new FeedSource(dependencies.Feed), new TrailSink(dependencies.Audit), config, cancellation);

    internal static async Task<Gate> StartAsync(GateDependencies dependencies, IChangeSource feed, IRecordSink records, GateConfig config, CancellationToken cancellation)
    {
        var parts = GateParts.Make(dependencies, feed, records, config);
        var configuration = new GateConfiguration(parts);
        try
        {
            configuration.Start(config);
            await parts.Core.Forms.LoadAsync(cancellation);
            await parts.Core.Follower.StartAsync(parts.Watch.Touch, cancellation);
        }
        catch
        {
            await parts.DisposeAsync();
            throw;
        }

        return new Gate(parts, configuration);
    }

    /// <summary>The pipeline. In-process routes (sign-in host, device host, console and API) end in <paramref name="next"/>.</summary>
    public RequestDelegate Use(RequestDelegate next) => new GatewayPipeline(Core, next).RunAsync;

    /// <summary>Makes a configuration live. Refused whole on any error (the answer lists all of them), and the last good set stays.</summary>
    public Task<IReadOnlyList<ConfigDiagnostic>> ReloadAsync(GateConfig config, CancellationToken cancellation) =>
        Task.Run(() => _configuration.Reload(config), cancellation);

    /// <summary>Adds routes and bindings until disposed, in the same snapshot as the rest: what <c>nullius verify</c> tests.</summary>
    /// <exception cref="GateConfigException">The addition has errors or collides with what is configured.</exception>
    public IDisposable Overlay(GateConfig extra) => _configuration.Overlay(extra);

    /// <summary>Why a recent decision came out as it did, and what would change it; null when the reference is no longer kept.</summary>
    public GateExplanation? Explain(string reference) => DecisionExplainer.Explain(Core, reference);

    /// <summary>
    /// What the policies would say now to another operation of a request's route, for its person, session and device: so that
    /// a page can say beforehand what one may do. Called by the handler of the request, while it is in progress.
    /// </summary>
    public Policy.Decisions.Decision Ask(GateRequest request, string operation, string path) => Deciding.Preview.Of(request, operation, path, Core.Time.GetUtcNow());

    /// <summary>To whom the live bindings may grant an operation of a route, in groups and user names (<c>*</c>: everybody); conditions and what restricts grants aside.</summary>
    /// <param name="route">Name of the route; nobody holds anything at one that is not there.</param>
    /// <param name="operation">Name as in actions, without the route.</param>
    /// <param name="path">The path that stands in the resource.</param>
    public GrantHolders HoldersOf(string route, string operation, string path) => GrantHolders.Of(Core.Snapshot, route, operation, path);

    /// <summary>Ends one open connection and nothing else: its client may open it again, while it is let in. What it was, or null when there is none of that reference.</summary>
    /// <param name="reference">The connection's decision, as <see cref="LiveConnectionInfo.Reference"/> says.</param>
    /// <param name="by">Who ends it, for the record of its end.</param>
    public LiveConnectionInfo? EndConnection(string reference, string by) => Core.Live.End(Core, reference, by);

    public ValueTask DisposeAsync() => _parts.DisposeAsync();
}
