using Nullius.Policy.Dialects.Aws.Evaluation;

namespace Nullius.Policy.Decisions;

/// <summary>What a decision demands, ordered so that the stricter one is the greater one.</summary>
public enum Effect
{
    Allow = 0,
    /// <summary>Allowed once the subject has satisfied the controls in <see cref="Decision.RequiredControls"/>.</summary>
    Challenge = 1,
    Deny = 2,
}

/// <summary>Why an effect came about. Closed: every consumer switches over all of them.</summary>
public enum DecisionBasis
{
    /// <summary>Nothing was decided yet; the effect is <see cref="Effect.Deny"/>.</summary>
    None = 0,
    Allowed,
    /// <summary>A statement or a Conditional Access policy denies.</summary>
    ExplicitDeny,
    /// <summary>No statement allows, or a limiting layer does not.</summary>
    ImplicitDeny,
    /// <summary>A value that the decision needs could not be established (law 1): never allows.</summary>
    Unknown,
    /// <summary>Controls are missing that the subject can still satisfy.</summary>
    ControlsMissing,
}

/// <summary>
/// The outcome of one evaluation, written to a buffer that the caller owns and reuses: deciding allocates nothing.
/// Not thread-safe; <see cref="Reset"/> before reuse. A fresh or reset decision denies.
/// </summary>
public sealed class Decision
{
    private readonly List<StatementRef> _statements = new(8);
    private readonly List<PolicyLayer> _blockedBy = new(4);
    private readonly List<ControlRequirement> _required = new(4);
    private readonly List<string> _missingContext = new(4);
    private readonly List<ReportOnlyOutcome> _reportOnly = new(4);

    /// <summary>What matched while the AWS layers were evaluated; the evaluator's scratch, kept so that it is reused.</summary>
    internal WitnessList Witnesses { get; } = new();

    /// <summary>As <see cref="BlockedBy"/>, to enumerate without allocation.</summary>
    internal List<PolicyLayer> BlockedLayers => _blockedBy;

    public Effect Effect { get; private set; } = Effect.Deny;

    public DecisionBasis Basis { get; private set; }

    /// <summary>The earliest instant at which time alone could change this decision; null when time cannot.</summary>
    public DateTimeOffset? ValidUntil { get; private set; }

    /// <summary>The statements and policies that decided, in order of evaluation.</summary>
    public IReadOnlyList<StatementRef> Statements => _statements;

    /// <summary>Every layer that did not allow; empty for an allow.</summary>
    public IReadOnlyList<PolicyLayer> BlockedBy => _blockedBy;

    /// <summary>What a <see cref="Effect.Challenge"/> asks for: every entry must be satisfied.</summary>
    public IReadOnlyList<ControlRequirement> RequiredControls => _required;

    /// <summary>Keys that a deciding condition read and found unknown.</summary>
    public IReadOnlyList<string> MissingContext => _missingContext;

    /// <summary>What policies in report-only state would have done.</summary>
    public IReadOnlyList<ReportOnlyOutcome> ReportOnly => _reportOnly;

    public void Reset()
    {
        Effect = Effect.Deny;
        Basis = DecisionBasis.None;
        ValidUntil = null;
        Clear(_statements);
        Clear(_blockedBy);
        Clear(_required);
        Clear(_missingContext);
        Clear(_reportOnly);
        Witnesses.Clear();
    }

    private static void Clear<T>(List<T> list)
    {
        if (list.Count > 0)
            list.Clear();
    }

    internal void Conclude(Effect effect, DecisionBasis basis)
    {
        Effect = effect;
        Basis = basis;
    }

    internal void Add(StatementRef statement) => _statements.Add(statement);

    internal void Add(PolicyLayer layer)
    {
        if (!_blockedBy.Contains(layer))
            _blockedBy.Add(layer);
    }

    internal void Add(ControlRequirement requirement) => _required.Add(requirement);

    internal void Add(ReportOnlyOutcome outcome) => _reportOnly.Add(outcome);

    internal void AddMissing(string key)
    {
        // Condition keys are compared without case.
        foreach (var known in _missingContext)
        {
            if (known.Equals(key, StringComparison.OrdinalIgnoreCase))
                return;
        }
        _missingContext.Add(key);
    }

    /// <summary>A block leaves nothing to satisfy, and ends when it ends.</summary>
    internal void DropRequirements()
    {
        _required.Clear();
        ValidUntil = null;
    }

    /// <summary>The reasons of another decision after those that are there.</summary>
    internal void AddAll(Decision other)
    {
        _statements.AddRange(other._statements);
        foreach (var layer in other._blockedBy)
            Add(layer);
        _required.AddRange(other._required);
        foreach (var key in other._missingContext)
            AddMissing(key);
        _reportOnly.AddRange(other._reportOnly);
    }

    /// <summary>Time alone could change the decision at <paramref name="instant"/>; the earliest wins.</summary>
    internal void LimitTo(DateTimeOffset instant)
    {
        if (ValidUntil is null || instant < ValidUntil)
            ValidUntil = instant;
    }
}
