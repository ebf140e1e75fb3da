using Nullius.EndToEnd.Harness;
using Nullius.Gateway.Config;

namespace Nullius.EndToEnd.Attacks;

public sealed class HeaderBoundGate : GateFixture
{
    protected override GateConfig Configure(GateConfig config)
    {
        WritePolicy("tenant.json", """
            {"Version":"2012-10-17","Statement":[
              {"Sid":"Tenant","Effect":"Allow","Action":"*","Resource":"arn:nullius:*:*:*:/tenant*","Condition":{"StringEquals":{"nullius:Header/X-Tenant":"blue"}}},
              {"Sid":"NotRed","Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"nullius:Query/tenant":"red"}}},
              {"Sid":"NotMarked","Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"nullius:Header/X-Mark":"red"}}},
              {"Sid":"Open","Effect":"Allow","Action":"*","Resource":"arn:nullius:*:*:*:/open*"}]}
            """);
        return config with { Bindings = [new BindingConfig(new SourcePosition("test.yaml", 2), BindingKind.Identity, "policies/tenant.json", [], ["staff"])] };
    }
}

/// <summary>What is sent twice may be read differently by decision and application (CVE-2021-32777, CVE-2021-39206).</summary>
public sealed class DuplicateHeaderTests(HeaderBoundGate gate) : AttackTests<HeaderBoundGate>(gate)
{
    [Fact]
    public async Task The_header_that_the_policy_wants_is_served_when_sent_once()
    {
        var seen = await ServedAsync(Request("/tenant", "X-Tenant: blue\r\n"));
        Assert.Equal("blue", seen.Value("X-Tenant"));
    }

    [Theory]
    [InlineData("X-Tenant: blue\r\nX-Tenant: red")]
    [InlineData("X-Tenant: red\r\nX-Tenant: blue")]
    [InlineData("X-Tenant: blue\r\nx-tenant: red")]
    [InlineData("X-Tenant: blue\r\nX_Tenant: red")]
    [InlineData("X-Tenant: red\r\nX_Tenant: blue")]
    [InlineData("X-Tenant: blue, red")]
    [InlineData("X_Tenant: blue")]
    public async Task A_header_that_decides_is_not_accepted_in_two_readings(string lines) =>
        await RefusedAsync(Request("/tenant", lines + "\r\n"), statuses: [0, 400, 403]);

    [Theory]
    [InlineData("Host: {0}\r\nHost: {0}")]
    [InlineData("Host: {0}\r\nHost: second.nullius.localhost")]
    [InlineData("Host: {0}, second.nullius.localhost")]
    [InlineData("Host: {0}\r\nhost: second.nullius.localhost")]
    [InlineData("Host: {0}\r\nContent-Length: 0\r\nContent-Length: 5")]
    [InlineData("Host: {0}\r\nContent-Length: 0, 5")]
    [InlineData("Host: {0}\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity")]
    [InlineData("Host: {0}\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b")]
    [InlineData("Host: {0}\r\nOrigin: https://{0}\r\nOrigin: https://evil.example")]
    public async Task A_header_of_the_protocol_is_not_accepted_twice(string lines) => await RefusedAsync(
        $"POST /open HTTP/1.1\r\n{string.Format(System.Globalization.CultureInfo.InvariantCulture, lines, Gate.At(GateFixture.App))}\r\n{Alice.CookieHeader(GateFixture.App)}\r\n",
        statuses: [0, 400, 401, 403]);

    [Theory]
    [InlineData("/open?tenant=red")]
    [InlineData("/open?tenant=blue&tenant=red")]
    [InlineData("/open?tenant=red&tenant=blue")]
    [InlineData("/open?tenan%74=red")]
    [InlineData("/open?%74enant=red")]
    [InlineData("/open?tenant=re%64")]
    public async Task A_denied_query_value_is_denied_in_every_spelling(string target) =>
        await RefusedAsync(Request(target), statuses: [0, 400, 403]);

    // Node and others read Latin-1 where the gate reads UTF-8.
    [Theory]
    [InlineData("green", 200)]
    [InlineData("red", 403)]
    [InlineData("gr\u00c3\u00bcn", 403)]
    [InlineData("\u00c3\u00bc", 403)]
    public async Task A_header_beyond_ascii_that_decides_has_no_single_reading(string value, int status)
    {
        Assert.Equal(status, (await SendAsync(Request("/open", $"X-Mark: {value}\r\n")))?.Status);
        Assert.Equal(status == 200 ? 1 : 0, Gate.Upstream.Requests.Count);
    }

    [Fact]
    public async Task Two_session_cookies_are_not_one_session()
    {
        var bob = await Gate.SignInAsync("bob");
        var response = await SendAsync(Request(
            "/open", cookie: $"Cookie: __Host-nullius={Alice.Cookie(GateFixture.App)}; __Host-nullius={bob.Cookie(GateFixture.App)}\r\n"));
        Assert.NotEqual(200, response?.Status);
        Assert.Empty(Gate.Upstream.Requests);
    }
}
