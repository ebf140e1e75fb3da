using Nullius.EndToEnd.Harness;

namespace Nullius.EndToEnd.Attacks;

/// <summary>Nothing that a client can say makes a request exempt (CVE-2026-34457).</summary>
public sealed class MagicBypassTests(GateFixture gate) : AttackTests<GateFixture>(gate)
{
    [Theory]
    [InlineData("User-Agent: GoogleHC/1.0")]
    [InlineData("User-Agent: kube-probe/1.31")]
    [InlineData("User-Agent: ELB-HealthChecker/2.0")]
    [InlineData("User-Agent: Envoy/HC")]
    [InlineData("User-Agent: curl/8.0")]
    [InlineData("X-Health-Check: 1")]
    [InlineData("X-Internal: true")]
    [InlineData("X-Nullius-Bypass: 1")]
    [InlineData("X-Nullius-Verify: 1")]
    [InlineData("Via: 1.1 nullius")]
    [InlineData("Authorization: Basic YWRtaW46YWRtaW4=")]
    [InlineData("Cookie: __Host-nullius=v1.0.")]
    [InlineData("Cookie: __Host-nullius=")]
    [InlineData("Cookie: __Host-nullius=v1.99999999999999999999.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("Cookie: __Host-nullius=v1.-1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_header_does_not_stand_in_for_a_session(string header) =>
        await RefusedAsync(Request("/x", header + "\r\n", cookie: ""), statuses: [401]);

    [Theory]
    [InlineData("/health")]
    [InlineData("/healthz")]
    [InlineData("/ping")]
    [InlineData("/favicon.ico")]
    [InlineData("/robots.txt")]
    [InlineData("/.well-known/security.txt")]
    [InlineData("/.well-known/acme-challenge/x")]
    [InlineData("/sign-in")]
    [InlineData("/sign-in/x")]
    [InlineData("/assets/x.js")]
    [InlineData("/enrol")]
    [InlineData("/sign-out")]
    [InlineData("/.nullius/devices/enroll")]
    [InlineData("/.nullius/x")]
    [InlineData("/.nullius/sessionx")]
    [InlineData("/.nullius/jwks.jsonx")]
    public async Task A_path_that_is_public_elsewhere_is_not_public_here(string path)
    {
        var response = await SendAsync(Request(path, "Accept: application/json\r\n", cookie: ""));
        Assert.NotNull(response);
        Assert.True(response.Status is 401 or 404, $"{path}: {response.Status}");
        Assert.Empty(Gate.Upstream.Requests);
    }

    [Theory]
    [InlineData("OPTIONS", "")]
    [InlineData("OPTIONS", "Origin: https://evil.example\r\nAccess-Control-Request-Method: GET\r\n")]
    [InlineData("OPTIONS", "Origin: https://evil.example\r\nAccess-Control-Request-Method: DELETE\r\nAccess-Control-Request-Headers: authorization\r\n")]
    [InlineData("HEAD", "")]
    [InlineData("TRACE", "")]
    [InlineData("DEBUG", "")]
    public async Task No_method_passes_without_a_session(string method, string headers)
    {
        var response = await SendAsync(Request("/x", headers, method, cookie: ""));
        Assert.Empty(Gate.Upstream.Requests);
        Assert.Null(response?.Header("Access-Control-Allow-Origin"));
    }
}
