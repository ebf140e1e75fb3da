using System.Globalization;
using System.Text;
using Nullius.EndToEnd.Attacks;
using Nullius.EndToEnd.Harness;

namespace Nullius.EndToEnd.Streaming;

/// <summary>An answer that comes before the upload has: the client gets it whole, and no byte of the rest is taken for another request.</summary>
public sealed class EarlyAnswerTests(GateFixture gate) : AttackTests<GateFixture>(gate)
{
    // Long enough to be worth waiting for: little is sent to an application even when it has refused.
    private static readonly string Body = string.Concat(Enumerable.Repeat("GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n", 100));

    [Fact]
    public async Task A_body_that_is_waited_for_is_asked_for_when_the_application_asks()
    {
        await using var client = await RawClient.ConnectAsync(Gate.Port, GateFixture.App);
        for (var round = 0; round < 2; round++)
        {
            await client.SendAsync(Head("/accepted", Body.Length, "Expect: 100-continue\r\n"));
            Assert.Equal(100, (await client.ReceiveAsync(head: true))?.Status);
            await client.SendAsync(Body);
            Assert.Equal(200, (await client.ReceiveAsync())?.Status);
        }

        Assert.All(Gate.Upstream.Requests, seen => Assert.Equal(Body, seen.BodyText));
        Assert.Equal(2, Gate.Upstream.Requests.Count);
    }

