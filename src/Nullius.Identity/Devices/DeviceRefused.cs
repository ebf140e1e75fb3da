namespace Nullius.Identity.Devices;

/// <summary>Why the inventory refused something.</summary>
public enum DeviceRefusal
{
    /// <summary>The enrolment code is unknown, used or too old; which of them is not told.</summary>
    InvalidCode,
    /// <summary>The certificate signing request is malformed, not signed by its key, or its key is too weak.</summary>
    InvalidSigningRequest,
    /// <summary>A name, platform or owner is missing, too long or holds what cannot be shown.</summary>
    InvalidText,
    TooManyCodes,
    TooManyDevices,
    /// <summary>The session's second factor is not fresh enough to add a device.</summary>
    NeedsFreshMfa,
    /// <summary>No device, or no certificate that is valid for one.</summary>
    UnknownDevice,
    Revoked,
    /// <summary>The report is malformed, too large, or not signed by the certificate's key.</summary>
    InvalidReport,
    /// <summary>The report's time is too far from ours.</summary>
    ClockSkew,
    /// <summary>The report is not newer than the last, or its nonce was used.</summary>
    Replayed,
    TooManyReports,
}

/// <summary>The inventory refused something; the message is for the client and holds no secret.</summary>
public sealed class DeviceRefusedException(DeviceRefusal refusal, string message, Exception? cause = null) : Exception(message, cause)
{
    public DeviceRefusal Refusal { get; } = refusal;
}
