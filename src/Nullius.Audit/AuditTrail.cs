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

/// <summary>
/// The append-only, hash-chained trail of one node: segments of JSON lines, signed heads (law 6). Thread-safe.
/// </summary>
public sealed class AuditTrail : IAsyncDisposable
{
    /// <summary>
    /// Appends one record. <paramref name="body"/> is one JSON object (UTF-8, one line, OCSF), to which the trail adds its
    /// own member with sequence and hash of the line before. Returns when the line is written.
    /// </summary>
    /// <exception cref="AuditUnavailableException">The record could not be written (disk full, folder gone): the caller must not forward.</exception>
    public AuditReceipt Append(ReadOnlySpan<byte> body, Durability durability = Durability.Interval) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => throw new NotSupportedException();
}

/// <summary>The trail cannot take a record now.</summary>
public sealed class AuditUnavailableException(string message, Exception? cause = null) : Exception(message, cause);
