namespace Nullius.Gateway;

/// <summary>How the enforcement point is, at one instant.</summary>
/// <param name="Sequence">The newest feed entry that the snapshot contains.</param>
/// <param name="SnapshotAge">Time since the snapshot was last confirmed caught up.</param>
/// <param name="Generation">Grows with every change of configuration or policy.</param>
/// <param name="ConfiguredAt">When the live configuration was made live.</param>
/// <param name="LiveConnections">Requests and connections in progress.</param>
/// <param name="People">Entries in the snapshot.</param>
/// <param name="Sessions">Entries in the snapshot.</param>
/// <param name="Devices">Entries in the snapshot.</param>
/// <param name="Requests">Requests received since start.</param>
/// <param name="Refused">Of these, refused.</param>
/// <param name="LastReloadErrors">What a refused reload was refused for; empty after a good one.</param>
public sealed record GateStatus(
    long Sequence, TimeSpan SnapshotAge, long Generation, DateTimeOffset ConfiguredAt, int LiveConnections,
    int People, int Sessions, int Devices, long Requests, long Refused, IReadOnlyList<Config.ConfigDiagnostic> LastReloadErrors);
