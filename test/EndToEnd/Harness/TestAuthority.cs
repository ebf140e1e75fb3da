using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Nullius.EndToEnd.Harness;

/// <summary>A certificate authority of one test run: issues the certificates of gates, upstreams and devices.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly DateTimeOffset _now;

    public TestAuthority(string name = "Nullius test root")
    {
        _now = TimeProvider.System.GetUtcNow();
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        Root = request.CreateSelfSigned(_now.AddDays(-60), _now.AddDays(60));
    }

    public X509Certificate2 Root { get; }

    /// <summary>A server certificate for host names; 127.0.0.1 is always included.</summary>
    public X509Certificate2 Server(params string[] hosts)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
            names.AddDnsName(host);
        names.AddIpAddress(IPAddress.Loopback);
        return Issue(hosts[0], "1.3.6.1.5.5.7.3.1", names, _now.AddDays(-1), _now.AddDays(20));
    }

    /// <summary>A device's client certificate.</summary>
    public X509Certificate2 Device(string id) => Device(id, _now.AddDays(-1), _now.AddDays(20));

    public X509Certificate2 Device(string id, DateTimeOffset from, DateTimeOffset to)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri($"urn:nullius:device:{id}"));
        return Issue(id, "1.3.6.1.5.5.7.3.2", names, from, to);
    }

    private X509Certificate2 Issue(string name, string usage, SubjectAlternativeNameBuilder names, DateTimeOffset from, DateTimeOffset to)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Root, true, false));
        using var issued = request.Create(Root, from, to, RandomNumberGenerator.GetBytes(16));
        using var withKey = issued.CopyWithPrivateKey(key);
        // A round trip through PKCS#12 gives a key that SslStream accepts on every platform.
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }

    public void Dispose()
    {
        Root.Dispose();
        _key.Dispose();
    }
}
