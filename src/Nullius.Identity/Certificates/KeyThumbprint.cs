using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Nullius.Identity.Certificates;

/// <summary>RFC 7638: the id of a key is the SHA-256 of its public members in canonical JSON.</summary>
internal static class KeyThumbprint
{
    public static string Of(ECDsa key)
    {
        var (curve, x, y) = Members(key);
        var json = $$"""{"crv":"{{curve}}","kty":"EC","x":"{{x}}","y":"{{y}}"}""";
        return Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(json)));
    }

    /// <summary>The public key as members of a JSON web key.</summary>
    public static (string Curve, string X, string Y) Members(ECDsa key)
    {
        var point = key.ExportParameters(includePrivateParameters: false);
        var curve = key.KeySize switch
        {
            256 => "P-256",
            384 => "P-384",
            var bits => throw new ArgumentException($"no JSON web key name for a curve of {bits} bits: expected P-256 or P-384", nameof(key)),
        };
        return (curve, Base64Url.EncodeToString(point.Q.X), Base64Url.EncodeToString(point.Q.Y));
    }
}
