using System.Reflection;
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
        api.MapGet("/status", () => Status(instance));
        api.MapUsers(instance);
        api.MapDeviceCalls(instance);
        api.MapSessions(instance);
        api.MapRevocations(instance);
        api.MapVerify(verify);
        api.MapPost("/audit/key", () => new AuditKey(instance.Foundations.RotateAuditKey()));
    }

    private static InstanceStatus Status(Instance instance)
    {
        var (gate, config) = (instance.Gate.Status, instance.Configuration.Config);
        return new InstanceStatus(
            typeof(ControlApi).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown",
            instance.StartedAt, instance.Console, instance.Url(config.Gate.SignInHost) + "/", instance.Foundations.Data.Root, config.File,
            [.. config.Gate.Routes.Select(r => new RouteStatus(r.Name, r.Host, r.Mode.ToString().ToLowerInvariant(), r.Upstream?.Url))],
            instance.Configuration.Status, gate.LiveConnections, gate.SnapshotAge.TotalSeconds);
    }
}
