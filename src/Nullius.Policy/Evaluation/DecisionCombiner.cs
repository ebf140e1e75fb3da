using Nullius.Policy.Decisions;

namespace Nullius.Policy.Evaluation;

/// <summary>Law 4: one granting dialect per route; every other policy set only restricts.</summary>
public static class DecisionCombiner
{
    /// <summary>Writes to <paramref name="result"/> the stricter effect of both, with the reasons of both, and the earlier <see cref="Decision.ValidUntil"/>.</summary>
    /// <exception cref="ArgumentException"><paramref name="result"/> is one of the inputs.</exception>
    public static void Combine(Decision granting, Decision restricting, Decision result)
    {
        if (ReferenceEquals(granting, result) || ReferenceEquals(restricting, result))
            throw new ArgumentException("the result is one of the inputs, expected a third decision", nameof(result));
        result.Reset();
        var stricter = restricting.Effect > granting.Effect ? restricting : granting;
        result.Conclude(stricter.Effect, stricter.Basis);
        Copy(granting, result);
        Copy(restricting, result);
    }

    /// <summary>What only an allow would have meant is kept too: the chain of one decision shows every layer.</summary>
    private static void Copy(Decision from, Decision to)
    {
        to.AddAll(from);
        if (from.ValidUntil is { } instant)
            to.LimitTo(instant);
    }
}
