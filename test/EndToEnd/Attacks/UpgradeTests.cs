using Nullius.EndToEnd.Harness;
using Nullius.Gateway.Config;

namespace Nullius.EndToEnd.Attacks;

public sealed class NoConnectGate : GateFixture
{
    protected override GateConfig Configure(GateConfig config)
    {
        WritePolicy("read-only.json", """
            {"Version":"2012-10-17","Statement":[{"Sid":"Read","Effect":"Allow","Action":["app:GET","rich:GET"],"Resource":"*"}]}
            """);
        return config with { Bindings = [new BindingConfig(new SourcePosition("test.yaml", 2), BindingKind.Identity, "policies/read-only.json", [], ["staff"])] };
    }
}

/// <summary>An upgrade is a decision of its own, and never a way around one (CVE-2018-1002105).</summary>
public sealed class UpgradeTests(NoConnectGate gate) : AttackTests<NoConnectGate>(gate)
{
    private const string WebSocket = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    private string Origin => $"Origin: https://{Gate.At(GateFixture.App)}\r\n";

    [Theory]
    [InlineData(WebSocket)]
    [InlineData("connection: upgrade\r\nupgrade: WebSocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")]
    [InlineData("Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")]
    [InlineData("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 777\r\nSec-WebSocket-Key: x\r\n")]
    [InlineData("Connection: Upgrade\r\nUpgrade: foo, websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")]
    [InlineData("Connection: Upgrade\r\nUpgrade: websocket, h2c\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")]
    [InlineData("Connection: Upgrade\r\nUpgrade: websocket\r\nUpgrade: h2c\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")]
    [InlineData("Connection: Upgrade, X-Nullius-Assertion, Cookie\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")]
    [InlineData("Connection: Upgrade\r\nUpgrade: websocket/13\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")]
    [InlineData("Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 34\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")]
    [InlineData("Connection: Upgrade\r\nUpgrade: websocket\r\nTransfer-Encoding: chunked\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")]
    [InlineData("Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")]
    [InlineData("Connection: Upgrade\r\nUpgrade: spdy/3.1\r\n")]
    [InlineData("Connection: Upgrade\r\nUpgrade: TLS/1.0\r\n")]
    [InlineData("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n")]
    [InlineData("Connection: Upgrade\r\nUpgrade: h2c\r\n")]
    [InlineData("Connection: Upgrade\r\nUpgrade: anything\r\n")]
    public async Task A_right_to_read_is_no_right_to_connect(string headers)
    {
        var response = await SendAsync(Request("/ws", headers + Origin));
        Assert.NotEqual(101, response?.Status ?? 0);
        Assert.All(Gate.Upstream.Requests, seen => Assert.Empty(seen.Values("Upgrade")));
    }

    [Theory]
    [InlineData(WebSocket)]
    [InlineData("Connection: Upgrade\r\nUpgrade: anything\r\n")]
    public async Task Without_a_session_nothing_is_upgraded(string headers) =>
        await RefusedAsync(Request("/ws", headers + Origin, cookie: ""), statuses: [0, 400, 401, 403]);

    [Theory]
    [InlineData("CONNECT", "app.nullius.localhost:443")]
    [InlineData("CONNECT", "127.0.0.1:22")]
    [InlineData("CONNECT", "/ws")]
    [InlineData("GET", "127.0.0.1:22")]
    public async Task Nothing_is_tunnelled_to_a_target_of_the_clients_choice(string method, string target) =>
        await RefusedAsync(Request(target, Origin, method), statuses: [0, 400, 403, 405, 501]);

    [Fact]
    public async Task A_refused_upgrade_leaves_no_open_pipe_to_the_application()
    {
        await using var client = await RawClient.ConnectAsync(Gate.Port, GateFixture.App);
        await client.SendAsync(Request("/ws", WebSocket + Origin));
        var refusal = await client.ReceiveAsync();
        Assert.Equal(403, refusal?.Status);
        await client.SendAsync("GET /through HTTP/1.1\r\nHost: internal\r\n\r\n");
        Assert.True(await client.ReceiveAsync() is null or { Status: >= 400 });
        Assert.Empty(Gate.Upstream.Requests);
    }

    [Fact]
    public async Task An_extended_connect_is_decided_like_an_upgrade()
    {
        await using var client = await Http2Client.ConnectAsync(Gate.Port, GateFixture.Rich);
        var outcome = await client.ExchangeAsync(
        [
            (":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "https"), (":authority", Gate.At(GateFixture.Rich)), (":path", "/ws"),
            ("sec-websocket-version", "13"), ("origin", $"https://{Gate.At(GateFixture.Rich)}"), ("cookie", $"__Host-nullius={Alice.Cookie(GateFixture.Rich)}"),
        ]);
        Assert.Equal(403, outcome.Status);
        Assert.DoesNotContain(Gate.RichApp.Requests, request => request.EndsWith("/ws", StringComparison.Ordinal));
    }
}
