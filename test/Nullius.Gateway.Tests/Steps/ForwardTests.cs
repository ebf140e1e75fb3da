using System.Buffers.Text;
using System.Net;
using System.Text.Json;
using Nullius.Gateway.Config;
using Nullius.Gateway.Tests.Fakes;

namespace Nullius.Gateway.Tests.Steps;

public class ForwardTests
{
    [Fact]
    public async Task A_request_of_an_honoured_session_reaches_the_application_as_it_was_decided_on()
    {
        await using var harness = await Harness.StartAsync();
        using var response = await harness.Client().GetAsync("/a%20b/c?x=%2F..%2f&y");
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, body);
        var echo = Echo.Read(body);
        Assert.Equal("/a%20b/c?x=%2F..%2f&y", echo.Target);
        Assert.Equal("GET", echo.Method);
        Assert.False(echo.Headers.ContainsKey("Cookie"));
        Assert.Equal("https", echo.Headers["X-Forwarded-Proto"]);
        Assert.Equal("127.0.0.1", echo.Headers["X-Forwarded-For"]);
        Assert.Equal(harness.Authority, echo.Headers["X-Forwarded-Host"]);
        Assert.Equal(harness.Authority, echo.Headers["Host"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_above_what_the_route_takes_is_the_clients_fault(bool chunked)
    {
        await using var harness = await Harness.StartAsync(route => route with { MaxRequestBody = 10 });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new ByteArrayContent(new byte[20]) };
        request.Headers.TransferEncodingChunked = chunked;
        request.Headers.Add("Origin", harness.Origin);
        using var response = await harness.Client().SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Contains("\"code\":\"body-too-large\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_goes_out_is_what_was_recorded()
    {
        await using var harness = await Harness.StartAsync();
        var echo = Echo.Read(await harness.Client().GetStringAsync("/users/alice%40example.com/caf%c3%a9?q=%c3"));
        Assert.Equal("/users/alice@example.com/caf%C3%A9?q=%c3", echo.Target);
        var record = harness.Records.Stage("decision").Single();
        Assert.Equal("/users/alice@example.com/caf%C3%A9", record.GetProperty("http_request").GetProperty("url").GetProperty("path").GetString());
        Assert.Equal("arn:nullius:app::000000000000:/users/alice@example.com/caf%C3%A9", record.GetProperty("resources")[0].GetProperty("name").GetString());
        Assert.DoesNotContain("q=", record.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X-Nullius-Assertion")]
    [InlineData("x-nullius-user")]
    [InlineData("X-NULLIUS-Groups")]
    [InlineData("X-Remote-User")]
    [InlineData("Remote-User")]
    [InlineData("X-Forwarded-User")]
    [InlineData("X-Forwarded-For")]
    [InlineData("X-Forwarded-Prefix")]
    [InlineData("Forwarded")]
    [InlineData("X-Original-URL")]
    [InlineData("X-Rewrite-URL")]
    [InlineData("X-HTTP-Method-Override")]
    [InlineData("X-Real-IP")]
    [InlineData("Proxy")]
    [InlineData("Custom-User")]
    [InlineData("custom-groups")]
    public async Task A_clients_copy_of_an_identity_header_never_arrives(string name)
    {
        await using var harness = await Harness.StartAsync(route => route with { Inject = new InjectConfig { UserHeader = "Custom-User", GroupsHeader = "Custom-Groups" } });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.TryAddWithoutValidation(name, "evil");
        using var response = await harness.Client().SendAsync(request);
        var echo = Echo.Read(await response.Content.ReadAsStringAsync());
        Assert.DoesNotContain("evil", string.Join('|', echo.Headers.Values), StringComparison.Ordinal);
        Assert.Equal("alice", echo.Headers["Custom-User"]);
        Assert.Equal("staff", echo.Headers["Custom-Groups"]);
    }

    [Fact]
    public async Task The_gates_cookies_stay_at_the_gate_and_the_applications_pass()
    {
        await using var harness = await Harness.StartAsync();
        var cookie = harness.Cookie(harness.Session().Secret);
        var echo = Echo.Read(await harness.Client($"a=1; {cookie}; __Host-nullius-nonce=x; __HOST-NULLIUS-other=y; b=2").GetStringAsync("/"));
        Assert.Equal("a=1; b=2", echo.Headers["Cookie"]);
    }

    [Fact]
    public async Task An_application_cannot_set_the_gates_cookies()
    {
        await using var harness = await Harness.StartAsync();
        using var response = await harness.Client().GetAsync("/fixate");
        Assert.Equal("mine=1; Path=/", response.Headers.GetValues("Set-Cookie").Single());
    }

    [Fact]
    public async Task The_assertion_says_who_asks_and_verifies_with_the_published_key()
    {
        await using var harness = await Harness.StartAsync();
        var client = harness.Client();
        var token = Echo.Read(await client.GetStringAsync("/")).Headers["X-Nullius-Assertion"];
        var parts = token.Split('.');
        var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1])).RootElement;
        Assert.Equal("p-alice", claims.GetProperty("sub").GetString());
        Assert.Equal("https://app.nullius.test", claims.GetProperty("aud").GetString());
        Assert.Equal($"https://auth.nullius.test:{harness.Port}", claims.GetProperty("iss").GetString());
        Assert.InRange(claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64(), 60, 120);
        Assert.True(harness.Certificates.Current.Key.VerifyData(
            System.Text.Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), System.Security.Cryptography.HashAlgorithmName.SHA256));

        Assert.Equal(token, Echo.Read(await client.GetStringAsync("/again")).Headers["X-Nullius-Assertion"]);
        var changed = harness.Trust.Put(harness.Trust.Person("p-alice") with { Groups = ["staff", "new"] });
        await Eventually.HoldsAsync(() => harness.Gate.Status.Sequence >= changed, "the feed is followed");
        Assert.NotEqual(token, Echo.Read(await client.GetStringAsync("/")).Headers["X-Nullius-Assertion"]);
    }

    [Fact]
    public async Task Basic_credentials_are_injected_and_the_clients_own_are_not_passed()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "s3cret\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using var harness = await Harness.StartAsync(route => route with { Inject = new InjectConfig { BasicUser = "svc", BasicPasswordFile = file } });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.TryAddWithoutValidation("Authorization", "Basic ZXZpbA==");
        using var response = await harness.Client().SendAsync(request);
        Assert.Equal("Basic c3ZjOnMzY3JldA==", Echo.Read(await response.Content.ReadAsStringAsync()).Headers["Authorization"]);
        File.Delete(file);
    }

