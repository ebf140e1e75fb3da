using System.Net;
using System.Net.Http.Headers;
using Nullius.Gateway.Tests.Fakes;
using Nullius.Identity.Trust;

namespace Nullius.Gateway.Tests.Steps;

public class AuthenticateTests
{
    [Fact]
    public async Task A_script_without_a_session_gets_a_challenge_it_can_read()
    {
        await using var harness = await Harness.StartAsync();
        using var response = await harness.Client("").GetAsync("/api");
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.Single().Scheme);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Contains("sign-in-required", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(0, harness.Application.Received);
    }

    [Theory]
    [InlineData("Sec-Fetch-Mode", "navigate")]
    [InlineData("Accept", "text/html,*/*")]
    public async Task A_page_load_without_a_session_goes_to_the_sign_in_host_and_comes_back_to_where_it_was_going(string header, string value)
    {
        await using var harness = await Harness.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/where?i=was");
        request.Headers.TryAddWithoutValidation(header, value);
        using var response = await harness.Client("").SendAsync(request);
        Assert.Equal(HttpStatusCode.Found, response.StatusCode);
        var location = response.Headers.Location!;
        Assert.Equal($"https://auth.nullius.test:{harness.Port}/sign-in", location.GetLeftPart(UriPartial.Path));
        var handoff = harness.Handoff.Open(location.Query["?request=".Length..])!;
        Assert.Equal("/where?i=was", handoff.PathAndQuery);
        Assert.Equal(harness.Authority, handoff.Host);
        var nonce = response.Headers.GetValues("Set-Cookie").Single();
        Assert.Matches("^__Host-nullius-nonce=[A-Za-z0-9_-]{43}; max-age=600; path=/; secure; samesite=lax; httponly$", nonce);
    }

