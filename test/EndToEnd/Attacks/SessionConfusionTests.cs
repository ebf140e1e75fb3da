using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Nullius.EndToEnd.Harness;
using Nullius.Identity.Sessions;

namespace Nullius.EndToEnd.Attacks;

/// <summary>A session belongs to one browser and each of its cookies to one host (CVE-2026-7507, CVE-2025-12390, CVE-2020-1045).</summary>
public sealed class SessionConfusionTests(GateFixture gate) : AttackTests<GateFixture>(gate)
{
    [Theory]
    [InlineData(GateFixture.Second)]
    [InlineData(GateFixture.Rich)]
    [InlineData(GateFixture.Auth)]
    [InlineData(GateFixture.Console)]
    public async Task A_cookie_of_another_host_is_nobody_here(string host)
    {
        var upstreamBefore = Gate.RichApp.Requests.Count;
        await RefusedAsync(Request("/account", host: host, cookie: Alice.CookieHeader(GateFixture.App)), host, 401, 302, 303);
        Assert.Equal(upstreamBefore, Gate.RichApp.Requests.Count);
    }

    [Theory]
    [InlineData("nullius={0}")]
    [InlineData("__host-nullius={0}")]
    [InlineData("__Host-Nullius={0}")]
    [InlineData("__Host%2dnullius={0}")]
    [InlineData("%5f%5fHost-nullius={0}")]
    [InlineData("__Secure-nullius={0}")]
    [InlineData("__Host-nullius =x; x={0}")]
    [InlineData("\"__Host-nullius\"={0}")]
    [InlineData("__Host-nullius-nonce={0}")]
    [InlineData("a=__Host-nullius={0}")]
    public async Task A_cookie_of_a_similar_name_is_no_session(string cookie) => await RefusedAsync(
        Request("/x", cookie: $"Cookie: {string.Format(System.Globalization.CultureInfo.InvariantCulture, cookie, Alice.Cookie(GateFixture.App))}\r\n"), statuses: [0, 400, 401]);

    [Fact]
    public async Task A_code_is_of_use_once()
    {
        var (code, nonce) = await IssueAsync(GateFixture.App);
        Assert.Equal(303, (await CompleteAsync(code, nonce, GateFixture.App))?.Status);
        var second = await CompleteAsync(code, nonce, GateFixture.App);
        Assert.InRange(second?.Status ?? 0, 400, 499);
        Assert.DoesNotContain(second!.Values("Set-Cookie"), value => value.StartsWith("__Host-nullius=v1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("another")]
    public async Task A_code_given_to_another_browser_signs_nobody_in(string nonce)
    {
        var (code, _) = await IssueAsync(GateFixture.App);
        var response = await CompleteAsync(code, nonce, GateFixture.App);
        Assert.InRange(response?.Status ?? 0, 400, 499);
        Assert.DoesNotContain(response!.Values("Set-Cookie"), value => value.StartsWith("__Host-nullius=v1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_code_of_another_host_signs_nobody_in()
    {
        var (code, nonce) = await IssueAsync(GateFixture.App);
        var response = await CompleteAsync(code, nonce, GateFixture.Second);
        Assert.InRange(response?.Status ?? 0, 400, 499);
        Assert.DoesNotContain(response!.Values("Set-Cookie"), value => value.StartsWith("__Host-nullius=v1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Completion_replaces_a_session_that_somebody_planted()
    {
        var mallory = await Gate.SignInAsync("mallory");
        var (code, nonce) = await IssueAsync(GateFixture.App);
        var response = await SendAsync(Request(
            $"/.nullius/session?code={code}", cookie: $"Cookie: __Host-nullius-nonce={nonce}; __Host-nullius={mallory.Cookie(GateFixture.App)}\r\n"));
        var cookie = Assert.Single(response!.Values("Set-Cookie"), value => value.StartsWith("__Host-nullius=", StringComparison.Ordinal));
        Assert.DoesNotContain(mallory.Secrets[GateFixture.App], cookie, StringComparison.Ordinal);
    }

    private async Task<(string Code, string Nonce)> IssueAsync(string host)
    {
        var nonce = Nullius.State.RandomSource.System.NextToken();
        var hash = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(nonce)));
        var request = new HandoffRequest(Gate.At(host), "/", hash, TimeProvider.System.GetUtcNow(), HandoffPurpose.SignIn, [], null);
        return (await Gate.Handoff.IssueCodeAsync(Alice.SessionId, request, CancellationToken.None), nonce);
    }

    private Task<RawResponse?> CompleteAsync(string code, string nonce, string host) => SendAsync(
        Request($"/.nullius/session?code={code}", host: host, cookie: nonce.Length > 0 ? $"Cookie: __Host-nullius-nonce={nonce}\r\n" : ""), host);
}
