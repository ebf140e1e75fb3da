using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Nullius.Gateway;

/// <summary>Where and how the gate listens.</summary>
public sealed record GateListenerOptions
{
    public IReadOnlyList<IPAddress> Addresses { get; init; } = [IPAddress.Loopback];
    /// <summary>HTTPS port; 0 for any.</summary>
    public int Port { get; init; } = 8443;
    /// <summary>TLS 1.3 only, unless a client that cannot do better must be served.</summary>
    public bool AllowTls12 { get; init; }
    public int MaxConnections { get; init; } = 20_000;
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);
    public TimeSpan HeadersTimeout { get; init; } = TimeSpan.FromSeconds(10);
}

public static class GateListener
{
    /// <summary>Listens with TLS 1.3, certificates by SNI, client certificates per host, and bounded everything.</summary>
    /// <param name="gate">Asked at the first handshake, so that the gate may start after the server was configured.</param>
    public static void UseGate(this KestrelServerOptions kestrel, Func<Gate> gate, GateListenerOptions options) => throw new NotSupportedException();
}
