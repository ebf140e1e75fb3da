namespace Nullius.Server.Api.Routes;

internal static class RouteEndpoints
{
    public static void MapRoutes(this IEndpointRouteBuilder api) =>
        api.MapGet("/routes", (IRoutesView routes) => TypedResults.Ok(routes.List()))
            .WithName("ListRoutes").WithSummary("Routes with mode, policies and health");
}
