using Nullius.Policy.Decisions;

namespace Nullius.Policy.Explain;

/// <summary>What one layer, or one level of it, said.</summary>
public enum LayerVerdict
{
    /// <summary>No policy of that kind is attached, or it does not bind this caller.</summary>
    NotApplicable,
    Allows,
    DoesNotAllow,
    Denies,
    /// <summary>It hangs on a value that is not known.</summary>
    Unknown,
}

/// <summary>Why a decision came out as it did: made on demand, immutable, the same for the same input.</summary>
/// <param name="Rule">Which policies must grant together for this caller and resource, in words.</param>
/// <param name="Layers">In the order of evaluation; guardrails and resource controls once per level.</param>
/// <param name="Changes">What together would allow the request; empty when it is allowed or nothing is known that would.</param>
/// <param name="Summary">One line for a person.</param>
public sealed record AwsExplanation(
    Effect Effect,
    DecisionBasis Basis,
    string Rule,
    IReadOnlyList<LayerExplanation> Layers,
    IReadOnlyList<SuggestedChange> Changes,
    IReadOnlyList<string> MissingContext,
    DateTimeOffset? ValidUntil,
    string Summary);

/// <param name="Level">The level from the root, from 0; 0 for layers without levels.</param>
/// <param name="Matched">Every statement that matched, or might, in order.</param>
/// <param name="Nearest">Where the layer does not allow: the statement that came closest.</param>
public sealed record LayerExplanation(PolicyLayer Layer, int Level, LayerVerdict Verdict, IReadOnlyList<StatementRef> Matched, NearMiss? Nearest);

/// <summary>A statement that would have allowed, and what of it did not match.</summary>
public sealed record NearMiss(StatementRef Statement, IReadOnlyList<FailedElement> Failed);

/// <param name="Element"><c>Principal</c>, <c>Action</c>, <c>Resource</c> or <c>Condition</c>, or their <c>Not…</c> form.</param>
/// <param name="Operator">The condition operator as written; null for other elements.</param>
/// <param name="Key">The condition key; null for other elements.</param>
/// <param name="Actual">What the request has: the value, <c>absent</c> or <c>unknown</c>.</param>
/// <param name="Needed">What the statement names.</param>
public sealed record FailedElement(string Element, string? Operator, string? Key, string Actual, IReadOnlyList<string> Needed);

/// <summary>One change that takes part in turning a deny into an allow.</summary>
/// <param name="InContext">True: the request would have to differ. False: a policy would.</param>
/// <param name="Key">The condition key that would have to differ; null for a policy.</param>
/// <param name="Text">For a person, one line.</param>
public sealed record SuggestedChange(bool InContext, PolicyLayer Layer, StatementRef? Statement, string? Key, IReadOnlyList<string> Needed, string Text);
