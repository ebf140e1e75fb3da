using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Nullius.EndToEnd.Harness;

/// <summary>An application over TLS with everything that lives long: WebSocket, SSE, gRPC streams, downloads, uploads.</summary>
internal sealed class Application : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<string> _requests = new();
    private long _uploaded;
    private int _open;

    private Application(WebApplication app) => _app = app;

    public int Port { get; private set; }

    public string Url => $"https://127.0.0.1:{Port}";

    /// <summary>Method and raw target of every request.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    public long Uploaded => Interlocked.Read(ref _uploaded);

    /// <summary>Released once for each answer that is to break off.</summary>
    public SemaphoreSlim BreakOff { get; } = new(0);

    /// <summary>Requests that are running.</summary>
    public int Open => Volatile.Read(ref _open);

    public static async Task<Application> StartAsync(TestAuthority authority)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.UseHttps(authority.Server("upstream.test"));
            });
        });
        builder.WebHost.UseKestrelHttpsConfiguration();
        var app = builder.Build();
        var application = new Application(app);
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.Zero });
        app.Run(application.ServeAsync);
        await app.StartAsync();
        application.Port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
        return application;
    }

    private async Task ServeAsync(HttpContext context)
    {
        _requests.Enqueue($"{context.Request.Method} {context.Features.Get<IHttpRequestFeature>()!.RawTarget}");
        Interlocked.Increment(ref _open);
        try
        {
            await (context.Request.Path.Value switch
            {
                "/ws" => WebSocketAsync(context),
                "/sse" => EventsAsync(context),
                "/quiet" => QuietEventsAsync(context),
                "/download" => DownloadAsync(context),
                "/upload" => UploadAsync(context),
                "/hang" => Task.Delay(Timeout.Infinite, context.RequestAborted),
                "/announced/events" => AnnouncedAsync(context, "text/event-stream", null),
                "/announced/chunks" => AnnouncedAsync(context, "text/plain", null),
                "/announced/file" => AnnouncedAsync(context, "text/plain", 4096),
                "/demo.Clock/Announced" => AnnouncedAsync(context, "application/grpc", null),
                "/hang-up" => HangUpAsync(context),
                "/break-off" => BreakOffAsync(context, null),
                "/break-off/file" => BreakOffAsync(context, 4096),
                "/demo.Clock/BreakOff" => BreakOffAsync(context, null),
                "/talk" => TalkAsync(context),
                "/demo.Clock/Watch" => GrpcWatchAsync(context),
                "/demo.Clock/Now" => GrpcNowAsync(context),
                "/demo.Clock/Talk" => GrpcTalkAsync(context),
                _ => context.Response.WriteAsync($"{context.Request.Protocol} {context.Request.Method} {context.Request.Path}"),
            });
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or WebSocketException)
        {
            context.Abort();
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private static async Task WebSocketAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = 400;
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[8192];
        while (socket.State == WebSocketState.Open)
        {
            var received = await socket.ReceiveAsync(buffer, context.RequestAborted);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
                return;
            }

            await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, context.RequestAborted);
        }
    }

    private static async Task EventsAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        for (var number = 0; ; number++)
        {
            await context.Response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"data: {number}\n\n"), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(50, context.RequestAborted);
        }
    }

    /// <summary>One event, and then nothing for as long as somebody listens.</summary>
    private static async Task QuietEventsAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        await context.Response.WriteAsync("data: 0\n\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        await Task.Delay(Timeout.Infinite, context.RequestAborted);
    }

    /// <summary>A file of 1 GB, or its second half, that arrives slowly: a reader that gets all of it was not cut.</summary>
    private static async Task DownloadAsync(HttpContext context)
    {
        var length = 1L << 30;
        if (context.Request.Headers.Range == "bytes=536870912-")
        {
            context.Response.StatusCode = StatusCodes.Status206PartialContent;
            context.Response.Headers.ContentRange = "bytes 536870912-1073741823/1073741824";
            length >>= 1;
        }

        context.Response.ContentLength = length;
        var block = new byte[64 << 10];
        for (var sent = 0L; sent < length; sent += block.Length)
        {
            await context.Response.Body.WriteAsync(block, context.RequestAborted);
            await Task.Delay(10, context.RequestAborted);
        }
    }

    /// <summary>The head of an answer whose body does not come while somebody waits.</summary>
    private static async Task AnnouncedAsync(HttpContext context, string type, long? length)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = length;
        await context.Response.Body.FlushAsync(context.RequestAborted);
        await Task.Delay(Timeout.Infinite, context.RequestAborted);
    }

    /// <summary>Takes the first part of an upload, and goes.</summary>
    private static async Task HangUpAsync(HttpContext context)
    {
        await context.Request.Body.ReadExactlyAsync(new byte[10], context.RequestAborted);
        context.Abort();
    }

    /// <summary>The beginning of an answer, with the gate's reference, and nothing more.</summary>
    private async Task BreakOffAsync(HttpContext context, long? length)
    {
        context.Response.Headers["X-Seen"] = context.Request.Headers["X-Request-Id"];
        context.Response.ContentType = context.Request.ContentType ?? "text/plain";
        context.Response.ContentLength = length;
        await context.Response.Body.WriteAsync(Message("beginning"), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        await BreakOff.WaitAsync(context.RequestAborted);
        context.Abort();
    }

    private async Task UploadAsync(HttpContext context)
    {
        var block = new byte[256 << 10];
        long total = 0;
        for (int read; (read = await context.Request.Body.ReadAsync(block, context.RequestAborted)) > 0; total += read)
            Interlocked.Add(ref _uploaded, read);
        await context.Response.WriteAsync(total.ToString(CultureInfo.InvariantCulture));
    }

    private static async Task GrpcNowAsync(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        context.Response.AppendTrailer("grpc-status", "0");
        await context.Response.Body.WriteAsync(Message("now"));
    }

    private static async Task GrpcWatchAsync(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        for (var number = 0; ; number++)
        {
            await context.Response.Body.WriteAsync(Message(number.ToString(CultureInfo.InvariantCulture)), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(50, context.RequestAborted);
        }
    }

    /// <summary>Says back what the client says, while it says it.</summary>
    private static async Task GrpcTalkAsync(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        context.Response.DeclareTrailer("grpc-status");
        await TalkAsync(context);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    private static async Task TalkAsync(HttpContext context)
    {
        await context.Response.Body.FlushAsync(context.RequestAborted);
        var block = new byte[4096];
        for (int read; (read = await context.Request.Body.ReadAsync(block, context.RequestAborted)) > 0;)
        {
            await context.Response.Body.WriteAsync(block.AsMemory(0, read), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }

    /// <summary>A gRPC frame around a message whose field 1 is a string.</summary>
    private static byte[] Message(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var frame = new byte[5 + 2 + bytes.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), 2 + bytes.Length);
        frame[5] = 0x0a;
        frame[6] = (byte)bytes.Length;
        bytes.CopyTo(frame.AsSpan(7));
        return frame;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        BreakOff.Dispose();
    }
}
