using Nullius.EndToEnd.Harness;

namespace Nullius.EndToEnd.Attacks;

/// <summary>No request hides in another one (CVE-2025-55315 and its kin).</summary>
public sealed class SmugglingTests(GateFixture gate) : AttackTests<GateFixture>(gate)
{
    private const string Hidden = "GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n";

    public static TheoryData<string, string> Framings => new()
    {
        { "Content-Length: 6\r\nTransfer-Encoding: chunked", "0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked\r\nContent-Length: 6", "0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: xchunked", "0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked, identity", "0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: identity, chunked", "0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: gzip, chunked", "0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: \u000bchunked", "0\r\n\r\n" + Hidden },
        { "Transfer-Encoding:\tchunked\u0000", "0\r\n\r\n" + Hidden },
        { "Transfer-Encoding : chunked", "0\r\n\r\n" + Hidden },
        { "Transfer_Encoding: chunked", Hidden },
        { "Transfer-Encoding\u00a0: chunked", "0\r\n\r\n" + Hidden },
        { " Transfer-Encoding: chunked", "0\r\n\r\n" + Hidden },
        { "X: y\n Transfer-Encoding: chunked", "0\r\n\r\n" + Hidden },
        { "X: y\r\n Transfer-Encoding: chunked", "0\r\n\r\n" + Hidden },
        { "Transfer-Encoding:\r\n chunked", "0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked", "0;\n" + "xx\r\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked", "2;\nxx\r\nab\r\n0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked", "1;a=\"\n\"\r\nx\r\n0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked", "1;a\rb\r\nx\r\n0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked", "1\nx\n0\n\n" + Hidden },
        { "Transfer-Encoding: chunked", "0x1\r\nx\r\n0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked", "+1\r\nx\r\n0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked", "-1\r\nx\r\n0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked", " 1\r\nx\r\n0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked", "1_0\r\nx\r\n0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked", "1\r\nxGARBAGE\r\n0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked", "1\r\nx\r\n0\r\nX: y\nHost: z\r\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked", "fffffffffffffffff\r\nx\r\n0\r\n\r\n" + Hidden },
        { "Content-Length: +0", Hidden },
        { "Content-Length: -1", Hidden },
        { "Content-Length: 0x0", Hidden },
        { "Content-Length: 0 0", Hidden },
        { "Content-Length: 0,0", Hidden },
        { "Content-Length: 1e0", Hidden },
        { "Content-Length: 99999999999999999999", Hidden },
        { "Content-Length: ", Hidden },
        { "Content-Length: 0\r\nContent-Length: 34", Hidden },
        { "Content-Length: 0\r\ncontent-length: 34", Hidden },
        { "Content_Length: 34", Hidden },
        { "Content-Length\t: 34", Hidden },
        { "X: y\rContent-Length: 34", Hidden },
        { "Transfer-Encoding: chunked;q=1", "0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: \"chunked\"", "0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked,", "0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: ,chunked", "0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked, chunked", "0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked\r\ntransfer-encoding: chunked", "0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: cow\r\nTransfer-Encoding: chunked", "0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: ch\u00fcnked", "0\r\n\r\n" + Hidden },
        { "Transfer-Encoding:\r\nTransfer-Encoding: chunked", "0\r\n\r\n" + Hidden },
        { "Transfer-Encoding\u0000: chunked", "0\r\n\r\n" + Hidden },
        { "Transfer-Encoding\r: chunked", "0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked\r\nContent-Length: 0\r\nX-Content-Length: 34", "0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked\r\nX-Content-Length: 34", "0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked", "0X1\r\nx\r\n0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked", "1 \r\nx\r\n0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked", "1\t;a\r\nx\r\n0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked", "\r\n1\r\nx\r\n0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked", "1g\r\nx\r\n0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked", "1.0\r\nx\r\n0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked", "100000001\r\nx\r\n0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked", "10000000000000001\r\nx\r\n0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked", "1\rx\r\n0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked", "1\r\r\nx\r\n0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked", "1\r\nx\n0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked", "1\r\nx\r\n0\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked", "1\r\nx\r\n0\r\n\n" + Hidden },
        { "Transfer-Encoding: chunked", "1\r\nx\r\n0\r\rGET /hidden HTTP/1.1\r\nHost: x\r\n\r\n" },
        { "Transfer-Encoding: chunked", "1;" + new string('a', 70_000) + "\r\nx\r\n0\r\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked", "0\r\nContent-Length: 34\r\nTransfer-Encoding: chunked\r\n\r\n" + Hidden },
        { "Transfer-Encoding: chunked", "0\r\nX: y\r\n folded\r\n\r\n" + Hidden },
        { "Content-Length: 0\r\n\tContent-Length: 34", Hidden },
        { "Content-Length: 0\r\n 34", Hidden },
        { "Content-Length:\t0\r\nContent-Length: 34", Hidden },
        { "Content-Length: 0;34", Hidden },
        { "Content-Length: \u00d9\u00a0", Hidden },
        { "Content-Length: 0\u00a0", Hidden },
        { "Content-Length: \"0\"", Hidden },
        { "Content-Length: 0.0", Hidden },
        { "Content-Length: 18446744073709551616", Hidden },
        { "Content-Length\u0000: 34\r\nContent-Length: 0", Hidden },
        { "Content-Length : 34\r\nContent-Length: 0", Hidden },
        { "Content-Length: 0\u0000\r\nX: y", Hidden },
        { "Expect: 100-continue\r\nContent-Length: 0\r\nContent-Length: 34", Hidden },
        { "Expect: 100-continue\r\nContent-Length: 6\r\nTransfer-Encoding: chunked", "0\r\n\r\n" + Hidden },
        { "Expect: y 100-continue\r\nContent-Length: 34", Hidden },
        { "Expect: 100-continue\r\nExpect: 100-continue\r\nContent-Length: 34", Hidden },
    };

