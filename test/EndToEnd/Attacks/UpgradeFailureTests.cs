using Nullius.EndToEnd.Harness;
using Nullius.Gateway.Config;

namespace Nullius.EndToEnd.Attacks;

/// <summary>An application that takes no WebSocket, answers wrongly or not at all.</summary>
public sealed class StubbornGate : GateFixture
{
    public const string Down = "nowhere." + Domain;

    protected override GateConfig Configure(GateConfig config) => config with
    {
        Routes =
        [
            .. config.Routes.Select(route => route.Name == "app" ? route with { Upstream = route.Upstream! with { ActivityTimeout = TimeSpan.FromSeconds(2) } } : route),
            new RouteConfig
            {
                At = new SourcePosition("test.yaml", 9), Name = "nowhere", Host = Down,
                Upstream = new UpstreamConfig { Url = $"http://127.0.0.1:{FreePort.Next()}", AllowPlain = true, ConnectTimeout = TimeSpan.FromSeconds(2) },
            },
        ],
    };
}

/// <summary>A WebSocket that cannot be had is the application's fault: a bad gateway, or its own answer, and never an error of the gate.</summary>
public sealed class UpgradeFailureTests(StubbornGate gate) : AttackTests<StubbornGate>(gate)
{
    private const string WebSocket = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    // What a broken or unwilling application says to an upgrade.
    public static TheoryData<string> Answers { get; } =
    [
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: wrong\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "HTTP/1.1 200 OK\r\n",
        "rubbish\r\n\r\n",
        "",
    ];

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Over_http1_the_answer_is_the_applications_or_a_bad_gateway(string answer)
    {
        Gate.Upstream.Respond = _ => answer.Length == 0 ? throw new IOException("closed") : answer;
        try
        {
            await using var client = await RawClient.ConnectAsync(Gate.Port, GateFixture.App);
            await client.SendAsync(Request("/ws", $"{WebSocket}Origin: https://{Gate.At(GateFixture.App)}\r\n"));
            var response = await client.ReceiveAsync();
            Assert.NotEqual(500, answer.Contains(" 500 ", StringComparison.Ordinal) ? 0 : response?.Status ?? 0);
            Assert.Contains(response?.Status ?? 0, new[] { 0, 101, 200, 404, 426, 500, 502, 504 });
        }
        finally
        {
            Gate.Upstream.Respond = request => RecordingUpstream.Ok(request.RequestLine);
        }
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Over_http2_the_answer_is_the_applications_or_a_bad_gateway(string answer)
    {
        Gate.Upstream.Respond = _ => answer.Length == 0 ? throw new IOException("closed") : answer;
        try
        {
            await using var client = await Http2Client.ConnectAsync(Gate.Port, GateFixture.App);
            var outcome = await client.ExchangeAsync(ExtendedConnect(GateFixture.App, Alice));
            Assert.Contains(outcome.Status, answer.Contains(" 500 ", StringComparison.Ordinal) ? [500, 502] : answer.Contains(" 101 ", StringComparison.Ordinal) ? [0, 200, 502] : new[] { 404, 426, 502, 504 });
        }
        finally
        {
            Gate.Upstream.Respond = request => RecordingUpstream.Ok(request.RequestLine);
        }
    }

    [Fact]
    public async Task An_application_that_is_down_is_a_bad_gateway_for_an_upgrade_too()
    {
        var session = await Gate.Trust.SignInAsync("alice", [StubbornGate.Down]);
        var response = await SendAsync(Request("/ws", $"{WebSocket}Origin: https://{Gate.At(StubbornGate.Down)}\r\n", host: StubbornGate.Down, cookie: session.CookieHeader(StubbornGate.Down)), StubbornGate.Down);
        Assert.Equal(502, response?.Status);
        await using var client = await Http2Client.ConnectAsync(Gate.Port, StubbornGate.Down);
        Assert.Equal(502, (await client.ExchangeAsync(ExtendedConnect(StubbornGate.Down, session))).Status);
    }

    [Theory]
    [InlineData("connect-udp")]
    [InlineData("")]
    [InlineData("WebSocket")]
    [InlineData("websocket ")]
    public async Task An_extended_connect_to_another_protocol_is_refused(string protocol)
    {
        await using var client = await Http2Client.ConnectAsync(Gate.Port, GateFixture.App);
        var headers = ExtendedConnect(GateFixture.App, Alice).Select(header => header.Item1 == ":protocol" ? (":protocol", protocol) : header).ToArray();
        Assert.Contains((await client.ExchangeAsync(headers)).Status, new[] { 0, 400, 405 });
        Assert.Empty(Gate.Upstream.Requests);
    }

    private (string, string)[] ExtendedConnect(string host, SignedIn session) =>
    [
        (":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "https"), (":authority", Gate.At(host)), (":path", "/ws"),
        ("sec-websocket-version", "13"), ("origin", $"https://{Gate.At(host)}"), ("cookie", $"__Host-nullius={session.Cookie(host)}"),
    ];
}
