using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Nullius.Bench.Peers;

namespace Nullius.Bench.Gate;

/// <summary>A client's WebSocket through the gate, on which nothing is said until it is closed.</summary>
internal sealed class OpenSocket : IDisposable
{
    private const int AtOnce = 50;

    private readonly TcpClient _tcp;
    private readonly SslStream _stream;

    private OpenSocket(TcpClient tcp, SslStream stream) => (_tcp, _stream) = (tcp, stream);

    public static async Task<List<OpenSocket>> OpenAsync(int port, string cookie, int count)
    {
        var sockets = new List<OpenSocket>(count);
        while (sockets.Count < count)
            sockets.AddRange(await Task.WhenAll(Enumerable.Range(0, Math.Min(AtOnce, count - sockets.Count)).Select(_ => OpenAsync(port, cookie))));
        return sockets;
    }

    public static async Task<OpenSocket> OpenAsync(int port, string cookie)
    {
        var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync(IPAddress.Loopback, port);
        var stream = new SslStream(tcp.GetStream());
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = Setting.Host, RemoteCertificateValidationCallback = (_, _, _, _) => true });
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET /ws HTTP/1.1\r\nHost: {Setting.Host}:{port}\r\nOrigin: https://{Setting.Host}:{port}\r\nCookie: __Host-nullius={cookie}\r\n"
            + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
        var head = new byte[4096];
        var length = 0;
        while (!Encoding.ASCII.GetString(head, 0, length).Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            var read = await stream.ReadAsync(head.AsMemory(length));
            length += read > 0 ? read : throw new IOException("the gate closed the connection at the handshake");
        }

        var text = Encoding.ASCII.GetString(head, 0, length);
        return text.StartsWith("HTTP/1.1 101", StringComparison.Ordinal) ? new OpenSocket(tcp, stream) : throw new InvalidOperationException(text.Split("\r\n")[0]);
    }

    /// <summary>When the close frame with code 1008 arrived, or when the gate gave up on sending it.</summary>
    public async Task<(long At, bool Reset)> ClosedAsync()
    {
        var frame = new byte[256];
        int read;
        try
        {
            read = await _stream.ReadAsync(frame);
        }
        catch (IOException)
        {
            return (Stopwatch.GetTimestamp(), true);
        }

        var at = Stopwatch.GetTimestamp();
        return read >= 4 && frame[0] == 0x88 && (frame[2] << 8 | frame[3]) == (int)WebSocketCloseStatus.PolicyViolation
            ? (at, false)
            : throw new InvalidOperationException($"cut without a close frame of 1008: {Convert.ToHexString(frame.AsSpan(0, read))}");
    }

    public void Dispose()
    {
        _stream.Dispose();
        _tcp.Dispose();
    }
}
