namespace Nullius.Policy.Decisions;

/// <summary>The kinds of policy that take part, in the order of evaluation (reference: IAM policy evaluation logic).</summary>
public enum PolicyLayer
{
    ResourceControl,
    Guardrail,
    Endpoint,
    Resource,
    Identity,
    Boundary,
    Session,
    ConditionalAccess,
    /// <summary>A GCP deny policy.</summary>
    DenyPolicy,
    /// <summary>A GCP principal access boundary.</summary>
    AccessBoundary,
    /// <summary>A GCP allow policy.</summary>
    AllowPolicy,
}

/// <summary>Points to one statement of one document: the witness of a decision. Made at load, shared, never per decision.</summary>
/// <param name="Layer">The layer in which the document takes part.</param>
/// <param name="Source">File or name of the document as its reader gave it.</param>
/// <param name="Line">1-based line where the statement begins; 0 when the source has no lines.</param>
/// <param name="Id">The statement's Sid, a policy's id, or its ordinal as <c>#1</c>.</param>
/// <param name="Effect">What the statement says: allow or deny; challenge for a grant control.</param>
/// <param name="Title">What people call it, where its id says nothing to them; null when the id is its name.</param>
public sealed record StatementRef(PolicyLayer Layer, string Source, int Line, string Id, Effect Effect, string? Title = null);

/// <summary>What must be satisfied before access: all of <paramref name="Controls"/> or one of them.</summary>
/// <param name="Policy">The policy that asks.</param>
/// <param name="Controls">Graph names: <c>mfa</c>, <c>compliantDevice</c>, <c>domainJoinedDevice</c>, <c>passwordChange</c>, <c>signInFrequency</c>, …</param>
/// <param name="All">True for AND, false for OR.</param>
/// <param name="Age">How old a sign-in may be, where <c>signInFrequency</c> asks for a recent one; null where nothing does.</param>
public sealed record ControlRequirement(StatementRef Policy, IReadOnlyList<string> Controls, bool All, TimeSpan? Age = null);

/// <summary>What a report-only policy would have done.</summary>
public enum ReportOnlyResult
{
    Success,
    Failure,
    Interrupted,
    NotApplied,
}

public sealed record ReportOnlyOutcome(StatementRef Policy, ReportOnlyResult Result);
