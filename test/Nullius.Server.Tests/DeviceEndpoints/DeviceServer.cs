using System.Buffers.Text;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nullius.Audit;
using Nullius.Identity.Certificates;
using Nullius.Identity.Devices;
using Nullius.Server.DeviceEndpoints;
using Nullius.State;
using Nullius.State.Keys;
using Nullius.State.Schema;

namespace Nullius.Server.Tests.DeviceEndpoints;

/// <summary>The device host on a real port, with certificates of its own authority and a client that trusts only its root.</summary>
internal sealed class DeviceServer : IAsyncDisposable
{
    public const string Host = "devices.nullius.test";

    private readonly List<IDisposable> _owned = [];
    private WebApplication? _app;
    private AuditTrail? _trail;

    public required DirectoryInfo Folder { get; init; }

    public required DeviceEnrolment Enrolment { get; init; }

    public required DeviceInventory Inventory { get; init; }

    public required CertificateAuthority Authority { get; init; }

    public required Store Store { get; init; }

    public int Port { get; private set; }

    public static async Task<DeviceServer> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("nullius-device-host-");
        var directory = new DataDirectory(folder.FullName);
        var ring = KeyRing.Open(directory, RandomSource.System);
        var store = Store.Open(directory, DevicesSchema.Scripts, TimeProvider.System);
        DevicesDb Open() => new(store);
        var authority = await CertificateAuthority.OpenAsync(Open, ring, TimeProvider.System, RandomSource.System, ["nullius.test"], CancellationToken.None);
        var certificates = await ServerCertificates.OpenAsync(authority, TimeProvider.System, [Host, "api.nullius.test"], CancellationToken.None);
        var key = AuditSigningKey.Create();
        var trail = AuditTrail.Open(new AuditOptions { Directory = directory.Audit, ReservedBytes = 4096 }, key, TimeProvider.System);
        var events = new Nullius.Server.DeviceEndpoints.DeviceAudit(trail, TimeProvider.System);
        var inventory = new DeviceInventory(Open, events, TimeProvider.System, new DeviceComplianceOptions());
        var server = new DeviceServer
        {
            Folder = folder,
            Authority = authority,
            Store = store,
            Inventory = inventory,
            Enrolment = new DeviceEnrolment(Open, events, authority, TimeProvider.System, RandomSource.System),
        };
        server._owned.AddRange([certificates, authority, store, key]);
        server._trail = trail;
        await server.ListenAsync(certificates, new DevicePosture(Open, events, inventory, TimeProvider.System));
        return server;
    }

    private async Task ListenAsync(ServerCertificates certificates, DevicePosture posture)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Services.AddSingleton(Enrolment).AddSingleton(posture).AddSingleton(_trail!).AddSingleton(TimeProvider.System).AddSingleton<EnrolmentRate>();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = hello => ValueTask.FromResult(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = certificates.For(hello.ClientHelloInfo.ServerName),
                ClientCertificateRequired = true,
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is null || LeadsToUs((X509Certificate2)certificate, certificates),
            }),
        })));
        _app = builder.Build();
        _app.MapDevices(Host);
        await _app.StartAsync();
        Port = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
    }

    public HttpClient Client(X509Certificate2? certificate = null)
    {
        var roots = new X509Certificate2Collection();
        roots.ImportFromPem(Authority.RootsPem);
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, Port, cancellation);
                return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
            },
            SslOptions =
            {
                CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { roots[0] }, RevocationMode = X509RevocationMode.NoCheck },
                ClientCertificateContext = certificate is null ? null : SslStreamCertificateContext.Create(certificate, null, offline: true),
            },
        };
        return new HttpClient(handler) { BaseAddress = new Uri($"https://{Host}:{Port}/.nullius/devices/") };
    }

    /// <summary>The audit trail's lines so far.</summary>
    public IReadOnlyList<JsonNode> AuditLines() =>
        [.. Directory.EnumerateFiles(Path.Combine(Folder.FullName, "audit"), "*.jsonl", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .SelectMany(ReadShared).Where(line => line.Contains("\"class_uid\"", StringComparison.Ordinal)).Select(line => JsonNode.Parse(line)!)];

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
        if (_trail is not null)
            await _trail.DisposeAsync();
        foreach (var owned in _owned)
            owned.Dispose();
        Folder.Delete(recursive: true);
    }

    private static IEnumerable<string> ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static bool LeadsToUs(X509Certificate2 certificate, ServerCertificates certificates)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(certificates.DeviceRoots);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.2"));
        return chain.Build(certificate);
    }
}

/// <summary>An agent's part: key, signing request, signed report.</summary>
internal sealed class Agent : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public string Csr => new CertificateRequest("CN=x", _key, HashAlgorithmName.SHA256).CreateSigningRequestPem();

    public X509Certificate2 WithKey(string chainPem)
    {
        using var certificate = X509Certificate2.CreateFromPem(chainPem);
        return certificate.CopyWithPrivateKey(_key);
    }

    public string Report(string deviceId, DateTimeOffset at, string firewall = "yes")
    {
        var facts = new JsonObject();
        foreach (var name in (string[])["osPatched", "diskEncryption", "firewall", "screenLock", "endpointProtection"])
            facts[name] = new JsonObject { ["state"] = name == "firewall" ? firewall : "yes", ["evidence"] = "test" };
        var body = new JsonObject
        {
            ["deviceId"] = deviceId, ["at"] = at.ToString("O"), ["nonce"] = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16)), ["facts"] = facts,
        };
        var signed = $"{Encode("""{"alg":"ES256"}""")}.{Encode(body.ToJsonString())}";
        return $"{signed}.{Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    public void Dispose() => _key.Dispose();

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
