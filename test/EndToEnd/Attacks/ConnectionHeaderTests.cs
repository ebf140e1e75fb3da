using Nullius.EndToEnd.Harness;

namespace Nullius.EndToEnd.Attacks;

/// <summary><c>Connection</c> names what a hop may delete: never what the gate added (CVE-2024-45410, CVE-2026-29054).</summary>
public sealed class ConnectionHeaderTests(InjectingGate gate) : AttackTests<InjectingGate>(gate)
{
    [Theory]
    [InlineData("Connection: X-Nullius-Assertion")]
    [InlineData("Connection: close, X-Nullius-Assertion, X-Remote-User")]
    [InlineData("Connection: keep-alive\r\nConnection: X-Remote-User")]
    [InlineData("connection: x-remote-user, x-forwarded-for, x-forwarded-host, x-forwarded-proto")]
    [InlineData("Connection: Host, X-Remote-User")]
    [InlineData("Connection: Cookie, X-Remote-User, X-Nullius-Assertion")]
    [InlineData("Proxy-Connection: X-Remote-User")]
    [InlineData("Keep-Alive: X-Remote-User")]
    [InlineData("Connection: close\r\nConnection: X-Nullius-Assertion")]
    [InlineData("Connection: close, x_remote_user")]
    [InlineData("Connection: close,X-Remote-User,,")]
    [InlineData("Connection: close, Content-Length, Transfer-Encoding, Host")]
    [InlineData("Connection: keep-alive, \"X-Remote-User\"")]
    [InlineData("Connection: te, X-Nullius-Assertion\r\nTE: trailers")]
    public async Task A_named_identity_header_still_arrives(string lines)
    {
        var response = await SendAsync(Request("/x", lines + "\r\n"));
        Assert.Contains(response?.Status ?? 0, new[] { 200, 400 });
        foreach (var seen in Gate.Upstream.Requests)
        {
            Assert.Equal("alice", seen.Value("X-Remote-User"));
            Assert.NotNull(seen.Value("X-Nullius-Assertion"));
            Assert.Equal("127.0.0.1", seen.Value("X-Forwarded-For"));
            Assert.NotNull(seen.Value("Host"));
            Assert.DoesNotContain(seen.Values("Connection"), value => value.Contains('-', StringComparison.Ordinal) && !value.Equals("keep-alive", StringComparison.OrdinalIgnoreCase));
            Assert.Empty(seen.Values("Proxy-Connection"));
            Assert.Empty(seen.Values("Keep-Alive"));
        }
    }

    [Theory]
    [InlineData("TE: trailers, deflate")]
    [InlineData("Trailer: X-Remote-User")]
    [InlineData("Proxy-Authorization: Basic cm9vdA==")]
    [InlineData("Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA")]
    public async Task Hop_by_hop_headers_do_not_pass(string lines)
    {
        var name = lines.Split(':')[0];
        var response = await SendAsync(Request("/x", lines + "\r\n"));
        Assert.NotEqual(101, response?.Status ?? 0);
        Assert.All(Gate.Upstream.Requests, seen => Assert.DoesNotContain(seen.Values(name), value => value.Length > "trailers".Length));
    }
}
