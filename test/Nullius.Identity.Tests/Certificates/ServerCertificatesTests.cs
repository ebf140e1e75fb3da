using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Nullius.Identity.Certificates;
using Nullius.Identity.Tests.Devices;

namespace Nullius.Identity.Tests.Certificates;

public sealed class ServerCertificatesTests : IDisposable
{
    private readonly DevicesStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task A_client_that_knows_only_the_root_accepts_the_handshake()
    {
        using var authority = await _store.AuthorityAsync("nullius.test");
        using var certificates = await OpenAsync(authority, "api.nullius.test", "shop.nullius.test");

        Assert.Equal(SslPolicyErrors.None, await HandshakeAsync(authority, certificates.For("api.nullius.test"), "api.nullius.test"));
        Assert.Equal(SslPolicyErrors.RemoteCertificateNameMismatch, await HandshakeAsync(authority, certificates.For("api.nullius.test"), "shop.nullius.test"));
    }

    [Theory]
    [InlineData("other.nullius.test")]
    [InlineData("example.com")]
    [InlineData("")]
    public async Task A_host_that_is_not_ours_gets_an_error_never_a_default(string host)
    {
        using var authority = await _store.AuthorityAsync("nullius.test");
        using var certificates = await OpenAsync(authority, "api.nullius.test");
        Assert.Equal(host, Assert.Throws<UnknownHostException>(() => certificates.For(host)).Host);
    }

    [Fact]
    public async Task A_context_is_made_once_and_found_in_any_case()
    {
        using var authority = await _store.AuthorityAsync("nullius.test");
        using var certificates = await OpenAsync(authority, "api.nullius.test");
        Assert.Same(certificates.For("api.nullius.test"), certificates.For("API.Nullius.Test"));
    }

    [Fact]
    public async Task A_certificate_is_renewed_after_two_thirds_of_its_life()
    {
        using var authority = await _store.AuthorityAsync("nullius.test");
        using var certificates = await OpenAsync(authority, "api.nullius.test");
        var first = certificates.For("api.nullius.test");

        _store.Time.Advance(TimeSpan.FromDays(19));
        certificates.Maintain();
        Assert.Same(first, certificates.For("api.nullius.test"));

        _store.Time.Advance(TimeSpan.FromDays(2));
        certificates.Maintain();
        var second = certificates.For("api.nullius.test");
        Assert.NotSame(first, second);
        Assert.True(second.TargetCertificate.NotAfter > first.TargetCertificate.NotAfter);
    }

    [Fact]
    public async Task An_expired_certificate_is_never_presented_even_when_the_upkeep_did_not_run()
    {
        using var authority = await _store.AuthorityAsync("nullius.test");
        using var certificates = await OpenAsync(authority, "api.nullius.test");
        _store.Time.Advance(TimeSpan.FromDays(40));
        Assert.True(certificates.For("api.nullius.test").TargetCertificate.NotAfter > _store.Time.GetUtcNow().LocalDateTime);
    }

    [Fact]
    public async Task A_new_issuing_key_is_used_for_every_host_at_once()
    {
        using var authority = await _store.AuthorityAsync("nullius.test");
        using var certificates = await OpenAsync(authority, "api.nullius.test");
        await authority.RotateIssuingAsync(CancellationToken.None);
        Assert.Equal(authority.Issuer.Subject, certificates.For("api.nullius.test").TargetCertificate.Issuer);
    }

    [Fact]
    public async Task A_changed_list_of_hosts_keeps_what_stays_and_forgets_what_goes()
    {
        using var authority = await _store.AuthorityAsync("nullius.test");
        using var certificates = await OpenAsync(authority, "a.nullius.test", "b.nullius.test");
        var kept = certificates.For("a.nullius.test");
        await certificates.CoverAsync(["a.nullius.test", "c.nullius.test"], CancellationToken.None);

        Assert.Same(kept, certificates.For("a.nullius.test"));
        Assert.NotNull(certificates.For("c.nullius.test"));
        Assert.Throws<UnknownHostException>(() => certificates.For("b.nullius.test"));
    }

    private Task<ServerCertificates> OpenAsync(CertificateAuthority authority, params string[] hosts) =>
        ServerCertificates.OpenAsync(authority, _store.Time, hosts, CancellationToken.None);

    private static async Task<SslPolicyErrors> HandshakeAsync(CertificateAuthority authority, SslStreamCertificateContext context, string host)
    {
        var roots = new X509Certificate2Collection();
        roots.ImportFromPem(authority.RootsPem);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        var accepting = listener.AcceptTcpClientAsync();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var accepted = await accepting;
        await using var server = new SslStream(accepted.GetStream());
        var serving = server.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = context });

        var seen = (SslPolicyErrors)(-1);
        await using var stream = new SslStream(client.GetStream());
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = host,
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { roots[0] }, RevocationMode = X509RevocationMode.NoCheck,
            },
            RemoteCertificateValidationCallback = (_, _, _, errors) =>
            {
                seen = errors;
                return true;
            },
        });
        await serving;
        return seen;
    }
}
