using System.Diagnostics;
using System.Globalization;
using Nullius.EndToEnd.Harness;
using Nullius.Identity.Trust;

namespace Nullius.EndToEnd.Clients;

/// <summary>curl as people use it: verified TLS, cookies and tokens, uploads, both versions of HTTP.</summary>
public sealed class CurlTests(GateFixture gate) : IClassFixture<GateFixture>, IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nullius-curl-").FullName;

    public async ValueTask InitializeAsync()
    {
        gate.Upstream.Clear();
        await File.WriteAllTextAsync(Path.Combine(_folder, "ca.pem"), gate.Authority.Root.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(_folder, "device.pem"), gate.Device.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(_folder, "device.key"), System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.GetECDsaPrivateKey(gate.Device)!.ExportPkcs8PrivateKeyPem());
    }

    [Theory]
    [InlineData("--http1.1", "1.1")]
    [InlineData("--http2", "2")]
    public async Task A_page_is_fetched_with_the_session_cookie(string version, string spoken)
    {
        var session = await gate.SignInAsync();
        var (status, body) = await CurlAsync(GateFixture.Rich, "/x", version, "-H", $"Cookie: __Host-nullius={session.Cookie(GateFixture.Rich)}", "-w", "\n%{http_code} %{http_version} %{ssl_verify_result}");
        Assert.Equal($"200 {spoken} 0", status);
        Assert.Equal("HTTP/1.1 GET /x", body);
    }

    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http2")]
    public async Task Without_a_session_the_answer_is_a_readable_401(string version)
    {
        var (status, body) = await CurlAsync(GateFixture.App, "/x", version, "-w", "\n%{http_code} %{content_type} %header{www-authenticate}");
        Assert.StartsWith("401 application/", status, StringComparison.Ordinal);
        Assert.Contains("json", status, StringComparison.Ordinal);
        Assert.True(status.Split(' ', 3)[2].Length > 3, status);
        using var json = System.Text.Json.JsonDocument.Parse(body);
        Assert.Empty(gate.Upstream.Requests);
    }

    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http2")]
    public async Task A_device_bound_token_works_on_its_device_alone(string version)
    {
        var (bearer, _) = await gate.Trust.BearerAsync("alice", SessionKind.Token, "dev-1", "app");
        var device = new[] { "--cert", Path.Combine(_folder, "device.pem"), "--key", Path.Combine(_folder, "device.key") };
        var (status, _) = await CurlAsync(GateFixture.App, "/x", [version, "-H", $"Authorization: Bearer {bearer}", .. device, "-w", "\n%{http_code}"]);
        Assert.Equal("200", status);
        (status, _) = await CurlAsync(GateFixture.App, "/x", version, "-H", $"Authorization: Bearer {bearer}", "-w", "\n%{http_code}");
        Assert.Contains(status, new[] { "401", "403" });
        Assert.Single(gate.Upstream.Requests);
    }

    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http2")]
    public async Task An_upload_arrives_whole(string version)
    {
        var (bearer, _) = await gate.Trust.BearerAsync("alice", SessionKind.ApiKey, null, "rich");
        var file = Path.Combine(_folder, "upload");
        await File.WriteAllBytesAsync(file, new byte[5_000_000]);
        var (status, body) = await CurlAsync(GateFixture.Rich, "/upload", version, "-H", $"Authorization: Bearer {bearer}", "-T", file, "-w", "\n%{http_code}");
        Assert.Equal(("200", "5000000"), (status, body));
    }

    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http2")]
    public async Task A_revoked_download_does_not_look_complete(string version)
    {
        var session = await gate.SignInAsync("bob");
        var file = Path.Combine(_folder, "download");
        var downloading = CurlAsync(GateFixture.Rich, "/download", version, "-N", "-o", file, "-H", $"Cookie: __Host-nullius={session.Cookie(GateFixture.Rich)}", "-w", "\n%{http_code} %{exitcode}");
        await Poll.UntilAsync(() => new FileInfo(file) is { Exists: true, Length: > 0 }, "the download runs");
        await gate.Trust.ChangeSessionAsync(session.SessionId, trust => trust with { Revoked = true });
        var (status, _) = await downloading;
        Assert.StartsWith("200 ", status, StringComparison.Ordinal);
        Assert.NotEqual("200 0", status);
    }

    [Fact]
    public async Task Tls_1_2_is_refused()
    {
        var (status, _) = await CurlAsync(GateFixture.App, "/x", "--tls-max", "1.2", "-w", "\n%{http_code} %{exitcode}");
        Assert.StartsWith("000 ", status, StringComparison.Ordinal);
    }

    /// <summary>Last line of curl's output (its <c>-w</c>), and what stands before it.</summary>
    private async Task<(string Status, string Body)> CurlAsync(string host, string path, params string[] arguments)
    {
        using var curl = Process.Start(new ProcessStartInfo(
            Tools.Find("curl"),
            ["-sS", "--max-time", "60", "--resolve", string.Create(CultureInfo.InvariantCulture, $"{host}:{gate.Port}:127.0.0.1"), "--cacert", Path.Combine(_folder, "ca.pem"), .. arguments, $"https://{gate.At(host)}{path}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = await curl.StandardOutput.ReadToEndAsync();
        await curl.WaitForExitAsync();
        var end = output.LastIndexOf('\n');
        return (output[(end + 1)..], end < 0 ? "" : output[..end]);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
