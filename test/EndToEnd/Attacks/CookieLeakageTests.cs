using Nullius.EndToEnd.Harness;

namespace Nullius.EndToEnd.Attacks;

/// <summary>The gate's cookies stay at the gate, in both directions.</summary>
public sealed class CookieLeakageTests(GateFixture gate) : AttackTests<GateFixture>(gate)
{
    [Theory]
    [InlineData("a=1; {0}; b=2", "a=1; b=2")]
    [InlineData("{0}; a=1", "a=1")]
    [InlineData("a=1; {0}", "a=1")]
    [InlineData("a=1;{0};b=2", "a=1; b=2")]
    [InlineData("{0}", null)]
    [InlineData("{0}; __Host-nullius-nonce=n", null)]
    [InlineData("{0}; __Host-nullius-signin=s; theme=dark", "theme=dark")]
    [InlineData("{0}; __Host-nullius-anything=s; theme=dark", "theme=dark")]
    [InlineData("theme=dark\r\nCookie: {0}", "theme=dark")]
    [InlineData("a=1;\t{0};\tb=2", "a=1;b=2")]
    [InlineData("{0};;; a=1", "a=1")]
    [InlineData("; {0}; a=1", "a=1")]
    [InlineData("{0}; __HOST-NULLIUS=other; a=1", "a=1")]
    [InlineData("{0}; __host-nullius =other; a=1", "a=1")]
    [InlineData("{0}; __Host-nullius-nonce; a=1", "a=1")]
    [InlineData("a=\"x; {0}; y\"", "a=\"x; y\"")]
    [InlineData("$Version=1; {0}; $Path=/", "$Version=1; $Path=/")]
    public async Task The_application_gets_its_own_cookies_alone(string cookies, string? expected)
    {
        var own = $"__Host-nullius={Alice.Cookie(GateFixture.App)}";
        var response = await SendAsync(Request("/x", cookie: $"Cookie: {string.Format(System.Globalization.CultureInfo.InvariantCulture, cookies, own)}\r\n"));
        Assert.Contains(response?.Status ?? 0, cookies.Contains('\r', StringComparison.Ordinal) ? [200, 400] : new[] { 200 });
        foreach (var seen in Gate.Upstream.Requests)
        {
            Assert.DoesNotContain(Alice.Secrets[GateFixture.App], seen.Head, StringComparison.Ordinal);
            Assert.DoesNotContain("nullius-", seen.Value("Cookie") ?? "", StringComparison.OrdinalIgnoreCase);
            Assert.Equal(expected?.Replace(" ", "", StringComparison.Ordinal), seen.Value("Cookie")?.Replace(" ", "", StringComparison.Ordinal));
        }
    }

    /// <summary>A cookie that is not exactly the gate's is none of its sessions.</summary>
    [Theory]
    [InlineData("__Host-nullius=\"{0}\"")]
    [InlineData("__host-nullius={0}")]
    [InlineData("__Host-nullius ={0}")]
    [InlineData("a=1, __Host-nullius={0}")]
    [InlineData("__Host-nullius={0}, a=1")]
    [InlineData("__Host-nullius= {0}x")]
    [InlineData("__Host-nullius={0}\u00a0x")]
    [InlineData("__Host-nullius=%76{0}")]
    [InlineData("%5f_Host-nullius={0}")]
    [InlineData("__Host-nullius={0}; __Host-nullius={0}")]
    [InlineData("__Host-nullius={0}\r\nCookie: __Host-nullius={0}")]
    [InlineData("__Host-nullius=; __Host-nullius={0}")]
    public async Task A_session_has_one_spelling(string cookies) => await RefusedAsync(
        Request("/x", cookie: $"Cookie: {string.Format(System.Globalization.CultureInfo.InvariantCulture, cookies, Alice.Cookie(GateFixture.App))}\r\n"), statuses: [0, 400, 401]);

