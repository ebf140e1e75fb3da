namespace Nullius.Gateway.Decisions;

/// <summary>Answers "why, and what would change it" for a recent decision, when somebody asks (law 3).</summary>
internal static class DecisionExplainer
{
    public static GateExplanation? Explain(GateCore core, string reference)
    {
        if (core.Decisions.Find(reference) is not { } decision)
            return null;
        var steps = decision.Statements
            .Select(statement => $"{Words.Of(statement.Layer)}: {statement.Source}:{statement.Line} `{statement.Id}` says {Words.Of(statement.Effect)}")
            .Concat(decision.BlockedBy.Select(layer => $"{Words.Of(layer)}: does not allow it"));
        var summary = decision.Refusal is { } refusal
            ? $"`{decision.Operation}` was refused ({refusal}): {string.Join("; ", decision.Reasons)}"
            : $"`{decision.Operation}` was {(decision.Observed ? "observed and forwarded" : "allowed")}";
        return new GateExplanation(decision, summary, [.. steps], []);
    }
}
