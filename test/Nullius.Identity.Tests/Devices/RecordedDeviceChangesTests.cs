using Nullius.Identity.Devices;

namespace Nullius.Identity.Tests.Devices;

/// <summary>What happens to devices is recorded before it is committed, and never only one of both.</summary>
public sealed class RecordedDeviceChangesTests
{
    private static readonly IOException Full = new("the trail is full");

    [Fact]
    public async Task A_code_an_enrolment_and_a_revocation_are_recorded_with_who_did_them()
    {
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        var (id, certificate) = await house.EnrolAsync(device);
        certificate.Dispose();
        await house.Inventory.RevokeAsync(id, "carol", default);

        Assert.Equal(
            [(DeviceEventKind.CodeIssued, "admin", null), (DeviceEventKind.Enrolled, "admin", id), (DeviceEventKind.Revoked, "carol", id)],
            house.Store.Events.Select(one => (one.Kind, one.Actor, one.DeviceId)));
        Assert.All(house.Store.Events, one => Assert.Equal((true, "alice"), (one.Success, one.OwnerId)));
    }

    [Fact]
    public async Task What_the_trail_cannot_take_is_not_committed()
    {
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        var (id, certificate) = await house.EnrolAsync(device);
        certificate.Dispose();
        var code = await house.Enrolment.IssueCodeAsync("alice", "admin", default);
        var feed = (await house.FeedAsync()).Count;
        house.Store.EventFault = Full;

        await Assert.ThrowsAsync<IOException>(() => house.Inventory.RevokeAsync(id, "carol", default));
        await Assert.ThrowsAsync<IOException>(() => house.Enrolment.EnrolAsync(code.Code, device.SigningRequest, "second", "linux", default));

        Assert.Null((await house.Inventory.FindAsync(id, default))!.RevokedAt);
        Assert.Single(await house.Inventory.ListAsync(default));
        Assert.Equal(feed, (await house.FeedAsync()).Count);
        house.Store.EventFault = null;
        Assert.Equal("alice", (await house.Enrolment.EnrolAsync(code.Code, device.SigningRequest, "second", "linux", default)).OwnerId);
    }

    [Fact]
    public async Task What_a_killed_process_recorded_and_did_not_commit_is_told_by_the_next_one_once()
    {
        using var house = await DeviceHouse.OpenAsync();
        await using (var db = house.Store.Open())
            await UnfinishedDeviceChanges.BeginAsync(db, new DeviceEvent(DeviceEventKind.Revoked) { DeviceId = "dev-1", OwnerId = "alice", Actor = "carol" }, default);

        await new UnfinishedDeviceChanges(house.Store.Open, house.Store).TellAsync(default);
        await new UnfinishedDeviceChanges(house.Store.Open, house.Store).TellAsync(default);

        var told = Assert.Single(house.Store.Events);
        Assert.Equal((DeviceEventKind.Revoked, false, "dev-1", "carol"), (told.Kind, told.Success, told.DeviceId, told.Actor));
        Assert.Contains("not committed", told.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_left_unfinished_by_a_change_that_was_committed_or_given_up()
    {
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        var (id, certificate) = await house.EnrolAsync(device);
        certificate.Dispose();
        house.Store.EventFault = Full;
        await Assert.ThrowsAsync<IOException>(() => house.Inventory.RevokeAsync(id, "carol", default));
        house.Store.EventFault = null;
        using (var connection = house.Store.Store.OpenConnection())
        using (var command = connection.CreateCommand())
        {
            command.CommandText = "CREATE TRIGGER refused BEFORE UPDATE ON devices BEGIN SELECT RAISE(ABORT, 'refused'); END";
            command.ExecuteNonQuery();
        }

        await Assert.ThrowsAnyAsync<Exception>(() => house.Inventory.RevokeAsync(id, "carol", default));
        house.Store.Events.Clear();

        await new UnfinishedDeviceChanges(house.Store.Open, house.Store).TellAsync(default);
        Assert.Empty(house.Store.Events);
    }

    [Fact]
    public async Task A_report_that_says_nothing_new_is_no_event()
    {
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        var (id, certificate) = await house.EnrolAsync(device);
        using var presented = certificate;
        foreach (var state in new[] { "yes", "yes", "no" })
        {
            house.Time.Advance(TimeSpan.FromMinutes(1));
            await house.Posture.ReportAsync(presented, device.Report(id, house.Time.GetUtcNow(), TestDevice.Facts(state)), default);
        }

        Assert.Equal(2, house.Store.Events.Count(one => one.Kind == DeviceEventKind.Reported));
    }
}
