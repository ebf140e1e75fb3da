using Nullius.Demo.Assertions;

namespace Nullius.Demo.Api;

/// <summary>Who one is, and the way for a page of another origin to get a session here.</summary>
internal static class SessionEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, DemoOptions options)
    {
        routes.MapGet("/whoami", (HttpContext context) => TypedResults.Json(context.Features.GetRequiredFeature<Caller>()));

        // A page load, so that the gate can lead through sign-in or step-up; then back to the shop, and nowhere else.
        routes.MapGet("/connect", () => TypedResults.Redirect(options.OriginOf("shop") + "/"));
    }
}
