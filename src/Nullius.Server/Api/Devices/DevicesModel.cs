using Nullius.Server.Api.Decisions;

namespace Nullius.Server.Api.Devices;

/// <summary>A device in a list.</summary>
/// <param name="State"><c>compliant</c>, <c>noncompliant</c>, <c>stale</c>, <c>unmanaged</c> or <c>revoked</c>.</param>
/// <param name="Reasons">Why it is not compliant, in words; empty when it is.</param>
/// <param name="StaleAt">When the last report becomes too old.</param>
/// <param name="CertificateExpiresAt">Of the certificate that ends last; null when none is valid.</param>
internal sealed record DeviceSummary(
    string Id, string Name, string Platform, EntityRef Owner, string State, IReadOnlyList<string> Reasons, DateTimeOffset? ReportedAt,
    DateTimeOffset? StaleAt, DateTimeOffset? CertificateExpiresAt, int Connections);

/// <summary>What a device reported.</summary>
/// <param name="Value"><c>yes</c>, <c>no</c>, <c>unknown</c>, or a text.</param>
/// <param name="Evidence">Where the device read it; null when it does not say.</param>
internal sealed record DeviceFact(string Name, string Value, string? Evidence);

/// <summary>One device.</summary>
/// <param name="Thumbprints">Hex SHA-256 of the certificates that are honoured now.</param>
internal sealed record DeviceDetail(
    DeviceSummary Device, DateTimeOffset EnrolledAt, DateTimeOffset? RevokedAt, string? RevokedBy, IReadOnlyList<DeviceFact> Facts,
    IReadOnlyList<string> Thumbprints);

/// <summary>For whom a device is enrolled.</summary>
/// <param name="Person">Id or user name of the owner.</param>
internal sealed record EnrolmentRequest(string Person);

/// <summary>A one-time code. Shown once; only its hash is kept.</summary>
/// <param name="Server">Address at which the device enrols.</param>
internal sealed record EnrolmentCode(string Code, DateTimeOffset ExpiresAt, EntityRef Person, string Server);

/// <summary>Which devices somebody wants to see.</summary>
/// <param name="State">A state, or several with commas.</param>
internal sealed record DeviceFilter(string? Text, string? State)
{
    /// <summary>By <c>name</c>, <c>owner</c>, <c>state</c>, <c>reported</c>, <c>certificate</c> or <c>connections</c>.</summary>
    public ListOrder Order { get; init; } = new("name", false);

    /// <summary>Id of a person; null for everybody's.</summary>
    public string? Owner { get; init; }
}

/// <summary>How the console reads and changes devices.</summary>
internal interface IDevicesView
{
    /// <summary>In the order that the filter names.</summary>
    Task<Page<DeviceSummary>> ListAsync(DeviceFilter filter, PageRequest page, CancellationToken cancellation);

    Task<DeviceDetail?> FindAsync(string id, CancellationToken cancellation);

    /// <summary>Null when there is no such person.</summary>
    Task<EnrolmentCode?> CreateCodeAsync(string person, Actor actor, CancellationToken cancellation);

    /// <summary>Null when there is no such device.</summary>
    Task<Receipt?> RevokeAsync(string id, Actor actor, CancellationToken cancellation);
}
