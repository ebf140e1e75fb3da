using System.Security.Cryptography.X509Certificates;
using Microsoft.EntityFrameworkCore;
using Nullius.Identity.Trust;
using Nullius.State.Feed;

namespace Nullius.Identity.Devices;

/// <summary>What a report led to.</summary>
/// <param name="Name">The state as conditions name it.</param>
/// <param name="Changed">Whether state or facts differ from those of the report before.</param>
public sealed record PostureVerdict(string DeviceId, string OwnerId, DeviceState State, string Name, IReadOnlyList<string> Reasons, DateTimeOffset StaleAt, bool Changed);

/// <summary>Takes signed posture reports. A report counts once, in order, and only near its time. Thread-safe.</summary>
public sealed class DevicePosture(Func<DevicesDb> open, IDeviceEvents events, DeviceInventory inventory, TimeProvider time)
{
    internal static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);
    internal const int MostReportsInWindow = 60;

    /// <param name="presented">The client certificate of the connection that brought the report.</param>
    /// <param name="jws">Compact JWS, signed by that certificate's key.</param>
    /// <exception cref="DeviceRefusedException">The report does not count; the message says why.</exception>
    public Task<PostureVerdict> ReportAsync(X509Certificate2 presented, string jws, CancellationToken cancellation) => ReportAsync(presented, jws, null, cancellation);

    /// <inheritdoc cref="ReportAsync(X509Certificate2, string, CancellationToken)"/>
    /// <param name="origin">The request that brought the report, for the record.</param>
    public async Task<PostureVerdict> ReportAsync(X509Certificate2 presented, string jws, DeviceOrigin? origin, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var db = open();
        var (device, current) = await PresentedCertificate.FindAsync(db, presented, now, cancellation);
        var report = PostureReport.Read(jws, presented);
        if (report.DeviceId != device.Id)
            throw new DeviceRefusedException(DeviceRefusal.InvalidReport, "posture report refused: it is of another device");
        if ((report.At - now).Duration() > Skew)
            throw new DeviceRefusedException(DeviceRefusal.ClockSkew, $"posture report refused: its time is more than {Skew.TotalMinutes} minutes from ours ({now:O}); set the device's clock");

        await CheckNonceAsync(db, device.Id, report, now, cancellation);
        var before = await StoreAsync(db, device.Id, report, now, cancellation);
        await RetireOlderAsync(db, current, now, cancellation);
        // Also when nothing differs: the report is fresh for longer, and the enforcement points must know.
        db.Publish(ChangeKind.Device, device.Id, now);
        var (state, reasons) = DeviceCompliance.Assess(inventory.Compliance, report.Facts);
        var fresh = (report.At < now ? report.At : now) + inventory.Compliance.StaleAfter;
        var verdict = new PostureVerdict(device.Id, device.OwnerId, state, DeviceCompliance.NameOf(state), reasons, fresh, before != DeviceView.WriteFacts(report.Facts));
        try
        {
            // A mere refresh is not an event.
            await (verdict.Changed ? db.SaveRecordedAsync(events, Event(verdict, origin), cancellation) : db.SaveChangesAsync(cancellation));
        }
        catch (DbUpdateException fault) when (State.StoreUnavailableException.From(fault) is null)
        {
            throw new DeviceRefusedException(DeviceRefusal.Replayed, "posture report refused: another report of the device was taken at the same time", fault);
        }

        return verdict;
    }

    private static DeviceEvent Event(PostureVerdict verdict, DeviceOrigin? origin) =>
        new(DeviceEventKind.Reported) { DeviceId = verdict.DeviceId, OwnerId = verdict.OwnerId, State = verdict.Name, Reasons = verdict.Reasons, Origin = origin };

    private static async Task CheckNonceAsync(DevicesDb db, string deviceId, PostureReport report, DateTimeOffset now, CancellationToken cancellation)
    {
        // Twice the skew: a report dated ahead is acceptable for that long.
        var forgotten = (now - (2 * Skew)).ToUnixTimeMilliseconds();
        var seen = await db.Nonces.Where(row => row.DeviceId == deviceId).ToListAsync(cancellation);
        db.Nonces.RemoveRange(seen.Where(row => row.SeenAt < forgotten));
        var recent = seen.Where(row => row.SeenAt >= forgotten).ToList();
        if (recent.Exists(row => row.Nonce == report.Nonce))
            throw new DeviceRefusedException(DeviceRefusal.Replayed, "posture report refused: its nonce was used before");
        if (recent.Count >= MostReportsInWindow)
            throw new DeviceRefusedException(DeviceRefusal.TooManyReports, $"posture report refused: {MostReportsInWindow} reports within {2 * Skew.TotalMinutes} minutes; report less often");
        db.Nonces.Add(new ReportNonce { DeviceId = deviceId, Nonce = report.Nonce, SeenAt = now.ToUnixTimeMilliseconds() });
    }

    /// <summary>Puts the report in the place of the last; returns the facts of that one.</summary>
    private static async Task<string?> StoreAsync(DevicesDb db, string deviceId, PostureReport report, DateTimeOffset now, CancellationToken cancellation)
    {
        var at = report.At.ToUnixTimeMilliseconds();
        var last = await db.Reports.FirstOrDefaultAsync(row => row.DeviceId == deviceId, cancellation);
        if (last is not null && at <= last.At)
            throw new DeviceRefusedException(DeviceRefusal.Replayed, "posture report refused: it is not newer than the last one");
        var before = last?.Facts;
        if (last is null)
            db.Reports.Add(last = new DeviceReport { DeviceId = deviceId });
        (last.At, last.ReceivedAt, last.Facts) = (at, now.ToUnixTimeMilliseconds(), DeviceView.WriteFacts(report.Facts));
        return before;
    }

    // The first use of a renewed certificate ends the one that it replaced.
    private static async Task RetireOlderAsync(DevicesDb db, DeviceCertificate current, DateTimeOffset now, CancellationToken cancellation)
    {
        var older = await db.Certificates
            .Where(row => row.DeviceId == current.DeviceId && row.RetiredAt == null && row.IssuedAt < current.IssuedAt)
            .ToListAsync(cancellation);
        foreach (var certificate in older)
            certificate.RetiredAt = now.ToUnixTimeMilliseconds();
    }
}
