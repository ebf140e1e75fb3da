using Nullius.EndToEnd.Harness;
using Nullius.Gateway.Config;

namespace Nullius.EndToEnd.Attacks;

public sealed class InjectingGate : GateFixture
{
    protected override GateConfig Configure(GateConfig config) => config with
    {
        Routes = [.. config.Routes.Select(route => route.Name == "app" ? route with { Inject = new InjectConfig { UserHeader = "X-Remote-User", GroupsHeader = "X-Remote-Groups" } } : route)],
    };
}

/// <summary>Only the gate says who is there (CVE-2025-64484, CVE-2026-54763, CVE-2026-33433, CVE-2026-30851).</summary>
public sealed class IdentityHeaderTests(InjectingGate gate) : AttackTests<InjectingGate>(gate)
{
    public static TheoryData<string> Spellings { get; } =
    [
        "X-Nullius-Assertion", "x-nullius-assertion", "X-NULLIUS-ASSERTION", "X_Nullius_Assertion", "X-Nullius_Assertion", "X_NULLIUS-ASSERTION", "x_nullius_assertion",
        "X-Nullius-User", "X-Nullius-Anything", "x_nullius_user",
        "X-Remote-User", "x-remote-user", "X_Remote_User", "X-Remote_User", "X-REMOTE-USER", "x_remote-user",
        "X-Remote-Groups", "X_Remote_Groups", "x-remote_groups",
        "Remote-User", "Remote_User", "REMOTE_USER", "X-Auth-Request-User", "X-Auth-Request-Email", "X-Authenticated-User", "X-Goog-Authenticated-User-Email",
        "X.Remote.User", "X-Remote.User", "X!Remote*User", "x~remote|user", "X.Nullius.Assertion", "X-Nullius+Assertion", "REMOTE.USER",
        "Front-End-Https", "Remote-Email", "X-Scheme", "X-Url-Scheme", "X-Forward-For", "X-Originating-IP", "X-Authentik-Username", "X-Consumer-Username", "iv-user", "SM_USER", "Shib-Session-ID",
        "X-User-Id", "X-Original-Url", "X_Rewrite_Url", "X-HTTP-Method-Override", "Tailscale-User-Login", "WL-Proxy-Client-IP", "X-Azure-ClientIP", "X-Real-Url", "Proxy-Client-Ip",
        "X-WEBAUTH-USER", "X-MS-CLIENT-PRINCIPAL", "X-MS-CLIENT-PRINCIPAL-NAME", "Cf-Access-Jwt-Assertion", "X-Pomerium-Jwt-Assertion", "X-Amzn-Oidc-Identity",
    ];

    [Theory]
    [MemberData(nameof(Spellings))]
    public async Task A_clients_copy_is_stripped_or_refused(string name)
    {
        var response = await SendAsync(Request("/x", $"{name}: root-forged\r\n"));
        Assert.Contains(response?.Status ?? 0, new[] { 200, 400 });
        Assert.All(Gate.Upstream.Requests, seen => Assert.DoesNotContain("forged", seen.Head, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Spellings))]
    public async Task A_clients_copy_over_http2_is_stripped_or_refused(string name)
    {
        await using var client = await Http2Client.ConnectAsync(Gate.Port, GateFixture.App);
        var outcome = await client.ExchangeAsync([.. Http2Client.Get(Gate.At(GateFixture.App), "/x"),
            ("cookie", $"__Host-nullius={Alice.Cookie(GateFixture.App)}"), (name.ToLowerInvariant(), "root-forged")]);
        Assert.True(outcome.Status is 200 or 400 || outcome.Reset is not null, $"status {outcome.Status}");
        Assert.All(Gate.Upstream.Requests, seen => Assert.DoesNotContain("forged", seen.Head, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("X-Remote-User : root-forged")]
    [InlineData("X-Remote-User\t: root-forged")]
    [InlineData("X-Remote-User\u0000: root-forged")]
    [InlineData("X-Remote-User\u00a0: root-forged")]
    [InlineData(" X-Remote-User: root-forged")]
    [InlineData("\tX-Remote-User: root-forged")]
    [InlineData("X-Any: 1\n X-Remote-User: root-forged")]
    [InlineData("X-Any: 1\nX-Remote-User: root-forged")]
    [InlineData("X-Any: 1\rX-Remote-User: root-forged")]
    [InlineData("X-Any: 1\r\n\tX-Remote-User: root-forged")]
    public async Task A_malformed_header_line_carries_no_identity(string line)
    {
        var response = await SendAsync(Request("/x", line + "\r\n"));
        Assert.True(response?.Status is null or 400, $"{response?.Status}");
        Assert.Empty(Gate.Upstream.Requests);
    }

    [Fact]
    public async Task The_gates_own_values_arrive_once()
    {
        var seen = await ServedAsync(Request("/x", "X-Remote-User: root\r\nX-Remote-User: admin\r\nX-Nullius-Assertion: a.b.c\r\n"));
        Assert.Equal("alice", seen.Value("X-Remote-User"));
        Assert.Equal("staff", seen.Value("X-Remote-Groups"));
        Assert.Equal(3, seen.Value("X-Nullius-Assertion")!.Split('.').Length);
        Assert.NotEqual("a.b.c", seen.Value("X-Nullius-Assertion"));
    }
}
