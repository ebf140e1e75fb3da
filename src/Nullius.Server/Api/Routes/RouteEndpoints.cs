namespace Nullius.Server.Api.Routes;

internal static class RouteEndpoints
{
    public static void MapRoutes(this IEndpointRouteBuilder api) =>
        api.MapGet("/routes", async (IRoutesView routes, CancellationToken cancellation) => TypedResults.Ok(await routes.ListAsync(cancellation)))
            .WithName("ListRoutes").WithSummary("Routes with mode, policies and health");
}
