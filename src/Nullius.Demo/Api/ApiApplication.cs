using Nullius.Demo.Api.Grpc;
using Nullius.Demo.Assertions;
using Nullius.Demo.Hosting;

namespace Nullius.Demo.Api;

/// <summary>
/// The JSON API: orders and reports, live feeds, downloads, and, published under hosts of their own, access keys, files and logs whose
/// operations carry the names of a cloud's. Who may do what is the gate's to decide; this application only asks who it is.
/// </summary>
internal static class ApiApplication
{
    private const long MostBody = 64L * 1024 * 1024;

    public static WebApplication Build(DemoOptions options, AssertionCheck check)
    {
        var application = LoopbackServer.Build(options, options.ApiPort, MostBody);
        var orders = new OrderBook(options.Time);
        check.Require(application, [.. ((string[])["api", "keys", "files", "logs"]).Select(name => $"https://{name}.{options.Domain}")]);
        application.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(15) });
        application.UseRouting();
        OrderEndpoints.Map(application, orders);
        FeedEndpoints.Map(application, orders);
        OrdersService.Map(application, orders);
        CloudEndpoints.Map(application);
        SessionEndpoints.Map(application, options);
        return application;
    }
}
