using System.Text.Json.Serialization;

namespace Nullius.Server.Api.Routes;

/// <summary>What is known of an application behind a route.</summary>
[JsonConverter(typeof(CamelCaseEnum<RouteHealth>))]
internal enum RouteHealth
{
    /// <summary>It takes connections.</summary>
    Answering,
    /// <summary>It does not take connections.</summary>
    Failing,
    /// <summary>It could not be asked.</summary>
    Unknown,
    /// <summary>Served by this program itself.</summary>
    InProcess,
}

/// <summary>A policy that takes part in decisions of a route.</summary>
/// <param name="Kind"><c>identity</c>, <c>boundary</c>, <c>guardrail</c>, <c>resource</c> or <c>conditionalAccess</c>.</param>
/// <param name="Source">The file.</param>
/// <param name="Who">Users and groups to whom it is bound; empty when it holds for everybody.</param>
/// <param name="At">Where the binding is written.</param>
internal sealed record RoutePolicy(string Kind, string Source, IReadOnlyList<string> Who, string At);

/// <summary>Decisions of a route since counts began.</summary>
/// <param name="Observed">Denials and step-ups that were recorded and not enforced.</param>
internal sealed record RouteCounts(int Allowed, int StepUp, int Denied, int Observed);

/// <summary>What enforcement would have refused, and did not because the route observes or is rolled out to other groups.</summary>
/// <param name="Basis">Filter for the list of decisions; empty for the rest.</param>
internal sealed record ObservedReason(string Basis, string Reason, int Count);

/// <summary>A route of the gate.</summary>
/// <param name="Upstream">Address of the application; null for one that is served in process.</param>
/// <param name="Mode"><c>observe</c> or <c>enforce</c>.</param>
/// <param name="EnforceForGroups">Roll-out: enforced for these groups only; empty when <paramref name="Mode"/> holds for everybody.</param>
/// <param name="ObservedReasons">Why the observed ones would have been refused, most frequent first.</param>
/// <param name="Granting">The one dialect that grants: <c>aws</c>, or <c>authenticated</c> for anybody signed in.</param>
/// <param name="ClientCertificate"><c>none</c>, <c>request</c> or <c>require</c>.</param>
/// <param name="MaxSnapshotAgeSeconds">Past this age of the snapshot the route denies.</param>
/// <param name="At">Where the route is written.</param>
internal sealed record RouteSummary(
    string Name, string Host, IReadOnlyList<string> Paths, string? Upstream, string Mode, IReadOnlyList<string> EnforceForGroups, string Granting,
    string ClientCertificate, double MaxSnapshotAgeSeconds, bool DurableSync, IReadOnlyList<RoutePolicy> Policies, RouteCounts Counts,
    IReadOnlyList<ObservedReason> ObservedReasons,
    DateTimeOffset CountedSince, int Connections, RouteHealth Health, string? HealthDetail, string At);

/// <summary>The routes, in the order of the configuration.</summary>
internal sealed record RouteList(IReadOnlyList<RouteSummary> Items);

/// <summary>How the console reads routes.</summary>
internal interface IRoutesView
{
    Task<RouteList> ListAsync(CancellationToken cancellation);
}
