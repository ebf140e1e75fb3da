using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Nullius.Identity.Certificates;

/// <summary>The certificates that our hosts present, and the roots that device certificates chain to.</summary>
public interface IServerCertificates
{
    /// <summary>The certificate of a host, with its chain; cached and renewed before it expires.</summary>
    SslStreamCertificateContext For(string host);

    X509Certificate2Collection DeviceRoots { get; }
}
