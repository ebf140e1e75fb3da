namespace Nullius.Policy.Replay;

/// <summary>Who wrote a record down, and with it the dialect that its names are in.</summary>
public enum ActivityProvider : byte
{
    Aws,
    Azure,
    Entra,
    Gcp,
    /// <summary>Our own audit trail.</summary>
    Nullius,
}

/// <summary>What a record says that became of the request.</summary>
public enum RecordedOutcome : byte
{
    /// <summary>The record does not tell.</summary>
    Unknown,
    Allowed,
    /// <summary>Refused for want of permission.</summary>
    Denied,
    /// <summary>Interrupted for a control that was not satisfied.</summary>
    Challenged,
    /// <summary>Failed for a reason that says nothing of permission.</summary>
    Failed,
}

/// <summary>
/// One recorded request: one principal, one permission, one resource. A call that needed several is several of these with one
/// <see cref="Id"/>. Immutable; its strings and its context are shared between the records of one reader.
/// </summary>
public sealed record RecordedRequest
{
    public required ActivityProvider Provider { get; init; }

    /// <summary>When the provider received it.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The provider's id of the event; empty when it has none.</summary>
    public string Id { get; init; } = "";

    /// <summary>Position among the requests of one event, from 0.</summary>
    public int Part { get; init; }

    /// <summary>In the provider's own form: an ARN or service name, a user's or application's id, <c>user:…</c>, <c>serviceAccount:…</c>.</summary>
    public required string Principal { get; init; }

    /// <summary>The permission that the request needed; where none is known (<see cref="IsMapped"/>), the event's own name.</summary>
    public required string Action { get; init; }

    /// <summary>False when <see cref="Action"/> is not a permission: nothing can be decided about it.</summary>
    public bool IsMapped { get; init; } = true;

    /// <summary>The permission is one on data, not on the resource itself (Azure's <c>dataActions</c>).</summary>
    public bool IsDataAction { get; init; }

    /// <summary>The resource's full name; <c>*</c> for an action that takes none; null when the record does not tell.</summary>
    public string? Resource { get; init; }

    /// <summary>What the resource was one of, as a policy of the dialect writes it, where the record tells only a part of its name; null otherwise.</summary>
    public string? ResourcePattern { get; init; }

    /// <summary>The account, subscription or project that owns the resource; null when the record does not tell.</summary>
    public string? Account { get; init; }

    public RecordedOutcome Outcome { get; init; }

    /// <summary>The caller's address as recorded; null when it is none (a service of the provider's).</summary>
    public string? SourceAddress { get; init; }

    /// <summary>What is known of the circumstances; everything that it does not name is unknown, not absent.</summary>
    public RecordedContext Context { get; init; } = RecordedContext.Nothing;
}
