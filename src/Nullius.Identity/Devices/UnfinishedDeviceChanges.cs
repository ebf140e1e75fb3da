using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;

namespace Nullius.Identity.Devices;

/// <summary>A note of what is about to be recorded and committed, as JSON.</summary>
internal sealed class UnfinishedDeviceChange
{
    public long Id { get; set; }

    public required string Happened { get; set; }
}

/// <summary>
/// Changes of devices whose record may stand in the trail although they were never committed: noted before the record is written, struck out by
/// the commit itself. What is left when a process is killed in between is told by the next one.
/// </summary>
public sealed class UnfinishedDeviceChanges(Func<DevicesDb> open, IDeviceEvents events)
{
    private static readonly JsonSerializerOptions Json = new() { Converters = { new JsonStringEnumConverter() }, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>Records what an earlier process left unfinished. To be called before any device is changed.</summary>
    /// <exception cref="Exception">The trail cannot take it: it is told at the next start.</exception>
    public async Task TellAsync(CancellationToken cancellation)
    {
        await using var db = open();
        foreach (var change in await db.Unfinished.AsNoTracking().OrderBy(change => change.Id).ToListAsync(cancellation))
        {
            if (JsonSerializer.Deserialize<DeviceEvent>(change.Happened, Json) is { } happened)
                events.Record(RecordedDeviceChanges.Failed(happened, RecordedCommit.Unfinished));
            await StrikeAsync(db, change.Id, cancellation);
        }
    }

    internal static async Task<long> BeginAsync(DevicesDb db, DeviceEvent happened, CancellationToken cancellation)
    {
        var text = JsonSerializer.Serialize(happened, Json);
        return (await db.Database.SqlQuery<long>($"INSERT INTO unfinished_device_change (happened) VALUES ({text}) RETURNING id AS Value").ToListAsync(cancellation))[0];
    }

    internal static Task StrikeAsync(DevicesDb db, long change, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"DELETE FROM unfinished_device_change WHERE id = {change}", cancellation);
}

/// <summary>Commits changes of devices with their audit record (<see cref="RecordedCommit"/>).</summary>
internal static class RecordedDeviceChanges
{
    public static Task SaveRecordedAsync(this DevicesDb db, IDeviceEvents events, DeviceEvent happened, CancellationToken cancellation) =>
        RecordedCommit.SaveAsync(
            db,
            new Recording(
                1, token => UnfinishedDeviceChanges.BeginAsync(db, happened, token), (change, token) => UnfinishedDeviceChanges.StrikeAsync(db, change, token),
                _ => events.Record(happened), why => events.Record(Failed(happened, why))),
            () => Task.CompletedTask, cancellation);

    public static DeviceEvent Failed(DeviceEvent happened, string why) =>
        happened with { Success = false, Detail = happened.Detail is null ? why : $"{happened.Detail} ({why})" };
}
