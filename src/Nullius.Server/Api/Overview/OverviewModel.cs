using System.Text.Json.Serialization;

namespace Nullius.Server.Api.Overview;

/// <summary>Decisions in one interval.</summary>
/// <param name="At">Start of the interval.</param>
/// <param name="Observed">Those of <paramref name="Denied"/> and <paramref name="StepUp"/> that were recorded and not enforced.</param>
internal sealed record OverviewBucket(DateTimeOffset At, int Allowed, int StepUp, int Denied, int Observed);

/// <summary>How often one reason stopped a request.</summary>
/// <param name="Basis">Filter for the list of decisions.</param>
internal sealed record OverviewReason(string Basis, string Reason, int Count);

/// <summary>Open connections of one kind.</summary>
internal sealed record OverviewConnections(string Kind, int Count);

/// <summary>How current an enforcement point is.</summary>
/// <param name="AgeSeconds">Since it was last confirmed caught up with the change feed.</param>
/// <param name="BoundSeconds">Past this age the strictest route denies.</param>
/// <param name="Sequence">Position in the change feed.</param>
internal sealed record OverviewSnapshot(string Point, double AgeSeconds, double BoundSeconds, long Sequence);

/// <summary>How near a certificate is to its end.</summary>
[JsonConverter(typeof(CamelCaseEnum<CertificateState>))]
internal enum CertificateState
{
    Valid,
    Expiring,
    Expired,
}

/// <summary>A certificate that needs attention soon.</summary>
/// <param name="Kind"><c>root</c>, <c>issuing</c>, <c>server</c> or <c>device</c>.</param>
/// <param name="DeviceId">The device that carries it; null for the gate's own.</param>
internal sealed record OverviewCertificate(string Kind, string Subject, DateTimeOffset ExpiresAt, CertificateState State, string? DeviceId);

/// <summary>A fault in configuration or policies, with file and line; the last good set stays in force.</summary>
internal sealed record OverviewPolicyError(string Message);

/// <summary>Is anything wrong now?</summary>
/// <param name="At">When this was read.</param>
/// <param name="CountedSince">Counts begin here: the start of the window or of the program.</param>
/// <param name="BucketSeconds">Length of one interval.</param>
internal sealed record OverviewModel(
    DateTimeOffset At, DateTimeOffset CountedSince, int BucketSeconds, IReadOnlyList<OverviewBucket> Buckets, IReadOnlyList<OverviewReason> Reasons,
    IReadOnlyList<OverviewConnections> Connections, IReadOnlyList<OverviewSnapshot> Snapshots, IReadOnlyList<OverviewCertificate> Certificates,
    IReadOnlyList<OverviewPolicyError> PolicyErrors, int People, int PeopleWithoutSecondFactor, int Devices, int DevicesNotCompliant)
{
    /// <summary>What is in force and yet leads to trouble, one line each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>How the console reads the state of the gate.</summary>
internal interface IOverviewView
{
    /// <param name="window">15 minutes, one hour or one day.</param>
    Task<OverviewModel> ReadAsync(TimeSpan window, CancellationToken cancellation);
}
