using Nullius.Gateway.Reception;

namespace Nullius.Gateway.Answers;

/// <summary>Why a request is not forwarded, apart from what policies say. Closed.</summary>
internal enum RefusalReason
{
    None,
    /// <summary>See <see cref="RequestFault"/>.</summary>
    Malformed,
    UnknownHost,
    UnknownPath,
    NoCredential,
    UnknownCredential,
    Expired,
    Idle,
    Revoked,
    CredentialsChanged,
    PersonDisabled,
    BoundDeviceMissing,
    DeviceMissing,
    DeviceRevoked,
    OutOfScope,
    CrossOrigin,
    PolicyDenied,
    PolicyChallenged,
    SnapshotStale,
    RecordUnavailable,
    UpstreamUnreachable,
    UpstreamSlow,
    Busy,
    Fault,
    RouteGone,
    /// <summary>Somebody ended this one connection; the trust that it stood on remains.</summary>
    ConnectionEnded,
    /// <summary>A client of the decision point named nobody that is known.</summary>
    UnknownSubject,
    /// <summary>A client of the decision point asked in a form that has no single reading.</summary>
    UnclearQuestion,
}

internal static class RefusalReasons
{
    /// <summary>Stable, kebab-case.</summary>
    public static string Code(this RefusalReason reason) => reason switch
    {
        RefusalReason.None => "none",
        RefusalReason.Malformed => "malformed",
        RefusalReason.UnknownHost => "unknown-host",
        RefusalReason.UnknownPath => "unknown-path",
        RefusalReason.NoCredential => "sign-in-required",
        RefusalReason.UnknownCredential => "session-unknown",
        RefusalReason.Expired => "session-expired",
        RefusalReason.Idle => "session-idle",
        RefusalReason.Revoked => "session-revoked",
        RefusalReason.CredentialsChanged => "credentials-changed",
        RefusalReason.PersonDisabled => "person-disabled",
        RefusalReason.BoundDeviceMissing => "bound-device-missing",
        RefusalReason.DeviceMissing => "device-required",
        RefusalReason.DeviceRevoked => "device-revoked",
        RefusalReason.OutOfScope => "out-of-scope",
        RefusalReason.CrossOrigin => "cross-origin",
        RefusalReason.PolicyDenied => "policy-denied",
        RefusalReason.PolicyChallenged => "step-up-required",
        RefusalReason.SnapshotStale => "trust-stale",
        RefusalReason.RecordUnavailable => "record-unavailable",
        RefusalReason.UpstreamUnreachable => "application-unreachable",
        RefusalReason.UpstreamSlow => "application-slow",
        RefusalReason.Busy => "busy",
        RefusalReason.Fault => "fault",
        RefusalReason.RouteGone => "route-gone",
        RefusalReason.ConnectionEnded => "connection-ended",
        RefusalReason.UnknownSubject => "subject-unknown",
        RefusalReason.UnclearQuestion => "question-unclear",
    };

    public static int Status(this RefusalReason reason) => reason switch
    {
        RefusalReason.Malformed or RefusalReason.UnclearQuestion => 400,
        RefusalReason.UnknownHost or RefusalReason.UnknownPath or RefusalReason.RouteGone => 404,
        RefusalReason.NoCredential or RefusalReason.UnknownCredential or RefusalReason.Expired or RefusalReason.Idle or RefusalReason.Revoked
            or RefusalReason.CredentialsChanged or RefusalReason.PersonDisabled or RefusalReason.BoundDeviceMissing or RefusalReason.DeviceMissing
            or RefusalReason.PolicyChallenged => 401,
        RefusalReason.DeviceRevoked or RefusalReason.OutOfScope or RefusalReason.CrossOrigin or RefusalReason.PolicyDenied or RefusalReason.UnknownSubject
            or RefusalReason.ConnectionEnded => 403,
        RefusalReason.SnapshotStale or RefusalReason.RecordUnavailable or RefusalReason.Busy => 503,
        RefusalReason.UpstreamUnreachable => 502,
        RefusalReason.UpstreamSlow => 504,
        RefusalReason.None or RefusalReason.Fault => 500,
    };

    /// <summary>True when signing in (again) is what helps.</summary>
    public static bool NeedsSignIn(this RefusalReason reason) => reason is RefusalReason.NoCredential or RefusalReason.UnknownCredential
        or RefusalReason.Expired or RefusalReason.Idle or RefusalReason.Revoked or RefusalReason.CredentialsChanged or RefusalReason.PersonDisabled;

    /// <summary>What a person is told.</summary>
    public static string Message(this RefusalReason reason) => reason switch
    {
        RefusalReason.None => "the request was refused",
        RefusalReason.Malformed => "the request could be read in two ways",
        RefusalReason.UnknownHost => "no such host is served here",
        RefusalReason.UnknownPath => "nothing is served at this path",
        RefusalReason.NoCredential => "sign in to continue",
        RefusalReason.UnknownCredential => "the session is not known: sign in again",
        RefusalReason.Expired => "the session has expired: sign in again",
        RefusalReason.Idle => "the session was unused for too long: sign in again",
        RefusalReason.Revoked => "the session was ended: sign in again",
        RefusalReason.CredentialsChanged => "password or second factor were changed: sign in again",
        RefusalReason.PersonDisabled => "the account is disabled",
        RefusalReason.BoundDeviceMissing => "the token is honoured only from the device it was made for, with its client certificate",
        RefusalReason.DeviceMissing => "the certificate of an enrolled device is needed",
        RefusalReason.DeviceRevoked => "the device is revoked",
        RefusalReason.OutOfScope => "the token or key is not made for this",
        RefusalReason.CrossOrigin => "the request comes from a site that may not make it",
        RefusalReason.PolicyDenied => "policy does not allow it",
        RefusalReason.PolicyChallenged => "policy asks for more proof",
        RefusalReason.SnapshotStale => "the gate cannot confirm that its knowledge is current",
        RefusalReason.RecordUnavailable => "the request cannot be recorded, and nothing is forwarded without a record",
        RefusalReason.UpstreamUnreachable => "the application cannot be reached",
        RefusalReason.UpstreamSlow => "the application does not answer",
        RefusalReason.Busy => "too much is under way",
        RefusalReason.Fault => "the gate failed",
        RefusalReason.RouteGone => "the route was taken away",
        RefusalReason.ConnectionEnded => "the connection was ended by an administrator",
        RefusalReason.UnknownSubject => "nobody of that name is known",
        RefusalReason.UnclearQuestion => "action or resource can be read in two ways",
    };
}
