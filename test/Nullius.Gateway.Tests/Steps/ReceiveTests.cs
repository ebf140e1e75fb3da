using System.Net;
using Nullius.Gateway.Tests.Fakes;

namespace Nullius.Gateway.Tests.Steps;

public class ReceiveTests
{
    [Theory]
    [InlineData("GET /a/../b HTTP/1.1")]
    [InlineData("GET /a/%2e%2e/b HTTP/1.1")]
    [InlineData("GET //b HTTP/1.1")]
    [InlineData("GET /a%2fb HTTP/1.1")]
    [InlineData("GET /a;b HTTP/1.1")]
    [InlineData("GET /a%252fb HTTP/1.1")]
    [InlineData("GET https://app.nullius.test/ HTTP/1.1")]
    [InlineData("OPTIONS * HTTP/1.1")]
    [InlineData("get / HTTP/1.1")]
    [InlineData("TRACE / HTTP/1.1")]
    [InlineData("PROPFIND / HTTP/1.1")]
    public async Task A_request_line_with_two_readings_reaches_nothing(string line)
    {
        await using var harness = await Harness.StartAsync();
        using var raw = await harness.RawAsync();
        var head = await raw.AskAsync($"{line}\r\nHost: {harness.Authority}\r\nCookie: {harness.Cookie(harness.Session().Secret)}\r\n\r\n");
        Assert.Matches("^HTTP/1.1 (400|405)", head);
        Assert.Equal(0, harness.Application.Received);
    }

    [Theory]
    [InlineData("X_Nullius_User: root")]
    [InlineData("X_Forwarded_For: 1.2.3.4")]
    [InlineData("Connection: X-Nullius-Assertion")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 5")]
    [InlineData("Content-Length: 5\r\nContent-Length: 6")]
    [InlineData("Transfer-Encoding: gzip, chunked")]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked")]
    [InlineData("X-A: b\r\n folded")]
    [InlineData("Authorization: Bearer a\r\nAuthorization: Bearer b")]
    [InlineData("Origin: https://a\r\nOrigin: https://b")]
    [InlineData("Host: other.nullius.test")]
    [InlineData("Upgrade: h2c\r\nConnection: upgrade")]
    [InlineData("Upgrade: websocket, h2c\r\nConnection: upgrade")]
    public async Task Headers_with_two_readings_reach_nothing(string lines)
    {
        await using var harness = await Harness.StartAsync();
        using var raw = await harness.RawAsync();
        var head = await raw.AskAsync($"GET / HTTP/1.1\r\nHost: {harness.Authority}\r\nCookie: {harness.Cookie(harness.Session().Secret)}\r\n{lines}\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 400", head, StringComparison.Ordinal);
        Assert.Equal(0, harness.Application.Received);
    }

    [Theory]
    [InlineData("app.nullius.test", "console.nullius.test")]
    [InlineData("console.nullius.test", "app.nullius.test")]
    [InlineData("unknown.nullius.test", "app.nullius.test")]
    public async Task A_request_on_another_hosts_connection_is_misdirected(string serverName, string host)
    {
        await using var harness = await Harness.StartAsync();
        // Whoever asks for a name that is not served gets another name's certificate, and does not mind here.
        using var raw = await RawWithoutNameCheckAsync(harness, serverName);
        var head = await raw.AskAsync($"GET / HTTP/1.1\r\nHost: {host}:{harness.Port}\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 421", head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_port_in_the_authority_is_misdirected()
    {
        await using var harness = await Harness.StartAsync();
        using var raw = await harness.RawAsync();
        var head = await raw.AskAsync($"GET / HTTP/1.1\r\nHost: {Harness.AppHost}:1\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 421", head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("close, X-Forwarded-For")]
    [InlineData("X-Nullius-Assertion, close")]
    public async Task What_a_Connection_header_names_beside_close_arrives_all_the_same(string connection)
    {
        await using var harness = await Harness.StartAsync();
        using var raw = await harness.RawAsync();
        var head = await raw.AskAsync($"GET /{new string('a', 10)} HTTP/1.1\r\nHost: {harness.Authority}\r\nCookie: {harness.Cookie(harness.Session().Secret)}\r\nConnection: {connection}\r\n\r\n");
        // The server reads `close` and forgets the rest of such a header, so that it can do no harm.
        Assert.Matches("^HTTP/1.1 (200|400)", head);
        if (!head.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
            return;
        using var reader = new StreamReader(raw.Stream);
        var body = await reader.ReadToEndAsync();
        Assert.Contains("X-Forwarded-For", body, StringComparison.Ordinal);
        Assert.Contains("X-Nullius-Assertion", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_gate_does_not_say_what_it_runs_on()
    {
        await using var harness = await Harness.StartAsync();
        using var response = await harness.Client("").GetAsync("/");
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.False(response.Headers.Contains("Server"));
    }

    [Fact]
    public async Task A_header_of_a_megabyte_is_refused_and_the_gate_goes_on()
    {
        await using var harness = await Harness.StartAsync();
        using (var raw = await harness.RawAsync())
        {
            var head = await raw.AskAsync($"GET / HTTP/1.1\r\nHost: {harness.Authority}\r\nX-Big: {new string('a', 40_000)}\r\n\r\n");
            Assert.Matches("^HTTP/1.1 (431|400)|^$", head);
        }

        using var response = await harness.Client().GetAsync("/");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static async Task<RawConnection> RawWithoutNameCheckAsync(Harness harness, string serverName)
    {
        var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, harness.Port);
        var tls = new System.Net.Security.SslStream(new System.Net.Sockets.NetworkStream(socket, ownsSocket: true));
        await tls.AuthenticateAsClientAsync(new System.Net.Security.SslClientAuthenticationOptions
        {
            TargetHost = serverName,
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        });
        return new RawConnection(tls);
    }
}
