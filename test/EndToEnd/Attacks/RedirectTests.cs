using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Nullius.EndToEnd.Harness;
using Nullius.Identity.Sessions;

namespace Nullius.EndToEnd.Attacks;

/// <summary>A redirect leads to our own hosts, and what it carries is sealed (CVE-2021-21291, CVE-2024-8883, CVE-2026-7504, CVE-2026-3872, CVE-2021-29652).</summary>
public sealed class RedirectTests(GateFixture gate) : AttackTests<GateFixture>(gate)
{
    private const string Page = "Accept: text/html\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n";

    [Theory]
    [InlineData("/")]
    [InlineData("/deep/link?x=1")]
    [InlineData("/x?next=https://evil.example")]
    [InlineData("/x?request=forged&rd=//evil.example&return=/evil.example")]
    [InlineData("/@evil.example")]
    [InlineData("/x?@evil.example")]
    [InlineData("/.evil.example")]
    public async Task A_page_load_without_session_goes_to_the_sign_in_host_with_a_sealed_request(string target)
    {
        var response = await RefusedAsync(Request(target, Page, cookie: ""), statuses: [302, 303]);
        var location = new Uri(response!.Header("Location")!);
        Assert.Equal(("https", GateFixture.Auth, "/sign-in"), (location.Scheme, location.Host, location.AbsolutePath));
        Assert.Matches("^\\?request=[^&]+$", location.Query);
        Assert.DoesNotContain("evil", location.Query, StringComparison.Ordinal);
        Assert.Equal(target, Gate.Handoff.Open(Uri.UnescapeDataString(location.Query["?request=".Length..]))!.PathAndQuery);
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("//evil.example/%2e%2e")]
    [InlineData("///evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("/%5cevil.example")]
    [InlineData("/%2fevil.example")]
    [InlineData("/..;/evil.example")]
    [InlineData("/%0d%0aLocation:%20https://evil.example")]
    [InlineData("https://evil.example/")]
    [InlineData("https:evil.example")]
    [InlineData("@evil.example")]
    [InlineData("/x\tevil")]
    public async Task A_target_that_could_lead_elsewhere_is_not_redirected(string target)
    {
        var response = await RefusedAsync(Request(target, Page, cookie: ""), statuses: [0, 400, 404, 405, 421]);
        Assert.Null(response?.Header("Location"));
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("app.nullius.localhost.evil.example")]
    [InlineData("evil.example#app.nullius.localhost")]
    [InlineData("app.nullius.localhost@evil.example")]
    [InlineData("xapp.nullius.localhost")]
    public async Task A_foreign_host_is_not_redirected(string host)
    {
        var response = await RefusedAsync($"GET / HTTP/1.1\r\nHost: {host}:{Gate.Port}\r\n{Page}\r\n", statuses: [0, 400, 404, 421]);
        Assert.Null(response?.Header("Location"));
    }

    [Theory]
    [InlineData("//evil.example/x")]
    [InlineData("/\\evil.example")]
    [InlineData("https://evil.example/")]
    [InlineData("\\\\evil.example")]
    [InlineData("/x\r\nSet-Cookie: a=b")]
    [InlineData("")]
    public async Task Completion_does_not_follow_a_sealed_target_that_is_no_path(string target)
    {
        var response = await CompleteAsync(target);
        if (response.Status is 302 or 303)
        {
            Assert.Matches("^(/|/[^/\\\\].*)$", response.Header("Location")!);
            Assert.DoesNotContain(response.Headers, header => header.Value.StartsWith("a=b", StringComparison.Ordinal));
        }
        else
        {
            Assert.InRange(response.Status, 400, 499);
        }
    }

    [Fact]
    public async Task Completion_returns_to_the_sealed_path_and_to_nothing_in_the_query()
    {
        var response = await CompleteAsync("/deep/link?x=1", "&return=//evil.example&next=https://evil.example&host=evil.example");
        Assert.Equal(303, response.Status);
        Assert.Equal("/deep/link?x=1", response.Header("Location"));
        var cookie = Assert.Single(response.Values("Set-Cookie"), value => value.StartsWith("__Host-nullius=", StringComparison.Ordinal));
        foreach (var attribute in new[] { "secure", "httponly", "samesite=lax", "path=/" })
            Assert.Contains(attribute, cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("domain=", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(Gate.Upstream.Requests);
    }

    [Theory]
    [InlineData("/.nullius/session")]
    [InlineData("/.nullius/session?code=")]
    [InlineData("/.nullius/session?code=forged")]
    [InlineData("/.nullius/session?code=forged&code=forged")]
    [InlineData("/.nullius/session?session=alice")]
    public async Task An_unknown_code_sets_no_cookie(string target)
    {
        var response = await SendAsync(Request(target, Page, cookie: "Cookie: __Host-nullius-nonce=abc\r\n"));
        Assert.InRange(response?.Status ?? 400, 400, 499);
        Assert.DoesNotContain(response?.Values("Set-Cookie") ?? [], value => value.StartsWith("__Host-nullius=v1", StringComparison.Ordinal));
        Assert.Empty(Gate.Upstream.Requests);
    }

    private async Task<RawResponse> CompleteAsync(string target, string further = "")
    {
        var nonce = Nullius.State.RandomSource.System.NextToken();
        var hash = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(nonce)));
        var request = new HandoffRequest(Gate.At(GateFixture.App), target, hash, TimeProvider.System.GetUtcNow(), HandoffPurpose.SignIn, [], null);
        var code = await Gate.Handoff.IssueCodeAsync(Alice.SessionId, request, CancellationToken.None);
        return (await SendAsync(Request($"/.nullius/session?code={code}{further}", Page, cookie: $"Cookie: __Host-nullius-nonce={nonce}\r\n")))!;
    }
}
