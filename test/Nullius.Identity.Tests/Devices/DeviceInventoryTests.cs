using Nullius.Identity.Devices;
using Nullius.Identity.Trust;

namespace Nullius.Identity.Tests.Devices;

public sealed class DeviceInventoryTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_revoked_device_has_no_certificate_and_cannot_report_or_renew()
    {
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        var (id, certificate) = await house.EnrolAsync(device);
        Assert.True(await house.Inventory.RevokeAsync(id, "carol", None));
        Assert.False(await house.Inventory.RevokeAsync(id, "carol", None));

        var trust = await house.Inventory.ReadAsync(id, None);
        Assert.Equal(DeviceState.Revoked, trust!.StateAt(house.Time.GetUtcNow()));
        Assert.Empty(trust.Thumbprints);
        Assert.Equal(2, (await house.FeedAsync()).Count);
        var report = await Assert.ThrowsAsync<DeviceRefusedException>(() => house.Posture.ReportAsync(certificate, device.Report(id, house.Time.GetUtcNow()), None));
        var renewal = await Assert.ThrowsAsync<DeviceRefusedException>(() => house.Enrolment.RenewAsync(certificate, device.SigningRequest, None));
        Assert.Equal([DeviceRefusal.Revoked, DeviceRefusal.Revoked], [report.Refusal, renewal.Refusal]);
        Assert.Equal("carol", (await house.Inventory.FindAsync(id, None))!.RevokedBy);
    }

    [Fact]
    public async Task A_change_of_owner_is_published()
    {
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        var (id, _) = await house.EnrolAsync(device);
        Assert.True(await house.Inventory.ChangeOwnerAsync(id, "bob", None));
        Assert.False(await house.Inventory.ChangeOwnerAsync(id, "bob", None));
        Assert.Equal("bob", (await house.Inventory.ReadAsync(id, None))!.OwnerId);
        Assert.Equal(2, (await house.FeedAsync()).Count);
    }

    [Fact]
    public async Task A_device_that_does_not_exist_is_named_in_the_error()
    {
        using var house = await DeviceHouse.OpenAsync();
        Assert.Null(await house.Inventory.ReadAsync("dev-none", None));
        var refused = await Assert.ThrowsAsync<DeviceRefusedException>(() => house.Inventory.RevokeAsync("dev-none", "carol", None));
        Assert.Contains("`dev-none`", refused.Message);
    }

    [Fact]
    public async Task A_removed_device_leaves_nothing_but_its_feed_entry()
    {
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        var (id, certificate) = await house.EnrolAsync(device);
        await house.Posture.ReportAsync(certificate, device.Report(id, house.Time.GetUtcNow()), None);
        Assert.True(await house.Inventory.RemoveAsync(id, None));
        Assert.False(await house.Inventory.RemoveAsync(id, None));
        await using var db = house.Store.Open();
        Assert.Equal((0, 0, 0, 0), (db.Devices.Count(), db.Certificates.Count(), db.Reports.Count(), db.Nonces.Count()));
        Assert.Equal(id, (await house.FeedAsync())[^1].EntityId);
    }

    [Fact]
    public async Task Other_rules_judge_the_last_report_anew_and_are_published()
    {
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        var (id, certificate) = await house.EnrolAsync(device);
        var facts = TestDevice.Facts();
        facts["screenLock"] = TestDevice.Fact("unknown");
        await house.Posture.ReportAsync(certificate, device.Report(id, house.Time.GetUtcNow(), facts), None);
        Assert.Equal(DeviceState.NonCompliant, (await house.Inventory.ReadAsync(id, None))!.State);
        var before = (await house.FeedAsync()).Count;

        await house.Inventory.ApplyAsync(new DeviceComplianceOptions { Required = ["diskEncryption"] }, None);
        Assert.Equal(DeviceState.Compliant, (await house.Inventory.ReadAsync(id, None))!.State);
        Assert.Equal(before + 1, (await house.FeedAsync()).Count);

        await house.Inventory.ApplyAsync(new DeviceComplianceOptions { Required = ["diskEncryption"] }, None);
        Assert.Equal(before + 1, (await house.FeedAsync()).Count);
    }

    [Fact]
    public async Task Everything_is_read_as_it_is_one_by_one()
    {
        using var house = await DeviceHouse.OpenAsync();
        using var first = new TestDevice();
        using var second = new TestDevice();
        var (id, certificate) = await house.EnrolAsync(first);
        await house.EnrolAsync(second, "bob");
        await house.Posture.ReportAsync(certificate, first.Report(id, house.Time.GetUtcNow()), None);

        var all = await house.Inventory.ReadAllAsync(None);
        Assert.Equal(2, all.Count);
        foreach (var device in all)
        {
            var alone = await house.Inventory.ReadAsync(device.Id, None);
            Assert.Equal((device.State, device.OwnerId, device.StaleAt), (alone!.State, alone.OwnerId, alone.StaleAt));
            Assert.Equal(device.Thumbprints, alone.Thumbprints);
            Assert.Equal(device.Facts.OrderBy(fact => fact.Key, StringComparer.Ordinal), alone.Facts.OrderBy(fact => fact.Key, StringComparer.Ordinal));
        }

        var shown = (await house.Inventory.ListAsync(None)).Single(device => device.Id == id);
        Assert.Equal("seen", shown.Facts["firewall"].Evidence);
        Assert.NotNull(shown.CertificateExpiresAt);
    }
}
