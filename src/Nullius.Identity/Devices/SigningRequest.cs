using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Nullius.Identity.Devices;

/// <summary>The one thing taken from a certificate signing request: a public key whose holder proved to have the private one.</summary>
internal static class SigningRequest
{
    public const int MostCharacters = 8 * 1024;
    private const int LeastRsaBits = 2048;
    private const int MostRsaBits = 8192;
    private const string P256 = "1.2.840.10045.3.1.7";
    private const string P384 = "1.3.132.0.34";

    /// <param name="pem">PKCS #10 in PEM. Its subject, attributes and requested extensions are not looked at.</param>
    /// <exception cref="DeviceRefusedException">Malformed, not signed by its own key, or the key is not acceptable.</exception>
    public static PublicKey Read(string? pem)
    {
        if (string.IsNullOrEmpty(pem) || pem.Length > MostCharacters)
            throw Refused($"expected a PEM certificate request of at most {MostCharacters} characters");
        try
        {
            // The signature of the request is checked here: proof that the sender holds the private key.
            var request = CertificateRequest.LoadSigningRequestPem(pem, HashAlgorithmName.SHA256);
            CheckKey(request.PublicKey);
            return request.PublicKey;
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException or NotSupportedException or PlatformNotSupportedException)
        {
            throw Refused("it is malformed, or its signature is not made by its own key", fault);
        }
    }

    private static void CheckKey(PublicKey key)
    {
        using var ec = key.GetECDsaPublicKey();
        if (ec is not null)
        {
            var curve = ec.ExportParameters(includePrivateParameters: false).Curve;
            if (!curve.IsNamed || curve.Oid.Value is not (P256 or P384))
                throw Refused("its curve is neither P-256 nor P-384");
            return;
        }

        using var rsa = key.GetRSAPublicKey() ?? throw Refused("its key is neither EC nor RSA");
        if (rsa.KeySize is < LeastRsaBits or > MostRsaBits)
            throw Refused($"its RSA key has {rsa.KeySize} bits, expected {LeastRsaBits} to {MostRsaBits}");
        var exponent = rsa.ExportParameters(includePrivateParameters: false).Exponent!;
        if (exponent.Length is < 3 or > 4)
            throw Refused("its RSA key has an unusual exponent, expected 65537");
    }

    private static DeviceRefusedException Refused(string why, Exception? cause = null) =>
        new(DeviceRefusal.InvalidSigningRequest, $"certificate request refused: {why}", cause);
}
