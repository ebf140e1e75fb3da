using Nullius.Demo.Api;
using Nullius.Demo.Assertions;
using Nullius.Demo.Legacy;
using Nullius.Demo.Shop;

namespace Nullius.Demo;

/// <summary>
/// Three applications to put behind the gate, each its own server on a loopback port with TLS: a JSON API with WebSocket,
/// SSE and gRPC; a single-page shop that calls it across origins; a legacy application that knows only Basic or a header.
/// </summary>
public sealed class DemoApplications : IAsyncDisposable
{
    private readonly IReadOnlyList<WebApplication> _running;

    private DemoApplications(IReadOnlyList<WebApplication> running, Uri api, Uri shop, Uri legacy)
    {
        _running = running;
        (Api, Shop, Legacy) = (api, shop, legacy);
    }

    /// <summary><c>https://127.0.0.1:port</c>. Speaks HTTP/1.1 and HTTP/2.</summary>
    public Uri Api { get; }

    public Uri Shop { get; }

    public Uri Legacy { get; }

    /// <summary>Starts all three; what was started is stopped again on any fault.</summary>
    /// <exception cref="IOException">A port is taken.</exception>
    public static async Task<DemoApplications> StartAsync(DemoOptions options, CancellationToken cancellation)
    {
        var check = new AssertionCheck(options);
        var running = new List<WebApplication>();
        try
        {
            foreach (var application in (WebApplication[])[ApiApplication.Build(options, check), ShopApplication.Build(options, check), LegacyApplication.Build(options)])
            {
                running.Add(application);
                await application.StartAsync(cancellation);
            }

            var addresses = running.ConvertAll(Hosting.LoopbackServer.AddressOf);
            return new DemoApplications(running, addresses[0], addresses[1], addresses[2]);
        }
        catch
        {
            await StopAsync(running);
            throw;
        }
    }

    public ValueTask DisposeAsync() => StopAsync(_running);

    private static async ValueTask StopAsync(IReadOnlyList<WebApplication> running)
    {
        foreach (var application in running)
            await application.DisposeAsync();
    }
}
