using Nullius.EndToEnd.Harness;

namespace Nullius.EndToEnd.Attacks;

/// <summary>What HTTP/2 can say and HTTP/1.1 cannot: pseudo-headers twice, host beside authority, connection headers (CVE-2026-33186).</summary>
public sealed class Http2RequestTests(GateFixture gate) : AttackTests<GateFixture>(gate)
{
    public static TheoryData<string> Oddities { get; } =
    [
        "authority twice", "path twice", "method twice", "no path", "no scheme", "no method", "no authority", "scheme http", "scheme ftp", "unknown pseudo-header",
        "pseudo-header late", "upper-case name", "connection", "te gzip", "value with CR", "value with LF", "value with NUL", "name with colon", "name with space",
        "empty name", "path without slash", "path absolute", "path with fragment", "path with space", "path with LF", "method with space", "method lower-case", "authority with user", "authority with path", "content-length differs",
        "content-length twice", "content-length of zero with a body", "content-length without a body", "body of two lengths and a request", "method with CRLF", "scheme with a host", "authority with CRLF", "authority with tab",
        "authority of another host", "authority empty and host of another", "path empty", "path asterisk", "path with CRLF", "path with tab", "path with NUL", "path twice over", "value with CRLF", "name with CRLF", "name of a pseudo-header in upper case", "cookie with LF", "trace", "status",
        "host twice without authority",
        "CONNECT without protocol", "protocol on GET", "transfer-encoding", "upgrade", "keep-alive", "proxy-connection",
    ];

    [Theory]
    [MemberData(nameof(Oddities))]
    public async Task A_malformed_request_is_refused(string oddity)
    {
        await using var client = await Http2Client.ConnectAsync(Gate.Port, GateFixture.App);
        var fields = Http2Client.Get(Gate.At(GateFixture.App), "/x");
        fields.Add(("cookie", $"__Host-nullius={Alice.Cookie(GateFixture.App)}"));
        var body = Spoil(fields, oddity);
        var outcome = await client.ExchangeAsync(fields, body);
        Assert.False(outcome.Served, $"{oddity}: {outcome.Status}");
        Assert.Empty(Gate.Upstream.Requests);
    }

    [Theory]
    [InlineData("host differs")]
    [InlineData("host twice")]
    [InlineData("authority empty and host")]
    public async Task The_host_beside_an_authority_is_not_passed_on(string oddity)
    {
        await using var client = await Http2Client.ConnectAsync(Gate.Port, GateFixture.App);
        var fields = Http2Client.Get(Gate.At(GateFixture.App), "/x");
        fields.Add(("cookie", $"__Host-nullius={Alice.Cookie(GateFixture.App)}"));
        Spoil(fields, oddity);
        var outcome = await client.ExchangeAsync(fields);
        Assert.True(outcome.Status is 200 or 400 || outcome.Reset is not null, $"{outcome.Status}");
        Assert.All(Gate.Upstream.Requests, seen => Assert.Equal([Gate.At(GateFixture.App)], seen.Values("Host")));
    }

    /// <summary>The server in front of the gate takes a sign and leading zeros, and keeps the number: what is forwarded has it in its one form.</summary>
    [Theory]
    [InlineData("+6")]
    [InlineData("006")]
    public async Task A_length_in_another_form_is_refused_or_forwarded_in_its_one_form(string length)
    {
        await using var client = await Http2Client.ConnectAsync(Gate.Port, GateFixture.App);
        var fields = Http2Client.Get(Gate.At(GateFixture.App), "/x");
        Post(fields);
        await client.ExchangeAsync([.. fields, ("cookie", $"__Host-nullius={Alice.Cookie(GateFixture.App)}"), ("content-length", length)], "abcdef"u8.ToArray());
        Assert.All(Gate.Upstream.Requests, seen => Assert.Equal((seen.Value("Content-Length"), seen.BodyText), ("6", "abcdef")));
        Assert.True(Gate.Upstream.Requests.Count <= 1);
    }

    [Fact]
    public async Task The_same_request_without_oddity_is_served()
    {
        await using var client = await Http2Client.ConnectAsync(Gate.Port, GateFixture.App);
        var outcome = await client.ExchangeAsync([.. Http2Client.Get(Gate.At(GateFixture.App), "/x"), ("cookie", $"__Host-nullius={Alice.Cookie(GateFixture.App)}")]);
        Assert.Equal(200, outcome.Status);
        Assert.Equal("/x", Assert.Single(Gate.Upstream.Requests).Target);
    }

    private static void Post(List<(string Name, string Value)> fields)
    {
        fields[0] = (":method", "POST");
        fields.Add(("origin", "https://" + fields[2].Value));
    }

