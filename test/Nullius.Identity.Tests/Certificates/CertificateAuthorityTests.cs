using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.EntityFrameworkCore;
using Nullius.Identity.Certificates;
using Nullius.Identity.Tests.Devices;

namespace Nullius.Identity.Tests.Certificates;

public sealed class CertificateAuthorityTests : IDisposable
{
    private readonly DevicesStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Root_and_issuing_certificate_have_two_keys_and_bounded_paths()
    {
        using var authority = await _store.AuthorityAsync("nullius.test");

        var root = X509Certificate2.CreateFromPem(authority.RootsPem);
        var issuer = authority.Issuer;
        Assert.NotEqual(root.GetPublicKeyString(), issuer.GetPublicKeyString());
        Assert.Equal(1, Constraints(root).PathLengthConstraint);
        Assert.Equal(0, Constraints(issuer).PathLengthConstraint);
        Assert.Equal(3652, (root.NotAfter - _store.Time.GetUtcNow()).TotalDays, 1.0);
        Assert.Equal(730, (issuer.NotAfter - _store.Time.GetUtcNow()).TotalDays, 1.0);
    }

    [Fact]
    public async Task A_server_certificate_leads_to_the_root_and_serves_its_host_alone()
    {
        using var authority = await _store.AuthorityAsync("nullius.test");
        using var leaf = authority.IssueServer("api.nullius.test");

        Assert.True(Verifies(authority, leaf, out var why), why);
        Assert.True(leaf.HasPrivateKey);
        Assert.True(leaf.MatchesHostname("api.nullius.test"));
        Assert.False(leaf.MatchesHostname("shop.nullius.test"));
        Assert.Equal(CertificateTemplate.ServerAuthentication, Purpose(leaf));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("localhost")]
    public async Task Loopback_names_get_certificates_when_they_are_among_the_names(string host)
    {
        using var authority = await _store.AuthorityAsync("localhost", "127.0.0.1", "::1");
        using var leaf = authority.IssueServer(host);

        Assert.True(Verifies(authority, leaf, out var why), why);
        Assert.True(leaf.MatchesHostname(host));
    }

    [Theory]
    [InlineData("example.com")]
    [InlineData("evilnullius.test")]
    [InlineData("10.0.0.1")]
    public async Task A_host_outside_the_authoritys_names_is_refused(string host)
    {
        using var authority = await _store.AuthorityAsync("nullius.test");
        Assert.Throws<ArgumentException>(() => authority.IssueServer(host));
    }

    [Theory]
    [InlineData("*.nullius.test")]
    [InlineData("a..nullius.test")]
    [InlineData("-a.nullius.test")]
    [InlineData("a b.nullius.test")]
    [InlineData("")]
    public async Task A_wildcard_or_malformed_host_is_refused(string host)
    {
        using var authority = await _store.AuthorityAsync("nullius.test");
        Assert.Throws<ArgumentException>(() => authority.IssueServer(host));
    }

    [Theory]
    [InlineData("DNS:example.com")]
    [InlineData("IP:10.0.0.1")]
    public async Task A_stolen_issuing_key_cannot_speak_for_a_foreign_name(string foreign)
    {
        using var authority = await _store.AuthorityAsync("nullius.test");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = CertificateTemplate.Server(key, foreign[(foreign.IndexOf(':') + 1)..], authority.Issuer);
        using var forged = request.Create(authority.Issuer, _store.Time.GetUtcNow(), _store.Time.GetUtcNow().AddDays(1), [1, 2, 3]);

        Assert.False(Verifies(authority, forged, out var why));
        Assert.Contains("onstraint", why);
    }

    [Fact]
    public async Task A_reopened_authority_keeps_its_keys()
    {
        string root, issuer;
        using (var first = await _store.AuthorityAsync("nullius.test"))
            (root, issuer) = (first.RootsPem, first.Issuer.Thumbprint);
        using var second = await _store.AuthorityAsync("nullius.test", "api.nullius.test");

        Assert.Equal(root, second.RootsPem);
        Assert.Equal(issuer, second.Issuer.Thumbprint);
        using var leaf = second.IssueServer("nullius.test");
        Assert.True(Verifies(second, leaf, out var why), why);
    }

