using System.Collections.Concurrent;
using System.Net.Sockets;
using Nullius.Server.Api.Routes;

namespace Nullius.Server.Api.Views;

/// <summary>Whether an application takes connections: opens one and closes it, at most once in ten seconds for each.</summary>
internal sealed class UpstreamProbe(TimeProvider time)
{
    private const int Most = 1000;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, (long At, RouteHealth Health, string? Detail)> _known = new(StringComparer.Ordinal);

    public async Task<(RouteHealth Health, string? Detail)> AskAsync(string url, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address))
            return (RouteHealth.Unknown, null);
        if (_known.TryGetValue(address.Authority, out var known) && time.GetElapsedTime(known.At) < Fresh)
            return (known.Health, known.Detail);
        var (health, detail) = await ConnectAsync(address, cancellation);
        if (_known.Count > Most)
            _known.Clear();
        _known[address.Authority] = (time.GetTimestamp(), health, detail);
        return (health, detail);
    }

    private async Task<(RouteHealth, string?)> ConnectAsync(Uri address, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(address.IdnHost, address.Port, both.Token);
            return (RouteHealth.Answering, null);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return (RouteHealth.Failing, $"{address.Authority} does not take connections: no answer within {Patience.TotalSeconds:0} s.");
        }
        catch (SocketException fault)
        {
            return (RouteHealth.Failing, $"{address.Authority} does not take connections: {fault.Message}.");
        }
    }
}
