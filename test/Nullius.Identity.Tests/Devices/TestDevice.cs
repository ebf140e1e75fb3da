using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace Nullius.Identity.Tests.Devices;

/// <summary>A device as its agent would act: a key, a signing request, signed reports.</summary>
public sealed class TestDevice : IDisposable
{
    public ECDsa Key { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public string SigningRequest => new CertificateRequest("CN=laptop", Key, HashAlgorithmName.SHA256).CreateSigningRequestPem();

    public static JsonObject Facts(string state = "yes") => new()
    {
        ["os"] = new JsonObject { ["id"] = "debian", ["name"] = "Debian GNU/Linux", ["version"] = "12" },
        ["osPatched"] = Fact(state),
        ["diskEncryption"] = Fact(state),
        ["firewall"] = Fact(state),
        ["screenLock"] = Fact(state),
        ["endpointProtection"] = Fact(state),
    };

    public static JsonObject Fact(string state) => new() { ["state"] = state, ["evidence"] = "seen" };

    public static JsonObject Body(string deviceId, DateTimeOffset at, JsonObject? facts = null) => new()
    {
        ["deviceId"] = deviceId,
        ["at"] = at.ToString("O"),
        ["nonce"] = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16)),
        ["facts"] = facts ?? Facts(),
    };

    public static X509Certificate2 Load(string chainPem) => X509Certificate2.CreateFromPem(chainPem);

    public string Report(string deviceId, DateTimeOffset at, JsonObject? facts = null) => Sign(Body(deviceId, at, facts).ToJsonString());

    public string Sign(string payload, string header = """{"alg":"ES256"}""")
    {
        var signed = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload))}";
        return $"{signed}.{Base64Url.EncodeToString(Key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    public void Dispose() => Key.Dispose();
}
