using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nullius.Server.Api.Decisions;

/// <summary>What the gate did with a request.</summary>
[JsonConverter(typeof(CamelCaseEnum<DecisionEffect>))]
internal enum DecisionEffect
{
    Allow,
    /// <summary>Allowed once the person has proved more.</summary>
    StepUp,
    Deny,
}

/// <summary>A person, session or device that an entry speaks of.</summary>
internal sealed record EntityRef(string Id, string Name);

/// <summary>The device of a request.</summary>
/// <param name="Id">Null for a device that the inventory does not know.</param>
/// <param name="State"><c>compliant</c>, <c>noncompliant</c>, <c>stale</c>, <c>unmanaged</c> or <c>revoked</c>.</param>
internal sealed record DeviceRef(string? Id, string Name, string State);

/// <summary>One decision in a list.</summary>
/// <param name="Reference">The audit record's id; opens the decision.</param>
/// <param name="Observed">True when the route only observes: a denial was recorded and the request forwarded.</param>
/// <param name="Basis"><c>allowed</c>, <c>explicitDeny</c>, <c>implicitDeny</c>, <c>unknown</c>, <c>controlsMissing</c>, or what stopped the request before a policy was asked.</param>
/// <param name="Reason">Why, in a few words.</param>
/// <param name="Person">Null when the request was not authenticated.</param>
/// <param name="SessionKind"><c>browser</c>, <c>token</c> or <c>apikey</c>; null without a session.</param>
internal sealed record DecisionSummary(
    string Reference, DateTimeOffset At, DecisionEffect Effect, bool Observed, string Basis, string Reason,
    string Route, string Host, string Method, string Path, string Action,
    EntityRef? Person, string? SessionKind, DeviceRef? Device, string Address);

/// <summary>A batch of the live stream, at most ten a second.</summary>
/// <param name="Seen">Decisions that matched the filter since the batch before.</param>
/// <param name="Decisions">Those of them that are sent: all, or an even sample when there were more than fit.</param>
internal sealed record DecisionBatch(DateTimeOffset At, int Seen, IReadOnlyList<DecisionSummary> Decisions);

/// <summary>Who asked.</summary>
internal sealed record DecisionIdentity(
    string Id, string UserName, string DisplayName, string Principal, bool Disabled, IReadOnlyList<string> Groups,
    IReadOnlyDictionary<string, string> Tags, bool HasSecondFactor);

/// <summary>The session over which the request came.</summary>
/// <param name="Methods">How the person proved who they are (RFC 8176).</param>
/// <param name="AuthenticatedAt">Last interactive authentication.</param>
/// <param name="MfaAt">Last use of a second factor; null when none was used.</param>
internal sealed record DecisionSession(
    string Id, string Kind, IReadOnlyList<string> Methods, DateTimeOffset CreatedAt, DateTimeOffset AuthenticatedAt, DateTimeOffset? MfaAt,
    DateTimeOffset ExpiresAt, string? Address, string? UserAgent);

/// <summary>The device over which the request came.</summary>
internal sealed record DecisionDevice(
    string? Id, string Name, string Platform, string State, DateTimeOffset? ReportedAt, DateTimeOffset? StaleAt,
    IReadOnlyDictionary<string, string> Facts);

/// <summary>Risk as it was weighed.</summary>
/// <param name="User"><c>none</c>, <c>low</c>, <c>medium</c>, <c>high</c>; null when it could not be established.</param>
/// <param name="Network"><c>loopback</c>, <c>private</c> or <c>public</c>.</param>
internal sealed record DecisionRisk(string? User, string? Network);

/// <summary>A statement or policy that decided.</summary>
/// <param name="Layer">The kind of policy: <c>guardrail</c>, <c>resource</c>, <c>identity</c>, <c>boundary</c>, <c>conditionalAccess</c>, …</param>
/// <param name="Line">1-based line in <paramref name="Source"/>; 0 when it has no lines.</param>
/// <param name="Title">What people call it, where <paramref name="Id"/> says nothing to them: a Conditional Access policy's name.</param>
/// <param name="Effect"><c>allow</c>, <c>challenge</c> or <c>deny</c>.</param>
internal sealed record DecisionStatement(string Layer, string Source, int Line, string Id, string? Title, string Effect);

/// <summary>Controls that a step-up asks for.</summary>
/// <param name="All">True when all of <paramref name="Controls"/> are needed, false when one of them is.</param>
internal sealed record DecisionRequirement(string Policy, IReadOnlyList<string> Controls, bool All);

/// <summary>What a report-only policy would have done.</summary>
internal sealed record DecisionReportOnly(string Policy, string Result);

/// <summary>A value that a condition could read.</summary>
/// <param name="State"><c>present</c>; <c>absent</c> when the request has no such thing; <c>unknown</c> when it could not be established; <c>withheld</c> when it is not kept.</param>
/// <param name="Values">Empty unless it is present.</param>
internal sealed record DecisionContextValue(string Key, string State, IReadOnlyList<string> Values);

/// <summary>Where the decision is recorded.</summary>
/// <param name="Sequence">Position in the node's chain; null when it is not known here.</param>
/// <param name="Record">The record as written (OCSF); null when it is not at hand any more.</param>
internal sealed record DecisionAudit(string Reference, long? Sequence, JsonElement? Record);

/// <summary>How the request ended; written after it was forwarded.</summary>
internal sealed record DecisionCompletion(int Status, long BytesSent, double Milliseconds, string? ClosedBecause);

/// <summary>
/// One decision with the whole chain from identity to audit record. Person, session and device are as they are when this is
/// read; the record has them as they were.
/// </summary>
/// <param name="Why">Why it was decided so, in sentences.</param>
/// <param name="Changes">What would change it, in sentences.</param>
internal sealed record DecisionDetail(
    DecisionSummary Summary, string? Resource, DecisionIdentity? Identity, DecisionSession? Session, DecisionDevice? Device, DecisionRisk Risk,
    IReadOnlyList<DecisionStatement> Statements, IReadOnlyList<string> BlockedBy, IReadOnlyList<DecisionRequirement> RequiredControls,
    IReadOnlyList<string> MissingContext, IReadOnlyList<DecisionReportOnly> ReportOnly, DateTimeOffset? ValidUntil,
    IReadOnlyList<DecisionContextValue> Context, IReadOnlyList<string> Why, IReadOnlyList<string> Changes,
    DecisionAudit Audit, DecisionCompletion? Completion);
