namespace Nullius.Demo.Api.Grpc;

/// <summary>The service of <c>orders.proto</c>: one call of each kind.</summary>
internal static class OrdersService
{
    private const string Service = "/nullius.demo.v1.Orders/";
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);

    public static void Map(IEndpointRouteBuilder routes, OrderBook orders)
    {
        routes.MapPost(Service + "GetOrder", context => GrpcCall.RunAsync(context, (call, cancellation) => GetOrderAsync(call, orders, cancellation)));
        routes.MapPost(Service + "WatchOrders", context => GrpcCall.RunAsync(context, (call, cancellation) => WatchOrdersAsync(call, orders, cancellation)));
        routes.MapPost(Service + "Echo", context => GrpcCall.RunAsync(context, EchoAsync));
        routes.MapPost(Service + "{method}", context => GrpcCall.RunAsync(context, (_, _) => throw new GrpcException(GrpcStatus.Unimplemented, "no such method")));
    }

    private static async Task GetOrderAsync(GrpcCall call, OrderBook orders, CancellationToken cancellation)
    {
        var asked = await call.ReadOneAsync(GetOrderRequest.Parser, cancellation);
        var order = orders.Find(asked.Id) ?? throw new GrpcException(GrpcStatus.NotFound, $"no order {asked.Id}");
        await call.WriteAsync(Message(order), cancellation);
    }

    private static async Task WatchOrdersAsync(GrpcCall call, OrderBook orders, CancellationToken cancellation)
    {
        var asked = await call.ReadOneAsync(WatchOrdersRequest.Parser, cancellation);
        var sent = 0;
        await foreach (var happened in orders.FollowAsync(Quiet, cancellation))
        {
            var message = new OrderEvent { Kind = happened.Kind, Sequence = happened.Sequence };
            if (happened.Order is { } order)
                message.Order = Message(order);
            await call.WriteAsync(message, cancellation);
            if (asked.Most > 0 && ++sent >= asked.Most)
                return;
        }
    }

    private static async Task EchoAsync(GrpcCall call, CancellationToken cancellation)
    {
        while (await call.ReadAsync(EchoMessage.Parser, cancellation) is { } message)
            await call.WriteAsync(message, cancellation);
    }

    private static Order Message(Api.Order order) => new()
    {
        Id = order.Id, Item = order.Item, Quantity = order.Quantity, Status = order.Status, PlacedBy = order.PlacedBy,
    };
}
