using Nullius.EndToEnd.Harness;

namespace Nullius.EndToEnd.Attacks;

/// <summary>The sign-in host over a real socket: forged forms, strange names (CVE-2026-40574), and one-time things sent twice.</summary>
public sealed class SignInForgeryTests(GateFixture gate) : AttackTests<GateFixture>(gate)
{
    private const string Form = "Content-Type: application/x-www-form-urlencoded\r\n";

    private string Own => $"Origin: https://{Gate.At(GateFixture.Auth)}\r\n";

    [Theory]
    [InlineData("/sign-in/password", "Cookie: __Host-nullius-signin=abc\r\n", "")]
    [InlineData("/sign-in", "Cookie: __Host-nullius-signin=abc\r\n", "")]
    [InlineData("/sign-in", "Cookie: a=b; __Host-nullius-signin=abc\r\n", "Referer: https://evil.example/\r\n")]
    [InlineData("/enrol", "Cookie: __HOST-NULLIUS-signin=abc\r\n", "")]
    [InlineData("/sign-in", "", "Origin: https://evil.example\r\n")]
    [InlineData("/sign-in", "", "Origin: null\r\n")]
    [InlineData("/sign-in", "", "Sec-Fetch-Site: cross-site\r\n")]
    [InlineData("/sign-in", "", "Sec-Fetch-Site: same-site\r\n")]
    [InlineData("/sign-in", "Cookie: __Host-nullius-signin=abc\r\n", "Origin: https://app.nullius.localhost\r\n")]
    [InlineData("/sign-out", "Cookie: __Host-nullius-signin=abc\r\n", "")]
    public async Task A_form_from_elsewhere_does_not_reach_the_sign_in(string path, string cookie, string headers)
    {
        var response = await SendAsync(Request(path, Form + headers, "POST", GateFixture.Auth, cookie, "a=b"), GateFixture.Auth);
        Assert.Equal(403, response?.Status);
        Assert.DoesNotContain("in-process", response!.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_pages_own_form_and_a_client_without_cookies_reach_it()
    {
        Assert.Contains("in-process", (await SendAsync(Request("/sign-in", Form + Own, "POST", GateFixture.Auth, "Cookie: __Host-nullius-signin=abc\r\n", "a=b"), GateFixture.Auth))!.Text, StringComparison.Ordinal);
        Assert.Contains("in-process", (await SendAsync(Request("/sign-in", Form, "POST", GateFixture.Auth, "", "a=b"), GateFixture.Auth))!.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/account")]
    [InlineData("/account/keys")]
    [InlineData("/enrolx")]
    [InlineData("/sign-inx")]
    [InlineData("/SIGN-IN")]
    [InlineData("/sign-in.")]
    [InlineData("/healthx")]
    [InlineData("/assets")]
    [InlineData("/step-up")]
    public async Task What_is_not_on_the_list_of_public_paths_needs_a_session(string path)
    {
        var response = await SendAsync(Request(path, host: GateFixture.Auth, cookie: ""), GateFixture.Auth);
        Assert.Contains(response?.Status ?? 0, new[] { 302, 303, 400, 401, 404 });
        Assert.DoesNotContain("in-process", response!.Text, StringComparison.Ordinal);
    }

    // A cookie's name is compared as it stands (CVE-2020-1045): nothing is decoded into it.
    [Theory]
    [InlineData("__%48ost-nullius={0}")]
    [InlineData("%5F%5FHost-nullius={0}")]
    [InlineData("__Host%2Dnullius={0}")]
    [InlineData("__host-nullius={0}")]
    [InlineData("__Host-nullius ={0}; x=1")]
    [InlineData("\"__Host-nullius\"={0}")]
    [InlineData("__Host-nullius%3D{0}")]
    [InlineData("a=b,__Host-nullius={0}")]
    [InlineData("__Host-nullius=\"{0}\"")]
    [InlineData("__Host-nullius={0}%00")]
    [InlineData("__Host-nulliusX={0}")]
    public async Task A_cookie_name_in_another_spelling_is_another_cookie(string format)
    {
        var cookie = string.Format(System.Globalization.CultureInfo.InvariantCulture, format, Alice.Cookie(GateFixture.App));
        var response = await SendAsync(Request("/x", cookie: $"Cookie: {cookie}\r\n"));
        Assert.Contains(response?.Status ?? 0, new[] { 400, 401 });
        Assert.Empty(Gate.Upstream.Requests);
    }

    // Sessions are random and looked up by hash: there is no key ring whose weakness would let one be made up (CVE-2026-40372).
    [Theory]
    [InlineData("CfDJ8NyA1")]
    [InlineData("v1.1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("v1.99999999999999999999.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("v1.-1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("v1..AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("v2.1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.")]
    [InlineData("")]
    public async Task A_cookie_that_was_made_up_is_nobodys(string value)
    {
        var response = await SendAsync(Request("/x", cookie: $"Cookie: __Host-nullius={value}\r\n"));
        Assert.Equal(401, response?.Status);
        Assert.Empty(Gate.Upstream.Requests);
    }

    // Encrypted tokens are not read at all: nothing is decompressed for a stranger (CVE-2024-21319).
    [Theory]
    [InlineData("eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkExMjhDQkMtSFMyNTYiLCJ6aXAiOiJERUYifQ.a.b.c.d")]
    [InlineData("eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwiemlwIjoiREVGIn0..AAAA.AAAA.AAAA")]
    [InlineData("nlt_eyJhbGciOiJkaXIiLCJ6aXAiOiJERUYifQ")]
    public async Task An_encrypted_token_is_nobodys(string token)
    {
        var response = await SendAsync(Request("/x", $"Authorization: Bearer {token}\r\n", cookie: ""));
        Assert.Equal(401, response?.Status);
        Assert.Empty(Gate.Upstream.Requests);
    }
}
