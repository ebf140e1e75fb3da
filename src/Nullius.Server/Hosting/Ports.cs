using System.Net;
using System.Net.Sockets;

namespace Nullius.Server.Hosting;

/// <summary>Looks at ports before anything is opened on them, so that a taken one is named and not stumbled over.</summary>
internal static class Ports
{
    private const int Attempts = 50;

    /// <summary>The port asked for, or a free one (with a free neighbour for the redirect) when 0 was asked for.</summary>
    /// <exception cref="StartupException">The port, or the one above it, is taken or not allowed.</exception>
    public static int Choose(int asked, IReadOnlyList<IPAddress> addresses)
    {
        if (asked != 0)
        {
            foreach (var port in (int[])[asked, asked + 1])
            {
                if (Occupied(port, addresses) is { } fault) throw Taken(port, asked, fault);
            }
            return asked;
        }
        for (var i = 0; i < Attempts; i++)
        {
            var port = Any(addresses[0]);
            if (port < IPEndPoint.MaxPort && Occupied(port, addresses) is null && Occupied(port + 1, addresses) is null) return port;
        }
        throw new StartupException("no two neighbouring ports are free: expected some between 32768 and 60999", usage: false);
    }

    /// <summary>The addresses on which this machine can listen: one without IPv6 has no `::1`.</summary>
    public static IReadOnlyList<IPAddress> Usable(IReadOnlyList<IPAddress> addresses)
    {
        if (Socket.OSSupportsIPv6) return addresses;
        var usable = addresses.Select(a => a.Equals(IPAddress.IPv6Any) ? IPAddress.Any : a).Where(a => a.AddressFamily == AddressFamily.InterNetwork).ToList();
        return usable.Count > 0 ? usable : addresses;
    }

    private static StartupException Taken(int port, int asked, SocketException fault)
    {
        var use = port == asked ? "" : $" (plain HTTP is redirected from the port above {asked})";
        return fault.SocketErrorCode switch
        {
            SocketError.AccessDenied => new StartupException($"port {port}{use} needs a privilege: expected one from 1024, or CAP_NET_BIND_SERVICE", usage: true, fault),
            SocketError.AddressAlreadyInUse => new StartupException($"port {port}{use} is taken by another program: stop it, or choose another with --port", usage: true, fault),
            _ => new StartupException($"port {port}{use} cannot be opened: {fault.Message}", usage: true, fault),
        };
    }

    private static int Any(IPAddress address)
    {
        using var probe = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(address, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    private static SocketException? Occupied(int port, IReadOnlyList<IPAddress> addresses)
    {
        foreach (var address in addresses)
        {
            try
            {
                using var probe = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                // As Kestrel does: connections in TIME_WAIT do not occupy the port.
                probe.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
                probe.Bind(new IPEndPoint(address, port));
                probe.Listen(1);
            }
            catch (SocketException fault)
            {
                return fault;
            }
        }
        return null;
    }
}
