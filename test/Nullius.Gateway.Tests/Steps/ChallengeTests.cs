using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Nullius.Gateway.Tests.Fakes;
using Nullius.Identity.Trust;

namespace Nullius.Gateway.Tests.Steps;

/// <summary>What a refused script reads in <c>WWW-Authenticate</c> (RFC 6750, RFC 9470), and what it does not.</summary>
public class ChallengeTests
{
    private const string Policy = """
        {"id":"22222222-2222-2222-2222-222222222222","displayName":"Proof","state":"enabled",
         "conditions":{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["app"]},"clientAppTypes":["all"]},
        """;

    private const string Mfa = Policy + """ "grantControls":{"operator":"OR","builtInControls":["mfa"]}} """;

    [Fact]
    public async Task Who_presents_nothing_is_told_of_no_error()
    {
        await using var harness = await Harness.StartAsync();
        Assert.Equal((HttpStatusCode.Unauthorized, """Bearer realm="nullius" """.TrimEnd()), await AskAsync(harness.Client("")));
    }

    [Theory]
    [InlineData("nlk_")]
    [InlineData("nlt_")]
    public async Task A_credential_that_is_not_honoured_is_an_invalid_token(string kind)
    {
        await using var harness = await Harness.StartAsync();
        var (status, challenge) = await AskAsync(harness.Client(""), kind + new string('A', 43));
        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.StartsWith("Bearer realm=\"nullius\", error=\"invalid_token\", error_description=\"", challenge, StringComparison.Ordinal);
        Assert.DoesNotContain("scope=", challenge, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("app:POST")]
    [InlineData("other")]
    public async Task A_key_out_of_its_scope_is_told_which_scope_is_missing(string scope)
    {
        await using var harness = await Harness.StartAsync();
        var (_, secret) = harness.Session(kind: SessionKind.ApiKey, change: session => session with { Scopes = [scope] });
        await FollowedAsync(harness);
        var (status, challenge) = await AskAsync(harness.Client(""), "nlk_" + secret);
        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Equal("""Bearer realm="nullius", error="insufficient_scope", error_description="the token or key is not made for this", scope="app:GET" """.TrimEnd(), challenge);
    }

    [Fact]
    public async Task A_policy_that_denies_challenges_nobody()
    {
        await using var harness = await Harness.StartAsync();
        harness.Policy("allow.json", """{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}""");
        Assert.Empty(await harness.Gate.ReloadAsync(harness.Config(), default));
        var (_, secret) = harness.Session(kind: SessionKind.ApiKey, change: session => session with { Scopes = ["app"] });
        await FollowedAsync(harness);
        Assert.Equal((HttpStatusCode.Forbidden, null), await AskAsync(harness.Client(""), "nlk_" + secret));
    }

    [Fact]
    public async Task A_key_that_can_never_meet_a_policy_is_told_so_and_not_challenged()
    {
        await using var harness = await WithPolicyAsync(Mfa);
        var (_, secret) = harness.Session(kind: SessionKind.ApiKey, change: session => session with { Scopes = ["app"], MfaAt = null, Methods = [] });
        await FollowedAsync(harness);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("Authorization", "Bearer nlk_" + secret);
        using var response = await harness.Client("").SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Empty(response.Headers.WwwAuthenticate);
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Contains("API key", problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.False(problem.RootElement.TryGetProperty("requiredControls", out _));
    }

    [Fact]
    public async Task A_token_without_a_second_factor_is_asked_for_one()
    {
        await using var harness = await WithPolicyAsync(Mfa);
        using var certificate = Laptop(harness);
        var (_, secret) = harness.Session(kind: SessionKind.Token, change: session => session with { BoundDeviceId = "d-1", MfaAt = null, Methods = ["pwd"] });
        await FollowedAsync(harness);
        var (status, challenge) = await AskAsync(harness.Client("", certificate), "nlt_" + secret);
        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Contains("error=\"insufficient_user_authentication\"", challenge, StringComparison.Ordinal);
        Assert.EndsWith(", acr_values=\"mfa\"", challenge, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(""" "type":"hours","value":1,"frequencyInterval":"timeBased" """, 3600)]
    [InlineData(""" "type":"days","value":2,"frequencyInterval":"timeBased" """, 172800)]
    [InlineData(""" "frequencyInterval":"everyTime" """, 300)]
    public async Task A_token_that_is_too_old_is_told_how_old_a_sign_in_may_be(string frequency, int seconds)
    {
        await using var harness = await WithPolicyAsync(Policy + """ "sessionControls":{"signInFrequency":{"isEnabled":true,"authenticationType":"primaryAndSecondaryAuthentication",""" + frequency + "}}}");
        using var certificate = Laptop(harness);
        var longAgo = harness.Time.GetUtcNow() - TimeSpan.FromDays(3);
        var (_, secret) = harness.Session(kind: SessionKind.Token, change: session => session with { BoundDeviceId = "d-1", AuthenticatedAt = longAgo, MfaAt = longAgo });
        await FollowedAsync(harness);
        var (status, challenge) = await AskAsync(harness.Client("", certificate), "nlt_" + secret);
        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.EndsWith($", error_description=\"more proof is needed\", max_age=\"{seconds}\"", challenge, StringComparison.Ordinal);
    }

    private static async Task<Harness> WithPolicyAsync(string policy)
    {
        var harness = await Harness.StartAsync();
        harness.Policy("proof.json", policy);
        Assert.Empty(await harness.Gate.ReloadAsync(harness.Config(config: config => config with { ConditionalAccess = ["proof.json"] }), default));
        return harness;
    }

    private static X509Certificate2 Laptop(Harness harness)
    {
        var certificate = harness.Certificates.Device("laptop");
        harness.Trust.Put(new DeviceTrust { Id = "d-1", OwnerId = "p-alice", State = DeviceState.Compliant, Thumbprints = [certificate.GetCertHashString(HashAlgorithmName.SHA256)] });
        return certificate;
    }

    private static Task FollowedAsync(Harness harness) => Eventually.HoldsAsync(() => harness.Gate.Status.Sequence == harness.Trust.Sequence, "the feed is followed");

    private static async Task<(HttpStatusCode Status, string? Challenge)> AskAsync(HttpClient client, string? credential = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        if (credential is not null)
            request.Headers.Add("Authorization", "Bearer " + credential);
        using var response = await client.SendAsync(request);
        return (response.StatusCode, response.Headers.TryGetValues("WWW-Authenticate", out var challenges) ? challenges.Single() : null);
    }
}
