using System.Net;
using System.Net.Sockets;

namespace Nullius.EndToEnd.Harness;

/// <summary>A port that nobody listens on, for servers that must be told one.</summary>
internal static class FreePort
{
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
