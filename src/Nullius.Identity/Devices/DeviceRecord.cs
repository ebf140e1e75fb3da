using Nullius.Identity.Trust;

namespace Nullius.Identity.Devices;

/// <summary>A device as the console and the command line show it.</summary>
/// <param name="Reasons">What is missing where it is not compliant.</param>
/// <param name="CertificateExpiresAt">End of the newest certificate; null when none is valid.</param>
public sealed record DeviceRecord(
    string Id, string OwnerId, string Name, string Platform, DeviceState State, IReadOnlyList<string> Reasons,
    DateTimeOffset EnrolledAt, DateTimeOffset? ReportedAt, DateTimeOffset? StaleAt, DateTimeOffset? CertificateExpiresAt,
    DateTimeOffset? RevokedAt, string? RevokedBy, IReadOnlyDictionary<string, DeviceFact> Facts);
