using Nullius.Identity.Trust;

namespace Nullius.Identity.Devices;

/// <summary>Where the trust in devices is read from.</summary>
public interface IDeviceTrustSource
{
    Task<IReadOnlyList<DeviceTrust>> ReadAllAsync(CancellationToken cancellation);

    /// <summary>Null when there is no such device.</summary>
    Task<DeviceTrust?> ReadAsync(string id, CancellationToken cancellation);
}
