using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Nullius.Gateway.Snapshot;

namespace Nullius.Gateway.Reception;

/// <summary>What the handshake established, read once per connection and shared by its requests.</summary>
internal sealed class GateConnection
{
    /// <summary>The name that the client asked for at the handshake; empty when it sent none.</summary>
    public required string ServerName { get; init; }

    /// <summary>SHA-256 of the client's certificate, whose chain the handshake verified; null without one.</summary>
    public Hash256? ClientCertificate { get; init; }

    /// <summary>The device of an unknown certificate was waited for; once is enough.</summary>
    public bool DeviceSought { get; set; }

    /// <summary>The cookie header that was read last, and what it presents: a client sends the same one with each request.</summary>
    public ReadCookie? Cookie { get; set; }

    public required IPAddress Address { get; init; }

    public required string AddressText { get; init; }

    /// <summary><c>loopback</c>, <c>private</c> or <c>public</c>.</summary>
    public required string Network { get; init; }

    /// <summary>Reads the connection after its handshake. Null when it is not a TLS connection.</summary>
    public static GateConnection? Read(ConnectionContext connection)
    {
        var handshake = connection.Features.Get<ITlsHandshakeFeature>();
        if (handshake is null)
            return null;
        var certificate = connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate;
        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return new GateConnection
        {
            ServerName = handshake.HostName ?? "",
            ClientCertificate = certificate is null ? null : Hash256.Read(SHA256.HashData(certificate.RawDataMemory.Span)),
            Address = address,
            AddressText = address.ToString(),
            Network = NetworkOf(address),
        };
    }

    /// <summary>A connection of which only the address is known.</summary>
    public static GateConnection Of(IPAddress address) => new() { ServerName = "", Address = address, AddressText = address.ToString(), Network = NetworkOf(address) };

    /// <summary>A cookie header as the server gave it, and what was read in it.</summary>
    public sealed class ReadCookie(string header, PresentedCredential presented)
    {
        public string Header => header;

        public PresentedCredential Presented => presented;
    }

    // RFC 1918, RFC 4193, RFC 3927, RFC 6598 and link-local addresses are not routed on the internet.
    internal static string NetworkOf(IPAddress address)
    {
        if (IPAddress.IsLoopback(address))
            return "loopback";
        if (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6)
            return address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal ? "private" : "public";
        Span<byte> bytes = stackalloc byte[4];
        address.TryWriteBytes(bytes, out _);
        return bytes switch
        {
            [10, ..] or [192, 168, ..] or [169, 254, ..] or [172, >= 16 and <= 31, ..] or [100, >= 64 and <= 127, ..] => "private",
            _ => "public",
        };
    }
}
