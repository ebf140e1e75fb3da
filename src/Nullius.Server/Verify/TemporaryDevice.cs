using System.Buffers.Text;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Nullius.Server.Control;
using Nullius.Server.DeviceEndpoints;

namespace Nullius.Server.Verify;

/// <summary>A device that verify enrols and reports for, over the network, as an agent does.</summary>
internal sealed class TemporaryDevice : IDisposable
{
    private static readonly string[] Facts = ["osPatched", "diskEncryption", "firewall", "screenLock", "endpointProtection"];

    private readonly ECDsa key;
    private readonly string authority;
    private readonly ProbeClient client;

    private TemporaryDevice(string id, X509Certificate2 certificate, ECDsa key, string authority, ProbeClient client) =>
        (Id, Certificate, this.key, this.authority, this.client) = (id, certificate, key, authority, client);

    public string Id { get; }

    public X509Certificate2 Certificate { get; }

    public static async Task<TemporaryDevice> EnrolAsync(EnrolmentCode code, string authority, ProbeClient client, CancellationToken cancellation)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=nullius verify", key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
        using var http = client.Http(device: null);
        using var answer = await http.PostAsJsonAsync(
            $"https://{authority}/.nullius/devices/enroll", new { code = code.Code, csr = request, name = "verify", platform = "linux" }, cancellation).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"enrolling a device was answered with {(int)answer.StatusCode}");
        var issued = await answer.Content.ReadFromJsonAsync<Issued>(cancellation).ConfigureAwait(false) ?? throw new InvalidOperationException("enrolling a device was answered with nothing");
        using var bare = X509Certificate2.CreateFromPem(issued.Certificate);
        using var paired = bare.CopyWithPrivateKey(key);
        return new TemporaryDevice(issued.DeviceId, X509CertificateLoader.LoadPkcs12(paired.Export(X509ContentType.Pkcs12), null), key, authority, client);
    }

    /// <summary>Reports all facts as fine, or none, signed by the device's key.</summary>
    public async Task ReportAsync(bool fine, DateTimeOffset now, CancellationToken cancellation)
    {
        var nonce = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        var report = SignedReport.Of(Id, Facts.ToDictionary(f => f, _ => fine ? "yes" : "no", StringComparer.Ordinal), "nullius verify", nonce, now, key);
        using var http = client.Http(Certificate);
        using var body = new StringContent(report, Encoding.ASCII, "application/jose");
        using var answer = await http.PostAsync($"https://{authority}/.nullius/devices/posture", body, cancellation).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"a posture report was answered with {(int)answer.StatusCode}");
    }

    public void Dispose()
    {
        Certificate.Dispose();
        key.Dispose();
    }

    private sealed record Issued(string DeviceId, string Certificate);
}
