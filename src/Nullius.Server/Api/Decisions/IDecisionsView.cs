namespace Nullius.Server.Api.Decisions;

/// <summary>How the console reads decisions: over the gate's stream when it runs, over lists in tests.</summary>
internal interface IDecisionsView
{
    /// <summary>The newest decisions first, at most <paramref name="limit"/>, older than <paramref name="before"/> where given.</summary>
    IReadOnlyList<DecisionSummary> Recent(DecisionFilter filter, string? before, int limit);

    /// <summary>
    /// Decisions as they are made, in batches. Bounded: what a slow reader does not fetch is counted as seen and not sent.
    /// An empty batch is a sign of life.
    /// </summary>
    IAsyncEnumerable<DecisionBatch> FollowAsync(DecisionFilter filter, CancellationToken cancellation);

    /// <summary>One decision with its chain; null when it is not at hand any more.</summary>
    Task<DecisionDetail?> FindAsync(string reference, CancellationToken cancellation);
}