    [Theory]
    [MemberData(nameof(Framings))]
    public async Task A_body_of_two_readings_forwards_no_second_request(string framing, string body)
    {
        var origin = $"Origin: https://{Gate.At(GateFixture.App)}\r\n";
        await using var client = await RawClient.ConnectAsync(Gate.Port, GateFixture.App);
        await client.SendAsync($"POST /outer HTTP/1.1\r\nHost: {Gate.At(GateFixture.App)}\r\n{Alice.CookieHeader(GateFixture.App)}{origin}{framing}\r\n\r\n{body}");
        var first = await client.ReceiveAsync();
        var second = first is null ? null : await client.ReceiveAsync();
        Assert.True(first is null || first.Status is 400 or 413 or 501 || second is null || second.Status is 400 or 401 or 421, $"{first?.Status} then {second?.Status}");
        AssertNothingHidden(framing, body);
    }

    [Theory]
    [InlineData("GET /outer HTTP/1.1\nHost: {0}\n{1}\n\n")]
    [InlineData("GET /outer HTTP/1.1\r\nHost: {0}\r\n{1}X: a\n\r\n\r\n")]
    [InlineData("GET /outer HTTP/1.1\r\nHost: {0}\r\n{1}X\r\n\r\n")]
    [InlineData("GET /outer HTTP/1.1\r\nHost: {0}\r\n{1}: x\r\n\r\n")]
    [InlineData("GET /outer HTTP/1.1\r\nHost: {0}\r\n{1}X: a\u0000b\r\n\r\n")]
    [InlineData("GET /outer\r\n\r\n")]
    [InlineData("GET /outer HTTP/0.9\r\nHost: {0}\r\n{1}\r\n")]
    [InlineData("GET /outer HTTP/2.0\r\nHost: {0}\r\n{1}\r\n")]
    [InlineData("GET /outer HTTP/1.1 \r\nHost: {0}\r\n{1}\r\n")]
    [InlineData("GET  /outer HTTP/1.1\r\nHost: {0}\r\n{1}\r\n")]
    [InlineData("GET\t/outer\tHTTP/1.1\r\nHost: {0}\r\n{1}\r\n")]
    [InlineData("GET /out er HTTP/1.1\r\nHost: {0}\r\n{1}\r\n")]
    [InlineData(" GET /outer HTTP/1.1\r\nHost: {0}\r\n{1}\r\n")]
    [InlineData("GET /outer HTTP/1.1\r\n{1}\r\n")]
    [InlineData("GET /outer HTTP/1.1\r\nHost: \r\n{1}\r\n")]
    [InlineData("GET /outer HTTP/1.1\r\nHost: {0}/x\r\n{1}\r\n")]
    [InlineData("GET /outer HTTP/1.1\r\nHost: user@{0}\r\n{1}\r\n")]
    [InlineData("GET /outer HTTP/1.1\r\nHost: {0}:1\r\n{1}\r\n")]
    [InlineData("GET https://evil.example/outer HTTP/1.1\r\nHost: {0}\r\n{1}\r\n")]
    [InlineData("GET https://second.nullius.localhost/outer HTTP/1.1\r\nHost: {0}\r\n{1}\r\n")]
    [InlineData("GET /outer HTTP/1.1\r\nHost: {0}.\r\n{1}\r\n")]
    [InlineData("GET /outer HTTP/1.1\r\nHost: .{0}\r\n{1}\r\n")]
    [InlineData("GET /outer HTTP/1.1\r\nHost: {0}\tx\r\n{1}\r\n")]
    [InlineData("GET /outer HTTP/1.1\r\nHost: {0}#\r\n{1}\r\n")]
    [InlineData("GET /outer HTTP/1.1\r\nHost: [::1]\r\n{1}\r\n")]
    [InlineData("GET /outer HTTP/1.1\r\nHost : {0}\r\n{1}\r\n")]
    [InlineData("GET /outer HTTP/1.1\r\nHost: {0}\r\n Host: evil.example\r\n{1}\r\n")]
    [InlineData("GET http://{0}/outer HTTP/1.1\r\nHost: evil.example\r\n{1}\r\n")]
    [InlineData("GET https://{0}/outer HTTP/1.1\r\nHost: {0}\r\nHost: {0}\r\n{1}\r\n")]
    [InlineData("GET https://{0}\\@evil.example/outer HTTP/1.1\r\nHost: {0}\r\n{1}\r\n")]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: {0}\r\n{1}\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
    [InlineData("TRACE /outer HTTP/1.1\r\nHost: {0}\r\n{1}\r\n")]
    [InlineData("GET https://{0}@evil.example/outer HTTP/1.1\r\nHost: {0}\r\n{1}\r\n")]
    public async Task A_malformed_head_is_refused(string bytes) => await RefusedAsync(
        string.Format(System.Globalization.CultureInfo.InvariantCulture, bytes, Gate.At(GateFixture.App), Alice.CookieHeader(GateFixture.App)),
        statuses: [0, 400, 404, 405, 421, 505]);

