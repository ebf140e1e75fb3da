using Microsoft.EntityFrameworkCore;
using Nullius.Identity.Trust;
using Nullius.State.Feed;

namespace Nullius.Identity.Devices;

/// <summary>The devices that are known, who owns them and how they are; read by the enforcement points, changed by administrators. Thread-safe.</summary>
public sealed class DeviceInventory(Func<DevicesDb> open, IDeviceEvents events, TimeProvider time, DeviceComplianceOptions options) : IDeviceTrustSource, IDeviceOwners
{
    private volatile DeviceComplianceOptions _options = options;

    public DeviceComplianceOptions Compliance => _options;

    public async Task<IReadOnlyList<DeviceTrust>> ReadAllAsync(CancellationToken cancellation) =>
        [.. (await ViewsAsync(cancellation)).Select(view => view.ToTrust(_options, time.GetUtcNow()))];

    public async Task<DeviceTrust?> ReadAsync(string id, CancellationToken cancellation) =>
        (await ViewAsync(id, cancellation))?.ToTrust(_options, time.GetUtcNow());

    /// <summary>All devices, also revoked ones, by name.</summary>
    public async Task<IReadOnlyList<DeviceRecord>> ListAsync(CancellationToken cancellation) =>
        [.. (await ViewsAsync(cancellation)).Select(view => view.ToRecord(_options, time.GetUtcNow())).OrderBy(device => device.Name, StringComparer.Ordinal).ThenBy(device => device.Id, StringComparer.Ordinal)];

    /// <summary>Null when there is no such device.</summary>
    public async Task<DeviceRecord?> FindAsync(string id, CancellationToken cancellation) =>
        (await ViewAsync(id, cancellation))?.ToRecord(_options, time.GetUtcNow());

    /// <summary>Ends the trust in a device for good; its certificates are no longer honoured.</summary>
    /// <param name="by">Who did it, for the record.</param>
    /// <returns>False when it was revoked before.</returns>
    /// <exception cref="DeviceRefusedException">No such device.</exception>
    public Task<bool> RevokeAsync(string id, string by, CancellationToken cancellation) => ChangeAsync(
        id,
        device =>
        {
            if (device.RevokedAt is not null)
                return false;
            (device.RevokedAt, device.RevokedBy) = (time.GetUtcNow().ToUnixTimeMilliseconds(), DeviceText.Required(by, "name of who revokes"));
            return true;
        },
        new DeviceEvent(DeviceEventKind.Revoked) { Actor = by },
        cancellation);

    /// <summary>Gives a device to another person.</summary>
    /// <returns>False when it is theirs already.</returns>
    /// <exception cref="DeviceRefusedException">No such device, or it is revoked.</exception>
    public Task<bool> ChangeOwnerAsync(string id, string ownerId, CancellationToken cancellation) => ChangeAsync(
        id,
        device =>
        {
            if (device.RevokedAt is not null)
                throw new DeviceRefusedException(DeviceRefusal.Revoked, $"device `{id}` is revoked");
            if (device.OwnerId == ownerId)
                return false;
            device.OwnerId = DeviceText.Required(ownerId, "owner");
            return true;
        },
        new DeviceEvent(DeviceEventKind.OwnerChanged),
        cancellation);

    /// <summary>Forgets a device and its history; for what a test of the deployment enrolled. Its certificates are no longer honoured.</summary>
    /// <returns>False when there is no such device.</returns>
    public async Task<bool> RemoveAsync(string id, CancellationToken cancellation)
    {
        await using var db = open();
        var device = await db.Devices.FindAsync([id], cancellation);
        if (device is null)
            return false;
        db.Devices.Remove(device);
        db.Publish(ChangeKind.Device, id, time.GetUtcNow());
        await db.SaveRecordedAsync(events, new DeviceEvent(DeviceEventKind.Removed) { DeviceId = id, OwnerId = device.OwnerId }, cancellation);
        return true;
    }

    public async Task<IReadOnlyList<string>> EndOwnershipAsync(DbContext db, string ownerId, string by, CancellationToken cancellation)
    {
        var (now, who) = (time.GetUtcNow(), DeviceText.Required(by, "name of who revokes"));
        var at = now.ToUnixTimeMilliseconds();
        var ids = await db.Database.SqlQuery<string>(
            $"UPDATE devices SET revoked_at = {at}, revoked_by = {who} WHERE owner_id = {ownerId} AND revoked_at IS NULL RETURNING id AS Value").ToListAsync(cancellation);
        await db.Database.ExecuteSqlAsync($"DELETE FROM device_codes WHERE owner_id = {ownerId}", cancellation);
        foreach (var id in ids)
            db.Publish(ChangeKind.Device, id, now);
        return ids;
    }

    /// <summary>Judges by other rules from now on, and tells the enforcement points about every device.</summary>
    public async Task ApplyAsync(DeviceComplianceOptions compliance, CancellationToken cancellation)
    {
        var before = _options;
        _options = compliance;
        if (before.StaleAfter == compliance.StaleAfter && before.Required.SequenceEqual(compliance.Required, StringComparer.Ordinal))
            return;
        await using var db = open();
        foreach (var id in await db.Devices.Where(device => device.RevokedAt == null).Select(device => device.Id).ToListAsync(cancellation))
            db.Publish(ChangeKind.Device, id, time.GetUtcNow());
        await db.SaveChangesAsync(cancellation);
    }

    private async Task<bool> ChangeAsync(string id, Func<Device, bool> change, DeviceEvent happened, CancellationToken cancellation)
    {
        await using var db = open();
        var device = await db.Devices.FindAsync([id], cancellation)
            ?? throw new DeviceRefusedException(DeviceRefusal.UnknownDevice, $"no device `{DeviceText.Shown(id)}`");
        if (!change(device))
            return false;
        db.Publish(ChangeKind.Device, id, time.GetUtcNow());
        await db.SaveRecordedAsync(events, happened with { DeviceId = id, OwnerId = device.OwnerId }, cancellation);
        return true;
    }

    private async Task<DeviceView?> ViewAsync(string id, CancellationToken cancellation)
    {
        await using var db = open();
        var device = await db.Devices.AsNoTracking().FirstOrDefaultAsync(row => row.Id == id, cancellation);
        if (device is null)
            return null;
        var certificates = await db.Certificates.AsNoTracking().Where(row => row.DeviceId == id).ToListAsync(cancellation);
        return new DeviceView(device, certificates, await db.Reports.AsNoTracking().FirstOrDefaultAsync(row => row.DeviceId == id, cancellation));
    }

    private async Task<IEnumerable<DeviceView>> ViewsAsync(CancellationToken cancellation)
    {
        await using var db = open();
        // One transaction: the three lists are of one moment.
        await using var moment = await db.Database.BeginTransactionAsync(cancellation);
        var devices = await db.Devices.AsNoTracking().ToListAsync(cancellation);
        var certificates = (await db.Certificates.AsNoTracking().ToListAsync(cancellation)).ToLookup(row => row.DeviceId, StringComparer.Ordinal);
        var reports = await db.Reports.AsNoTracking().ToDictionaryAsync(row => row.DeviceId, StringComparer.Ordinal, cancellation);
        return [.. devices.Select(device => new DeviceView(device, [.. certificates[device.Id]], reports.GetValueOrDefault(device.Id)))];
    }
}
