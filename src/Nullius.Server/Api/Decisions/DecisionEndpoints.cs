using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Nullius.Server.Api.Decisions;

internal static class DecisionEndpoints
{
    private const int MostRecent = 500;

    public static void MapDecisions(this IEndpointRouteBuilder api)
    {
        api.MapGet("/decisions", List).WithName("ListDecisions").WithSummary("Recent decisions, newest first").ProducesProblem(400);
        api.MapGet("/decisions/stream", Stream).WithName("StreamDecisions").WithSummary("Decisions as they are made, as server-sent events named `batch`")
            .Produces<DecisionBatch>(200, "text/event-stream").ProducesProblem(400);
        api.MapGet("/decisions/{reference}", FindAsync).WithName("ReadDecision").WithSummary("One decision with its whole chain").ProducesProblem(404);
    }

    private static Results<Ok<RecentDecisions>, ProblemHttpResult> List(
        [AsParameters] DecisionQuery query, string? before, int? limit, IDecisionsView decisions)
    {
        if (DecisionFilter.From(query, out var fault) is not { } filter)
            return ApiProblems.Malformed(fault);
        return TypedResults.Ok(new RecentDecisions(decisions.Recent(filter, before, Math.Clamp(limit ?? 100, 1, MostRecent))));
    }

    private static IResult Stream([AsParameters] DecisionQuery query, IDecisionsView decisions, HttpContext context)
    {
        if (DecisionFilter.From(query, out var fault) is not { } filter)
            return ApiProblems.Malformed(fault);
        return TypedResults.ServerSentEvents(EventsAsync(decisions, filter, context.RequestAborted));
    }

    private static async IAsyncEnumerable<SseItem<DecisionBatch>> EventsAsync(
        IDecisionsView decisions, DecisionFilter filter, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var batch in decisions.FollowAsync(filter, cancellation))
            yield return new SseItem<DecisionBatch>(batch, "batch");
    }

    private static async Task<Results<Ok<DecisionDetail>, ProblemHttpResult>> FindAsync(
        string reference, IDecisionsView decisions, CancellationToken cancellation) =>
        await decisions.FindAsync(reference, cancellation) is { } detail
            ? TypedResults.Ok(detail)
            : ApiProblems.Absent("decision", reference, "The gate keeps the newest ones at hand; older ones are in the audit trail.");
}

/// <summary>Recent decisions, newest first.</summary>
internal sealed record RecentDecisions(IReadOnlyList<DecisionSummary> Items);
