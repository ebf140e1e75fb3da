using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Nullius.Identity.Trust;

// What an enforcement point knows about people, sessions and devices: immutable entries, read from the store, replaced
// when the change feed names them. Nothing here is a secret; credentials appear as SHA-256 hashes.

/// <summary>A person as the enforcement points see one.</summary>
public sealed record PersonTrust
{
    public required string Id { get; init; }
    public required string UserName { get; init; }
    public string DisplayName { get; init; } = "";
    public bool Disabled { get; init; }
    public ImmutableArray<string> Groups { get; init; } = [];
    /// <summary>Principal tags, by name without the <c>aws:PrincipalTag/</c> prefix.</summary>
    public FrozenDictionary<string, string> Tags { get; init; } = FrozenDictionary<string, string>.Empty;
    /// <summary><c>none</c>, <c>low</c>, <c>medium</c>, <c>high</c>; null when it could not be established.</summary>
    public string? Risk { get; init; } = "none";
    public bool HasSecondFactor { get; init; }
    /// <summary>Grows with every change of password or factor. A session of an older version is not honoured.</summary>
    public long SecurityVersion { get; init; }
}

public enum SessionKind
{
    /// <summary>A browser's session, presented by a <c>__Host-</c> cookie per host.</summary>
    Browser,
    /// <summary>A short-lived, device-bound bearer token for scripts.</summary>
    Token,
    /// <summary>A scoped, expiring API key.</summary>
    ApiKey,
}

/// <summary>How a subject proved who it is; the values of RFC 8176.</summary>
public static class AuthenticationMethod
{
    public const string Password = "pwd";
    public const string OneTimePassword = "otp";
    /// <summary>A passkey with user verification: counts as two factors.</summary>
    public const string Passkey = "hwk";
    public const string RecoveryCode = "rc";
    public const string MultiFactor = "mfa";
    public const string ClientCertificate = "x5t";
}

/// <summary>One thing that, presented by a client, names a session.</summary>
/// <param name="Hash">Base64url SHA-256 of the secret part.</param>
/// <param name="Host">The one host where it is honoured; null for bearer credentials.</param>
public sealed record SessionCredential(string Hash, string? Host);

public sealed record SessionTrust
{
    public required string Id { get; init; }
    public required string PersonId { get; init; }
    public SessionKind Kind { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>When the subject last authenticated interactively (sign-in or step-up).</summary>
    public required DateTimeOffset AuthenticatedAt { get; init; }
    /// <summary>When a second factor was last used in this session; null when none was.</summary>
    public DateTimeOffset? MfaAt { get; init; }
    public ImmutableArray<string> Methods { get; init; } = [];
    /// <summary>Unused for this long, the session ends; null where idle time does not count (tokens, keys).</summary>
    public TimeSpan? Idle { get; init; }
    public DateTimeOffset LastSeenAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public bool Revoked { get; init; }
    /// <summary>The device to which a token is bound: honoured only over its client certificate.</summary>
    public string? BoundDeviceId { get; init; }
    /// <summary>Route names or <c>route:Operation</c> patterns that a token or key is limited to; empty for browser sessions, which are not limited.</summary>
    public ImmutableArray<string> Scopes { get; init; } = [];
    /// <summary><see cref="PersonTrust.SecurityVersion"/> at creation or at the last step-up.</summary>
    public long SecurityVersion { get; init; }
    public ImmutableArray<SessionCredential> Credentials { get; init; } = [];
    public string? UserAgent { get; init; }
    public string? Address { get; init; }
}

public enum DeviceState
{
    /// <summary>Unknown to the inventory, or no certificate was presented.</summary>
    Unmanaged,
    Compliant,
    NonCompliant,
    /// <summary>Enrolled, but its last posture report is older than allowed.</summary>
    Stale,
    Revoked,
}

public sealed record DeviceTrust
{
    public required string Id { get; init; }
    public required string OwnerId { get; init; }
    public string Name { get; init; } = "";
    /// <summary><c>linux</c>, <c>windows</c>, <c>macOS</c>, …</summary>
    public string Platform { get; init; } = "";
    /// <summary>Hex SHA-256 of every certificate that is valid for the device.</summary>
    public ImmutableArray<string> Thumbprints { get; init; } = [];
    /// <summary>State as of the last report; a report past <see cref="StaleAt"/> makes it <see cref="DeviceState.Stale"/>.</summary>
    public DeviceState State { get; init; }
    public DateTimeOffset? ReportedAt { get; init; }
    public DateTimeOffset? StaleAt { get; init; }
    /// <summary>Facts by name: <c>diskEncryption</c> → <c>yes|no|unknown</c>, …</summary>
    public FrozenDictionary<string, string> Facts { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>The state at an instant: time alone makes a device stale.</summary>
    public DeviceState StateAt(DateTimeOffset now) =>
        State is DeviceState.Compliant or DeviceState.NonCompliant && StaleAt is { } stale && now >= stale ? DeviceState.Stale : State;
}
