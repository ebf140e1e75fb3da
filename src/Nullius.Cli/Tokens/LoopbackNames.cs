using System.Net;
using System.Net.Sockets;

namespace Nullius.Cli.Tokens;

/// <summary>Names that end in <c>.localhost</c> are this machine (RFC 6761 §6.3), whatever a resolver would say or not know.</summary>
internal static class LoopbackNames
{
    public static async ValueTask<Stream> ConnectAsync(DnsEndPoint target, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (IsLoopback(target.Host)) await socket.ConnectAsync([IPAddress.Loopback, IPAddress.IPv6Loopback], target.Port, cancellation).ConfigureAwait(false);
            else await socket.ConnectAsync(target, cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    internal static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.TrimEnd('.').EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
}
