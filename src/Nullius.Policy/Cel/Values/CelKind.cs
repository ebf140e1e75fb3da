namespace Nullius.Policy.Cel.Values;

/// <summary>What a value is at run time.</summary>
public enum CelKind : byte
{
    Null,
    Bool,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    List,
    Map,
    Timestamp,
    Duration,
    Type,
    /// <summary>The evaluation of this part failed; logical operators may absorb it.</summary>
    Error,
    /// <summary>This part hangs on a value that could not be established; logical operators may absorb it.</summary>
    Unknown,
}
