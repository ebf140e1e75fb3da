using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Nullius.EndToEnd.Harness;
using Nullius.Identity.Trust;

namespace Nullius.EndToEnd.Attacks;

/// <summary>Assertions and bearer credentials: one algorithm, one audience, a minute, and no way back in (CVE-2026-11800, CVE-2026-55669, CVE-2026-27840, CVE-2024-23647).</summary>
public sealed class AssertionTests(GateFixture gate) : AttackTests<GateFixture>(gate)
{
    [Fact]
    public async Task The_assertion_is_signed_addressed_and_short_lived()
    {
        var seen = await ServedAsync(Request("/x"));
        var parts = seen.Value("X-Nullius-Assertion")!.Split('.');
        using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[0]));
        using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
        Assert.Equal("ES256", header.RootElement.GetProperty("alg").GetString());
        Assert.Equal("test-1", header.RootElement.GetProperty("kid").GetString());
        Assert.True(Gate.AssertionKeys.Public.VerifyData(Encoding.ASCII.GetBytes(parts[0] + "." + parts[1]), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256));
        Assert.Contains(GateFixture.App, claims.RootElement.GetProperty("aud").GetString()!, StringComparison.Ordinal);
        Assert.False(string.IsNullOrEmpty(claims.RootElement.GetProperty("iss").GetString()));
        Assert.False(string.IsNullOrEmpty(claims.RootElement.GetProperty("sub").GetString()));
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        Assert.InRange(claims.RootElement.GetProperty("exp").GetInt64(), now + 1, now + 120);
        Assert.InRange(claims.RootElement.GetProperty("iat").GetInt64(), now - 61, now + 1);
    }

    [Fact]
    public async Task Another_application_gets_an_assertion_for_itself_alone()
    {
        await ServedAsync(Request("/x"));
        Gate.Upstream.Clear();
        var seen = await ServedAsync(Request("/x", host: GateFixture.Second), GateFixture.Second);
        using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(seen.Value("X-Nullius-Assertion")!.Split('.')[1]));
        Assert.Contains(GateFixture.Second, claims.RootElement.GetProperty("aud").GetString()!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_assertion_is_no_credential_at_the_gate()
    {
        var seen = await ServedAsync(Request("/x"));
        var assertion = seen.Value("X-Nullius-Assertion")!;
        Gate.Upstream.Clear();
        await RefusedAsync(Request("/x", $"Authorization: Bearer {assertion}\r\n", cookie: ""), statuses: [401]);
        await RefusedAsync(Request("/x", $"X-Nullius-Assertion: {assertion}\r\n", cookie: ""), statuses: [400, 401]);
        await RefusedAsync(Request("/x", cookie: $"Cookie: __Host-nullius={assertion}\r\n"), statuses: [401]);
        await RefusedAsync(Request("/x", cookie: $"Cookie: __Host-nullius=v1.1.{assertion}\r\n"), statuses: [401]);
    }

    [Theory]
    [InlineData("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.AAAA")]
    [InlineData("eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwiemlwIjoiREVGIn0..AAAA.AAAA.AAAA")]
    [InlineData("nlt_")]
    [InlineData("nlk_")]
    [InlineData("nlt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("nlx_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("")]
    [InlineData("' OR 1=1 --")]
    public async Task A_forged_bearer_is_nobody(string bearer) =>
        await RefusedAsync(Request("/x", $"Authorization: Bearer {bearer}\r\n", cookie: ""), statuses: [400, 401]);

    [Theory]
    [InlineData("truncated")]
    [InlineData("lengthened")]
    [InlineData("other case")]
    [InlineData("other prefix")]
    [InlineData("as a cookie")]
    [InlineData("in the query")]
    [InlineData("without its device")]
    public async Task A_true_token_in_a_wrong_shape_is_nobody(string shape)
    {
        var (bearer, _) = await Gate.Trust.BearerAsync("alice", SessionKind.Token, "dev-1", "app");
        var request = shape switch
        {
            "truncated" => Request("/x", $"Authorization: Bearer {bearer[..^1]}\r\n", cookie: ""),
            "lengthened" => Request("/x", $"Authorization: Bearer {bearer}A\r\n", cookie: ""),
            "other case" => Request("/x", $"Authorization: Bearer {bearer.ToUpperInvariant()}\r\n", cookie: ""),
            "other prefix" => Request("/x", $"Authorization: Bearer nlk_{bearer[4..]}\r\n", cookie: ""),
            "as a cookie" => Request("/x", cookie: $"Cookie: __Host-nullius=v1.1.{bearer[4..]}\r\n"),
            "in the query" => Request($"/x?access_token={bearer}", cookie: ""),
            _ => Request("/x", $"Authorization: Bearer {bearer}\r\n", cookie: ""),
        };
        var device = shape is "without its device" or "other prefix" ? null : Gate.Device;
        var response = await Gate.RawAsync(GateFixture.App, request, device);
        Assert.Contains(response?.Status ?? 0, new[] { 0, 400, 401, 403 });
        Assert.Empty(Gate.Upstream.Requests);
    }

    [Fact]
    public async Task A_browser_sessions_secret_is_no_bearer()
    {
        await RefusedAsync(Request("/x", $"Authorization: Bearer nlt_{Alice.Secrets[GateFixture.App]}\r\n", cookie: ""), statuses: [401]);
        await RefusedAsync(Request("/x", $"Authorization: Bearer nlk_{Alice.Secrets[GateFixture.App]}\r\n", cookie: ""), statuses: [401]);
    }

    [Fact]
    public async Task A_token_on_its_device_is_served_and_does_not_reach_the_application()
    {
        var (bearer, _) = await Gate.Trust.BearerAsync("alice", SessionKind.Token, "dev-1", "app");
        var response = await Gate.RawAsync(GateFixture.App, Request("/x", $"Authorization: Bearer {bearer}\r\n", cookie: ""), Gate.Device);
        Assert.Equal(200, response?.Status);
        Assert.DoesNotContain(bearer[4..], Assert.Single(Gate.Upstream.Requests).Head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("second", GateFixture.App)]
    [InlineData("app:POST", GateFixture.App)]
    [InlineData("ap", GateFixture.App)]
    [InlineData("app", GateFixture.Second)]
    [InlineData("app", GateFixture.Console)]
    [InlineData("app", GateFixture.Auth)]
    public async Task A_key_reaches_no_further_than_its_scopes(string scope, string host)
    {
        var (bearer, _) = await Gate.Trust.BearerAsync("alice", SessionKind.ApiKey, null, scope);
        var response = await Gate.RawAsync(host, Request("/account", $"Authorization: Bearer {bearer}\r\n", host: host, cookie: ""));
        Assert.Contains(response?.Status ?? 0, new[] { 401, 403 });
        Assert.Empty(Gate.Upstream.Requests);
    }
}
