using Nullius.EndToEnd.Harness;
using Nullius.Gateway.Config;

namespace Nullius.EndToEnd.Attacks;

public sealed class AddressBoundGate : GateFixture
{
    protected override GateConfig Configure(GateConfig config)
    {
        WritePolicy("office.json", """
            {"Version":"2012-10-17","Statement":[
              {"Sid":"Office","Effect":"Allow","Action":"*","Resource":"arn:nullius:*:*:*:/office*","Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}},
              {"Sid":"Elsewhere","Effect":"Allow","Action":"*","Resource":"arn:nullius:*:*:*:/open*"}]}
            """);
        return config with { Bindings = [new BindingConfig(new SourcePosition("test.yaml", 2), BindingKind.Identity, "policies/office.json", [], ["staff"])] };
    }
}

/// <summary>What a client says about hops before it is nobody's word to take (CVE-2026-40575, CVE-2026-35051, CVE-2024-52003, CVE-2025-64101).</summary>
public sealed class ForwardedHeaderTests(AddressBoundGate gate) : AttackTests<AddressBoundGate>(gate)
{
    public static TheoryData<string> Claims { get; } =
    [
        "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix", "X-Forwarded-Uri", "X-Forwarded-Method", "X-Forwarded-Port",
        "X-Forwarded-Server", "X-Forwarded-Scheme", "X-Forwarded-Ssl", "X-Forwarded-User", "X-Forwarded-Email", "X-Forwarded-Groups", "X-Forwarded-Preferred-Username",
        "X-Forwarded-Access-Token", "X-Forwarded-Client-Cert", "Forwarded", "X-Real-IP", "X-Original-URL", "X-Original-URI", "X-Original-Method", "X-Original-Host",
        "X-Rewrite-URL", "X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP", "X-Cluster-Client-IP",
        "X-Host", "X-Envoy-External-Address", "X-Envoy-Original-Path", "X-SSL-Client-Verify", "X-SSL-Client-S-DN", "X-Client-Cert", "X-Forwarded", "X-Forwarded-By", "X-Forwarded-For-Original", "X-Forwarded-Path", "X-Forwarded-Query", "X-Forwarded-Tls-Client-Cert", "X-Original-Forwarded-For",
        "X-Original-Remote-Addr", "X-ProxyUser-Ip", "Fastly-Client-IP", "CloudFront-Viewer-Address", "Client-IP", "Via", "X-Remote-Addr", "X-Forward-Proto", "Front-End-Https", "X-Url-Scheme", "Proxy", "X-Request-Id", "SSL-Client-Cert", "X-ARR-ClientCert",
    ];

    [Theory]
    [MemberData(nameof(Claims))]
    public async Task A_claim_about_earlier_hops_does_not_reach_the_application(string name)
    {
        var seen = await ServedAsync(Request("/open", $"{name}: 203.0.113.7-forged\r\n"));
        Assert.DoesNotContain("forged", seen.Head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x-forwarded-for")]
    [InlineData("X_Forwarded_For")]
    [InlineData("x-FORWARDED_for")]
    [InlineData("X-Forwarded-For-")]
    public async Task A_respelt_address_claim_does_not_reach_the_application(string name)
    {
        var response = await SendAsync(Request("/open", $"{name}: 203.0.113.7-forged\r\n"));
        Assert.Contains(response?.Status ?? 0, new[] { 200, 400 });
        Assert.All(
            Gate.Upstream.Requests,
            seen => Assert.DoesNotContain(seen.Headers, header => header.Value.Contains("forged", StringComparison.Ordinal) && header.Name.Replace('_', '-').Equals("X-Forwarded-For", StringComparison.OrdinalIgnoreCase)));
    }

    [Theory]
    [InlineData("X-Forwarded-For: 203.0.113.7")]
    [InlineData("X-Forwarded-For: 203.0.113.7, 127.0.0.1")]
    [InlineData("Forwarded: for=203.0.113.7")]
    [InlineData("Forwarded: for=\"203.0.113.7\";proto=https;by=127.0.0.1")]
    [InlineData("X-Real-IP: 203.0.113.7")]
    [InlineData("True-Client-IP: 203.0.113.7")]
    [InlineData("CF-Connecting-IP: 203.0.113.7")]
    [InlineData("X-Client-IP: 203.0.113.7")]
    [InlineData("Forwarded: for=203.0.113.7\r\nX-Forwarded-For: 203.0.113.7\r\nConnection: close")]
    [InlineData("X-Forwarded-For: 203.0.113.7\r\nX-Original-URL: /open\r\nX-HTTP-Method-Override: OPTIONS")]
    public async Task A_claimed_address_does_not_satisfy_a_policy(string header) =>
        await RefusedAsync(Request("/office", header + "\r\n"), statuses: [403]);

    [Fact]
    public async Task The_application_learns_the_real_address_host_and_scheme()
    {
        var seen = await ServedAsync(Request("/open", "X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: http\r\n"));
        Assert.Equal("127.0.0.1", seen.Value("X-Forwarded-For"));
        Assert.Equal("https", seen.Value("X-Forwarded-Proto"));
        Assert.Equal(Gate.At(GateFixture.App), seen.Value("X-Forwarded-Host"));
    }
}
