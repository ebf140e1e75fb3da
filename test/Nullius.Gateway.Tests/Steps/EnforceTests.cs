using System.Net;
using Nullius.Gateway.Config;
using Nullius.Gateway.Tests.Fakes;

namespace Nullius.Gateway.Tests.Steps;

public class EnforceTests
{
    [Theory]
    [InlineData("POST", "https://evil.example", null)]
    [InlineData("DELETE", "https://evil.example", null)]
    [InlineData("POST", "null", null)]
    [InlineData("POST", "null", "cross-site")]
    [InlineData("POST", "null", "same-site")]
    [InlineData("POST", "null", "none")]
    [InlineData("POST", "http://app.nullius.test", null)]
    [InlineData("POST", null, "cross-site")]
    [InlineData("POST", null, "same-site")]
    [InlineData("POST", null, null)]
    [InlineData("PUT", "https://app.nullius.test.evil.example", null)]
    public async Task An_unsafe_method_from_elsewhere_is_refused(string method, string? origin, string? site)
    {
        await using var harness = await Harness.StartAsync();
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(harness, method, origin, site));
        Assert.Equal(0, harness.Application.Received);
    }

    [Theory]
    [InlineData("POST", "own", null)]
    [InlineData("POST", "https://spa.example", null)]
    [InlineData("POST", "https://trusted.example", "cross-site")]
    [InlineData("POST", null, "same-origin")]
    [InlineData("POST", "null", "same-origin")]
    [InlineData("GET", "https://evil.example", "cross-site")]
    [InlineData("HEAD", null, null)]
    public async Task A_method_from_a_listed_origin_or_a_safe_one_passes(string method, string? origin, string? site)
    {
        await using var harness = await Harness.StartAsync(WithOrigins);
        Assert.Equal(HttpStatusCode.OK, await SendAsync(harness, method, origin == "own" ? harness.Origin : origin, site));
    }

    [Theory]
    [InlineData("__Host-nullius-signin=anything", HttpStatusCode.Forbidden)]
    [InlineData("a=b; __Host-nullius-anything=x", HttpStatusCode.Forbidden)]
    [InlineData("__host-NULLIUS-signin=anything", HttpStatusCode.Forbidden)]
    [InlineData("theme=dark", HttpStatusCode.OK)]
    [InlineData("", HttpStatusCode.OK)]
    public async Task An_unsafe_method_that_rides_on_a_sign_in_under_way_needs_an_origin(string cookie, HttpStatusCode expected)
    {
        await using var harness = await Harness.StartAsync();
        using var response = await harness.Client(cookie).PostAsync($"https://auth.nullius.test:{harness.Port}/sign-in/password", new StringContent("a=b"));
        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task A_bearer_credential_needs_no_origin()
    {
        await using var harness = await Harness.StartAsync();
        var (_, secret) = harness.Session(kind: Identity.Trust.SessionKind.ApiKey, change: session => session with { Scopes = ["app"] });
        await Eventually.HoldsAsync(() => harness.Gate.Status.Sequence == harness.Trust.Sequence, "the feed is followed");
        var client = harness.Client("");
        client.DefaultRequestHeaders.Add("Authorization", "Bearer nlk_" + secret);
        using var response = await client.PostAsync("/", new StringContent("x"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_preflight_is_answered_by_the_gate_for_listed_origins()
    {
        await using var harness = await Harness.StartAsync(WithOrigins);
        using var listed = await PreflightAsync(harness, "https://spa.example");
        Assert.Equal(HttpStatusCode.NoContent, listed.StatusCode);
        Assert.Equal("https://spa.example", listed.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Equal("true", listed.Headers.GetValues("Access-Control-Allow-Credentials").Single());
        Assert.Equal("GET, POST", listed.Headers.GetValues("Access-Control-Allow-Methods").Single());
        using var other = await PreflightAsync(harness, "https://evil.example");
        Assert.False(other.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.Equal(0, harness.Application.Received);
    }

    [Theory]
    [InlineData("", HttpStatusCode.Unauthorized)]
    [InlineData(null, HttpStatusCode.OK)]
    public async Task A_script_of_a_listed_origin_can_read_answers_and_refusals(string? cookie, HttpStatusCode expected)
    {
        await using var harness = await Harness.StartAsync(WithOrigins);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("Origin", "https://spa.example");
        using var response = await harness.Client(cookie).SendAsync(request);
        Assert.Equal(expected, response.StatusCode);
        Assert.Equal("https://spa.example", response.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Contains("Origin", response.Headers.Vary);
    }

    [Fact]
    public async Task A_route_that_observes_forwards_what_policy_denies_and_says_so()
    {
        await using var harness = await Harness.StartAsync(route => route with { Mode = RouteMode.Observe }, config => config with { Bindings = [] });
        using var response = await harness.Client().GetAsync("/");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var shown = harness.Gate.Decisions.Recent(1).Single();
        Assert.True(shown.Observed);
        Assert.Equal(Policy.Decisions.Effect.Deny, shown.Effect);
        var record = harness.Records.Stage("decision").Single().GetProperty("nullius");
        Assert.Equal("observed", record.GetProperty("outcome").GetString());
        Assert.Equal("deny", record.GetProperty("effect").GetString());
    }

    [Fact]
    public async Task A_route_that_is_rolled_out_to_a_group_enforces_for_it_alone()
    {
        await using var harness = await Harness.StartAsync(route => route with { EnforceForGroups = ["pilot"] }, config => config with { Bindings = [] });
        harness.Person("bob", "pilot");
        using var alice = await harness.Client().GetAsync("/");
        using var bob = await harness.Client(harness.Cookie(harness.Session("bob").Secret)).GetAsync("/");
        Assert.Equal(HttpStatusCode.OK, alice.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, bob.StatusCode);
    }

    [Fact]
    public async Task A_denied_page_load_gets_a_page_that_names_the_record()
    {
        await using var harness = await Harness.StartAsync(config: config => config with { Bindings = [] });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("Sec-Fetch-Mode", "navigate");
        using var response = await harness.Client().SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
        Assert.Contains(harness.Gate.Decisions.Recent(1).Single().Reference, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trust_that_cannot_be_confirmed_denies_past_the_routes_bound_and_recovers()
    {
        await using var harness = await Harness.StartAsync(route => route with { MaxSnapshotAge = TimeSpan.FromSeconds(1) });
        var client = harness.Client();
        using var before = await client.GetAsync("/");
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        harness.Trust.Unreachable = true;
        await Eventually.HoldsAsync(() => harness.Gate.Status.SnapshotAge > TimeSpan.FromSeconds(1), "the snapshot ages");
        using var stale = await client.GetAsync("/");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, stale.StatusCode);
        harness.Trust.Unreachable = false;
        await Eventually.HoldsAsync(() => harness.Gate.Status.SnapshotAge < TimeSpan.FromMilliseconds(600), "the feed is followed again");
        using var after = await client.GetAsync("/");
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    private static RouteConfig WithOrigins(RouteConfig route) => route with
    {
        Cors = new CorsConfig { Origins = ["https://spa.example"], Methods = ["GET", "POST"] },
        AllowedOrigins = ["https://trusted.example"],
    };

    private static async Task<HttpStatusCode> SendAsync(Harness harness, string method, string? origin, string? site)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/");
        if (origin is not null)
            request.Headers.TryAddWithoutValidation("Origin", origin);
        if (site is not null)
            request.Headers.TryAddWithoutValidation("Sec-Fetch-Site", site);
        using var response = await harness.Client().SendAsync(request);
        return response.StatusCode;
    }

    private static Task<HttpResponseMessage> PreflightAsync(Harness harness, string origin)
    {
        var request = new HttpRequestMessage(HttpMethod.Options, "/");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        return harness.Client("").SendAsync(request);
    }
}
