namespace Nullius.Identity.Devices;

// What the store keeps about a device. Times are Unix milliseconds.

internal sealed class Device
{
    public string Id { get; set; } = "";

    public string OwnerId { get; set; } = "";

    public string Name { get; set; } = "";

    public string Platform { get; set; } = "";

    public long EnrolledAt { get; set; }

    public long? RevokedAt { get; set; }

    /// <summary>Who revoked it: a person's id, or <c>control</c>.</summary>
    public string? RevokedBy { get; set; }
}

internal sealed class DeviceCertificate
{
    /// <summary>Hex SHA-256 of the certificate.</summary>
    public string Thumbprint { get; set; } = "";

    public string DeviceId { get; set; } = "";

    public long IssuedAt { get; set; }

    public long NotAfter { get; set; }

    /// <summary>When a newer certificate took over; a retired one is no longer honoured.</summary>
    public long? RetiredAt { get; set; }
}

/// <summary>The newest posture report of a device.</summary>
internal sealed class DeviceReport
{
    public string DeviceId { get; set; } = "";

    /// <summary>The device's clock. INVARIANT: grows with every accepted report; also the concurrency token.</summary>
    public long At { get; set; }

    public long ReceivedAt { get; set; }

    /// <summary>JSON object: fact → <see cref="DeviceFact"/>.</summary>
    public string Facts { get; set; } = "{}";
}

/// <summary>A nonce that a report used, kept while a report with that time would be accepted.</summary>
internal sealed class ReportNonce
{
    public string DeviceId { get; set; } = "";

    public string Nonce { get; set; } = "";

    public long SeenAt { get; set; }
}

/// <summary>A one-time code that nobody has used yet.</summary>
internal sealed class EnrolmentCode
{
    /// <summary>Base64url SHA-256 of the code.</summary>
    public string Hash { get; set; } = "";

    public string OwnerId { get; set; } = "";

    public string CreatedBy { get; set; } = "";

    public long ExpiresAt { get; set; }
}
