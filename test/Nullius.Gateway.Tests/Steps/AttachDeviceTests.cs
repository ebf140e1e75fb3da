using System.Net;
using System.Security.Cryptography;
using Nullius.Gateway.Tests.Fakes;
using Nullius.Identity.Trust;

namespace Nullius.Gateway.Tests.Steps;

public class AttachDeviceTests
{
    private const string Managed = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"app:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/Device":"managed"}}}]}""";

    [Theory]
    [InlineData("p-alice", HttpStatusCode.OK)]
    [InlineData("p-bob", HttpStatusCode.Forbidden)]
    [InlineData("P-ALICE", HttpStatusCode.Forbidden)]
    public async Task A_compliant_device_vouches_for_its_owner_and_for_nobody_else(string owner, HttpStatusCode expected)
    {
        await using var harness = await Harness.StartAsync();
        harness.Policy("managed.json", Managed);
        Assert.Empty(await harness.Gate.ReloadAsync(harness.Config(config: config => config with { Bindings = [config.Bindings[0] with { Policy = "managed.json" }] }), default));
        using var certificate = harness.Certificates.Device("laptop");
        harness.Trust.Put(new DeviceTrust { Id = "d-1", OwnerId = owner, State = DeviceState.Compliant, Thumbprints = [certificate.GetCertHashString(HashAlgorithmName.SHA256)] });
        var cookie = harness.Cookie(harness.Session().Secret);
        await Eventually.HoldsAsync(() => harness.Gate.Status.Sequence == harness.Trust.Sequence, "the feed is followed");

        using var response = await harness.Client(cookie, certificate).GetAsync("/");
        Assert.Equal(expected, response.StatusCode);
        using var without = await harness.Client(cookie).GetAsync("/");
        Assert.Equal(HttpStatusCode.Forbidden, without.StatusCode);
    }

    [Fact]
    public async Task A_device_enrolled_a_moment_ago_is_waited_for()
    {
        await using var harness = await Harness.StartAsync();
        harness.Policy("managed.json", Managed);
        Assert.Empty(await harness.Gate.ReloadAsync(harness.Config(config: config => config with { Bindings = [config.Bindings[0] with { Policy = "managed.json" }] }), default));
        var cookie = harness.Cookie(harness.Session().Secret);
        await Eventually.HoldsAsync(() => harness.Gate.Status.Sequence == harness.Trust.Sequence, "the feed is followed");
        for (var number = 0; number < 20; number++)
        {
            using var certificate = harness.Certificates.Device($"laptop-{number}");
            using var client = harness.Client(cookie, certificate);
            harness.Trust.Put(new DeviceTrust { Id = $"d-{number}", OwnerId = "p-alice", State = DeviceState.Compliant, Thumbprints = [certificate.GetCertHashString(HashAlgorithmName.SHA256)] });
            using var response = await client.GetAsync("/");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }
}
