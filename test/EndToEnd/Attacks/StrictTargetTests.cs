using Nullius.EndToEnd.Harness;

namespace Nullius.EndToEnd.Attacks;

/// <summary>What two parsers could read differently is refused with 400, over HTTP/1.1 and HTTP/2 alike (law 2).</summary>
public sealed class StrictTargetTests(GateFixture gate) : AttackTests<GateFixture>(gate)
{
    public static TheoryData<string> Targets { get; } =
    [
        "/admin.", "/admin./users", "/a.../b", "/a..", "/a../b", "/.../b", "/admin%20", "/admin%20/users", "/%20/b", "/admin.%20", "/admin%20.", "/a%20?q=1", "/a.?q=1",
        "/admin%3F", "/admin%3fx=1", "/%3F/..", "/admin%23", "/admin%23top", "/%23", "/admin%5C", "/admin%5cusers", "/%5C", "/admin\\", "/a\\b",
        "/admin%00", "/admin%01", "/admin%09", "/admin%0A", "/admin%0D", "/admin%1F", "/admin%7F", "/admin%C2%80", "/admin%C2%9F",
        "/admin%2F", "/admin%3B", "/admin;a", "/%61dmin", "/admin%2561", "/a//b", "/a/./b", "/a/../b", "/a#b",
    ];

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task Over_http1_it_is_a_bad_request(string target)
    {
        var response = await RefusedAsync(Request(target), statuses: [400]);
        Assert.Equal("nosniff", response!.Header("X-Content-Type-Options") ?? "nosniff");
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task Over_http2_it_is_a_bad_request(string target)
    {
        await using var client = await Http2Client.ConnectAsync(Gate.Port, GateFixture.App);
        var outcome = await client.ExchangeAsync([.. Http2Client.Get(Gate.At(GateFixture.App), target), ("cookie", $"__Host-nullius={Alice.Cookie(GateFixture.App)}")]);
        Assert.Contains(outcome.Status, new[] { 0, 400 });
        Assert.Empty(Gate.Upstream.Requests);
    }

    [Theory]
    [InlineData("/a?x=a.&y=%20&z=%3F%23%5C")]
    [InlineData("/a.b/.c/d-e")]
    [InlineData("/a%20b/c")]
    public async Task What_has_one_reading_passes_byte_for_byte(string target) => Assert.Equal(target, (await ServedAsync(Request(target))).Target);

    // The server in front of the gate takes runs of spaces, and keeps them out of what it hands on: what is forwarded has one.
    [Theory]
    [InlineData("GET  /x HTTP/1.1")]
    [InlineData("GET /x  HTTP/1.1")]
    [InlineData("GET  /x  HTTP/1.1")]
    [InlineData("GET\t/x HTTP/1.1")]
    [InlineData("GET /x\tHTTP/1.1")]
    [InlineData(" GET /x HTTP/1.1")]
    [InlineData("GET /x HTTP/1.1 ")]
    [InlineData("GET /x y HTTP/1.1")]
    [InlineData("GET /x\u000bHTTP/1.1")]
    [InlineData("GET /x")]
    [InlineData("GET /x HTTP/1.1 HTTP/1.1")]
    [InlineData("GET /x http/1.1")]
    [InlineData("GET /x HTTP/1.10")]
    [InlineData("GET /x HTTP/0.9")]
    public async Task A_request_line_in_another_form_is_refused_or_forwarded_in_its_one_form(string line)
    {
        var response = await SendAsync(Request("/x").Replace("GET /x HTTP/1.1", line, StringComparison.Ordinal));
        Assert.Contains(response?.Status ?? 0, new[] { 0, 200, 400, 405, 505 });
        foreach (var seen in Gate.Upstream.Requests)
            Assert.Equal("GET /x HTTP/1.1", seen.RequestLine);
    }
}

/// <summary><c>Connection</c> may name nothing that is decided on or forwarded; what it names is refused, not dropped.</summary>
public sealed class ConnectionOptionTests(GateFixture gate) : AttackTests<GateFixture>(gate)
{
    [Theory]
    [InlineData("Connection: X-Foo\r\nX-Foo: 1\r\n")]
    [InlineData("Connection: Authorization\r\nAuthorization: Basic YTpi\r\n")]
    [InlineData("Connection: Cookie\r\n")]
    [InlineData("Connection: close;X-Foo\r\nX-Foo: 1\r\n")]
    [InlineData("Connection: \"close\"\r\n")]
    [InlineData("Connection: Origin, Content-Type\r\n")]
    public async Task A_connection_option_that_names_a_header_is_a_bad_request(string headers) => await RefusedAsync(Request("/x", headers), statuses: [400]);

