namespace Nullius.Identity.People;

/// <summary>What the identity parts need to know about the deployment.</summary>
public sealed record PeopleOptions
{
    /// <summary>Domain of the deployment: relying-party id of passkeys.</summary>
    public required string Domain { get; init; }

    /// <summary>Authority of the sign-in host: <c>auth.DOMAIN:PORT</c>, without the port where it is 443.</summary>
    public required string SignInAuthority { get; init; }

    /// <summary>Unused for this long, a browser's session ends.</summary>
    public TimeSpan SessionIdle { get; init; } = TimeSpan.FromHours(1);

    /// <summary>However much it is used, a browser's session ends after this.</summary>
    public TimeSpan SessionLifetime { get; init; } = TimeSpan.FromHours(12);

    /// <summary>PBKDF2-HMAC-SHA512 rounds of new password hashes.</summary>
    public int PasswordIterations { get; init; } = 210_000;

    /// <summary>Characters that a new password has at least; what is set already stays.</summary>
    public int LeastPasswordCharacters { get; init; } = 12;

    /// <summary>Failures in a row that lead to the first lock; each further one doubles it.</summary>
    public int LockoutAttempts { get; init; } = 5;

    /// <summary>How long the first lock lasts.</summary>
    public TimeSpan LockoutFirst { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>No lock is longer than this: nobody can be locked out for good by others.</summary>
    public TimeSpan LockoutLongest { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>The longest lifetime of a device-bound token.</summary>
    public TimeSpan LongestToken { get; init; } = TimeSpan.FromHours(12);

    /// <summary>The longest lifetime of an API key.</summary>
    public TimeSpan LongestKey { get; init; } = TimeSpan.FromDays(90);

    /// <summary>How long a one-time code for setting a password is good.</summary>
    public TimeSpan ResetCodeLifetime { get; init; } = TimeSpan.FromDays(3);

    /// <summary>How fresh the second factor must be to change factors, passwords, keys and tokens.</summary>
    public TimeSpan FreshFactor { get; init; } = TimeSpan.FromMinutes(10);
}
