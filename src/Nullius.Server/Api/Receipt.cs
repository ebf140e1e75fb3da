namespace Nullius.Server.Api;

/// <summary>What an action of trust did: committed, applied by the gate, recorded.</summary>
/// <param name="Action">The operation, e.g. <c>RevokeSession</c>.</param>
/// <param name="Subject">Id of the person, session or device that was acted on.</param>
/// <param name="At">When the change was committed.</param>
/// <param name="Sequence">Position in the change feed up to which the gate has applied trust changes, this one among them.</param>
/// <param name="SessionsEnded">Sessions that were honoured before and are not any more.</param>
/// <param name="ConnectionsClosed">Open connections that the gate closed because of it.</param>
/// <param name="ConnectionsOpen">Connections of the subject that are still open; more than 0 means that another session or policy still allows them.</param>
/// <param name="Milliseconds">From the commit until the gate had applied the change.</param>
/// <param name="Reference">The decision and audit record of the call that did it.</param>
internal sealed record Receipt(
    string Action, string Subject, DateTimeOffset At, long Sequence, int SessionsEnded, int ConnectionsClosed, int ConnectionsOpen,
    double Milliseconds, string Reference);
