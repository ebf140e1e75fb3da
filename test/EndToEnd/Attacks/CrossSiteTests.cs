using Nullius.EndToEnd.Harness;
using Nullius.Gateway.Config;

namespace Nullius.EndToEnd.Attacks;

public sealed class CrossOriginGate : GateFixture
{
    protected override GateConfig Configure(GateConfig config) => config with
    {
        Routes =
        [
            .. config.Routes.Select(route => route.Name == "app"
                ? route with { AllowedOrigins = ["https://spa.nullius.localhost"], Cors = new CorsConfig { Origins = ["https://spa.nullius.localhost"], Headers = ["content-type"] } }
                : route),
        ],
    };
}

/// <summary>Cross-site request forgery: a browser that carries the cookie does not make the request the person's.</summary>
public sealed class CrossSiteTests(CrossOriginGate gate) : AttackTests<CrossOriginGate>(gate)
{
    public static TheoryData<string> Origins { get; } =
    [
        "https://evil.example", "null", "http://app.nullius.localhost", "https://app.nullius.localhost.evil.example", "https://evil.example/app.nullius.localhost",
        "https://app.nullius.localhost:1", "https://second.nullius.localhost", "https://spa.nullius.localhost.evil.example", "http://spa.nullius.localhost",
        "https://spa.nullius.localhost:444", "https://xspa.nullius.localhost", "https://spa.nullius.localhost/", "*", "",
        "https://spa.nullius.localhost, https://evil.example", "file://", "data:", "https://spa.nullius.localhost@evil.example",
    ];

    [Theory]
    [MemberData(nameof(Origins))]
    public async Task An_unsafe_method_from_a_foreign_origin_is_refused(string origin)
    {
        foreach (var method in new[] { "POST", "PUT", "DELETE", "PATCH" })
        {
            await RefusedAsync(
                Request("/x", $"Origin: {origin}\r\nContent-Type: application/x-www-form-urlencoded\r\n", method, body: "a=b"), statuses: [400, 403]);
        }
    }

    [Theory]
    [InlineData("Sec-Fetch-Site: cross-site")]
    [InlineData("Sec-Fetch-Site: same-site")]
    [InlineData("Referer: https://evil.example/x")]
    [InlineData("Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\nContent-Type: text/plain")]
    public async Task An_unsafe_method_without_origin_from_elsewhere_is_refused(string headers) =>
        await RefusedAsync(Request("/x", headers + "\r\n", "POST", body: "a=b"), statuses: [400, 403]);

    [Theory]
    [MemberData(nameof(Origins))]
    public async Task A_foreign_origin_may_not_read_the_answer(string origin)
    {
        var response = await SendAsync(Request("/x", $"Origin: {origin}\r\n"));
        Assert.Null(response?.Header("Access-Control-Allow-Origin"));
        Assert.Null(response?.Header("Access-Control-Allow-Credentials"));
    }

    [Theory]
    [MemberData(nameof(Origins))]
    public async Task A_foreign_preflight_grants_nothing_and_is_not_forwarded(string origin)
    {
        var response = await SendAsync(Request("/x", $"Origin: {origin}\r\nAccess-Control-Request-Method: POST\r\n", "OPTIONS", cookie: ""));
        Assert.Null(response?.Header("Access-Control-Allow-Origin"));
        Assert.Empty(Gate.Upstream.Requests);
    }

    [Fact]
    public async Task The_listed_origin_gets_a_preflight_from_the_gate_alone()
    {
        var response = await SendAsync(Request(
            "/x", "Origin: https://spa.nullius.localhost\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: content-type\r\n", "OPTIONS", cookie: ""));
        Assert.InRange(response!.Status, 200, 204);
        Assert.Equal("https://spa.nullius.localhost", response.Header("Access-Control-Allow-Origin"));
        Assert.Contains("Origin", response.Header("Vary") ?? "", StringComparison.OrdinalIgnoreCase);
        Assert.Empty(Gate.Upstream.Requests);
    }