    [Fact]
    public async Task An_application_that_is_down_is_said_to_be_down()
    {
        await using var harness = await Harness.StartAsync(route => route with { Upstream = new UpstreamConfig { Url = "http://127.0.0.1:1", AllowPlain = true } });
        using var response = await harness.Client().GetAsync("/");
        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Contains("application-unreachable", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_application_that_does_not_answer_is_waited_for_no_longer_than_configured()
    {
        await using var harness = await Harness.StartAsync(route => route with { Upstream = route.Upstream! with { ActivityTimeout = TimeSpan.FromMilliseconds(200) } });
        using var response = await harness.Client().GetAsync("/never");
        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
    }

    [Fact]
    public async Task A_large_upload_streams()
    {
        await using var harness = await Harness.StartAsync();
        const long size = 256L * 1024 * 1024;
        using var content = new StreamContent(new ZeroStream(size), 64 * 1024);
        content.Headers.ContentLength = size;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/length") { Content = content };
        request.Headers.Add("Origin", harness.Origin);
        using var response = await harness.Client().SendAsync(request);
        Assert.Equal(size.ToString(System.Globalization.CultureInfo.InvariantCulture), await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Requests_pass_over_both_versions_of_the_protocol(string version)
    {
        await using var harness = await Harness.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Put, "/x") { Content = new StringContent("hello"), Version = new Version(version), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Add("Origin", harness.Origin);
        using var response = await harness.Client().SendAsync(request);
        var echo = Echo.Read(await response.Content.ReadAsStringAsync());
        Assert.Equal("PUT", echo.Method);
        Assert.Equal("hello", echo.Body);
    }

    private sealed class ZeroStream(long length) : Stream
    {
        private long _left = length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var taken = (int)Math.Min(count, _left);
            _left -= taken;
            return taken;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
