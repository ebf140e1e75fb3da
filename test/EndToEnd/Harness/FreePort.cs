using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Nullius.EndToEnd.Harness;

/// <summary>A port that nobody listens on, nor on the one above it (where plain HTTP is redirected), for servers that must be told one.</summary>
internal static class FreePort
{
    private const int First = 10_000;

    // Below the ports that the system hands out for connections of its own: one of those could be taken between here and the server's start.
    private static readonly int Count = Math.Max(1_000, EphemeralFrom() - First - 1);

    // Every process begins elsewhere, and goes on from there.
    private static int s_next = Environment.ProcessId * 98 % Count;

    public static int Next()
    {
        for (var tried = 0; tried < Count; tried++)
        {
            var port = First + (int)((uint)Interlocked.Add(ref s_next, 2) % (uint)Count);
            if (IsFree(port) && IsFree(port + 1))
                return port;
        }

        throw new InvalidOperationException("no port is free");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int EphemeralFrom()
    {
        const string File = "/proc/sys/net/ipv4/ip_local_port_range";
        return System.IO.File.Exists(File) && int.TryParse(System.IO.File.ReadAllText(File).Split('\t', ' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var from) ? from : 32_768;
    }
}
