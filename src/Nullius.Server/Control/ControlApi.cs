using System.Reflection;
using Nullius.Identity.People;
using Nullius.Server.Hosting;
using Nullius.Server.Verify;

namespace Nullius.Server.Control;

/// <summary>The calls of the control socket.</summary>
internal static class ControlApi
{
    /// <summary>Stands as actor in the audit trail.</summary>
    public const string Actor = "owner of the instance (control socket)";

    public static void MapControl(this IEndpointRouteBuilder endpoints, Instance instance, VerifyRuns verify)
    {
        var api = endpoints.MapGroup("/v1");
        api.MapGet("/status", (CancellationToken cancellation) => StatusAsync(instance, cancellation));
        api.MapUsers(instance);
        api.MapDeviceCalls(instance);
        api.MapSessions(instance);
        api.MapRevocations(instance);
        api.MapVerify(verify);
        api.MapPost("/audit/key", () => new AuditKey(instance.Foundations.RotateAuditKey()));
    }

    private static async Task<InstanceStatus> StatusAsync(Instance instance, CancellationToken cancellation)
    {
        var lack = await instance.Get<ActiveAdministrators>().LackAsync(cancellation).ConfigureAwait(false);
        var (gate, config) = (instance.Gate.Status, instance.Configuration.Config);
        return new InstanceStatus(
            typeof(ControlApi).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown",
            instance.StartedAt, instance.Console, instance.Url(config.Gate.SignInHost) + "/", instance.Foundations.Data.Root, config.File,
            [.. config.Gate.Routes.Select(r => new RouteStatus(r.Name, r.Host, r.Mode.ToString().ToLowerInvariant(), r.Upstream?.Url))],
            instance.Configuration.Status, gate.LiveConnections, gate.SnapshotAge.TotalSeconds)
        {
            Candidate = instance.Gate.Candidate is { } candidate ? View(candidate) : null,
            Warnings = lack is null ? [] : [lack],
        };
    }

    private static CandidateView View(Gateway.Candidates.CandidateStatus status)
    {
        const int MostGroups = 100;
        var report = status.Report;
        return new CandidateView(
            status.Since, report.Requests, report.Unchanged, report.Gains, report.Loses, report.Challenged, report.Eased, report.Unknown, status.Dropped, status.Faults,
            [.. report.Groups.Where(g => g.Change is not Policy.Replay.ReplayChange.Disagreement).OrderByDescending(g => g.Count).Take(MostGroups)
                .Select(g => new CandidateGroup(g.Change.ToString().ToLowerInvariant(), g.Principal, g.Action, g.Resource, g.Count, g.First, g.Last, g.Why, g.DecidedBy, g.Sample))]);
    }
}
