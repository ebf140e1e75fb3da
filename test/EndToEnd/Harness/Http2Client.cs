using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Nullius.EndToEnd.Harness;

internal enum FrameType : byte
{
    Data = 0,
    Headers = 1,
    Reset = 3,
    Settings = 4,
    Ping = 6,
    GoAway = 7,
    WindowUpdate = 8,
}

internal sealed record Frame(FrameType Type, byte Flags, int Stream, byte[] Payload)
{
    public bool EndStream => (Flags & 1) != 0;
}

/// <summary>How one stream ended: by an answer, a reset or the end of the connection.</summary>
/// <param name="Status">0 when the stream had no answer.</param>
/// <param name="Reset">Error code of RST_STREAM or GOAWAY; null without one.</param>
internal sealed record StreamOutcome(
    int Status, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body, IReadOnlyList<(string Name, string Value)> Trailers, uint? Reset)
{
    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The server accepted the request: an answer below 400.</summary>
    public bool Served => Status is > 0 and < 400;
}

/// <summary>HTTP/2 frame by frame: the test says every byte of the headers.</summary>
internal sealed class Http2Client : IAsyncDisposable
{
    private readonly TcpClient _tcp;
    private readonly SslStream _stream;
    private readonly ByteReader _reader;
    private readonly Hpack _hpack = new();
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(20));
    private int _nextStream = 1;

    private Http2Client(TcpClient tcp, SslStream stream)
    {
        _tcp = tcp;
        _stream = stream;
        _reader = new ByteReader(stream, _deadline.Token);
    }

    /// <summary>The peer's settings, once they arrived.</summary>
    public Dictionary<ushort, uint> Settings { get; } = [];

    public static async Task<Http2Client> ConnectAsync(int port, string sni, X509Certificate2? device = null)
    {
        var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync(IPAddress.Loopback, port);
        var stream = await RawClient.HandshakeAsync(tcp.GetStream(), sni, device, SslProtocols.None, "h2");
        var client = new Http2Client(tcp, stream);
        await stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
        await client.WriteAsync(FrameType.Settings, 0, 0, []);
        return client;
    }

    /// <summary>The usual pseudo-headers in their usual order.</summary>
    public static List<(string Name, string Value)> Get(string authority, string path, string method = "GET") =>
        [(":method", method), (":scheme", "https"), (":authority", authority), (":path", path)];

    public async Task<StreamOutcome> ExchangeAsync(IEnumerable<(string Name, string Value)> fields, byte[]? body = null)
    {
        var stream = await OpenAsync(fields, body is null);
        if (body is not null)
            await WriteAsync(FrameType.Data, 1, stream, body);
        return await ReceiveAsync(stream);
    }

    public async Task<int> OpenAsync(IEnumerable<(string Name, string Value)> fields, bool end)
    {
        var stream = _nextStream;
        _nextStream += 2;
        await WriteAsync(FrameType.Headers, (byte)(end ? 5 : 4), stream, Hpack.Encode(fields));
        return stream;
    }

    public async Task<StreamOutcome> ReceiveAsync(int stream)
    {
        var outcome = new StreamOutcome(0, [], [], [], null);
        while (await FrameAsync() is { } frame)
        {
            if (frame.Type == FrameType.GoAway)
                return outcome with { Reset = BinaryPrimitives.ReadUInt32BigEndian(frame.Payload.AsSpan(4)) };
            if (frame.Stream != stream)
                continue;
            outcome = Add(outcome, frame);
            if (frame.Type == FrameType.Reset || (frame.Type is FrameType.Data or FrameType.Headers && frame.EndStream))
                return outcome;
        }

        return outcome;
    }

    /// <summary>The next frame, with header blocks decoded by <see cref="Add"/>; acknowledges settings and pings. Null at the end.</summary>
    public async Task<Frame?> FrameAsync()
    {
        try
        {
            var head = await _reader.ReadExactlyAsync(9);
            var length = head[0] << 16 | head[1] << 8 | head[2];
            var frame = new Frame((FrameType)head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)) & int.MaxValue, await _reader.ReadExactlyAsync(length));
            if (frame is { Type: FrameType.Settings, Flags: 0 })
            {
                for (var at = 0; at + 6 <= length; at += 6)
                    Settings[BinaryPrimitives.ReadUInt16BigEndian(frame.Payload.AsSpan(at))] = BinaryPrimitives.ReadUInt32BigEndian(frame.Payload.AsSpan(at + 2));
                await WriteAsync(FrameType.Settings, 1, 0, []);
            }
            else if (frame is { Type: FrameType.Ping, Flags: 0 })
            {
                await WriteAsync(FrameType.Ping, 1, 0, frame.Payload);
            }

            return frame;
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return null;
        }
    }

    public StreamOutcome Add(StreamOutcome outcome, Frame frame)
    {
        switch (frame.Type)
        {
            case FrameType.Data:
                return outcome with { Body = [.. outcome.Body, .. frame.Payload] };
            case FrameType.Reset:
                return outcome with { Reset = BinaryPrimitives.ReadUInt32BigEndian(frame.Payload) };
            case FrameType.Headers:
                var fields = _hpack.Decode(frame.Payload);
                return fields.FirstOrDefault(field => field.Name == ":status").Value is { } status
                    ? outcome with { Status = int.Parse(status, CultureInfo.InvariantCulture), Headers = fields }
                    : outcome with { Trailers = fields };
            default:
                return outcome;
        }
    }

    public async Task WriteAsync(FrameType type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        frame[0] = (byte)(payload.Length >> 16);
        frame[1] = (byte)(payload.Length >> 8);
        frame[2] = (byte)payload.Length;
        frame[3] = (byte)type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsSpan(9));
        await _stream.WriteAsync(frame, _deadline.Token);
        await _stream.FlushAsync(_deadline.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _tcp.Dispose();
        _deadline.Dispose();
    }
}
