using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Nullius.Identity.Certificates;

namespace Nullius.Gateway.Tests.Fakes;

/// <summary>A certificate authority in memory, for servers and for devices, and keys for assertions.</summary>
internal sealed class FakeCertificates : IServerCertificates, IAssertionKeys
{
    private readonly ECDsa _rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _assertionKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ConcurrentDictionary<string, SslStreamCertificateContext> _servers = new(StringComparer.OrdinalIgnoreCase);

    public FakeCertificates()
    {
        var request = new CertificateRequest("CN=Test root", _rootKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        Root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(10));
        DeviceRoots = [X509CertificateLoader.LoadCertificate(Root.RawData)];
    }

    public X509Certificate2 Root { get; }

    public X509Certificate2Collection DeviceRoots { get; }

    public (string Kid, ECDsa Key) Current => ("test", _assertionKey);

    public string JwksJson => """{"keys":[]}""";

    public SslStreamCertificateContext For(string host) =>
        _servers.GetOrAdd(host, name => SslStreamCertificateContext.Create(Issue(name, "1.3.6.1.5.5.7.3.1", name), null, offline: true));

    /// <summary>A device's certificate with its key.</summary>
    public X509Certificate2 Device(string name) => Issue(name, "1.3.6.1.5.5.7.3.2", null);

    public X509Certificate2 Issue(string subject, string purpose, string? dnsName)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={subject}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
        if (dnsName is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(dnsName);
            request.CertificateExtensions.Add(names.Build());
        }

        var serial = RandomNumberGenerator.GetBytes(12);
        serial[0] &= 0x7F;
        using var issued = request.Create(Root, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddYears(5), serial);
        using var withKey = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }
}
