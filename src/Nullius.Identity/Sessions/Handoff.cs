namespace Nullius.Identity.Sessions;

public enum HandoffPurpose
{
    SignIn,
    StepUp,
}

/// <summary>Where a person was going when the gate sent them to the sign-in host. Sealed in the URL; never trusted unsealed.</summary>
/// <param name="Host">Authority of the application, with port when it is not 443.</param>
/// <param name="PathAndQuery">The canonical target to return to.</param>
/// <param name="NonceHash">Base64url SHA-256 of the nonce cookie that the application host set: binds the handoff to this browser.</param>
/// <param name="RequiredControls">What a step-up must satisfy: <c>mfa</c>, <c>signInFrequency</c>, …</param>
/// <param name="FormId">A sealed form body waiting at the gate to be replayed once; null when there is none.</param>
public sealed record HandoffRequest(
    string Host, string PathAndQuery, string NonceHash, DateTimeOffset At, HandoffPurpose Purpose,
    IReadOnlyList<string> RequiredControls, string? FormId);

/// <summary>A session cookie for one host, as redeemed by a one-time code.</summary>
/// <param name="CookieValue"><c>v1.{feed sequence}.{secret}</c>: goes into the <c>__Host-</c> cookie, nowhere else.</param>
public sealed record HostSession(string SessionId, string CookieValue, HandoffRequest Request);

/// <summary>One-time handoff of a session from the sign-in host to an application host.</summary>
public interface IHandoff
{
    /// <summary>Seals a request for the sign-in URL; valid for ten minutes.</summary>
    string Seal(HandoffRequest request);

    /// <summary>Null when it was altered or is too old.</summary>
    HandoffRequest? Open(string sealedRequest);

    /// <summary>A one-time code for that host and browser, valid for 60 s. Only its hash is kept.</summary>
    Task<string> IssueCodeAsync(string sessionId, HandoffRequest request, CancellationToken cancellation);

    /// <summary>Consumes a code. Null when it is unknown, used, late, for another host, or from a browser with another nonce.</summary>
    Task<HostSession?> RedeemAsync(string code, string host, string nonce, CancellationToken cancellation);
}
