using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Nullius.Identity.Devices;
using Nullius.Identity.Trust;

namespace Nullius.Identity.Tests.Devices;

public sealed class DevicePostureTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_report_with_every_required_fact_makes_the_device_compliant()
    {
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        var (id, certificate) = await house.EnrolAsync(device);
        var verdict = await house.Posture.ReportAsync(certificate, device.Report(id, house.Time.GetUtcNow()), None);

        Assert.Equal((DeviceState.Compliant, "compliant"), (verdict.State, verdict.Name));
        var trust = await house.Inventory.ReadAsync(id, None);
        Assert.Equal(DeviceState.Compliant, trust!.StateAt(house.Time.GetUtcNow()));
        Assert.Equal("yes", trust.Facts["diskEncryption"]);
        Assert.Equal("12", trust.Facts["osVersion"]);
    }

    [Theory]
    [InlineData("no")]
    [InlineData("unknown")]
    [InlineData(null)]
    public async Task A_required_fact_that_is_not_yes_makes_it_noncompliant(string? state)
    {
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        var (id, certificate) = await house.EnrolAsync(device);
        var facts = TestDevice.Facts();
        facts.Remove("firewall");
        if (state is not null)
            facts["firewall"] = TestDevice.Fact(state);
        var verdict = await house.Posture.ReportAsync(certificate, device.Report(id, house.Time.GetUtcNow(), facts), None);

        Assert.Equal(DeviceState.NonCompliant, verdict.State);
        Assert.Equal([$"firewall is {state ?? "not reported"}"], verdict.Reasons);
        Assert.Equal(DeviceState.NonCompliant, (await house.Inventory.ReadAsync(id, None))!.State);
    }

    [Fact]
    public async Task The_operating_systems_text_cannot_pose_as_a_fact()
    {
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        var (id, certificate) = await house.EnrolAsync(device);
        var facts = TestDevice.Facts();
        facts.Remove("osPatched");
        facts["os"]!["patched"] = "yes";
        Assert.Equal(DeviceState.NonCompliant, (await house.Posture.ReportAsync(certificate, device.Report(id, house.Time.GetUtcNow(), facts), None)).State);
    }

    [Fact]
    public async Task Time_alone_makes_a_device_stale()
    {
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        var (id, certificate) = await house.EnrolAsync(device);
        await house.Posture.ReportAsync(certificate, device.Report(id, house.Time.GetUtcNow()), None);
        var trust = (await house.Inventory.ReadAsync(id, None))!;
        Assert.Equal(DeviceState.Compliant, trust.StateAt(trust.StaleAt!.Value - TimeSpan.FromMilliseconds(1)));
        Assert.Equal(DeviceState.Stale, trust.StateAt(trust.StaleAt.Value));
        house.Time.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(DeviceState.Stale, (await house.Inventory.FindAsync(id, None))!.State);
    }

    [Fact]
    public async Task A_report_dated_ahead_is_not_fresh_for_longer()
    {
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        var (id, certificate) = await house.EnrolAsync(device);
        var now = house.Time.GetUtcNow();
        await house.Posture.ReportAsync(certificate, device.Report(id, now.AddMinutes(4)), None);
        Assert.True((await house.Inventory.ReadAsync(id, None))!.StaleAt <= now.AddMinutes(15));
    }

    [Theory]
    [InlineData(-6)]
    [InlineData(6)]
    public async Task A_report_far_from_our_time_is_refused(int minutes)
    {
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        var (id, certificate) = await house.EnrolAsync(device);
        await RefusedAsync(DeviceRefusal.ClockSkew, () => house.Posture.ReportAsync(certificate, device.Report(id, house.Time.GetUtcNow().AddMinutes(minutes)), None));
    }

    [Fact]
    public async Task A_replayed_or_older_report_is_refused()
    {
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        var (id, certificate) = await house.EnrolAsync(device);
        var now = house.Time.GetUtcNow();
        var report = device.Report(id, now);
        var older = device.Report(id, now.AddSeconds(-10));
        await house.Posture.ReportAsync(certificate, report, None);
        await RefusedAsync(DeviceRefusal.Replayed, () => house.Posture.ReportAsync(certificate, report, None));
        await RefusedAsync(DeviceRefusal.Replayed, () => house.Posture.ReportAsync(certificate, older, None));
    }

    [Fact]
    public async Task A_nonce_counts_once_also_in_a_newer_report()
    {
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        var (id, certificate) = await house.EnrolAsync(device);
        var first = TestDevice.Body(id, house.Time.GetUtcNow());
        var second = TestDevice.Body(id, house.Time.GetUtcNow().AddSeconds(1));
        second["nonce"] = first["nonce"]!.GetValue<string>();
        await house.Posture.ReportAsync(certificate, device.Sign(first.ToJsonString()), None);
        await RefusedAsync(DeviceRefusal.Replayed, () => house.Posture.ReportAsync(certificate, device.Sign(second.ToJsonString()), None));
    }

    [Fact]
    public async Task Reports_are_bounded_and_old_nonces_forgotten()
    {
        using var house = await DeviceHouse.OpenAsync(new DeviceComplianceOptions { Required = [] });
        using var device = new TestDevice();
        var (id, certificate) = await house.EnrolAsync(device);
        var facts = new JsonObject();
        for (var count = 0; count < DevicePosture.MostReportsInWindow; count++)
        {
            house.Time.Advance(TimeSpan.FromMilliseconds(2));
            await house.Posture.ReportAsync(certificate, device.Report(id, house.Time.GetUtcNow(), facts.DeepClone().AsObject()), None);
        }

        house.Time.Advance(TimeSpan.FromMilliseconds(2));
        await RefusedAsync(DeviceRefusal.TooManyReports, () => house.Posture.ReportAsync(certificate, device.Report(id, house.Time.GetUtcNow()), None));
        house.Time.Advance(TimeSpan.FromMinutes(11));
        await house.Posture.ReportAsync(certificate, device.Report(id, house.Time.GetUtcNow()), None);
        await using var db = house.Store.Open();
        Assert.Single(db.Nonces);
    }

    [Fact]
    public async Task A_report_signed_by_another_key_is_refused()
    {
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        using var other = new TestDevice();
        var (id, certificate) = await house.EnrolAsync(device);
        await RefusedAsync(DeviceRefusal.InvalidReport, () => house.Posture.ReportAsync(certificate, other.Report(id, house.Time.GetUtcNow()), None));
    }

    [Fact]
    public async Task A_report_of_another_device_is_refused()
    {
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        using var other = new TestDevice();
        var (_, certificate) = await house.EnrolAsync(device);
        var (otherId, _) = await house.EnrolAsync(other);
        await RefusedAsync(DeviceRefusal.InvalidReport, () => house.Posture.ReportAsync(certificate, device.Report(otherId, house.Time.GetUtcNow()), None));
    }

    [Theory]
    [InlineData("""{"alg":"none"}""")]
    [InlineData("""{"alg":"HS256"}""")]
    [InlineData("""{"alg":"es256"}""")]
    [InlineData("""{"alg":"ES384"}""")]
    [InlineData("""{}""")]
    [InlineData("""{"alg":"ES256","crit":["exp"]}""")]
    [InlineData("""{"alg":"ES256","alg":"none"}""")]
    [InlineData("""[]""")]
    public async Task A_header_that_names_another_algorithm_or_demands_something_is_refused(string header)
    {
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        var (id, certificate) = await house.EnrolAsync(device);
        var jws = device.Sign(TestDevice.Body(id, house.Time.GetUtcNow()).ToJsonString(), header);
        await RefusedAsync(DeviceRefusal.InvalidReport, () => house.Posture.ReportAsync(certificate, jws, None));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a.b")]
    [InlineData("a.b.c")]
    [InlineData("e30.e30.e30")]
    [InlineData("e30.e30.e30.e30")]
    [InlineData("....")]
    public async Task What_is_not_a_signed_report_is_refused(string jws)
    {
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        var (_, certificate) = await house.EnrolAsync(device);
        await RefusedAsync(DeviceRefusal.InvalidReport, () => house.Posture.ReportAsync(certificate, jws, None));
    }

    [Theory]
    [InlineData("""{"deviceId":"ID","at":"NOW","nonce":"0123456789abcdef"}""")]
    [InlineData("""{"deviceId":"ID","at":"NOW","nonce":"short","facts":{}}""")]
    [InlineData("""{"deviceId":"ID","at":"soon","nonce":"0123456789abcdef","facts":{}}""")]
    [InlineData("""{"deviceId":"ID","at":"NOW","nonce":"0123456789abcdef","facts":{"firewall":{"state":"maybe"}}}""")]
    [InlineData("""{"deviceId":"ID","at":"NOW","nonce":"0123456789abcdef","facts":{"firewall":"yes"}}""")]
    [InlineData("""{"deviceId":"ID","at":"NOW","nonce":"0123456789abcdef","facts":{"fire wall":{"state":"yes"}}}""")]
    [InlineData("""{"deviceId":"ID","at":"NOW","nonce":"0123456789abcdef","facts":{"firewall":{"state":"no"},"firewall":{"state":"yes"}}}""")]
    [InlineData("""{"deviceId":"ID","at":"NOW","nonce":"0123456789abcdef","facts":{"os":"debian"}}""")]
    [InlineData("""{"deviceId":"ID","deviceId":"other","at":"NOW","nonce":"0123456789abcdef","facts":{}}""")]
    [InlineData("""{"deviceId":1,"at":"NOW","nonce":"0123456789abcdef","facts":{}}""")]
    [InlineData("""[]""")]
    public async Task A_malformed_report_is_refused_and_changes_nothing(string payload)
    {
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        var (id, certificate) = await house.EnrolAsync(device);
        var body = payload.Replace("ID", id, StringComparison.Ordinal).Replace("NOW", house.Time.GetUtcNow().ToString("O"), StringComparison.Ordinal);
        await RefusedAsync(DeviceRefusal.InvalidReport, () => house.Posture.ReportAsync(certificate, device.Sign(body), None));
        Assert.Null((await house.Inventory.ReadAsync(id, None))!.ReportedAt);
        Assert.Single(await house.FeedAsync());
    }

    [Fact]
    public async Task A_report_that_is_too_large_or_has_too_many_facts_is_refused()
    {
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        var (id, certificate) = await house.EnrolAsync(device);
        var many = new JsonObject(Enumerable.Range(0, 40).Select(at => KeyValuePair.Create<string, JsonNode?>($"fact{at}", TestDevice.Fact("yes"))));
        await RefusedAsync(DeviceRefusal.InvalidReport, () => house.Posture.ReportAsync(certificate, device.Report(id, house.Time.GetUtcNow(), many), None));
        await RefusedAsync(DeviceRefusal.InvalidReport, () => house.Posture.ReportAsync(certificate, new string('a', PostureReport.MostCharacters + 1), None));
    }

    [Fact]
    public async Task Every_accepted_report_is_published_and_says_whether_facts_changed()
    {
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        var (id, certificate) = await house.EnrolAsync(device);
        var now = house.Time.GetUtcNow();
        Assert.True((await house.Posture.ReportAsync(certificate, device.Report(id, now), None)).Changed);
        Assert.False((await house.Posture.ReportAsync(certificate, device.Report(id, now.AddSeconds(1)), None)).Changed);
        Assert.True((await house.Posture.ReportAsync(certificate, device.Report(id, now.AddSeconds(2), TestDevice.Facts("no")), None)).Changed);
        Assert.Equal(4, (await house.FeedAsync()).Count);
    }

    [Fact]
    public async Task Of_two_reports_at_the_same_moment_one_counts()
    {
        using var house = await DeviceHouse.OpenAsync();
        using var device = new TestDevice();
        var (id, certificate) = await house.EnrolAsync(device);
        var now = house.Time.GetUtcNow();
        await house.Posture.ReportAsync(certificate, device.Report(id, now), None);
        var reports = Enumerable.Range(0, 6).Select(_ => device.Report(id, now.AddSeconds(1))).ToList();
        var outcomes = await Task.WhenAll(reports.Select(report => Task.Run(async () =>
        {
            try
            {
                await house.Posture.ReportAsync(certificate, report, None);
                return true;
            }
            catch (DeviceRefusedException refused) when (refused.Refusal == DeviceRefusal.Replayed)
            {
                return false;
            }
        })));
        Assert.Single(outcomes, taken => taken);
    }

    [Fact]
    public async Task Other_keys_sign_with_their_own_algorithm()
    {
        using var house = await DeviceHouse.OpenAsync();
        using var key = RSA.Create(2048);
        var code = await house.Enrolment.IssueCodeAsync("alice", "admin", None);
        var pem = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=x", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequestPem();
        var issued = await house.Enrolment.EnrolAsync(code.Code, pem, "laptop", "windows", None);
        var body = TestDevice.Body(issued.DeviceId, house.Time.GetUtcNow()).ToJsonString();
        var signed = $"{Encode("""{"alg":"PS256"}""")}.{Encode(body)}";
        var signature = key.SignData(System.Text.Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
        var verdict = await house.Posture.ReportAsync(
            TestDevice.Load(issued.CertificatePem), $"{signed}.{System.Buffers.Text.Base64Url.EncodeToString(signature)}", None);
        Assert.Equal(DeviceState.Compliant, verdict.State);
    }

    private static string Encode(string text) => System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(text));

    private static async Task RefusedAsync(DeviceRefusal refusal, Func<Task> act) =>
        Assert.Equal(refusal, (await Assert.ThrowsAsync<DeviceRefusedException>(act)).Refusal);
}
