namespace Nullius.Audit;

/// <summary>What is wrong at a place of a trail.</summary>
public enum AuditFindingKind
{
    /// <summary>A line is not what was written: its own bytes, or the hash that the next one holds of it, differ.</summary>
    Altered,
    /// <summary>Lines are missing here.</summary>
    Removed,
    /// <summary>A line stands at another place than it was written at.</summary>
    Reordered,
    /// <summary>A line was never written by the trail.</summary>
    Inserted,
    /// <summary>A line that stands elsewhere already.</summary>
    Duplicated,
    /// <summary>The trail ends before the line that a signed head counts.</summary>
    Truncated,
    /// <summary>A segment is missing between others.</summary>
    MissingSegment,
    /// <summary>A chain that is whole in itself but is not the one that was signed.</summary>
    Rewritten,
    /// <summary>A head is altered, unsigned, signed by an unknown key, out of order or missing.</summary>
    BadHead,
    /// <summary>The tip is missing, damaged, or not what the trail's writer made.</summary>
    BadTip,
    /// <summary>Half a line at the very end: what a crash leaves, not tampering.</summary>
    TornTail,
    /// <summary>Lines that were written and not yet durable when the machine stopped: what a power cut takes, not tampering.</summary>
    LostTail,
}

/// <summary>One thing that a verification found, and where.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="File">Name of the file in the node's folder.</param>
/// <param name="Line">Line in the file, from 1; 0 when the file as a whole is meant.</param>
/// <param name="Offset">Where the line begins, in bytes.</param>
/// <param name="Sequence">The sequence that was expected here, or is missing first.</param>
/// <param name="Message">One line for people.</param>
public sealed record AuditFinding(AuditFindingKind Kind, string File, long Line, long Offset, long Sequence, string Message)
{
    /// <summary>False for what a crash explains.</summary>
    public bool IsTampering => Kind is not (AuditFindingKind.TornTail or AuditFindingKind.LostTail);
}

/// <summary>The result of a verification.</summary>
public sealed record AuditVerification
{
    /// <summary>Which node's chain.</summary>
    public required string Node { get; init; }

    /// <summary>What was found, in order of place; bounded (<see cref="MoreFindings"/>).</summary>
    public required IReadOnlyList<AuditFinding> Findings { get; init; }

    /// <summary>Findings beyond the bound.</summary>
    public required long MoreFindings { get; init; }

    /// <summary>Whole lines read.</summary>
    public required long Lines { get; init; }

    /// <summary>Segments read.</summary>
    public required int Segments { get; init; }

    /// <summary>Heads whose signature verifies.</summary>
    public required long Heads { get; init; }

    /// <summary>Sequence up to which a signature vouches: of a head, or of the statement in the tip.</summary>
    public required long SignedUpTo { get; init; }

    /// <summary>Sequence that the tip counts; 0 without a tip.</summary>
    public required long TipUpTo { get; init; }

    /// <summary>True when the tip was checked with the key that writes it. Otherwise lines after <see cref="SignedUpTo"/> could be cut off by whoever also rewrites the tip.</summary>
    public required bool TipAuthenticated { get; init; }

    /// <summary>Ids of the keys that signed, to be compared with what is known of the node.</summary>
    public required IReadOnlyList<string> KeyIds { get; init; }

    /// <summary>Nothing but what a crash explains.</summary>
    public bool Verifies => !Findings.Any(finding => finding.IsTampering) && MoreFindings == 0;
}
