using Nullius.EndToEnd.Harness;

namespace Nullius.EndToEnd.Attacks;

/// <summary>A connection serves the name of its handshake: another authority on it gets 421 (law 11).</summary>
public sealed class CoalescingTests(GateFixture gate) : AttackTests<GateFixture>(gate)
{
    [Theory]
    [InlineData(GateFixture.App, GateFixture.Second)]
    [InlineData(GateFixture.App, GateFixture.Console)]
    [InlineData(GateFixture.Devices, GateFixture.App)]
    [InlineData(GateFixture.Console, GateFixture.App)]
    public async Task Http2_with_another_authority_is_misdirected(string sni, string authority)
    {
        await using var client = await Http2Client.ConnectAsync(Gate.Port, sni);
        var outcome = await client.ExchangeAsync([.. Http2Client.Get(Gate.At(authority), "/x"), ("cookie", $"__Host-nullius={Alice.Cookie(authority)}")]);
        Assert.Equal(421, outcome.Status);
        Assert.Empty(Gate.Upstream.Requests);
    }

    [Theory]
    [InlineData(GateFixture.App, GateFixture.Second)]
    [InlineData(GateFixture.Devices, GateFixture.App)]
    public async Task Http11_with_another_host_is_misdirected(string sni, string host) =>
        await RefusedAsync(Request("/x", host: host), sni, 421);

    [Fact]
    public async Task A_second_request_on_a_connection_may_not_change_the_host()
    {
        await using var client = await RawClient.ConnectAsync(Gate.Port, GateFixture.App);
        await client.SendAsync(Request("/x"));
        Assert.Equal(200, (await client.ReceiveAsync())?.Status);
        await client.SendAsync(Request("/x", host: GateFixture.Second));
        Assert.Equal(421, (await client.ReceiveAsync())?.Status);
        Assert.Single(Gate.Upstream.Requests);
    }
}
