using Nullius.Gateway.Config;
using Nullius.Server.Api.Routes;

namespace Nullius.Server.Api.Views;

/// <summary>Routes from the live configuration, with counts, connections and whether their applications take connections.</summary>
internal sealed class RoutesView(CurrentGate gate, DecisionLedger ledger, UpstreamProbe probe) : IRoutesView
{
    public async Task<RouteList> ListAsync(CancellationToken cancellation)
    {
        var config = gate.Value.Config;
        return new RouteList([.. await Task.WhenAll(config.Routes.Select(route => SummaryAsync(config, route, cancellation)))]);
    }

    private async Task<RouteSummary> SummaryAsync(GateConfig config, RouteConfig route, CancellationToken cancellation)
    {
        var (health, detail) = route.Upstream is { } upstream ? await probe.AskAsync(upstream.Url, cancellation) : (RouteHealth.InProcess, null);
        return new RouteSummary(
            route.Name, route.Host, route.Paths, route.Upstream?.Url, DecisionWords.Camel(route.Mode), route.EnforceForGroups, DecisionWords.Camel(route.Granting),
            DecisionWords.Camel(route.ClientCertificate), route.MaxSnapshotAge.TotalSeconds, route.DurableSync, [.. PoliciesOf(config, route)],
            ledger.Counts.OfRoute(route.Name), ledger.Counts.ObservedOfRoute(route.Name), ledger.Counts.Since, gate.Value.Live.CountOfRoute(route.Name), health, detail, Written(route.At));
    }

    /// <summary>File and line, without the folder.</summary>
    private static string Written(SourcePosition at) => at.Line > 0 ? $"{Path.GetFileName(at.File)}:{at.Line}" : at.File;

    /// <summary>In the order in which they take part. Identity policies and boundaries speak only where AWS-style policies grant.</summary>
    private static IEnumerable<RoutePolicy> PoliciesOf(GateConfig config, RouteConfig route)
    {
        foreach (var file in config.Guardrails.SelectMany(level => level))
            yield return new RoutePolicy("guardrail", file, [], "");
        if (route.ResourcePolicy is { } resource)
            yield return new RoutePolicy("resource", resource, [], Written(route.At));
        foreach (var binding in config.Bindings)
        {
            if (route.Granting == GrantingDialect.Aws || binding.Kind == BindingKind.Boundary)
                yield return new RoutePolicy(DecisionWords.Camel(binding.Kind), binding.Policy, [.. binding.Users, .. binding.Groups.Select(group => $"group {group}")], Written(binding.At));
        }

        foreach (var file in config.ConditionalAccess)
            yield return new RoutePolicy("conditionalAccess", file, [], "");
    }
}
