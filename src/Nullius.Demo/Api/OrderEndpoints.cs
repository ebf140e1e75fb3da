using Microsoft.AspNetCore.Mvc;
using Nullius.Demo.Assertions;

namespace Nullius.Demo.Api;

/// <param name="Item">1 to 100 characters.</param>
/// <param name="Quantity">1 to 10,000.</param>
internal sealed record NewOrder(string? Item, int Quantity);

/// <param name="Status"><c>open</c>, <c>paid</c>, <c>shipped</c> or <c>cancelled</c>.</param>
internal sealed record OrderChange(int? Quantity, string? Status);

internal static class OrderEndpoints
{
    private const long MostBody = 16 * 1024;
    private static readonly string[] Statuses = ["open", "paid", "shipped", "cancelled"];

    public static void Map(IEndpointRouteBuilder routes, OrderBook orders)
    {
        var small = new RequestSizeLimitAttribute(MostBody);
        routes.MapGet("/orders", () => TypedResults.Json(orders.All()));
        routes.MapGet("/orders/{id:long}", (long id) => orders.Find(id) is { } order ? Results.Json(order) : Results.NotFound());
        routes.MapPost("/orders", (NewOrder asked, HttpContext context) => Place(orders, asked, context.Features.GetRequiredFeature<Caller>())).WithMetadata(small);
        routes.MapPut("/orders/{id:long}", (long id, OrderChange change) => Change(orders, id, change)).WithMetadata(small);
        routes.MapDelete("/orders/{id:long}", (long id) => orders.Delete(id) ? Results.NoContent() : Results.NotFound());
        routes.MapGet("/reports", () => TypedResults.Json((string[])["by-status", "by-person"]));
        routes.MapGet("/reports/{name}", (string name) => Report(orders, name));
    }

    private static IResult Place(OrderBook orders, NewOrder asked, Caller caller)
    {
        if (asked.Item is not { Length: > 0 and <= 100 } item || item.Any(char.IsControl) || asked.Quantity is < 1 or > 10_000)
            return Results.Problem("`item` is 1 to 100 characters, `quantity` 1 to 10000", statusCode: 400);
        return orders.Place(item, asked.Quantity, caller.UserName) is { } order
            ? Results.Json(order, statusCode: 201)
            : Results.Problem($"the book holds {OrderBook.MostOrders} orders: delete one first", statusCode: 409);
    }

    private static IResult Change(OrderBook orders, long id, OrderChange change)
    {
        if (change.Quantity is < 1 or > 10_000 || (change.Status is { } status && !Statuses.Contains(status)))
            return Results.Problem("`quantity` is 1 to 10000, `status` one of " + string.Join(", ", Statuses), statusCode: 400);
        return orders.Change(id, change.Quantity, change.Status) is { } order ? Results.Json(order) : Results.NotFound();
    }

    private static IResult Report(OrderBook orders, string name) => name switch
    {
        "by-status" => Results.Json(orders.All().CountBy(order => order.Status).ToDictionary()),
        "by-person" => Results.Json(orders.All().CountBy(order => order.PlacedBy).ToDictionary()),
        _ => Results.NotFound(),
    };
}