    [Theory]
    [InlineData("cors")]
    [InlineData("no-cors")]
    [InlineData("websocket")]
    public async Task A_script_that_accepts_html_is_still_a_script(string mode)
    {
        await using var harness = await Harness.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.TryAddWithoutValidation("Sec-Fetch-Mode", mode);
        request.Headers.TryAddWithoutValidation("Accept", "text/html");
        using var response = await harness.Client("").SendAsync(request);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    public static TheoryData<string> Ends { get; } = ["revoked", "expired", "idle", "disabled", "credentials changed", "removed", "person removed", "another host"];

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task A_session_that_is_not_honoured_reaches_nothing(string end)
    {
        await using var harness = await Harness.StartAsync();
        var (session, secret) = harness.Session(host: end == "another host" ? "console.nullius.test" : null);
        var client = harness.Client(harness.Cookie(secret));
        if (end != "another host")
        {
            using var before = await client.GetAsync("/");
            Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        }

        var person = harness.Trust.Person("p-alice");
        var sequence = end switch
        {
            "revoked" => harness.Trust.Put(session with { Revoked = true }),
            "disabled" => harness.Trust.Put(person with { Disabled = true }),
            "credentials changed" => harness.Trust.Put(person with { SecurityVersion = 1 }),
            "removed" => harness.Trust.RemoveSession(session.Id),
            "person removed" => harness.Trust.RemovePerson(person.Id),
            _ => harness.Trust.Sequence,
        };
        if (end == "expired")
            harness.Time.Offset = TimeSpan.FromHours(9);
        if (end == "idle")
            harness.Time.Offset = TimeSpan.FromMinutes(31);
        await Eventually.HoldsAsync(() => harness.Gate.Status.Sequence >= sequence, "the feed is followed");
        var received = harness.Application.Received;
        using var after = await client.GetAsync("/");
        Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
        Assert.Equal(received, harness.Application.Received);
    }

    [Fact]
    public async Task A_cookie_newer_than_the_snapshot_waits_for_the_feed()
    {
        await using var harness = await Harness.StartAsync();
        harness.Trust.Silent = true;
        var cookie = harness.Cookie(harness.Session().Secret);
        using var response = await harness.Client(cookie).GetAsync("/");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_cookie_that_claims_a_sequence_which_does_not_exist_is_refused()
    {
        await using var harness = await Harness.StartAsync();
        using var response = await harness.Client($"__Host-nullius=v1.{long.MaxValue}.{new string('A', 43)}").GetAsync("/");
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Theory]
    [InlineData("__Host-nullius=v1.1.x; {0}")]
    [InlineData("{0}; {0}")]
    [InlineData("{0}; a=b; __Host-nullius=")]
    public async Task Two_session_cookies_are_refused(string cookies)
    {
        await using var harness = await Harness.StartAsync();
        var cookie = harness.Cookie(harness.Session().Secret);
        using var response = await harness.Client(string.Format(System.Globalization.CultureInfo.InvariantCulture, cookies, cookie)).GetAsync("/");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(0, harness.Application.Received);
    }

    [Theory]
    [InlineData("__host-nullius={0}")]
    [InlineData("nullius={0}")]
    [InlineData("__Host-nullius=\"{0}\"")]
    [InlineData("__Host%2Dnullius={0}")]
    [InlineData("__Host-nullius={0}x")]
    public async Task A_cookie_of_almost_that_name_or_form_is_none(string form)
    {
        await using var harness = await Harness.StartAsync();
        var value = harness.Cookie(harness.Session().Secret)["__Host-nullius=".Length..];
        using var response = await harness.Client(string.Format(System.Globalization.CultureInfo.InvariantCulture, form, value)).GetAsync("/");
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task A_token_is_honoured_only_over_the_certificate_of_its_device()
    {
        await using var harness = await Harness.StartAsync();
        using var certificate = harness.Certificates.Device("laptop");
        using var other = harness.Certificates.Device("other");
        harness.Trust.Put(new DeviceTrust { Id = "d-1", OwnerId = "p-alice", State = DeviceState.Compliant, Thumbprints = [certificate.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256)] });
        harness.Trust.Put(new DeviceTrust { Id = "d-2", OwnerId = "p-alice", State = DeviceState.Compliant, Thumbprints = [other.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256)] });
        var (_, secret) = harness.Session(kind: SessionKind.Token, change: session => session with { BoundDeviceId = "d-1" });
        await Eventually.HoldsAsync(() => harness.Gate.Status.Sequence == harness.Trust.Sequence, "the feed is followed");

        Assert.Equal(HttpStatusCode.OK, await AskAsync(harness.Client("", certificate), "nlt_" + secret));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(harness.Client(""), "nlt_" + secret));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(harness.Client("", other), "nlt_" + secret));
        Assert.Equal(1, harness.Application.Received);
    }

    [Theory]
    [InlineData("app", HttpStatusCode.OK)]
    [InlineData("app:GET", HttpStatusCode.OK)]
    [InlineData("app:G*", HttpStatusCode.OK)]
    [InlineData("app:POST", HttpStatusCode.Forbidden)]
    [InlineData("ap", HttpStatusCode.Forbidden)]
    [InlineData("console", HttpStatusCode.Forbidden)]
    [InlineData("", HttpStatusCode.Forbidden)]
    public async Task A_key_reaches_what_its_scopes_name(string scope, HttpStatusCode expected)
    {
        await using var harness = await Harness.StartAsync();
        var (_, secret) = harness.Session(kind: SessionKind.ApiKey, change: session => session with { Scopes = scope.Length == 0 ? [] : [scope], MfaAt = null });
        await Eventually.HoldsAsync(() => harness.Gate.Status.Sequence == harness.Trust.Sequence, "the feed is followed");
        Assert.Equal(expected, await AskAsync(harness.Client(""), "nlk_" + secret));
    }

    [Fact]
    public async Task A_bearer_credential_of_ours_never_reaches_the_application_and_a_foreign_one_does()
    {
        await using var harness = await Harness.StartAsync();
        var (_, secret) = harness.Session(kind: SessionKind.ApiKey, change: session => session with { Scopes = ["app"] });
        await Eventually.HoldsAsync(() => harness.Gate.Status.Sequence == harness.Trust.Sequence, "the feed is followed");
        var client = harness.Client("");
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "nlk_" + secret);
        Assert.False(Echo.Read(await client.GetStringAsync("/")).Headers.ContainsKey("Authorization"));

        var browser = harness.Client();
        browser.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "the-applications-own");
        Assert.Equal("Bearer the-applications-own", Echo.Read(await browser.GetStringAsync("/")).Headers["Authorization"]);
    }

    [Fact]
    public async Task Use_is_noted_for_the_idle_lifetime()
    {
        await using var harness = await Harness.StartAsync();
        var (session, secret) = harness.Session();
        using var response = await harness.Client(harness.Cookie(secret)).GetAsync("/");
        Assert.True(harness.Activity.Seen.ContainsKey(session.Id));
    }

    [Fact]
    public async Task The_public_paths_of_the_sign_in_host_need_no_session_and_its_others_do()
    {
        await using var harness = await Harness.StartAsync();
        using var raw = await harness.RawAsync("auth.nullius.test");
        Assert.StartsWith("HTTP/1.1 200", await raw.AskAsync($"GET /sign-in?request=x HTTP/1.1\r\nHost: auth.nullius.test:{harness.Port}\r\n\r\n"), StringComparison.Ordinal);
        foreach (var path in new[] { "/account", "/step-up", "/sign-inx", "/Sign-In", "/" })
        {
            using var other = await harness.RawAsync("auth.nullius.test");
            Assert.StartsWith("HTTP/1.1 401", await other.AskAsync($"GET {path} HTTP/1.1\r\nHost: auth.nullius.test:{harness.Port}\r\n\r\n"), StringComparison.Ordinal);
        }
    }

    private static async Task<HttpStatusCode> AskAsync(HttpClient client, string token)
    {
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await client.GetAsync("/");
        return response.StatusCode;
    }
}
