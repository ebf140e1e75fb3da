using System.Buffers.Text;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nullius.Demo.Tests;

/// <summary>The three applications running, and what the gate would hold: the key that signs assertions.</summary>
public sealed class DemoHouse : IAsyncDisposable
{
    public const string Issuer = "https://auth.nullius.test:8443";
    public const string Api = "https://api.nullius.test";
    public const string Shop = "https://shop.nullius.test";

    private readonly ECDsa _tlsKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly List<(string Kid, ECDsa Key)> _keys = [];
    private DemoApplications? _applications;

    public DemoHouse() => Rotate();

    public DemoApplications Applications => _applications!;

    public int JwksReads { get; private set; }

    public X509Certificate2? Certificate { get; private set; }

    public static async Task<DemoHouse> StartAsync(LegacyCredential? legacy = null)
    {
        var house = new DemoHouse();
        var request = new CertificateRequest("CN=127.0.0.1", house._tlsKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        house.Certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddDays(1));
        var context = SslStreamCertificateContext.Create(house.Certificate, null, offline: true);
        house._applications = await DemoApplications.StartAsync(
            new DemoOptions
            {
                Certificate = () => context, Domain = "nullius.test", GatePort = 8443, Issuer = Issuer, Legacy = legacy,
                Jwks = _ =>
                {
                    house.JwksReads++;
                    return Task.FromResult(house.Jwks());
                },
            },
            CancellationToken.None);
        return house;
    }

    /// <summary>A new key signs from now on; the old ones stay published.</summary>
    public void Rotate() => _keys.Add(($"key-{_keys.Count}", ECDsa.Create(ECCurve.NamedCurves.nistP256)));

    public JsonObject Claims(string audience = Api) => new()
    {
        ["iss"] = Issuer, ["aud"] = audience, ["sub"] = "person-1", ["preferred_username"] = "alice", ["name"] = "Alice Archer",
        ["iat"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds(), ["exp"] = DateTimeOffset.UtcNow.AddMinutes(1).ToUnixTimeSeconds(),
        ["groups"] = new JsonArray("developers"), ["amr"] = new JsonArray("pwd", "otp"), ["device"] = new JsonObject { ["state"] = "compliant" },
    };

    public string Assertion(JsonObject? claims = null, string algorithm = "ES256", string? kid = null)
    {
        var header = new JsonObject { ["alg"] = algorithm, ["kid"] = kid ?? _keys[^1].Kid, ["typ"] = "JWT" };
        var signed = $"{Encode(header)}.{Encode(claims ?? Claims())}";
        var data = Encoding.ASCII.GetBytes(signed);
        var signature = algorithm switch
        {
            "none" => [],
            // The attack: the published key's bytes as an HMAC secret.
            "HS256" => HMACSHA256.HashData(Encoding.UTF8.GetBytes(Jwks()), data),
            _ => _keys[^1].Key.SignData(data, HashAlgorithmName.SHA256),
        };
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    public HttpClient Client(Uri address, string? assertion = null, Version? version = null)
    {
        var client = new HttpClient(Handler()) { BaseAddress = address };
        if (version is not null)
            (client.DefaultRequestVersion, client.DefaultVersionPolicy) = (version, HttpVersionPolicy.RequestVersionExact);
        if (assertion is not null)
            client.DefaultRequestHeaders.Add("X-Nullius-Assertion", assertion);
        return client;
    }

    public SocketsHttpHandler Handler() => new()
    {
        AllowAutoRedirect = false,
        SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null && certificate.GetCertHashString() == Certificate!.GetCertHashString() },
    };

    public async ValueTask DisposeAsync()
    {
        if (_applications is not null)
            await _applications.DisposeAsync();
        foreach (var (_, key) in _keys)
            key.Dispose();
        _tlsKey.Dispose();
    }

    private string Jwks() => JsonSerializer.Serialize(new
    {
        keys = _keys.Select(entry =>
        {
            var point = entry.Key.ExportParameters(includePrivateParameters: false).Q;
            return new { kty = "EC", crv = "P-256", x = Base64Url.EncodeToString(point.X), y = Base64Url.EncodeToString(point.Y), kid = entry.Kid, use = "sig", alg = "ES256" };
        }),
    });

    private static string Encode(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
