using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Nullius.Server.Verify;

/// <summary>What arrived at the application behind the gate.</summary>
internal sealed record Arrival(string Method, string Target, IReadOnlyList<KeyValuePair<string, string>> Headers);

/// <summary>
/// The application that verify runs behind its temporary route: it remembers what arrives, so that "refused" means that
/// nothing did, whatever the client was told. WebSockets echo.
/// </summary>
internal sealed class EchoApplication : IAsyncDisposable
{
    /// <summary>Query parameter by which a probe is recognised.</summary>
    public const string Probe = "probe";

    private readonly WebApplication server;
    private readonly ConcurrentDictionary<string, Arrival> arrivals = new(StringComparer.Ordinal);

    private EchoApplication(WebApplication server) => this.server = server;

    public int Port { get; private set; }

    public static async Task<EchoApplication> StartAsync(string certificate, string key, CancellationToken cancellation)
    {
        using var pem = X509Certificate2.CreateFromPem(certificate, key);
        // The TLS stack takes keys from a store of its own, not from memory that was just parsed.
        var usable = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(certificate);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.UseHttps(https =>
                {
                    https.ServerCertificate = usable;
                    https.ServerCertificateChain = chain;
                });
            }));
        builder.Services.AddSingleton<Microsoft.Extensions.Hosting.IHostLifetime, Hosting.PlainLifetime>();
        var application = builder.Build();
        var echo = new EchoApplication(application);
        application.UseWebSockets();
        application.Run(echo.AnswerAsync);
        await application.StartAsync(cancellation).ConfigureAwait(false);
        var address = application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
        echo.Port = new Uri(address).Port;
        return echo;
    }

    /// <summary>What arrived of a probe; null when nothing did.</summary>
    public Arrival? Of(string probe) => arrivals.GetValueOrDefault(probe);

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var arrival = new Arrival(
            context.Request.Method, context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
            [.. context.Request.Headers.SelectMany(h => h.Value.Select(v => KeyValuePair.Create(h.Key, v ?? "")))]);
        // A target that was mangled on its way may have lost its query: then whatever arrived is what arrived last.
        arrivals[context.Request.Query[Probe].ToString()] = arrival;
        if (context.WebSockets.IsWebSocketRequest)
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync().ConfigureAwait(false);
            await EchoAsync(socket, context.RequestAborted).ConfigureAwait(false);
            return;
        }
        await context.Response.WriteAsync("ok", context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task EchoAsync(WebSocket socket, CancellationToken cancellation)
    {
        var buffer = new byte[1024];
        try
        {
            while (true)
            {
                var got = await socket.ReceiveAsync(buffer.AsMemory(), cancellation).ConfigureAwait(false);
                if (got.MessageType == WebSocketMessageType.Close) return;
                await socket.SendAsync(buffer.AsMemory(0, got.Count), got.MessageType, got.EndOfMessage, cancellation).ConfigureAwait(false);
            }
        }
        catch (Exception fault) when (fault is WebSocketException or OperationCanceledException)
        {
            // The gate cut it: that is what is being verified.
        }
    }
}
