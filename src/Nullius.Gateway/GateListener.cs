using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Nullius.Gateway.Config;
using Nullius.Gateway.Forwarding;
using Nullius.Gateway.Reception;
using Nullius.Gateway.Recording;
using ClientCertificateMode = Nullius.Gateway.Config.ClientCertificateMode;

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
    private static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    /// <summary>Listens with TLS 1.3, certificates by SNI, client certificates per host, and bounded everything.</summary>
    /// <param name="gate">Asked at each handshake, so that the gate may start after the server was configured.</param>
    public static void UseGate(this KestrelServerOptions kestrel, Func<Gate> gate, GateListenerOptions options)
    {
        // RFC 9112, section 2.2 lets a server take a bare LF for the end of a line; parsers that do not see one line where it sees two.
        AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators", true);
        kestrel.AddServerHeader = false;
        kestrel.AllowResponseHeaderCompression = false;
        // RFC 9110, section 5.5: applications send values beyond ASCII, such as names of files. They pass byte for byte.
        kestrel.ResponseHeaderEncodingSelector = static _ => AnswerFraming.Values;
        Bound(kestrel.Limits, options);
        foreach (var address in options.Addresses)
            kestrel.Listen(address, options.Port, listen => Secure(listen, gate, options));
    }

    private static void Bound(KestrelServerLimits limits, GateListenerOptions options)
    {
        limits.MaxConcurrentConnections = options.MaxConnections;
        limits.MaxConcurrentUpgradedConnections = options.MaxConnections;
        limits.RequestHeadersTimeout = options.HeadersTimeout;
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(130);
        limits.MaxRequestHeadersTotalSize = 32 * 1024;
        limits.MaxRequestHeaderCount = 100;
        limits.MaxRequestLineSize = 10 * 1024;
        limits.MaxRequestBodySize = 30 * 1024 * 1024;
        limits.MinRequestBodyDataRate = new MinDataRate(240, TimeSpan.FromSeconds(5));
        limits.MinResponseDataRate = new MinDataRate(240, TimeSpan.FromSeconds(5));
        limits.Http2.MaxStreamsPerConnection = 128;
        limits.Http2.MaxFrameSize = 16 * 1024;
        limits.Http2.MaxRequestHeaderFieldSize = 16 * 1024;
        limits.Http2.HeaderTableSize = 4 * 1024;
        limits.Http2.InitialConnectionWindowSize = 1024 * 1024;
        limits.Http2.InitialStreamWindowSize = 768 * 1024;
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(60);
        limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
    }

    private static void Secure(ListenOptions listen, Func<Gate> gate, GateListenerOptions options)
    {
        listen.Protocols = HttpProtocols.Http1AndHttp2;
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = options.HandshakeTimeout,
            OnConnection = context => new(OptionsFor(gate(), context.ClientHelloInfo.ServerName, options)),
        });
        // After the handshake and before the first request: what it established is read once per connection.
        listen.Use(next => connection =>
        {
            if (GateConnection.Read(connection) is { } read)
                connection.Features.Set(read);
            return next(connection);
        });
    }

    private static SslServerAuthenticationOptions OptionsFor(Gate gate, string serverName, GateListenerOptions options)
    {
        var core = gate.Core;
        var host = core.Snapshot.Hosts.GetValueOrDefault(serverName);
        // A name that is not served gets the sign-in host's certificate: the client says no, or the request is misdirected.
        var certificate = core.Certificates.For(host?.Name ?? core.Snapshot.Config.SignInHost);
        var asked = host?.ClientCertificate ?? ClientCertificateMode.None;
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = certificate,
            EnabledSslProtocols = options.AllowTls12 ? SslProtocols.Tls13 | SslProtocols.Tls12 : SslProtocols.Tls13,
            ClientCertificateRequired = asked != ClientCertificateMode.None,
            CertificateChainPolicy = DeviceChain(core.Certificates.DeviceRoots),
            AllowRenegotiation = false,
            RemoteCertificateValidationCallback = (_, presented, _, errors) => Accepts(asked, presented, errors),
        };
    }

    // No certificate is an unmanaged device, where the host only asks. One that does not chain to our roots is refused, never ignored.
    private static bool Accepts(ClientCertificateMode asked, X509Certificate? presented, SslPolicyErrors errors) =>
        presented is null ? asked != ClientCertificateMode.Require : errors == SslPolicyErrors.None;

    private static X509ChainPolicy DeviceChain(X509Certificate2Collection roots)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            // Revocation is the inventory's: a thumbprint that it does not hold, or holds as revoked, is no device.
            RevocationMode = X509RevocationMode.NoCheck,
            VerificationFlags = X509VerificationFlags.NoFlag,
            DisableCertificateDownloads = true,
        };
        policy.ApplicationPolicy.Add(ClientAuthentication);
        policy.CustomTrustStore.AddRange(roots);
        policy.ExtraStore.AddRange(roots);
        return policy;
    }
}