    /// <summary>Who refuses, with what, and whether the client sends the body all the same.</summary>
    public static TheoryData<string, int, bool> Refusals => new()
    {
        { "application", 413, false },
        { "application", 413, true },
        { "application", 401, false },
        { "gate", 401, false },
        { "gate", 401, true },
        { "gate, policy", 403, false },
        { "gate, policy", 403, true },
        { "gate, origin", 403, false },
        { "gate, path", 400, false },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_body_that_is_waited_for_is_not_asked_for_when_it_is_refused(string by, int status, bool sentAnyway)
    {
        if (by == "application")
            Gate.Upstream.Script = (_, stream, _) => SayAsync(stream, $"HTTP/1.1 {status} No\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno", keep: false);
        await using var client = await RawClient.ConnectAsync(Gate.Port, GateFixture.App);
        await client.SendAsync(await RefusedHeadAsync(by, Body.Length, "Expect: 100-continue\r\n"));
        var first = await client.ReceiveAsync();
        Assert.True(first?.Status == status, $"{first?.Status}: {first?.Text}");
        // Whether or not the body comes: nothing that follows is a request.
        Assert.Equal("close", first!.Header("Connection"));
        await TryAsync(() => client.SendAsync((sentAnyway ? Body : "") + Request("/next")));
        await TryAsync(() => client.Stream.ShutdownAsync());
        RawResponse? second = null;
        await TryAsync(async () => second = await client.ReceiveAsync());
        Assert.Null(second);
        Assert.DoesNotContain(Gate.Upstream.Requests, seen => seen.Target is "/hidden" or "/next");
    }

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_body_that_is_waited_for_is_not_asked_for_when_it_is_refused_over_http2(string by, int status, bool sentAnyway)
    {
        if (by == "application")
            Gate.Upstream.Script = (_, stream, _) => SayAsync(stream, $"HTTP/1.1 {status} No\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno", keep: false);
        await using var client = await Http2Client.ConnectAsync(Gate.Port, GateFixture.App);
        var stream = await client.OpenAsync(await RefusedFieldsAsync(by, ("expect", "100-continue")), end: false);
        var got = await client.ReceiveAsync(stream);
        Assert.Equal(status, got.Status);
        Assert.Null(got.Reset);
        if (sentAnyway)
            await client.WriteAsync(FrameType.Data, 1, stream, Encoding.ASCII.GetBytes(Body));
        Gate.Upstream.Script = null;
        Assert.Equal(200, (await client.ExchangeAsync(Fields("/next", "GET"))).Status);
    }

    [Fact]
    public async Task An_answer_before_the_end_of_an_upload_arrives_whole_and_calls_off_the_rest()
    {
        const string host = GateFixture.Grpc;
        await using var client = await Http2Client.ConnectAsync(Gate.Port, host);
        var stream = await client.OpenAsync(Fields("/early", "POST", host), end: false);
        await client.WriteAsync(FrameType.Data, 0, stream, "begin"u8.ToArray());
        var got = await client.ReceiveAsync(stream);
        Assert.Equal(200, got.Status);
        Assert.Null(got.Reset);
        Assert.Contains("early", got.Text, StringComparison.Ordinal);
        // RFC 9113, section 8.1: the rest is called off without an error.
        for (Frame? frame; (frame = await client.FrameAsync()) is not null;)
        {
            if (frame.Stream != stream || frame.Type != FrameType.Reset)
                continue;
            Assert.Equal([0, 0, 0, 0], frame.Payload);
            break;
        }

        Gate.Upstream.Script = null;
        Assert.Equal(200, (await client.ExchangeAsync(Fields("/next", "GET", host))).Status);
    }

    [Fact]
    public async Task Requests_on_one_connection_are_decided_one_by_one_with_their_bodies()
    {
        await using var client = await RawClient.ConnectAsync(Gate.Port, GateFixture.App);
        await client.SendAsync(
            Request("/one", Origin, "POST", body: Body) + Request("/two", Origin, "POST", cookie: "", body: Body)
            + Request("/three", Origin + "Transfer-Encoding: chunked\r\n", "POST") + $"{Body.Length:x}\r\n{Body}\r\n0\r\n\r\n"
            + Request("/four", "Origin: https://evil.example\r\n", "POST", body: Body) + Request("/five"));
        var statuses = new List<int>();
        for (var answer = 0; answer < 5; answer++)
            statuses.Add((await client.ReceiveAsync())?.Status ?? 0);
        Assert.Equal([200, 401, 200, 403, 200], statuses);
        Assert.Equal(["/one", "/three", "/five"], Gate.Upstream.Requests.Select(seen => seen.Target));
    }

    [Fact]
    public async Task Trailers_of_an_answer_arrive_and_those_of_a_request_stay_behind()
    {
        Gate.Upstream.Script = async (_, stream, reader) =>
        {
            await reader.ReadChunkedAsync();
            return await SayAsync(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 42\r\nSet-Cookie: __Host-nullius=v1.1.planted; Secure; Path=/\r\n\r\n");
        };
        await using (var client = await RawClient.ConnectAsync(Gate.Port, GateFixture.App))
        {
            await client.SendAsync(Request("/x", Origin + "TE: trailers\r\nTransfer-Encoding: chunked\r\n", "POST") + "5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n");
            // The server in front of the gate knows no trailers over HTTP/1.1: the answer is whole without them.
            Assert.Equal((200, "hello"), await client.ReceiveAsync() is { } answer ? (answer.Status, answer.Text) : default);
        }

        await using var second = await Http2Client.ConnectAsync(Gate.Port, GateFixture.App);
        var opened = await second.OpenAsync(Fields("/x"), end: false);
        await second.WriteAsync(FrameType.Data, 0, opened, "hello"u8.ToArray());
        await second.WriteAsync(FrameType.Headers, 5, opened, Hpack.Encode([("x-sum", "1"), ("x-nullius-assertion", "forged")]));
        var got = await second.ReceiveAsync(opened);
        Assert.Equal((200, "hello"), (got.Status, got.Text));
        Assert.Equal([("x-sum", "42")], got.Trailers);
        Assert.All(Gate.Upstream.Requests, seen => Assert.Empty(seen.Values("X-Sum")));
    }

    /// <summary>Values beyond ASCII pass byte for byte, both ways.</summary>
    [Fact]
    public async Task Values_beyond_ascii_pass_byte_for_byte()
    {
        // UTF-8 as Latin-1 characters: the bytes of a name with an umlaut.
        const string Name = "attachment; filename=\"\u00c3\u00a4.txt\"";
        Gate.Upstream.Script = (_, stream, _) => SayAsync(stream, $"HTTP/1.1 200 OK\r\nContent-Disposition: {Name}\r\nContent-Length: 5\r\n\r\nhello");
        var got = await SendAsync(Request("/x", $"X-Name: {Name}\r\n"));
        Assert.Equal(200, got?.Status);
        Assert.Equal(Name, got!.Header("Content-Disposition"));
        Assert.Equal(Name, Assert.Single(Gate.Upstream.Requests).Value("X-Name"));
    }

    private string Origin => $"Origin: https://{Gate.At(GateFixture.App)}\r\n";

    private string Head(string target, int length, string headers) =>
        Request(target, Origin + headers + string.Create(CultureInfo.InvariantCulture, $"Content-Length: {length}\r\n"), "POST");

    private async Task<string> RefusedHeadAsync(string by, int length, string headers)
    {
        var head = Head(by == "gate, path" ? "/a//b" : "/refused", length, headers);
        return by switch
        {
            "gate" => head.Replace(Alice.CookieHeader(GateFixture.App), "", StringComparison.Ordinal),
            "gate, policy" => head.Replace(Alice.CookieHeader(GateFixture.App), (await Gate.SignInAsync("mallory")).CookieHeader(GateFixture.App), StringComparison.Ordinal),
            "gate, origin" => head.Replace(Origin, "Origin: https://evil.example\r\n", StringComparison.Ordinal),
            _ => head,
        };
    }

    private async Task<List<(string Name, string Value)>> RefusedFieldsAsync(string by, params (string, string)[] more)
    {
        var person = by == "gate, policy" ? await Gate.SignInAsync("mallory") : Alice;
        List<(string Name, string Value)> fields =
        [
            .. Http2Client.Get(Gate.At(GateFixture.App), by == "gate, path" ? "/a//b" : "/refused", "POST"),
            ("origin", by == "gate, origin" ? "https://evil.example" : $"https://{Gate.At(GateFixture.App)}"), .. more,
        ];
        if (by != "gate")
            fields.Add(("cookie", $"__Host-nullius={person.Cookie(GateFixture.App)}"));
        return fields;
    }

    private List<(string Name, string Value)> Fields(string path, string method = "POST", string host = GateFixture.App) =>
    [
        .. Http2Client.Get(Gate.At(host), path, method), ("cookie", $"__Host-nullius={Alice.Cookie(host)}"), ("origin", $"https://{Gate.At(host)}"),
    ];

    private static async Task<bool> SayAsync(Stream stream, string answer, bool keep = true)
    {
        await stream.WriteAsync(Encoding.Latin1.GetBytes(answer));
        return keep;
    }

    /// <summary>The gate may have closed the connection, which is an answer too.</summary>
    private static async Task TryAsync(Func<Task> attempt)
    {
        try
        {
            await attempt();
        }
        catch (IOException)
        {
        }
    }

    public override ValueTask DisposeAsync()
    {
        Gate.Upstream.Script = null;
        return base.DisposeAsync();
    }
}