    [Theory]
    [InlineData(20)]
    [InlineData(40_000)]
    public async Task A_session_hides_in_no_crowd_of_cookies(int size)
    {
        var own = $"__Host-nullius={Alice.Cookie(GateFixture.App)}";
        var response = await SendAsync(Request("/x", cookie: $"Cookie: a={new string('x', size)}; {own}\r\n"));
        Assert.Contains(response?.Status ?? 0, size > 32_768 ? [0, 400, 431] : new[] { 200 });
        Assert.All(Gate.Upstream.Requests, seen => Assert.DoesNotContain(Alice.Secrets[GateFixture.App], seen.Head, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Split_cookie_fields_that_repeat_the_session_are_no_session()
    {
        var bob = await Gate.SignInAsync("bob");
        await using var client = await Http2Client.ConnectAsync(Gate.Port, GateFixture.App);
        var outcome = await client.ExchangeAsync(
        [
            .. Http2Client.Get(Gate.At(GateFixture.App), "/x"), ("cookie", $"__Host-nullius={Alice.Cookie(GateFixture.App)}"), ("cookie", "b=2"), ("cookie", $"__Host-nullius={bob.Cookie(GateFixture.App)}"),
        ]);
        Assert.False(outcome.Served);
        Assert.Empty(Gate.Upstream.Requests);
    }

    [Fact]
    public async Task Split_cookie_fields_of_http2_are_stripped_as_one()
    {
        await using var client = await Http2Client.ConnectAsync(Gate.Port, GateFixture.App);
        var outcome = await client.ExchangeAsync(
        [
            .. Http2Client.Get(Gate.At(GateFixture.App), "/x"), ("cookie", "a=1"), ("cookie", $"__Host-nullius={Alice.Cookie(GateFixture.App)}"), ("cookie", "b=2"),
        ]);
        Assert.Equal(200, outcome.Status);
        var seen = Assert.Single(Gate.Upstream.Requests);
        Assert.DoesNotContain(Alice.Secrets[GateFixture.App], seen.Head, StringComparison.Ordinal);
        Assert.Equal("a=1; b=2", seen.Value("Cookie"));
    }

    [Theory]
    [InlineData("__Host-nullius=v1.1.planted; Secure; Path=/")]
    [InlineData("__Host-nullius=; Max-Age=0; Secure; Path=/")]
    [InlineData("__Host-nullius-nonce=planted; Secure; Path=/")]
    [InlineData("__host-nullius=planted; Secure; Path=/")]
    [InlineData(" __Host-nullius=planted; Secure; Path=/")]
    [InlineData("__Host-nullius =planted; Secure; Path=/")]
    [InlineData("\t__Host-nullius=planted; Secure; Path=/")]
    [InlineData("__HOST-NULLIUS=planted; Secure; Path=/")]
    [InlineData("__Host-nullius-signin=planted; Secure; Path=/")]
    public async Task The_application_sets_no_cookie_of_ours(string cookie)
    {
        Gate.Upstream.Respond = _ => RecordingUpstream.Ok("x", $"Set-Cookie: app=1; Path=/\r\nSet-Cookie: {cookie}\r\n");
        try
        {
            var response = await SendAsync(Request("/x"));
            Assert.Equal(200, response?.Status);
            Assert.Contains(response!.Values("Set-Cookie"), value => value.StartsWith("app=1", StringComparison.Ordinal));
            Assert.DoesNotContain(response.Values("Set-Cookie"), value => value.Contains("nullius", StringComparison.OrdinalIgnoreCase));
        }
        finally
        {
            Gate.Upstream.Respond = request => RecordingUpstream.Ok(request.RequestLine);
        }
    }

    [Fact]
    public async Task A_refusal_repeats_no_secret()
    {
        var mallory = await Gate.SignInAsync("mallory");
        var response = await RefusedAsync(Request("/x?token=s3cr3t", "Authorization: Basic c2VjcmV0\r\n", cookie: mallory.CookieHeader(GateFixture.App)), statuses: [400, 401, 403]);
        var whole = string.Join('\n', response!.Headers.Select(header => header.Name + header.Value)) + response.Text;
        Assert.DoesNotContain(mallory.Secrets[GateFixture.App], whole, StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", whole, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", whole, StringComparison.Ordinal);
    }
}