    // Beside `close` or `keep-alive` the server in front of the gate keeps that option alone: what the others name is neither
    // dropped before the decision nor named to the application.
    [Theory]
    [InlineData("Connection: close, X-Foo\r\nX-Foo: 1\r\n")]
    [InlineData("Connection: keep-alive, x-foo\r\nX-Foo: 1\r\n")]
    [InlineData("Connection: close\r\nConnection: X-Foo\r\nX-Foo: 1\r\n")]
    [InlineData("Connection: X-Foo, close\r\nX-Foo: 1\r\n")]
    [InlineData("Connection: close,\tX-Foo\r\nX-Foo: 1\r\n")]
    [InlineData("Connection: close, X-Foo, X-Nullius-Assertion, X-Forwarded-For\r\nX-Foo: 1\r\n")]
    public async Task A_header_named_beside_a_plain_option_is_refused_or_arrives_unnamed(string headers)
    {
        var response = await SendAsync(Request("/x", headers));
        Assert.Contains(response?.Status ?? 0, new[] { 200, 400 });
        foreach (var seen in Gate.Upstream.Requests)
        {
            Assert.Equal("1", seen.Value("X-Foo"));
            Assert.NotNull(seen.Value("X-Nullius-Assertion"));
            Assert.Equal("127.0.0.1", seen.Value("X-Forwarded-For"));
            Assert.DoesNotContain(seen.Values("Connection"), value => value.Contains("foo", StringComparison.OrdinalIgnoreCase) || value.Contains("x-", StringComparison.OrdinalIgnoreCase));
        }
    }

    [Theory]
    [InlineData("Connection: close\r\nX-Foo: 1\r\n")]
    [InlineData("Connection: keep-alive\r\nX-Foo: 1\r\n")]
    [InlineData("Connection: Keep-Alive, close\r\nX-Foo: 1\r\n")]
    public async Task Plain_options_pass_and_every_header_arrives(string headers) => Assert.Equal("1", (await ServedAsync(Request("/x", headers))).Value("X-Foo"));

    [Theory]
    [InlineData("connection", "close")]
    [InlineData("connection", "x-foo")]
    [InlineData("keep-alive", "timeout=5")]
    [InlineData("transfer-encoding", "chunked")]
    [InlineData("upgrade", "websocket")]
    [InlineData("proxy-connection", "x-foo")]
    public async Task Over_http2_there_is_no_connection_header(string name, string value)
    {
        await using var client = await Http2Client.ConnectAsync(Gate.Port, GateFixture.App);
        var outcome = await client.ExchangeAsync([.. Http2Client.Get(Gate.At(GateFixture.App), "/x"), ("cookie", $"__Host-nullius={Alice.Cookie(GateFixture.App)}"), (name, value), ("x-foo", "1")]);
        foreach (var seen in Gate.Upstream.Requests)
        {
            Assert.Equal("1", seen.Value("X-Foo"));
            Assert.DoesNotContain(seen.Values(name), sent => sent == value);
        }

        Assert.Contains(outcome.Status, new[] { 0, 200, 400 });
    }
}
