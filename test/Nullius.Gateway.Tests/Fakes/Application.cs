using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Nullius.Gateway.Tests.Fakes;

/// <summary>A protected application: says what it received, and holds connections open.</summary>
internal sealed class Application : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _open;
    private int _received;

    private Application(HttpProtocols protocols)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols);
        });
        _app = builder.Build();
        _app.UseWebSockets();
        _app.Run(HandleAsync);
    }

    public string Url => _app.Urls.First();

    /// <summary>Streams and sockets that are open now.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Requests that got here.</summary>
    public int Received => Volatile.Read(ref _received);

    /// <summary>The status with which the last WebSocket was closed by its peer.</summary>
    public WebSocketCloseStatus? LastClose { get; private set; }

    public static async Task<Application> StartAsync(HttpProtocols protocols = HttpProtocols.Http1)
    {
        var application = new Application(protocols);
        await application._app.StartAsync();
        return application;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext http)
    {
        Interlocked.Increment(ref _received);
        Interlocked.Increment(ref _open);
        try
        {
            switch (http.Request.Path.Value)
            {
                case "/ws":
                    await EchoSocketAsync(http);
                    break;
                case "/events":
                    await EventsAsync(http);
                    break;
                case "/download":
                    await DownloadAsync(http);
                    break;
                case "/pkg.Service/Stream":
                    await GrpcAsync(http);
                    break;
                case "/pkg.Service/Tick":
                    await TickAsync(http);
                    break;
                case "/never":
                    await Task.Delay(Timeout.Infinite, http.RequestAborted);
                    break;
                case "/fixate":
                    http.Response.Headers.SetCookie = new[] { "__Host-nullius=v1.1.evil; Path=/", "mine=1; Path=/" };
                    break;
                case "/length":
                    var total = 0L;
                    var buffer = new byte[64 * 1024];
                    for (int count; (count = await http.Request.Body.ReadAsync(buffer)) > 0;)
                        total += count;
                    await http.Response.WriteAsync(total.ToString(System.Globalization.CultureInfo.InvariantCulture));
                    break;
                default:
                    await EchoAsync(http);
                    break;
            }
        }
        catch (OperationCanceledException)
        {
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private static async Task EchoAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync();
        await http.Response.WriteAsJsonAsync(new Echo(
            http.Request.Method,
            http.Features.Get<IHttpRequestFeature>()!.RawTarget,
            http.Request.Headers.ToDictionary(header => header.Key, header => string.Join('|', header.Value.ToArray()), StringComparer.OrdinalIgnoreCase),
            body));
    }

    private async Task EchoSocketAsync(HttpContext http)
    {
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[64 * 1024];
        try
        {
            while (socket.State == WebSocketState.Open)
            {
                var received = await socket.ReceiveAsync(buffer.AsMemory(), http.RequestAborted);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    LastClose = socket.CloseStatus;
                    await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, default);
                    return;
                }

                await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, http.RequestAborted);
            }
        }
        catch (WebSocketException)
        {
        }
    }

    private static async Task EventsAsync(HttpContext http)
    {
        http.Response.ContentType = "text/event-stream";
        await http.Response.WriteAsync("data: hello\n\n");
        await http.Response.Body.FlushAsync();
        await Task.Delay(Timeout.Infinite, http.RequestAborted);
    }

    private static async Task DownloadAsync(HttpContext http)
    {
        var chunk = new byte[16 * 1024];
        await http.Response.Body.WriteAsync(chunk);
        await http.Response.Body.FlushAsync();
        await Task.Delay(Timeout.Infinite, http.RequestAborted);
    }

    private static async Task TickAsync(HttpContext http)
    {
        http.Response.ContentType = "application/grpc";
        while (true)
        {
            await http.Response.Body.WriteAsync(new byte[] { 0, 0, 0, 0, 1, 42 }, http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await Task.Delay(10, http.RequestAborted);
        }
    }

    private static async Task GrpcAsync(HttpContext http)
    {
        http.Response.ContentType = "application/grpc";
        http.Response.DeclareTrailer("grpc-status");
        await http.Response.Body.WriteAsync(new byte[] { 0, 0, 0, 0, 1, 42 });
        await http.Response.Body.FlushAsync();
        if (http.Request.Headers.ContainsKey("finish"))
        {
            http.Response.AppendTrailer("grpc-status", "0");
            return;
        }

        await Task.Delay(Timeout.Infinite, http.RequestAborted);
    }
}

internal sealed record Echo(string Method, string Target, Dictionary<string, string> Headers, string Body)
{
    public static Echo Read(string json) => JsonSerializer.Deserialize<Echo>(json, JsonSerializerOptions.Web)!;
}
