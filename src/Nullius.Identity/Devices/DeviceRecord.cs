using Nullius.Identity.Trust;

namespace Nullius.Identity.Devices;

/// <summary>A device as the console and the command line show it.</summary>
/// <param name="Reasons">What is missing where it is not compliant.</param>
/// <param name="CertificateExpiresAt">End of the newest certificate; null when none is valid.</param>
/// <param name="Certificates">Every certificate that was issued, oldest first.</param>
public sealed record DeviceRecord(
    string Id, string OwnerId, string Name, string Platform, DeviceState State, IReadOnlyList<string> Reasons,
    DateTimeOffset EnrolledAt, DateTimeOffset? ReportedAt, DateTimeOffset? StaleAt, DateTimeOffset? CertificateExpiresAt,
    DateTimeOffset? RevokedAt, string? RevokedBy, IReadOnlyDictionary<string, DeviceFact> Facts, IReadOnlyList<DeviceCertificateRecord> Certificates);

/// <param name="Thumbprint">Hex SHA-256.</param>
/// <param name="Honoured">False when it expired, was replaced, or the device is revoked.</param>
public sealed record DeviceCertificateRecord(string Thumbprint, DateTimeOffset IssuedAt, DateTimeOffset NotAfter, bool Honoured);
