using Microsoft.AspNetCore.Http.HttpResults;

namespace Nullius.Server.Api.Overview;

internal static class OverviewEndpoints
{
    public static void MapOverview(this IEndpointRouteBuilder api) =>
        api.MapGet("/overview", ReadAsync).WithName("ReadOverview").WithSummary("Is anything wrong now?").ProducesProblem(400);

    /// <param name="window"><c>15m</c>, <c>1h</c> (default) or <c>24h</c>.</param>
    private static async Task<Results<Ok<OverviewModel>, ProblemHttpResult>> ReadAsync(
        string? window, IOverviewView overview, CancellationToken cancellation)
    {
        TimeSpan? length = window switch
        {
            "15m" => TimeSpan.FromMinutes(15),
            null or "1h" => TimeSpan.FromHours(1),
            "24h" => TimeSpan.FromHours(24),
            _ => null,
        };
        return length is { } known
            ? TypedResults.Ok(await overview.ReadAsync(known, cancellation))
            : ApiProblems.Malformed("`window` is not known; expected `15m`, `1h` or `24h`.");
    }
}
