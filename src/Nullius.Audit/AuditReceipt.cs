namespace Nullius.Audit;

/// <summary>When an appended record must be on the disk.</summary>
public enum Durability
{
    /// <summary>Written before return (a killed process loses nothing); fsync at the trail's interval.</summary>
    Interval,
    /// <summary>Written and fsynced before return.</summary>
    Sync,
}

/// <summary>The receipt of an appended record.</summary>
/// <param name="Sequence">Position in the node's chain, from 1.</param>
public readonly record struct AuditReceipt(long Sequence);
