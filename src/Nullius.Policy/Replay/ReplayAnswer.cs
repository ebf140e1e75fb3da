using Nullius.Policy.Decisions;

namespace Nullius.Policy.Replay;

/// <summary>What policies say to a recorded request.</summary>
public enum ReplayVerdict : byte
{
    /// <summary>These policies have no say in it; <see cref="ReplayAnswer.Why"/> says why.</summary>
    NotDecided,
    Allow,
    /// <summary>Allowed once a control is satisfied that the record does not show as satisfied.</summary>
    Challenge,
    Deny,
    /// <summary>It hangs on what the record does not tell: <see cref="ReplayAnswer.Why"/> names it.</summary>
    Unknown,
}

/// <summary>One side's answer.</summary>
/// <param name="Why">For <see cref="ReplayVerdict.Unknown"/> the keys, comma-separated; for <see cref="ReplayVerdict.NotDecided"/> the reason; for a challenge the controls.</param>
/// <param name="Witness">A statement that decided; null where none did.</param>
public readonly record struct ReplayAnswer(ReplayVerdict Verdict, string? Why = null, StatementRef? Witness = null)
{
    /// <summary>What a decision of an engine comes to here.</summary>
    public static ReplayAnswer Of(Decision decision)
    {
        var witness = Witnessing(decision);
        if (decision.Basis == DecisionBasis.Unknown)
            return new ReplayAnswer(ReplayVerdict.Unknown, Keys(decision), witness);
        return decision.Effect switch
        {
            Effect.Allow => new ReplayAnswer(ReplayVerdict.Allow, null, witness),
            Effect.Challenge => new ReplayAnswer(ReplayVerdict.Challenge, Controls(decision), witness),
            Effect.Deny => new ReplayAnswer(ReplayVerdict.Deny, null, witness),
        };
    }

    /// <summary>A statement that says what was decided; where it hangs on something, one that hangs.</summary>
    private static StatementRef? Witnessing(Decision decision)
    {
        for (var i = 0; i < decision.Statements.Count; i++)
        {
            if (decision.Basis == DecisionBasis.Unknown || decision.Statements[i].Effect == decision.Effect)
                return decision.Statements[i];
        }
        return decision.RequiredControls.Count > 0 ? decision.RequiredControls[0].Policy : null;
    }

    private static string Keys(Decision decision) =>
        decision.MissingContext.Count == 0 ? "context" : string.Join(',', decision.MissingContext.Order(StringComparer.OrdinalIgnoreCase));

    private static string Controls(Decision decision) =>
        string.Join(" and ", decision.RequiredControls.Select(r => string.Join(r.All ? "+" : "|", r.Controls)).Distinct(StringComparer.Ordinal));
}

/// <summary>One set of policies, compiled: immutable, shared between threads.</summary>
public interface IReplaySide
{
    /// <summary>Time alone can change an answer: requests that differ in nothing else are decided one by one.</summary>
    bool DependsOnTime { get; }

    /// <summary>Whether an answer may depend on that fact.</summary>
    bool Reads(string key);

    /// <summary>For one thread.</summary>
    IReplayDecider Begin();
}

/// <summary>Decides for one thread; reuses its buffers.</summary>
public interface IReplayDecider
{
    ReplayAnswer Decide(RecordedRequest request);
}
