using System.Net.Security;

namespace Nullius.Demo;

/// <summary>The credential by which the legacy application knows its proxy; made by the caller, never in code.</summary>
public sealed record LegacyCredential(string User, string Password);

/// <summary>What the demo applications need to know about the platform in front of them.</summary>
public sealed record DemoOptions
{
    /// <summary>The certificate of the loopback listeners, asked for at each handshake, so that a renewed one is used at once.</summary>
    public required Func<SslStreamCertificateContext> Certificate { get; init; }

    /// <summary>Domain of the demo, e.g. <c>nullius.localhost</c>.</summary>
    public required string Domain { get; init; }

    /// <summary>HTTPS port of the gate, as browsers see it.</summary>
    public required int GatePort { get; init; }

    /// <summary><c>iss</c> of assertions; applications accept no other.</summary>
    public required string Issuer { get; init; }

    /// <summary>Reads the gate's published key set (RFC 7517). Called when a token names a key that is not known yet.</summary>
    public required Func<CancellationToken, Task<string>> Jwks { get; init; }

    /// <summary>Null: the legacy application believes the user header of whoever reaches it.</summary>
    public LegacyCredential? Legacy { get; init; }

    /// <summary>Loopback ports; 0 for any free one.</summary>
    public int ApiPort { get; init; }

    public int ShopPort { get; init; }

    public int LegacyPort { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    internal string OriginOf(string name) => GatePort == 443 ? $"https://{name}.{Domain}" : $"https://{name}.{Domain}:{GatePort}";
}
