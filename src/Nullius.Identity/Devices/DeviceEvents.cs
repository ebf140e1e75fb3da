namespace Nullius.Identity.Devices;

/// <summary>What happened to a device; each becomes a record of the audit trail.</summary>
public enum DeviceEventKind
{
    /// <summary>A one-time code was made, with which a device can be enrolled.</summary>
    CodeIssued,
    Enrolled,
    Renewed,
    /// <summary>A report that says something new.</summary>
    Reported,
    OwnerChanged,
    Revoked,
    /// <summary>Forgotten with its history.</summary>
    Removed,
}

/// <summary>Over which request something came.</summary>
/// <param name="Reference">Names the request.</param>
/// <param name="Address">Of the client.</param>
public sealed record DeviceOrigin(string Reference, string? Address);

/// <summary>One event. Carries no code and no key.</summary>
/// <param name="Success">False: it was refused, or not committed.</param>
public sealed record DeviceEvent(DeviceEventKind Kind, bool Success = true)
{
    /// <summary>Null where there is no device yet.</summary>
    public string? DeviceId { get; init; }

    public string? OwnerId { get; init; }

    /// <summary>Who did it, or who made the code with which it was done; null: the device by its certificate.</summary>
    public string? Actor { get; init; }

    public DeviceOrigin? Origin { get; init; }

    /// <summary>When the certificate or the code that was given ends.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The state that a report led to, as conditions name it.</summary>
    public string? State { get; init; }

    public IReadOnlyList<string> Reasons { get; init; } = [];

    /// <summary>Why it failed, in words.</summary>
    public string? Detail { get; init; }
}

/// <summary>Takes device events into the audit trail; a list in tests.</summary>
public interface IDeviceEvents
{
    /// <summary>Records an event: once the store has taken the change and before it commits, so that what cannot be recorded does not happen.</summary>
    /// <exception cref="Exception">The trail cannot take it; the caller lets it pass and does nothing.</exception>
    void Record(DeviceEvent happened);
}
