using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Nullius.EndToEnd.Harness;

/// <summary>An application that is nothing but a socket: it keeps the exact bytes that the gate sent and answers 200.</summary>
internal sealed class RecordingUpstream : IAsyncDisposable
{
    private const int MaxHead = 4 << 20;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<RecordedRequest> _requests = new();
    private readonly Task _accepting;
    private int _connections;

    public RecordingUpstream()
    {
        _listener.Start(512);
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Url => $"http://127.0.0.1:{Port}";

    public IReadOnlyList<RecordedRequest> Requests => [.. _requests];

    /// <summary>Connections that were ever opened, with or without a request on them.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>What is answered; default a 200 with the request line as body.</summary>
    public Func<RecordedRequest, string> Respond { get; set; } = request => Ok(request.RequestLine);

    /// <summary>Takes a request at its head and says whatever it likes on the connection; true when another request may follow. Null: <see cref="Respond"/> answers.</summary>
    public Func<RecordedRequest, Stream, ByteReader, Task<bool>>? Script { get; set; }

    public static string Ok(string body, string headers = "") =>
        $"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n{headers}\r\n{body}";

    public void Clear() => _requests.Clear();

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var socket = await _listener.AcceptSocketAsync(_stop.Token);
                Interlocked.Increment(ref _connections);
                _ = ServeAsync(socket);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var owned = socket;
        await using var stream = new NetworkStream(socket);
        var reader = new ByteReader(stream, _stop.Token);
        try
        {
            while (await reader.ReadThroughAsync("\r\n\r\n"u8.ToArray(), MaxHead) is { } head)
            {
                var request = new RecordedRequest(Encoding.Latin1.GetString(head), []);
                if (Script is { } script)
                {
                    _requests.Enqueue(request);
                    if (await script(request, stream, reader))
                        continue;
                    return;
                }

                if (request.Values("Expect") is [var expect] && expect.Equals("100-continue", StringComparison.OrdinalIgnoreCase))
                    await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), _stop.Token);
                request = request with { Body = await BodyAsync(request, reader) };
                _requests.Enqueue(request);
                await stream.WriteAsync(Encoding.UTF8.GetBytes(Respond(request)), _stop.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The client or the test ended the connection.
        }
    }

    private static async Task<byte[]> BodyAsync(RecordedRequest request, ByteReader reader)
    {
        if (request.Values("Transfer-Encoding") is { Count: > 0 })
            return await reader.ReadChunkedAsync();
        return request.Values("Content-Length") is [var length, ..]
            ? await reader.ReadExactlyAsync(int.Parse(length, CultureInfo.InvariantCulture))
            : [];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _listener.Dispose();
    }
}
