using System.Collections.Immutable;
using Nullius.Identity.Trust;

namespace Nullius.Identity.Sessions;

internal sealed class Session
{
    public required string Id { get; set; }

    public required string PersonId { get; set; }

    public SessionKind Kind { get; set; }

    /// <summary>What its owner calls an API key or token; empty for browsers.</summary>
    public string Name { get; set; } = "";

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset AuthenticatedAt { get; set; }

    public DateTimeOffset? MfaAt { get; set; }

    /// <summary>Values of <see cref="AuthenticationMethod"/>, separated by spaces.</summary>
    public string Methods { get; set; } = "";

    public long? IdleSeconds { get; set; }

    public DateTimeOffset LastSeenAt { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }

    public string? RevokedReason { get; set; }

    public string? BoundDeviceId { get; set; }

    /// <summary>Separated by spaces.</summary>
    public string Scopes { get; set; } = "";

    public long SecurityVersion { get; set; }

    public string? UserAgent { get; set; }

    public string? Address { get; set; }

    public List<Credential> Credentials { get; set; } = [];

    public SessionTrust ToTrust() => new()
    {
        Id = Id,
        PersonId = PersonId,
        Kind = Kind,
        CreatedAt = CreatedAt,
        AuthenticatedAt = AuthenticatedAt,
        MfaAt = MfaAt,
        Methods = Words(Methods),
        Idle = IdleSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        LastSeenAt = LastSeenAt,
        ExpiresAt = ExpiresAt,
        Revoked = RevokedAt is not null,
        BoundDeviceId = BoundDeviceId,
        Scopes = Words(Scopes),
        SecurityVersion = SecurityVersion,
        Credentials = [.. Credentials.Select(credential => new SessionCredential(credential.Hash, credential.Host))],
        UserAgent = UserAgent,
        Address = Address,
    };

    private static ImmutableArray<string> Words(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
}

/// <summary>The hash of a secret that names a session.</summary>
internal sealed class Credential
{
    public required string Hash { get; set; }

    public required string SessionId { get; set; }

    /// <summary>Authority (with port where it is not 443) of the one host where it counts; null for bearer credentials.</summary>
    public string? Host { get; set; }
}

/// <summary>A one-time code on its way to an application host. No trust: it becomes trust when it is redeemed.</summary>
internal sealed class HandoffCode
{
    public required string Hash { get; set; }

    public required string SessionId { get; set; }

    /// <summary>The request as JSON, so that what is redeemed is what was sealed.</summary>
    public required string Request { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }
}