    [Fact]
    public async Task A_new_host_outside_the_names_takes_a_new_issuing_key_under_the_same_root()
    {
        using var authority = await _store.AuthorityAsync("nullius.test");
        var (root, issuer) = (authority.RootsPem, authority.Issuer.Thumbprint);
        using var before = authority.IssueServer("api.nullius.test");

        await authority.EnsureCoversAsync(["app.example.org"], CancellationToken.None);

        Assert.Equal(root, authority.RootsPem);
        Assert.NotEqual(issuer, authority.Issuer.Thumbprint);
        using var added = authority.IssueServer("app.example.org");
        using var kept = authority.IssueServer("api.nullius.test");
        Assert.All([before, added, kept], leaf => Assert.True(Verifies(authority, leaf, out var why), why));
    }

    [Fact]
    public async Task The_issuing_key_is_replaced_after_two_thirds_of_its_life()
    {
        using var authority = await _store.AuthorityAsync("nullius.test");
        var first = authority.Issuer.Thumbprint;
        var heard = 0;
        authority.IssuerChanged += () => heard++;

        _store.Time.Advance(TimeSpan.FromDays(480));
        await authority.MaintainAsync(CancellationToken.None);
        Assert.Equal(first, authority.Issuer.Thumbprint);

        _store.Time.Advance(TimeSpan.FromDays(10));
        await authority.MaintainAsync(CancellationToken.None);
        Assert.NotEqual(first, authority.Issuer.Thumbprint);
        Assert.Equal(1, heard);
        Assert.Equal(3, authority.Anchors.Count);
    }

    [Fact]
    public async Task A_new_root_leaves_the_old_one_honoured()
    {
        using var authority = await _store.AuthorityAsync("nullius.test");
        using var before = authority.IssueServer("nullius.test");
        await authority.RotateRootAsync(CancellationToken.None);
        using var after = authority.IssueServer("nullius.test");

        Assert.True(Verifies(authority, before, out var old), old);
        Assert.True(Verifies(authority, after, out var fresh), fresh);
        var roots = new X509Certificate2Collection();
        roots.ImportFromPem(authority.RootsPem);
        Assert.Equal(2, roots.Count);
    }

    [Fact]
    public async Task Stored_keys_are_wrapped_for_their_own_use()
    {
        using var authority = await _store.AuthorityAsync("nullius.test");
        await using var db = _store.Open();
        foreach (var key in await db.Keys.AsNoTracking().ToListAsync())
        {
            Assert.ThrowsAny<CryptographicException>(() => ECDsa.Create().ImportPkcs8PrivateKey(key.Secret, out _));
            key.Use = key.Use == KeyUse.Root ? KeyUse.Issuing : KeyUse.Root;
            Assert.ThrowsAny<CryptographicException>(() => new KeyStore(_store.Open, _store.Ring, _store.Time).Open(key));
        }
    }

    [Fact]
    public async Task The_exported_file_holds_the_root_alone_and_everyone_may_read_it()
    {
        using var authority = await _store.AuthorityAsync("nullius.test");
        var path = Path.Combine(_store.Folder, "ca.pem");
        await authority.ExportRootsAsync(path, CancellationToken.None);
        await authority.ExportRootsAsync(path, CancellationToken.None);

        var text = await File.ReadAllTextAsync(path);
        Assert.Equal(authority.RootsPem, text);
        Assert.DoesNotContain("PRIVATE", text);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead, File.GetUnixFileMode(path));
    }

    private static X509BasicConstraintsExtension Constraints(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single();

    private static string? Purpose(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages.Cast<Oid>().Single().Value;

    private bool Verifies(CertificateAuthority authority, X509Certificate2 leaf, out string why)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authority.Anchors);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = _store.Time.GetUtcNow().LocalDateTime;
        var built = chain.Build(leaf);
        why = string.Join("; ", chain.ChainStatus.Select(status => $"{status.Status}: {status.StatusInformation}"));
        return built;
    }
}