    /// <summary>Makes the request odd; returns a body where the oddity needs one.</summary>
    private static byte[]? Spoil(List<(string Name, string Value)> fields, string oddity)
    {
        void Set(string name, string value) => fields[fields.FindIndex(field => field.Name == name)] = (name, value);
        void Drop(string name) => fields.RemoveAll(field => field.Name == name);
        switch (oddity)
        {
            case "host differs": fields.Add(("host", "second.nullius.localhost")); break;
            case "host twice": fields.Add(("host", fields[2].Value)); fields.Add(("host", "evil.example")); break;
            case "authority twice": fields.Insert(3, (":authority", "second.nullius.localhost")); break;
            case "path twice": fields.Insert(4, (":path", "/y")); break;
            case "method twice": fields.Insert(1, (":method", "POST")); break;
            case "no path": Drop(":path"); break;
            case "no scheme": Drop(":scheme"); break;
            case "no method": Drop(":method"); break;
            case "no authority": Drop(":authority"); break;
            case "scheme http": Set(":scheme", "http"); break;
            case "scheme ftp": Set(":scheme", "ftp"); break;
            case "unknown pseudo-header": fields.Insert(4, (":admin", "1")); break;
            case "pseudo-header late": fields.Add((":path", "/y")); break;
            case "upper-case name": fields.Add(("X-Upper", "1")); break;
            case "connection": fields.Add(("connection", "x-nullius-assertion")); break;
            case "transfer-encoding": fields.Add(("transfer-encoding", "chunked")); break;
            case "te gzip": fields.Add(("te", "gzip")); break;
            case "upgrade": fields.Add(("upgrade", "websocket")); break;
            case "proxy-connection": fields.Add(("proxy-connection", "keep-alive")); break;
            case "keep-alive": fields.Add(("keep-alive", "1")); break;
            case "value with CR": fields.Add(("x-a", "1\rx-remote-user: root")); break;
            case "value with LF": fields.Add(("x-a", "1\nx-remote-user: root")); break;
            case "value with NUL": fields.Add(("x-a", "1\0")); break;
            case "name with colon": fields.Add(("x-a:x-b", "1")); break;
            case "name with space": fields.Add(("x-a x-b", "1")); break;
            case "empty name": fields.Add(("", "1")); break;
            case "path without slash": Set(":path", "x"); break;
            case "path absolute": Set(":path", "https://evil.example/x"); break;
            case "path with fragment": Set(":path", "/x#y"); break;
            case "path with space": Set(":path", "/x y"); break;
            case "path with LF": Set(":path", "/x\nHost: evil"); break;
            case "method with space": Set(":method", "GET /admin"); break;
            case "method lower-case": Set(":method", "get"); break;
            case "authority with user": Set(":authority", "user@" + fields[2].Value); break;
            case "authority with path": Set(":authority", fields[2].Value + "/x"); break;
            case "content-length differs": Set(":method", "POST"); fields.Add(("origin", "https://" + fields[2].Value)); fields.Add(("content-length", "2")); return "abcdef"u8.ToArray();
            case "content-length twice": Post(fields); fields.Add(("content-length", "6")); fields.Add(("content-length", "0")); return "abcdef"u8.ToArray();
            case "content-length of zero with a body": Post(fields); fields.Add(("content-length", "0")); return "GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray();
            case "content-length without a body": Post(fields); fields.Add(("content-length", "6")); break;
            case "body of two lengths and a request": Post(fields); fields.Add(("content-length", "6,6")); return "abcdef"u8.ToArray();
            case "method with CRLF": Set(":method", "GET /admin HTTP/1.1\r\nHost: x\r\n\r\nGET"); break;
            case "scheme with a host": Set(":scheme", "https://evil.example/?"); break;
            case "authority with CRLF": Set(":authority", fields[2].Value + "\r\nX-Remote-User: root"); break;
            case "authority with tab": Set(":authority", fields[2].Value + "\tx"); break;
            case "authority of another host": Set(":authority", "second.nullius.localhost" + fields[2].Value[fields[2].Value.IndexOf(':', StringComparison.Ordinal)..]); break;
            case "authority empty and host": fields.Add(("host", fields[2].Value)); Set(":authority", ""); break;
            case "authority empty and host of another": fields.Add(("host", "second.nullius.localhost" + fields[2].Value[fields[2].Value.IndexOf(':', StringComparison.Ordinal)..])); Set(":authority", ""); break;
            case "path empty": Set(":path", ""); break;
            case "path asterisk": Set(":path", "*"); break;
            case "path with CRLF": Set(":path", "/x HTTP/1.1\r\nHost: evil\r\n\r\nGET /hidden"); break;
            case "path with tab": Set(":path", "/x\ty"); break;
            case "path with NUL": Set(":path", "/x\0"); break;
            case "path twice over": Set(":path", "/x, /y z"); break;
            case "value with CRLF": fields.Add(("x-a", "1\r\nTransfer-Encoding: chunked")); break;
            case "name with CRLF": fields.Add(("x-a: 1\r\nx-remote-user", "root")); break;
            case "name of a pseudo-header in upper case": fields.Insert(4, (":PATH", "/y")); break;
            case "cookie with LF": fields.Add(("cookie", "a=1\nX-Remote-User: root")); break;
            case "trace": Set(":method", "TRACE"); break;
            case "status": fields.Insert(4, (":status", "200")); break;
            case "host twice without authority": fields.Add(("host", fields[2].Value)); fields.Add(("host", "evil.example")); Drop(":authority"); break;
            case "CONNECT without protocol": Set(":method", "CONNECT"); break;
            case "protocol on GET": fields.Insert(4, (":protocol", "websocket")); break;
            default: throw new ArgumentOutOfRangeException(nameof(oddity));
        }

        return null;
    }
}
