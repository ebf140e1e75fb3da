namespace Nullius.Identity.Trust;

/// <summary>Everything an enforcement point starts from, consistent as of <paramref name="Sequence"/> of the change feed.</summary>
public sealed record TrustImage(
    long Sequence,
    IReadOnlyList<PersonTrust> People,
    IReadOnlyList<SessionTrust> Sessions,
    IReadOnlyList<DeviceTrust> Devices);

/// <summary>How an enforcement point reads trust from the store; a fake serves the gateway's tests.</summary>
public interface ITrustReader
{
    Task<TrustImage> ReadAllAsync(CancellationToken cancellation);

    /// <summary>Null when there is no such person.</summary>
    Task<PersonTrust?> ReadPersonAsync(string id, CancellationToken cancellation);

    /// <summary>Null when there is no such session or it ended.</summary>
    Task<SessionTrust?> ReadSessionAsync(string id, CancellationToken cancellation);

    Task<DeviceTrust?> ReadDeviceAsync(string id, CancellationToken cancellation);
}
