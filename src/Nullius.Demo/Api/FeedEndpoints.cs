using System.Net.WebSockets;
using System.Text.Json;

namespace Nullius.Demo.Api;

/// <summary>What stays open: a WebSocket, an event stream, a long download.</summary>
internal static class FeedEndpoints
{
    private const int MostMegabytes = 10 * 1024;
    private const int MostMessage = 4096;
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    public static void Map(IEndpointRouteBuilder routes, OrderBook orders)
    {
        routes.Map("/ws", context => SocketAsync(context, orders));
        routes.MapGet("/events", context => EventsAsync(context, orders));
        routes.MapGet("/download/{megabytes:int}", DownloadAsync);
    }

    // Sends every event; what the client sends comes back, so that both directions can be watched.
    private static async Task SocketAsync(HttpContext context, OrderBook orders)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            context.Response.Headers.Upgrade = "websocket";
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        using var sending = new SemaphoreSlim(1, 1);
        var feeding = FeedAsync(socket, orders, sending, over.Token);
        try
        {
            await EchoAsync(socket, sending, over.Token);
        }
        catch (Exception fault) when (fault is WebSocketException or OperationCanceledException)
        {
            // The other side went, or the connection was cut.
        }

        await over.CancelAsync();
        await feeding;
    }

    private static async Task FeedAsync(WebSocket socket, OrderBook orders, SemaphoreSlim sending, CancellationToken cancellation)
    {
        try
        {
            await foreach (var happened in orders.FollowAsync(Quiet, cancellation))
                await SendAsync(socket, JsonSerializer.SerializeToUtf8Bytes(happened, Web), sending, cancellation);
        }
        catch (Exception fault) when (fault is WebSocketException or OperationCanceledException or InvalidOperationException)
        {
            // Nobody listens any more.
        }
    }

    private static async Task EchoAsync(WebSocket socket, SemaphoreSlim sending, CancellationToken cancellation)
    {
        var buffer = new byte[MostMessage];
        var length = 0;
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(length), cancellation);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellation);
                return;
            }

            length += received.Count;
            if (received.EndOfMessage)
            {
                await SendAsync(socket, buffer.AsMemory(0, length), sending, cancellation);
                length = 0;
            }
            else if (length == buffer.Length)
            {
                await socket.CloseAsync(WebSocketCloseStatus.MessageTooBig, $"at most {MostMessage} bytes", cancellation);
                return;
            }
        }
    }

    private static async Task SendAsync(WebSocket socket, ReadOnlyMemory<byte> message, SemaphoreSlim sending, CancellationToken cancellation)
    {
        await sending.WaitAsync(cancellation);
        try
        {
            await socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, cancellation);
        }
        finally
        {
            sending.Release();
        }
    }

    private static async Task EventsAsync(HttpContext context, OrderBook orders)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        try
        {
            await foreach (var happened in orders.FollowAsync(Quiet, context.RequestAborted))
            {
                await context.Response.WriteAsync($"id: {happened.Sequence}\nevent: {happened.Kind}\ndata: {JsonSerializer.Serialize(happened, Web)}\n\n", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            // The client went.
        }
    }

    // The length is announced, so that a cut never looks like the end.
    private static async Task DownloadAsync(HttpContext context)
    {
        var megabytes = int.Parse((string)context.GetRouteValue("megabytes")!, System.Globalization.CultureInfo.InvariantCulture);
        if (megabytes is < 1 or > MostMegabytes)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = megabytes * 1024L * 1024L;
        var chunk = new byte[64 * 1024];
        for (var at = 0; at < chunk.Length; at++)
            chunk[at] = (byte)at;
        try
        {
            for (var sent = 0; sent < megabytes * 16; sent++)
                await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The client went.
        }
    }
}
