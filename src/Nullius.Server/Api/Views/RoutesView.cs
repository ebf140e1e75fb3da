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
            ledger.Counts.OfRoute(route.Name), ledger.Counts.Since, gate.Value.Live.CountOfRoute(route.Name), health, detail, route.At.ToString());
    }

    /// <summary>In the order in which they take part. Identity policies and boundaries speak only where AWS-style policies grant.</summary>
    private static IEnumerable<RoutePolicy> PoliciesOf(GateConfig config, RouteConfig route)
    {
        foreach (var file in config.Guardrails.SelectMany(level => level))
            yield return new RoutePolicy("guardrail", file, [], "");
        if (route.ResourcePolicy is { } resource)
            yield return new RoutePolicy("resource", resource, [], route.At.ToString());
        foreach (var binding in config.Bindings)
        {
            if (route.Granting == GrantingDialect.Aws || binding.Kind == BindingKind.Boundary)
                yield return new RoutePolicy(DecisionWords.Camel(binding.Kind), binding.Policy, [.. binding.Users, .. binding.Groups.Select(group => $"group {group}")], binding.At.ToString());
        }

        foreach (var file in config.ConditionalAccess)
            yield return new RoutePolicy("conditionalAccess", file, [], "");
    }
}
