using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Entra;

namespace Nullius.Policy.Explain;

/// <summary>What each Conditional Access policy came to: made on demand, immutable, the same for the same input.</summary>
/// <param name="Policies">Every policy, in the order in which they were loaded.</param>
/// <param name="Changes">What would have to be satisfied, or to differ; empty when the access is allowed.</param>
public sealed record EntraExplanation(
    Effect Effect,
    DecisionBasis Basis,
    IReadOnlyList<EntraPolicyExplanation> Policies,
    IReadOnlyList<SuggestedChange> Changes,
    IReadOnlyList<string> MissingContext,
    DateTimeOffset? ValidUntil,
    string Summary)
{
    /// <summary>The policies that did not apply, with the reason by Graph's what-if name.</summary>
    public IEnumerable<EntraPolicyExplanation> NotApplied => Policies.Where(p => !p.Applied);
}

/// <param name="State"><c>enabled</c>, <c>disabled</c> or <c>enabledForReportingButNotEnforced</c>.</param>
/// <param name="Applied">Whether its assignments match, or may match.</param>
/// <param name="Reason">Why it did not apply; <see cref="NotAppliedReason.NotSet"/> when it did. <see cref="NotAppliedReason.NotEnoughInformation"/> marks one that applied because a value is unknown.</param>
/// <param name="Missing">What is still asked for; empty when it is satisfied or blocks.</param>
/// <param name="Session">Session controls that it carries.</param>
/// <param name="ReportOnly">The outcome of a policy in report-only state; null for others.</param>
public sealed record EntraPolicyExplanation(
    StatementRef Policy,
    string Name,
    string State,
    bool Applied,
    NotAppliedReason Reason,
    IReadOnlyList<string> Missing,
    bool MissingAll,
    IReadOnlyList<string> Session,
    ReportOnlyResult? ReportOnly)
{
    /// <summary>The reason as Graph's what-if API spells it.</summary>
    public string ReasonName => char.ToLowerInvariant(Reason.ToString()[0]) + Reason.ToString()[1..];
}
