using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Nullius.EndToEnd.Harness;
using Yarp.ReverseProxy.Configuration;

namespace Nullius.Bench.Peers;

/// <summary>YARP with nothing around it: the same TLS on both sides, the same verification of the upstream's certificate.</summary>
internal static class BareYarp
{
    public static async Task ServeAsync(string folder)
    {
        var port = FreePort.Next();
        var upstream = Setting.Upstream(folder);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen => listen.UseHttps(https =>
        {
            https.ServerCertificate = Reimported(Setting.Certificate(folder));
            https.SslProtocols = SslProtocols.Tls13;
        })));
        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(Path.Combine(folder, "ca.pem"));
        builder.Services.AddReverseProxy()
            .LoadFromMemory(
                [new RouteConfig { RouteId = "all", ClusterId = "application", Match = new RouteMatch { Path = "/{**rest}" } }],
                [new ClusterConfig { ClusterId = "application", Destinations = new Dictionary<string, DestinationConfig>(StringComparer.Ordinal) { ["one"] = new() { Address = $"https://127.0.0.1:{upstream}/" } } }])
            .ConfigureHttpClient((_, handler) =>
            {
                handler.SslOptions.TargetHost = "upstream.test";
                handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
                handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(roots);
            });
        await using var app = builder.Build();
        app.MapReverseProxy();
        await app.StartAsync();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ready {port}"));
        await app.WaitForShutdownAsync();
    }

    /// <summary>A key that came from PEM files is ephemeral: SslStream wants one that came through PKCS#12.</summary>
    public static X509Certificate2 Reimported(X509Certificate2 certificate) =>
        X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
}