    [Theory]
    [InlineData("DELETE", "content-type")]
    [InlineData("POST", "x-secret")]
    [InlineData("post", "content-type")]
    public async Task A_preflight_for_what_is_not_listed_grants_it_not(string method, string header)
    {
        var response = await SendAsync(Request(
            "/x", $"Origin: https://spa.nullius.localhost\r\nAccess-Control-Request-Method: {method}\r\nAccess-Control-Request-Headers: {header}\r\n", "OPTIONS", cookie: ""));
        var methods = response?.Header("Access-Control-Allow-Methods") ?? "";
        var headers = response?.Header("Access-Control-Allow-Headers") ?? "";
        Assert.False(methods.Split(", ").Contains(method) && headers.Contains(header, StringComparison.OrdinalIgnoreCase), $"{methods} / {headers}");
        Assert.Empty(Gate.Upstream.Requests);
    }

    [Theory]
    [InlineData("https://spa.nullius.localhost")]
    [InlineData("self")]
    public async Task An_unsafe_method_from_a_listed_origin_is_served(string origin)
    {
        var seen = await ServedAsync(Request("/x", $"Origin: {(origin == "self" ? "https://" + Gate.At(GateFixture.App) : origin)}\r\n", "POST", body: "a=b"));
        Assert.Equal("a=b", seen.BodyText);
    }

    [Fact]
    public async Task A_script_without_session_gets_a_readable_401()
    {
        var response = await RefusedAsync(Request("/x", "Origin: https://spa.nullius.localhost\r\nAccept: application/json\r\nSec-Fetch-Mode: cors\r\n", cookie: ""), statuses: [401]);
        Assert.Equal("https://spa.nullius.localhost", response!.Header("Access-Control-Allow-Origin"));
        Assert.NotNull(response.Header("WWW-Authenticate"));
        Assert.Contains("json", response.Header("Content-Type") ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_applications_own_cors_headers_do_not_widen_ours()
    {
        Gate.Upstream.Respond = _ => RecordingUpstream.Ok("x", "Access-Control-Allow-Origin: https://evil.example\r\nAccess-Control-Allow-Credentials: true\r\n");
        try
        {
            var response = await SendAsync(Request("/x", "Origin: https://evil.example\r\n"));
            Assert.Null(response?.Header("Access-Control-Allow-Origin"));
        }
        finally
        {
            Gate.Upstream.Respond = request => RecordingUpstream.Ok(request.RequestLine);
        }
    }
}

/// <summary>Cross-site WebSocket hijacking: a handshake carries cookies and no preflight.</summary>
public sealed class WebSocketHijackingTests(CrossOriginGate gate) : AttackTests<CrossOriginGate>(gate)
{
    public static TheoryData<string> Origins => CrossSiteTests.Origins;

    [Theory]
    [MemberData(nameof(Origins))]
    public async Task A_handshake_from_a_foreign_origin_is_refused(string origin)
    {
        await RefusedAsync(Request("/ws", Handshake + $"Origin: {origin}\r\n"), statuses: [400, 403]);
    }

    [Theory]
    [MemberData(nameof(Origins))]
    public async Task An_extended_connect_from_a_foreign_origin_is_refused(string origin)
    {
        await using var client = await Http2Client.ConnectAsync(Gate.Port, GateFixture.App);
        var outcome = await client.ExchangeAsync(
        [
            (":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "https"), (":authority", Gate.At(GateFixture.App)), (":path", "/ws"),
            ("sec-websocket-version", "13"), ("origin", origin), ("cookie", $"__Host-nullius={Alice.Cookie(GateFixture.App)}"),
        ]);
        Assert.True(outcome.Status is 400 or 403 || outcome.Reset is not null, $"{outcome.Status}");
        Assert.Empty(Gate.Upstream.Requests);
    }

    [Fact]
    public async Task A_handshake_with_a_cookie_and_without_origin_is_refused() =>
        await RefusedAsync(Request("/ws", Handshake), statuses: [400, 403]);

    private const string Handshake = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
}
