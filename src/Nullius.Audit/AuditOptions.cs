using Nullius.Audit.Segments;

namespace Nullius.Audit;

/// <summary>Where and how one node keeps its trail.</summary>
public sealed record AuditOptions
{
    /// <summary>The folder of all trails (<c>DataDirectory.Audit</c>); the node's own folder is made in it.</summary>
    public required string Directory { get; init; }

    /// <summary>Names the chain and its folder: letters, digits, <c>-</c>, <c>_</c>; at most 64.</summary>
    public string NodeId { get; init; } = "node-1";

    /// <summary>A segment ends soon after it has this many bytes; never later than at twice as many.</summary>
    public long SegmentBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>How often what was written is fsynced, and the trail looks after itself.</summary>
    public TimeSpan FsyncInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest that a record of <see cref="AuditTrail.AppendSoon"/> waits for another.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How often a head is signed while records arrive. Lines after the newest head can be cut off without a trace.</summary>
    public TimeSpan HeadInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Disk space held back for <see cref="AuditTrail.AppendReserved"/>.</summary>
    public long ReservedBytes { get; init; } = 16L * 1024 * 1024;

    /// <summary>A longer record is refused.</summary>
    public int MostRecordBytes { get; init; } = 128 * 1024;

    /// <summary>The node's folder.</summary>
    public string Folder => Path.Combine(Directory, NodeId);

    /// <summary>Where the node's wrapped signing key lies; see <see cref="AuditSigningKey.Open"/>.</summary>
    public string SigningKeyFile => Path.Combine(Folder, "head.key");

    internal void Check()
    {
        if (!SegmentFiles.IsNodeId(NodeId))
            throw new ArgumentException($"audit node id `{NodeId}`: expected letters, digits, `-` and `_`, at most 64");
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(SegmentBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(ReservedBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(MostRecordBytes, 1024);
    }
}
