using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Nullius.Identity.Certificates;

/// <summary>What stands in each kind of certificate that the built-in authority makes. Nothing of a request but its public key is taken over.</summary>
internal static class CertificateTemplate
{
    public const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    public const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private const string DevicePrefix = "urn:nullius:device:";

    public static CertificateRequest Root(ECDsa key, string kid)
    {
        var request = new CertificateRequest($"O=Nullius, CN=Nullius root {kid[..8]}", key, HashAlgorithmName.SHA384);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 1, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }

    public static CertificateRequest Issuing(ECDsa key, string kid, NameConstraints names, X509Certificate2 root)
    {
        var request = new CertificateRequest($"O=Nullius, CN=Nullius issuing {kid[..8]}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(Purposes(ServerAuthentication, ClientAuthentication));
        request.CertificateExtensions.Add(names.ToExtension());
        AddKeyIdentifiers(request, root);
        return request;
    }

    public static CertificateRequest Server(ECDsa key, string host, X509Certificate2 issuer)
    {
        var request = new CertificateRequest("O=Nullius", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(host, out var address))
            names.AddIpAddress(address);
        else
            names.AddDnsName(host);
        AddLeaf(request, names, ServerAuthentication, issuer);
        return request;
    }

    /// <param name="key">Public key of the device, as proven by its signing request.</param>
    public static CertificateRequest Device(PublicKey key, string deviceId, X509Certificate2 issuer)
    {
        // The subject is not a host name and holds nothing that a person chose.
        var request = new CertificateRequest(new X500DistinguishedName($"O=Nullius, CN=Nullius device {deviceId}"), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(DevicePrefix + deviceId));
        AddLeaf(request, names, ClientAuthentication, issuer);
        return request;
    }

    private static void AddLeaf(CertificateRequest request, SubjectAlternativeNameBuilder names, string purpose, X509Certificate2 issuer)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(Purposes(purpose));
        request.CertificateExtensions.Add(names.Build());
        AddKeyIdentifiers(request, issuer);
    }

    private static void AddKeyIdentifiers(CertificateRequest request, X509Certificate2 issuer)
    {
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(issuer, includeKeyIdentifier: true, includeIssuerAndSerial: false));
    }

    private static X509EnhancedKeyUsageExtension Purposes(params string[] oids)
    {
        var purposes = new OidCollection();
        foreach (var oid in oids)
            purposes.Add(new Oid(oid));
        return new X509EnhancedKeyUsageExtension(purposes, critical: false);
    }
}
