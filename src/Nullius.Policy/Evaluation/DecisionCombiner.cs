using Nullius.Policy.Decisions;

namespace Nullius.Policy.Evaluation;

/// <summary>Law 4: one granting dialect per route; every other policy set only restricts.</summary>
public static class DecisionCombiner
{
    /// <summary>Writes to <paramref name="result"/> the stricter effect of both, with the reasons of both, and the earlier <see cref="Decision.ValidUntil"/>.</summary>
    public static void Combine(Decision granting, Decision restricting, Decision result) => throw new NotSupportedException();
}
