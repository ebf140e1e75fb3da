namespace Nullius.Policy.Replay;

/// <summary>What a group of requests has in common.</summary>
public enum ReplayChange : byte
{
    /// <summary>Refused or asked for more under the current policies, allowed under the candidate.</summary>
    Gains,
    /// <summary>Not refused under the current policies, refused under the candidate.</summary>
    Loses,
    /// <summary>Allowed under the current policies, asked for another control under the candidate.</summary>
    Challenged,
    /// <summary>Refused under the current policies, asked for a control under the candidate; or asked for other controls.</summary>
    Eased,
    /// <summary>One of both answers hangs on what the records do not tell.</summary>
    Unknown,
    /// <summary>The policies have no say.</summary>
    NotDecided,
    /// <summary>The recorded outcome is not what the current policies come to: one of both is not complete.</summary>
    Disagreement,
}

/// <summary>Requests of one principal for one action on a pattern of resources that fare alike.</summary>
public sealed record ReplayGroup
{
    public required ReplayChange Change { get; init; }

    public required ActivityProvider Provider { get; init; }

    /// <summary>A role stands for its sessions.</summary>
    public required string Principal { get; init; }

    public required string Action { get; init; }

    /// <summary>A resource, or a pattern for several; null where the records do not tell it.</summary>
    public string? Resource { get; init; }

    /// <summary>Distinct resources that the pattern stands for.</summary>
    public required int Resources { get; init; }

    public required ReplayVerdict Current { get; init; }

    public required ReplayVerdict Candidate { get; init; }

    /// <summary>Of a disagreement, what the records say.</summary>
    public RecordedOutcome? Recorded { get; init; }

    public required long Count { get; init; }

    public required DateTimeOffset First { get; init; }

    public required DateTimeOffset Last { get; init; }

    /// <summary>The keys that are not known, the controls that are asked for, or why nothing was decided; empty otherwise.</summary>
    public required string Why { get; init; }

    /// <summary>The statement that decides under the candidate (of a disagreement, under the current policies); empty where none does.</summary>
    public required string DecidedBy { get; init; }

    /// <summary>Id of the first event.</summary>
    public required string Sample { get; init; }
}

/// <summary>What replaying came to.</summary>
public sealed record ReplayReport
{
    /// <summary>Requests that were replayed.</summary>
    public required long Requests { get; init; }

    /// <summary>Of these, requests that fare the same under both.</summary>
    public required long Unchanged { get; init; }

    public required long Gains { get; init; }

    public required long Loses { get; init; }

    public required long Challenged { get; init; }

    public required long Eased { get; init; }

    public required long Unknown { get; init; }

    public required long NotDecided { get; init; }

    /// <summary>Requests whose recorded outcome could be compared with the current policies' answer.</summary>
    public required long Compared { get; init; }

    /// <summary>Of these, requests where they are not the same.</summary>
    public required long Disagreements { get; init; }

    /// <summary>By change, then by count.</summary>
    public required IReadOnlyList<ReplayGroup> Groups { get; init; }
}
