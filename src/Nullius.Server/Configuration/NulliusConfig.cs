using System.Net;
using Nullius.Gateway;
using Nullius.Gateway.Config;

namespace Nullius.Server.Configuration;

/// <summary><c>nullius.yaml</c> as written: validated, nothing opened yet.</summary>
public sealed record NulliusConfig
{
    /// <summary>The file it was read from.</summary>
    public required string File { get; init; }

    public required string Domain { get; init; }

    public required ListenConfig Listen { get; init; }

    public required IdentityConfig Identity { get; init; }

    public TokenConfig Tokens { get; init; } = new();

    public required DeviceConfig Devices { get; init; }

    /// <summary>What the enforcement point compiles.</summary>
    public required GateConfig Gate { get; init; }
}

public sealed record ListenConfig
{
    public IReadOnlyList<IPAddress> Addresses { get; init; } = [IPAddress.Loopback, IPAddress.IPv6Loopback];

    /// <summary>HTTPS; plain HTTP is redirected from the port above.</summary>
    public int Port { get; init; } = 8443;

    public bool AllowTls12 { get; init; }

    public int MaxConnections { get; init; } = 20_000;

    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan HeadersTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>As the gate's listener takes it, on the port that was asked for.</summary>
    public GateListenerOptions ToListener(int port) => new()
    {
        Addresses = Addresses,
        Port = port,
        AllowTls12 = AllowTls12,
        MaxConnections = MaxConnections,
        HandshakeTimeout = HandshakeTimeout,
        HeadersTimeout = HeadersTimeout,
    };
}

public sealed record IdentityConfig
{
    public TimeSpan SessionIdle { get; init; } = TimeSpan.FromHours(1);

    public TimeSpan SessionAbsolute { get; init; } = TimeSpan.FromHours(12);

    /// <summary>How recent the second factor must be to change factors and passwords and to make tokens and keys.</summary>
    public TimeSpan FreshFactor { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Characters of a new password.</summary>
    public int LeastPasswordCharacters { get; init; } = 12;

    /// <summary>How long a one-time code for a password is good.</summary>
    public TimeSpan ResetCodeLifetime { get; init; } = TimeSpan.FromDays(3);

    /// <summary>Failures in a row that lead to a lock.</summary>
    public int LockoutAttempts { get; init; } = 5;

    public TimeSpan LockoutFirst { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan LockoutLongest { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Failed tries that an address has at once, and again in each minute.</summary>
    public int TriesPerAddress { get; init; } = 30;
}

public sealed record TokenConfig
{
    /// <summary>Longest lifetime of a device-bound token.</summary>
    public TimeSpan MaxLifetime { get; init; } = TimeSpan.FromHours(12);

    /// <summary>Longest lifetime of an API key.</summary>
    public TimeSpan MaxKeyLifetime { get; init; } = TimeSpan.FromDays(90);
}

public sealed record DeviceConfig
{
    /// <summary>Facts that a compliant device reports as <c>yes</c>.</summary>
    public IReadOnlyList<string> Required { get; init; } = ["osPatched", "diskEncryption", "firewall", "screenLock", "endpointProtection"];

    public TimeSpan StaleAfter { get; init; } = TimeSpan.FromMinutes(15);

    public TimeSpan CertificateLifetime { get; init; } = TimeSpan.FromDays(30);
}
