using System.Globalization;
using System.Net;
using System.Text;
using Nullius.EndToEnd.Attacks;
using Nullius.EndToEnd.Harness;

namespace Nullius.EndToEnd.Streaming;

/// <summary>An answer has the length that its application gave it, over either version, and the connection is good for the next request.</summary>
public sealed class FramingTests(GateFixture gate) : AttackTests<GateFixture>(gate)
{
    /// <summary>What the application writes, and what the client must read: status, body.</summary>
    public static TheoryData<string, string, int, string> Answers => new()
    {
        { "GET", "200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello" },
        { "GET", "200 OK\r\nContent-Length: 0\r\n\r\n", 200, "" },
        { "GET", "200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n", 200, "hello" },
        { "GET", "200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 200, "" },
        { "GET", "200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 200, "hello" },
        { "GET", "200 OK\r\nConnection: close\r\n\r\nhello", 200, "hello" },
        { "HEAD", "200 OK\r\nContent-Length: 1234\r\n\r\n", 200, "" },
        { "HEAD", "200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 200, "" },
        { "HEAD", "404 Not Found\r\nContent-Length: 1234\r\n\r\n", 404, "" },
        { "HEAD", "304 Not Modified\r\nETag: \"a\"\r\n\r\n", 304, "" },
        { "GET", "204 No Content\r\n\r\n", 204, "" },
        { "GET", "204 No Content\r\nContent-Length: 0\r\n\r\n", 204, "" },
        { "GET", "204 No Content\r\nContent-Length: 5\r\n\r\n", 204, "" },
        { "DELETE", "204 No Content\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello", 204, "" },
        { "GET", "204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", 204, "" },
        { "POST", "205 Reset Content\r\nContent-Length: 0\r\n\r\n", 205, "" },
        { "POST", "205 Reset Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 205, "" },
        { "POST", "205 Reset Content\r\nContent-Length: 5\r\n\r\nhello", 205, "" },
        { "POST", "205 Reset Content\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 205, "" },
        { "GET", "304 Not Modified\r\nETag: \"a\"\r\n\r\n", 304, "" },
        { "GET", "304 Not Modified\r\nETag: \"a\"\r\nContent-Length: 1234\r\n\r\n", 304, "" },
        { "GET", "304 Not Modified\r\nETag: \"a\"\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello", 304, "" },
        { "GET", "206 Partial Content\r\nContent-Range: bytes 2-4/9\r\nContent-Length: 3\r\n\r\nllo", 206, "llo" },
        { "GET", "206 Partial Content\r\nContent-Type: multipart/byteranges; boundary=b\r\nContent-Length: 64\r\n\r\n--b\r\nContent-Range: bytes 0-0/9\r\n\r\nh\r\n--b\r\nContent-Range: b--b--", 206, "--b\r\nContent-Range: bytes 0-0/9\r\n\r\nh\r\n--b\r\nContent-Range: b--b--" },
        { "GET", "416 Range Not Satisfiable\r\nContent-Range: bytes */9\r\nContent-Length: 0\r\n\r\n", 416, "" },
        { "GET", "103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello" },
        { "GET", "100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello" },
        { "GET", "299 Custom\r\nContent-Length: 5\r\n\r\nhello", 299, "hello" },
        { "GET", "599 Custom\r\nContent-Length: 5\r\n\r\nhello", 599, "hello" },
        { "GET", "200 OK\r\nContent-Length: 5\r\nX-A: b\u00e9\r\n\r\nhello", 200, "hello" },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task An_answer_has_its_applications_length_and_the_next_request_its_own(string method, string answer, int status, string body)
    {
        Answer(answer);
        await using var client = await RawClient.ConnectAsync(Gate.Port, GateFixture.App);
        for (var round = 0; round < 2; round++)
        {
            await client.SendAsync(Request("/x", Origin, method));
            var got = await client.ReceiveAsync(method == "HEAD");
            Assert.NotNull(got);
            Assert.True(got.Status == status, $"{got.Status}: {got.Text}");
            Assert.Equal(body, got.Text);
            Assert.True(got.Values("Content-Length").Count + got.Values("Transfer-Encoding").Count <= 1, string.Join("\n", got.Headers));
            AssertLength(answer, method, status, got.Header("Content-Length"));
        }
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task An_answer_has_its_applications_length_over_http2(string method, string answer, int status, string body)
    {
        Answer(answer);
        await using var client = await Http2Client.ConnectAsync(Gate.Port, GateFixture.App);
        for (var round = 0; round < 2; round++)
        {
            var got = await client.ExchangeAsync(Fields("/x", method));
            Assert.Null(got.Reset);
            Assert.True(got.Status == status, $"{got.Status}: {got.Text}");
            Assert.Equal(body, got.Text);
            AssertLength(answer, method, status, got.Headers.FirstOrDefault(field => field.Name == "content-length").Value);
        }
    }

    // A length that says something is said on; 204 has none (RFC 9110, section 8.6).
    private static void AssertLength(string answer, string method, int status, string? length)
    {
        if (status == 204)
            Assert.Null(length);
        else if ((method == "HEAD" || status == 304) && answer.Contains("Content-Length: 1234", StringComparison.Ordinal))
            Assert.Equal("1234", length);
    }

    /// <summary>Answers that no client may take for whole.</summary>
    public static TheoryData<string> Broken { get; } =
    [
        "200 OK\r\nContent-Length: 10\r\n\r\nhello",
        "200 OK\r\nContent-Length: 10\r\n\r\n",
        "200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 10\r\n\r\nhello",
        "200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        "200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
        "200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n5",
        "200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloXX0\r\n\r\n",
        "200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n",
        "200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nhello\r\n0\r\n\r\n",
        "200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    ];

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task An_answer_that_breaks_off_is_never_whole(string answer)
    {
        Answer(answer, close: true);
        await using (var client = await RawClient.ConnectAsync(Gate.Port, GateFixture.App))
        {
            await client.SendAsync(Request("/x"));
            await Assert.ThrowsAnyAsync<IOException>(async () =>
            {
                var got = await client.ReceiveAsync();
                if (got?.Status == 200)
                    Assert.Fail($"a whole answer: `{got.Text}`");
                throw new IOException($"{got?.Status}");
            });
        }

        await AssertFailedAsync();
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task An_answer_that_breaks_off_is_never_whole_over_http2(string answer)
    {
        Answer(answer, close: true);
        await using var client = await Http2Client.ConnectAsync(Gate.Port, GateFixture.App);
        var got = await client.ExchangeAsync(Fields("/x"));
        Assert.True(got.Status is 0 or 200 && got.Reset is not (null or 0) || got.Status == 502, $"{got.Status} {got.Reset} `{got.Text}`");
        await AssertFailedAsync();
        // The connection serves on.
        Gate.Upstream.Script = null;
        Assert.Equal(200, (await client.ExchangeAsync(Fields("/y"))).Status);
    }

    /// <summary>Over TLS, and over HTTP/2 to the application, where breaking off is a reset of one stream.</summary>
    [Theory]
    [InlineData("1.1", GateFixture.Rich, "/break-off")]
    [InlineData("2.0", GateFixture.Rich, "/break-off")]
    [InlineData("1.1", GateFixture.Rich, "/break-off/file")]
    [InlineData("1.1", GateFixture.Grpc, "/break-off")]
    [InlineData("2.0", GateFixture.Grpc, "/break-off")]
    [InlineData("2.0", GateFixture.Grpc, "/break-off/file")]
    [InlineData("2.0", GateFixture.Grpc, "/demo.Clock/BreakOff")]
    public async Task An_answer_that_the_application_resets_is_never_whole(string version, string host, string path)
    {
        using var client = Gate.Client(Version.Parse(version));
        using var request = new HttpRequestMessage(HttpMethod.Post, $"https://{Gate.At(host)}{path}") { Version = Version.Parse(version), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Add("Cookie", $"__Host-nullius={Alice.Cookie(host)}");
        request.Headers.Add("Origin", $"https://{Gate.At(host)}");
        request.Content = new ByteArrayContent([0, 0, 0, 0, 0]);
        request.Content.Headers.ContentType = new(path.StartsWith("/demo.", StringComparison.Ordinal) ? "application/grpc" : "text/plain");
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Gate.RichApp.BreakOff.Release();
        await Assert.ThrowsAnyAsync<Exception>(() => response.Content.ReadAsByteArrayAsync(deadline.Token));
        Assert.False(deadline.IsCancellationRequested, "the client waits on");
        var reference = response.Headers.GetValues("X-Seen").Single();
        await Poll.UntilAsync(() => Trail.Closed(Gate, reference) is not null, "the completion is recorded");
        Assert.Equal("application-failed", Trail.Closed(Gate, reference));
    }

    /// <summary>What ends with its session ends like what breaks off: no last chunk, no end of the stream.</summary>
    [Theory]
    [InlineData("200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")]
    [InlineData("200 OK\r\nContent-Length: 1073741824\r\n\r\nhello")]
    [InlineData("200 OK\r\nConnection: close\r\n\r\nhello")]
    [InlineData("206 Partial Content\r\nContent-Range: bytes 0-99/200\r\nContent-Length: 100\r\n\r\nhello")]
    public async Task An_answer_whose_session_is_revoked_is_never_whole(string answer)
    {
        foreach (var version2 in new[] { false, true })
        {
            Gate.Upstream.Clear();
            var person = await Gate.SignInAsync();
            using var over = new SemaphoreSlim(0);
            Gate.Upstream.Script = async (_, stream, _) =>
            {
                await stream.WriteAsync(Encoding.Latin1.GetBytes("HTTP/1.1 " + answer));
                await over.WaitAsync(TimeSpan.FromSeconds(20));
                return false;
            };
            await (version2 ? CutOverHttp2Async(person) : CutAsync(person));
            over.Release();
            var reference = Assert.Single(Gate.Upstream.Requests).Value("X-Request-Id")!;
            await Poll.UntilAsync(() => Trail.Closed(Gate, reference) is not null, "the completion is recorded");
            Assert.Equal("session-revoked", Trail.Closed(Gate, reference));
        }
    }

    private async Task CutAsync(SignedIn person)
    {
        await using var client = await RawClient.ConnectAsync(Gate.Port, GateFixture.App);
        await client.SendAsync(Request("/x", cookie: person.CookieHeader(GateFixture.App)));
        await client.Reader.ReadThroughAsync("hello"u8.ToArray(), 4096);
        await Gate.Trust.ChangeSessionAsync(person.SessionId, trust => trust with { Revoked = true });
        // Not so much as the close of a TLS session, which a client may take for the end of an answer without a length.
        await Assert.ThrowsAnyAsync<IOException>(client.Reader.ReadToEndAsync);
    }

    private async Task CutOverHttp2Async(SignedIn person)
    {
        await using var client = await Http2Client.ConnectAsync(Gate.Port, GateFixture.App);
        var stream = await client.OpenAsync([.. Http2Client.Get(Gate.At(GateFixture.App), "/x"), ("cookie", $"__Host-nullius={person.Cookie(GateFixture.App)}")], end: true);
        while (await client.FrameAsync() is { } frame && (frame.Stream != stream || frame.Type != FrameType.Data))
        {
        }

        await Gate.Trust.ChangeSessionAsync(person.SessionId, trust => trust with { Revoked = true });
        var got = await client.ReceiveAsync(stream);
        Assert.True(got.Reset is not (null or 0), $"reset {got.Reset}, `{got.Text}`");
    }

    public static TheoryData<string> Unreadable { get; } =
    [
        "200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        "200 OK\r\nContent-Length: 5, 6\r\n\r\nhello!",
        "200 OK\r\nContent-Length: -5\r\n\r\nhello",
        "200 OK\r\nContent-Length: +5\r\n\r\nhello",
        "200 OK\r\nContent-Length: 0x5\r\n\r\nhello",
        "200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nhello",
        "200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 5\r\n\r\nhello",
        "200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "200 OK\r\nTransfer-Encoding : chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "200 OK\r\nX-A: a\rb\r\nContent-Length: 5\r\n\r\nhello",
        "200 OK\r\nX-A: a\u0000b\r\nContent-Length: 5\r\n\r\nhello",
        "200 OK\r\nX-A: a\u0001b\r\nContent-Length: 5\r\n\r\nhello",
        "200 OK\r\nX A: b\r\nContent-Length: 5\r\n\r\nhello",
        "200 OK\r\nno colon\r\nContent-Length: 5\r\n\r\nhello",
        "200 OK\r\nX-A: b\r\n folded\r\nContent-Length: 5\r\n\r\nhello",
        "200 OK\r\nLocation: /a\nSet-Cookie: x=y\r\nContent-Length: 5\r\n\r\nhello",
        "101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhello",
        "101 Switching Protocols\r\n\r\nhello",
        "099 No\r\nContent-Length: 5\r\n\r\nhello",
        "1000 No\r\nContent-Length: 5\r\n\r\nhello",
        "nonsense",
        "",
    ];

    /// <summary>Either one sound answer or a refusal: no answer that two clients read in two ways, and no second answer behind it.</summary>
    [Theory]
    [MemberData(nameof(Unreadable))]
    public async Task An_answer_of_two_readings_reaches_nobody(string answer)
    {
        Answer(answer, close: true);
        await using var client = await RawClient.ConnectAsync(Gate.Port, GateFixture.App);
        await client.SendAsync(Request("/x"));
        RawResponse? got = null;
        try
        {
            got = await client.ReceiveAsync();
        }
        catch (IOException)
        {
            // Reset: nobody takes it for whole.
        }

        Assert.True(got is null or { Status: 502 } or { Status: 200, Text: "hello" }, $"{got?.Status}: {got?.Text}");
        if (got is not null)
        {
            Assert.True(got.Values("Content-Length").Count + got.Values("Transfer-Encoding").Count == 1, string.Join("\n", got.Headers));
            Assert.All(got.Headers, header => Assert.DoesNotContain(header.Value, c => c is < ' ' and not '\t'));
        }
    }

    private string Origin => $"Origin: https://{Gate.At(GateFixture.App)}\r\n";

    private List<(string Name, string Value)> Fields(string path, string method = "GET") =>
    [
        .. Http2Client.Get(Gate.At(GateFixture.App), path, method),
        ("cookie", $"__Host-nullius={Alice.Cookie(GateFixture.App)}"),
        ("origin", $"https://{Gate.At(GateFixture.App)}"),
    ];

    private void Answer(string answer, bool close = false) => Gate.Upstream.Script = async (_, stream, _) =>
    {
        await stream.WriteAsync(Encoding.Latin1.GetBytes(answer.Length == 0 ? "" : "HTTP/1.1 " + answer));
        return !close && !answer.Contains("Connection: close", StringComparison.Ordinal);
    };

    /// <summary>What was forwarded once is recorded as the application's failure.</summary>
    private async Task AssertFailedAsync()
    {
        var reference = Assert.Single(Gate.Upstream.Requests).Value("X-Request-Id")!;
        await Poll.UntilAsync(() => Trail.Closed(Gate, reference) is not null, "the completion is recorded");
        Assert.Equal("application-failed", Trail.Closed(Gate, reference));
    }

    public override ValueTask DisposeAsync()
    {
        Gate.Upstream.Script = null;
        return base.DisposeAsync();
    }
}