    [Theory]
    [InlineData("1.0", "Transfer-Encoding: chunked", "0\r\n\r\n", "framing")]
    [InlineData("1.1", "Transfer-Encoding: chunked", "5\r\nabcd\r\n0\r\n\r\n", "body")]
    [InlineData("1.1", "Transfer-Encoding: chunked", "1;a=\"\r\n\"\r\nx\r\n0\r\n\r\n", "body")]
    [InlineData("1.1", "Transfer-Encoding: chunked", "1\r\nx\r\n0\r\nNo colon\r\n\r\n", "body")]
    public async Task A_body_that_cannot_be_read_is_the_clients_fault_and_says_so(string version, string framing, string body, string code)
    {
        var origin = $"Origin: https://{Gate.At(GateFixture.App)}\r\n";
        var response = await SendAsync($"POST /outer HTTP/{version}\r\nHost: {Gate.At(GateFixture.App)}\r\n{Alice.CookieHeader(GateFixture.App)}{origin}{framing}\r\n\r\n{body}");
        Assert.Equal(400, response?.Status);
        Assert.Contains($"\"code\":\"{code}\"", response!.Text, StringComparison.Ordinal);
        // What the application got, if anything, is no whole request.
        Assert.DoesNotContain(Gate.Upstream.Requests, seen => seen.BodyText.Length > 0 && seen.Values("Content-Length").Count > 0);
    }

    /// <summary>Bodies where nobody looks for one (CL.0): each arrives as that request's body, or the request is refused.</summary>
    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    public async Task A_body_of_a_method_that_seldom_has_one_is_no_second_request(string method)
    {
        var origin = $"Origin: https://{Gate.At(GateFixture.App)}\r\n";
        foreach (var (framing, body) in new[] { ($"Content-Length: {Hidden.Length}\r\n", Hidden), ("Transfer-Encoding: chunked\r\n", $"{Hidden.Length:x}\r\n{Hidden}\r\n0\r\n\r\n") })
        {
            Gate.Upstream.Clear();
            await using var client = await RawClient.ConnectAsync(Gate.Port, GateFixture.App);
            await client.SendAsync(Request("/outer", origin + framing, method) + body + Request("/next"));
            var first = await client.ReceiveAsync(head: method == "HEAD");
            Assert.Contains(first?.Status ?? 0, new[] { 200, 400 });
            if (first?.Status != 200)
                continue;
            Assert.Equal(200, (await client.ReceiveAsync())?.Status);
            Assert.Equal(["/outer", "/next"], Gate.Upstream.Requests.Select(seen => seen.Target));
            Assert.Equal(Hidden, Gate.Upstream.Requests[0].BodyText);
        }
    }

    [Fact]
    public async Task Two_pipelined_requests_are_decided_one_by_one()
    {
        await using var client = await RawClient.ConnectAsync(Gate.Port, GateFixture.App);
        await client.SendAsync(Request("/one") + Request("/two", cookie: "") + Request("/three"));
        var statuses = new List<int>();
        for (var answer = 0; answer < 3; answer++)
            statuses.Add((await client.ReceiveAsync())?.Status ?? 0);
        Assert.Equal([200, 401, 200], statuses);
        Assert.Equal(["/one", "/three"], Gate.Upstream.Requests.Select(seen => seen.Target));
    }

    [Fact]
    public async Task A_chunked_body_arrives_whole_and_its_trailers_name_nobody()
    {
        var seen = await ServedAsync(Request("/outer", $"Origin: https://{Gate.At(GateFixture.App)}\r\nTransfer-Encoding: chunked\r\n", "POST")
            + "5\r\nhello\r\n0\r\nX-Nullius-Assertion: forged\r\nX-Remote-User: forged\r\n\r\n");
        Assert.Equal("hello", seen.BodyText);
        Assert.DoesNotContain("forged", seen.Head, StringComparison.Ordinal);
    }

    private void AssertNothingHidden(string framing, string body)
    {
        foreach (var seen in Gate.Upstream.Requests)
        {
            Assert.Equal("/outer", seen.Target);
            Assert.DoesNotContain("/hidden", seen.Head, StringComparison.Ordinal);
            Assert.True(seen.Values("Transfer-Encoding").Count + seen.Values("Content-Length").Count <= 1, $"{framing} {body}: {seen.Head}");
        }

        Assert.True(Gate.Upstream.Requests.Count <= 1, $"{Gate.Upstream.Requests.Count} requests were forwarded");
    }
}
