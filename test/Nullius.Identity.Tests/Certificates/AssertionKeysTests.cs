using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Nullius.Identity.Certificates;
using Nullius.Identity.Tests.Devices;

namespace Nullius.Identity.Tests.Certificates;

public sealed class AssertionKeysTests : IDisposable
{
    private readonly DevicesStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_key_id_is_the_thumbprint_of_the_public_key()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        var canonical = $$"""{"crv":"P-256","kty":"EC","x":"{{Base64Url.EncodeToString(point.X)}}","y":"{{Base64Url.EncodeToString(point.Y)}}"}""";
        Assert.Equal(Base64Url.EncodeToString(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(canonical))), KeyThumbprint.Of(key));
    }

    [Fact]
    public async Task What_the_current_key_signs_verifies_with_the_published_set()
    {
        using var keys = await OpenAsync();
        byte[] data = [1, 2, 3];
        var signature = keys.Current.Key.SignData(data, HashAlgorithmName.SHA256);
        using var published = Published(keys, keys.Current.Kid);
        Assert.True(published.VerifyData(data, signature, HashAlgorithmName.SHA256));
        Assert.Equal(keys.Current.Kid, KeyThumbprint.Of(published));
        Assert.DoesNotContain("\"d\"", keys.JwksJson);
    }

    [Fact]
    public async Task Keys_survive_a_restart()
    {
        using var first = await OpenAsync();
        using var second = await OpenAsync();
        Assert.Equal(first.Current.Kid, second.Current.Kid);
        Assert.Equal(first.JwksJson, second.JwksJson);
    }

    [Fact]
    public async Task A_replaced_key_stays_published_until_its_assertions_are_over()
    {
        using var keys = await OpenAsync();
        var old = keys.Current.Kid;
        await keys.RotateAsync(CancellationToken.None);
        Assert.NotEqual(old, keys.Current.Kid);
        Assert.Equal([keys.Current.Kid, old], Kids(keys));

        _store.Time.Advance(AssertionKeys.Retention + TimeSpan.FromSeconds(1));
        await keys.MaintainAsync(CancellationToken.None);
        Assert.Equal([keys.Current.Kid], Kids(keys));
    }

    [Fact]
    public async Task The_upkeep_replaces_an_old_key()
    {
        using var authority = await _store.AuthorityAsync("nullius.test");
        using var servers = await ServerCertificates.OpenAsync(authority, _store.Time, ["nullius.test"], CancellationToken.None);
        using var keys = await OpenAsync();
        var (kid, context) = (keys.Current.Kid, servers.For("nullius.test"));

        _store.Time.Advance(TimeSpan.FromDays(21));
        await CertificateUpkeep.OnceAsync(authority, servers, keys, NullLogger.Instance, CancellationToken.None);
        Assert.NotEqual(kid, keys.Current.Kid);
        Assert.NotSame(context, servers.For("nullius.test"));
    }

    [Fact]
    public async Task A_stored_key_that_was_exchanged_is_refused()
    {
        using (await OpenAsync())
        {
            await using var db = _store.Open();
            using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var key = db.Keys.Single();
            key.Secret = _store.Ring.Wrap(other.ExportPkcs8PrivateKey(), $"certificates/Assertion/{key.Kid}");
            await db.SaveChangesAsync();
        }

        await Assert.ThrowsAsync<CryptographicException>(OpenAsync);
    }

    private Task<AssertionKeys> OpenAsync() => AssertionKeys.OpenAsync(_store.Open, _store.Ring, _store.Time, CancellationToken.None);

    private static IEnumerable<string?> Kids(AssertionKeys keys) =>
        JsonDocument.Parse(keys.JwksJson).RootElement.GetProperty("keys").EnumerateArray().Select(key => key.GetProperty("kid").GetString());

    private static ECDsa Published(AssertionKeys keys, string kid)
    {
        var member = JsonDocument.Parse(keys.JwksJson).RootElement.GetProperty("keys").EnumerateArray()
            .Single(key => key.GetProperty("kid").GetString() == kid);
        Assert.Equal("ES256", member.GetProperty("alg").GetString());
        return ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = { X = Base64Url.DecodeFromChars(member.GetProperty("x").GetString()), Y = Base64Url.DecodeFromChars(member.GetProperty("y").GetString()) },
        });
    }
}
