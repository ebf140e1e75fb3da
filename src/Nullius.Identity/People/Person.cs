using Microsoft.AspNetCore.Identity;

namespace Nullius.Identity.People;

/// <summary>A person with an account. Changed through <see cref="PeopleDirectory"/> and the sign-in flows only.</summary>
public sealed class Person : IdentityUser
{
    public string DisplayName { get; set; } = "";

    public bool Disabled { get; set; }

    /// <summary>Principal tags, by name without prefix.</summary>
    public Dictionary<string, string> Tags { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Grows with every change of password or factor; ends the sessions of older versions.</summary>
    public long SecurityVersion { get; set; } = 1;

    /// <summary>The password was given by somebody else: it is good for choosing one's own.</summary>
    public bool MustChangePassword { get; set; }

    public DateTimeOffset? PasswordChangedAt { get; set; }

    /// <summary>Hash of a one-time code with which a password may be set; null when none is out.</summary>
    public string? ResetCodeHash { get; set; }

    public DateTimeOffset? ResetCodeExpiresAt { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>A group of people; policies bind to its name.</summary>
public sealed class Group
{
    public required string Name { get; set; }

    public string Description { get; set; } = "";

    public DateTimeOffset CreatedAt { get; set; }
}

internal sealed class Membership
{
    public required string PersonId { get; set; }

    public required string GroupName { get; set; }
}

/// <summary>The seed of a person's authenticator app, wrapped by the key ring.</summary>
internal sealed class Authenticator
{
    public required string PersonId { get; set; }

    public required byte[] Seed { get; set; }

    /// <summary>The newest time step of which a code was accepted; a concurrency token, so that one code opens one door.</summary>
    public long LastStep { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>An unused recovery code: its keyed hash. Using it removes it.</summary>
internal sealed class RecoveryCode
{
    public required string PersonId { get; set; }

    public required string Hash { get; set; }
}

/// <summary>Failures in a row against one name, factor or known browser. No trust: nothing follows it.</summary>
internal sealed class FailureCount
{
    /// <summary>Keyed hash of what is counted.</summary>
    public required string Key { get; set; }

    public int Count { get; set; }

    public DateTimeOffset? LockedUntil { get; set; }

    public DateTimeOffset LastAt { get; set; }
}
