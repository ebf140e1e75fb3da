using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Nullius.EndToEnd.Clients;
using Nullius.EndToEnd.Harness;

namespace Nullius.EndToEnd.DecisionPoint;

/// <summary>The demonstration with one more application, which a proxy of its own forwards to.</summary>
public sealed class WikiPlatform : RunningPlatform
{
    internal const string NobodyYet = "dev-00000000000000000000";

    protected override string Configure(string yaml) => yaml.Replace("routes:\n", """
        routes:
          - name: wiki
            granting: authenticated
            enforcedElsewhere: true
            inject: {userHeader: X-Remote-User}

        """.Replace("\r", "", StringComparison.Ordinal), StringComparison.Ordinal) + $"""

        decisionPoint:
          clients:
            - name: nginx
              devices: [{NobodyYet}]
              routes: [wiki]
        """;
}

/// <summary>A person at an application behind nginx: to the sign-in and back, on the port that both share, as docs/how-to/decisions-for-nginx.md says.</summary>
public sealed class NginxSignInTests(WikiPlatform platform) : IClassFixture<WikiPlatform>
{
    private const string Wiki = "wiki.nullius.localhost";

    // The gate listens on 127.0.0.1: the same port of another address is nginx's.
    private static readonly IPAddress Nginx = IPAddress.Parse("127.0.0.2");

    [Fact]
    public async Task A_page_load_goes_by_the_sign_in_to_where_it_wanted_and_signing_out_ends_it()
    {
        var folder = platform.Folder("nginx");
        Directory.CreateDirectory(folder);
        using var authority = new TestAuthority();
        await using var application = new RecordingUpstream();
        var laptop = Path.Combine(platform.Data, "demo", "devices", "alice-laptop");
        await LetAskAsync(laptop);
        using var certificate = authority.Server(Wiki);
        await File.WriteAllTextAsync(Path.Combine(folder, "cert.pem"), certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "key.pem"), certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
        File.Copy(platform.Roots, Path.Combine(folder, "ca.pem"));
        await using var nginx = await RunningNginx.StartAsync(folder, new NginxSite(
            Nginx, platform.Port, Wiki, application.Port, platform.Port, $"pdp.nullius.localhost:{platform.Port}", $"proxy_ssl_certificate {laptop}/device.pem; proxy_ssl_certificate_key {laptop}/device.key;"));
        using var browser = new FormBrowser(platform, authority.Root, host => host == Wiki ? Nginx : IPAddress.Loopback);
        var wanted = platform.Url("wiki", "/pages/1?see=this");

        // The file is live within a second; until then nobody may ask.
        await Poll.UntilAsync(async () => (await browser.GetAsync(wanted)).At.AbsolutePath == "/sign-in", "nginx may ask and leads to the sign-in", 30);
        Assert.Empty(application.Requests);
        var enrol = await browser.PasswordAsync("bob", wanted);
        var page = await browser.EnrolAsync(enrol);
        Assert.Equal((HttpStatusCode.OK, wanted), (page.Status, page.At.AbsoluteUri));
        var seen = Assert.Single(application.Requests);
        Assert.Equal(("/pages/1?see=this", "bob"), (seen.Target, seen.Value("X-Remote-User")));
        Assert.DoesNotContain("__Host-nullius", seen.Head, StringComparison.Ordinal);

        var ended = await platform.NulliusAsync("revoke", "--user", "bob", "--data", platform.Data);
        Assert.True(ended.Code == 0, ended.Error);
        Assert.Equal("/sign-in", (await browser.GetAsync(wanted)).At.AbsolutePath);
        Assert.Single(application.Requests);
    }

    /// <summary>Makes the laptop's certificate the credential of nginx.</summary>
    private async Task LetAskAsync(string laptop)
    {
        using var identity = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(laptop, "agent.json")));
        var file = Path.Combine(platform.Data, "demo", "nullius.yaml");
        var yaml = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync(file, yaml.Replace(WikiPlatform.NobodyYet, identity.RootElement.GetProperty("deviceId").GetString()!, StringComparison.Ordinal));
    }
}
