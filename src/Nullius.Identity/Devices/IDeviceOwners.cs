using Microsoft.EntityFrameworkCore;

namespace Nullius.Identity.Devices;

/// <summary>What becomes of devices when their owner's account is deleted.</summary>
public interface IDeviceOwners
{
    /// <summary>
    /// Revokes the owner's devices and removes the codes with which more could be enrolled, in the transaction that is open on
    /// <paramref name="db"/>, with their feed entries. The devices stay in the inventory, blocked.
    /// </summary>
    /// <param name="db">A context that carries the change feed, within a transaction; the caller saves.</param>
    /// <param name="ownerId">The person.</param>
    /// <param name="by">Who does it, for the record.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Ids of the devices that were revoked.</returns>
    Task<IReadOnlyList<string>> EndOwnershipAsync(DbContext db, string ownerId, string by, CancellationToken cancellation);
}
