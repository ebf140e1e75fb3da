using Microsoft.AspNetCore.Http.HttpResults;

namespace Nullius.Server.Api.Me;

internal static class MeEndpoints
{
    public static void MapMe(this IEndpointRouteBuilder api) =>
        api.MapGet("/me", Describe).WithName("WhoAmI").WithSummary("Who the caller is and what they may do").ProducesProblem(403);

    private static Results<Ok<MeModel>, ProblemHttpResult> Describe(ICaller caller, HttpContext context) =>
        caller.Describe(context) is { } me ? TypedResults.Ok(me) : ApiProblems.Refused("The request carries no person.");
}
