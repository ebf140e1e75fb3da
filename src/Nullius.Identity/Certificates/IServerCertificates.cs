using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Nullius.Identity.Certificates;

/// <summary>The certificates that the listener presents, one per host, and the roots that a device's certificate must lead to.</summary>
public interface IServerCertificates
{
    /// <summary>The certificate of a host, with its chain, ready for handshakes; cached, renewed before it expires.</summary>
    /// <param name="host">Name or address without port, in any case.</param>
    /// <exception cref="UnknownHostException">The host is not one of ours: nothing is presented for a foreign name.</exception>
    SslStreamCertificateContext For(string host);

    /// <summary>Roots and issuing certificates against which a client certificate's chain is built, and nothing else.</summary>
    X509Certificate2Collection DeviceRoots { get; }
}

/// <summary>A certificate was asked for in the name of a host that is not ours.</summary>
public sealed class UnknownHostException(string host) : Exception($"no certificate for host `{host}`: expected one of the configured hosts")
{
    public string Host { get; } = host;
}
