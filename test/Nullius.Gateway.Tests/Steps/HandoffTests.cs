using System.Net;
using Nullius.Gateway.Config;
using Nullius.Gateway.Tests.Fakes;
using Nullius.Identity.Sessions;
using Nullius.Identity.Trust;

namespace Nullius.Gateway.Tests.Steps;

public class HandoffTests
{
    private const string MfaPolicy = """
        {"id":"11111111-1111-1111-1111-111111111111","displayName":"MFA","state":"enabled",
         "conditions":{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["app"]},"clientAppTypes":["all"]},
         "grantControls":{"operator":"OR","builtInControls":["mfa"]}}
        """;

    [Fact]
    public async Task A_handoff_ends_with_a_cookie_for_this_host_and_where_the_person_was_going()
    {
        await using var harness = await Harness.StartAsync();
        PrepareCookies(harness);
        var (location, nonce) = await NavigateAsync(harness, "", "/where?i=was");
        var back = await ReturnAsync(harness, location, nonce, harness.Session().Session.Id);
        Assert.Equal(HttpStatusCode.SeeOther, back.StatusCode);
        Assert.Equal("/where?i=was", back.Headers.Location!.OriginalString);
        var cookie = back.Headers.GetValues("Set-Cookie").First(value => value.StartsWith("__Host-nullius=", StringComparison.Ordinal));
        Assert.EndsWith("; path=/; secure; samesite=lax; httponly", cookie, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_is_good_for_one_browser_and_one_use()
    {
        await using var harness = await Harness.StartAsync();
        PrepareCookies(harness);
        var (location, nonce) = await NavigateAsync(harness, "", "/");
        var session = harness.Session().Session.Id;
        var request = harness.Handoff.Open(location.Query["?request=".Length..])!;
        var code = await harness.Handoff.IssueCodeAsync(session, request, default);
        using var stolen = await harness.Client($"__Host-nullius-nonce={new string('B', 43)}").GetAsync($"/.nullius/session?code={code}");
        Assert.Equal(HttpStatusCode.BadRequest, stolen.StatusCode);
        using var without = await harness.Client("").GetAsync($"/.nullius/session?code={await harness.Handoff.IssueCodeAsync(session, request, default)}");
        Assert.Equal(HttpStatusCode.BadRequest, without.StatusCode);
        var good = await harness.Handoff.IssueCodeAsync(session, request, default);
        using var first = await harness.Client(nonce).GetAsync($"/.nullius/session?code={good}");
        Assert.Equal(HttpStatusCode.SeeOther, first.StatusCode);
        using var second = await harness.Client(nonce).GetAsync($"/.nullius/session?code={good}");
        Assert.Equal(HttpStatusCode.BadRequest, second.StatusCode);
    }

    [Theory]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example")]
    [InlineData("https://evil.example/")]
    [InlineData("/..;/evil")]
    [InlineData("")]
    public async Task A_handoff_never_leads_off_the_host(string target)
    {
        await using var harness = await Harness.StartAsync();
        PrepareCookies(harness);
        var nonce = new string('N', 43);
        var request = new HandoffRequest(harness.Authority, target, Answers.SignInRedirect.HashOf(nonce), harness.Time.GetUtcNow(), HandoffPurpose.SignIn, [], null);
        var code = await harness.Handoff.IssueCodeAsync(harness.Session().Session.Id, request, default);
        using var back = await harness.Client($"__Host-nullius-nonce={nonce}").GetAsync($"/.nullius/session?code={code}");
        Assert.Equal("/", back.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task More_proof_is_asked_of_a_script_by_a_challenge_and_of_a_person_by_a_redirect()
    {
        await using var harness = await WithMfaAsync();
        var cookie = harness.Cookie(harness.Session(change: session => session with { MfaAt = null, Methods = ["pwd"] }).Secret);
        using var script = await harness.Client(cookie).GetAsync("/");
        Assert.Equal(HttpStatusCode.Unauthorized, script.StatusCode);
        var challenge = script.Headers.GetValues("WWW-Authenticate").Single();
        Assert.Contains("error=\"insufficient_user_authentication\"", challenge, StringComparison.Ordinal);
        Assert.Contains("acr_values=\"mfa\"", challenge, StringComparison.Ordinal);

        var (location, _) = await NavigateAsync(harness, cookie, "/page");
        Assert.Equal("/step-up", location.AbsolutePath);
        var handoff = harness.Handoff.Open(location.Query["?request=".Length..])!;
        Assert.Equal(HandoffPurpose.StepUp, handoff.Purpose);
        Assert.Equal(["mfa"], handoff.RequiredControls);
        Assert.Equal(0, harness.Application.Received);
    }

    [Fact]
    public async Task What_no_step_up_can_bring_is_a_denial()
    {
        await using var harness = await Harness.StartAsync();
        harness.Policy("device.json", MfaPolicy.Replace("\"mfa\"", "\"compliantDevice\"", StringComparison.Ordinal));
        Assert.Empty(await harness.Gate.ReloadAsync(harness.Config(config: config => config with { ConditionalAccess = ["device.json"] }), default));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("Sec-Fetch-Mode", "navigate");
        using var response = await harness.Client().SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains("managed device", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_that_met_a_step_up_comes_back_once_through_the_whole_pipeline()
    {
        await using var harness = await WithMfaAsync();
        PrepareCookies(harness);
        var (session, secret) = harness.Session(change: one => one with { MfaAt = null, Methods = ["pwd"] });
        var cookie = harness.Cookie(secret);
        using var post = new HttpRequestMessage(HttpMethod.Post, "/transfer?to=bob") { Content = new FormUrlEncodedContent([new("amount", "7")]) };
        post.Headers.Accept.ParseAdd("text/html");
        post.Headers.Add("Origin", harness.Origin);
        using var refused = await harness.Client(cookie).SendAsync(post);
        Assert.Equal(HttpStatusCode.SeeOther, refused.StatusCode);
        var nonce = refused.Headers.GetValues("Set-Cookie").Single().Split(';')[0];

        harness.Trust.Put(session with { MfaAt = harness.Time.GetUtcNow() });
        await Eventually.HoldsAsync(() => harness.Gate.Status.Sequence == harness.Trust.Sequence, "the feed is followed");
        using var back = await ReturnAsync(harness, refused.Headers.Location!, nonce, session.Id);
        var page = back.Headers.Location!.OriginalString;
        Assert.StartsWith("/.nullius/replay?form=", page, StringComparison.Ordinal);
        var html = await harness.Client(cookie).GetStringAsync(page);
        Assert.Contains("/.nullius/replay.js", html, StringComparison.Ordinal);
        Assert.Equal(0, harness.Application.Received);

        var form = page["/.nullius/replay?form=".Length..];
        using var stranger = await ReplayAsync(harness, harness.Cookie(harness.Session().Secret), form);
        Assert.Equal(HttpStatusCode.Gone, stranger.StatusCode);
        using var first = await ReplayAsync(harness, cookie, form);
        var echo = Echo.Read(await first.Content.ReadAsStringAsync());
        Assert.Equal("/transfer?to=bob", echo.Target);
        Assert.Equal("POST", echo.Method);
        Assert.Equal("amount=7", echo.Body);
        Assert.Equal("application/x-www-form-urlencoded", echo.Headers["Content-Type"]);
        using var second = await ReplayAsync(harness, cookie, form);
        Assert.Equal(HttpStatusCode.Gone, second.StatusCode);
        Assert.Equal(1, harness.Application.Received);
        Assert.Contains(harness.Gate.Decisions.Recent(5), made => made is { Path: "/transfer", Effect: Policy.Decisions.Effect.Allow });
    }

    [Theory]
    [InlineData("Origin: https://evil.example")]
    [InlineData("Origin: https://evil.example", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate")]
    [InlineData("Origin: null", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate")]
    [InlineData("Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: navigate")]
    [InlineData("Origin: null")]
    [InlineData("X-Nothing: said")]
    public async Task A_form_that_no_page_of_this_host_vouches_for_is_not_sent_again_in_the_persons_name(params string[] headers)
    {
        await using var harness = await Harness.StartAsync();
        PrepareCookies(harness);
        // A form of another site comes without the session's cookie (SameSite), so that it looks like one that needs a sign-in.
        using var post = new HttpRequestMessage(HttpMethod.Post, "/transfer?to=mallory") { Content = new FormUrlEncodedContent([new("amount", "7")]) };
        post.Headers.Accept.ParseAdd("text/html");
        foreach (var header in headers)
            post.Headers.TryAddWithoutValidation(header.Split(": ")[0], header.Split(": ")[1]);
        using var refused = await harness.Client("").SendAsync(post);
        Assert.Null(harness.Handoff.Open(refused.Headers.Location!.Query["?request=".Length..])!.FormId);
        var nonce = refused.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        using var back = await ReturnAsync(harness, refused.Headers.Location!, nonce, harness.Session().Session.Id);
        Assert.Equal("/transfer?to=mallory", back.Headers.Location!.OriginalString);
        Assert.Equal(0, harness.Application.Received);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_form_outlasts_the_process_that_took_it_whenever_that_dies_and_is_sent_once(bool bound)
    {
        var shelf = new FakeShelf();
        await using var harness = await WithMfaAsync(shelf);
        PrepareCookies(harness);
        var (session, secret) = harness.Session(change: one => one with { MfaAt = null, Methods = ["pwd"] });
        var cookie = harness.Cookie(secret);
        using var post = new HttpRequestMessage(HttpMethod.Post, "/transfer?to=bob") { Content = new FormUrlEncodedContent([new("amount", "7")]) };
        post.Headers.Accept.ParseAdd("text/html");
        post.Headers.Add("Origin", harness.Origin);
        using var refused = await harness.Client(cookie).SendAsync(post);
        var nonce = refused.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        if (!bound)
            await harness.ReplaceGateAsync();
        harness.Trust.Put(session with { MfaAt = harness.Time.GetUtcNow() });
        await Eventually.HoldsAsync(() => harness.Gate.Status.Sequence == harness.Trust.Sequence, "the feed is followed");
        using var back = await ReturnAsync(harness, refused.Headers.Location!, nonce, session.Id);
        if (bound)
            await harness.ReplaceGateAsync();
        var form = back.Headers.Location!.OriginalString["/.nullius/replay?form=".Length..];
        using var stranger = await ReplayAsync(harness, harness.Cookie(harness.Session().Secret), form);
        Assert.Equal(HttpStatusCode.Gone, stranger.StatusCode);
        using var first = await ReplayAsync(harness, cookie, form);
        Assert.Equal("amount=7", Echo.Read(await first.Content.ReadAsStringAsync()).Body);
        Assert.Empty(shelf.Forms);
        await harness.ReplaceGateAsync();
        using var second = await ReplayAsync(harness, cookie, form);
        Assert.Equal(HttpStatusCode.Gone, second.StatusCode);
        Assert.Equal(1, harness.Application.Received);
    }

    [Fact]
    public async Task One_strangers_forms_leave_room_for_others()
    {
        await using var harness = await Harness.StartAsync();
        var held = 0;
        for (var posted = 0; posted < Answers.HeldForms.MostOfStranger + 4; posted++)
        {
            using var post = new HttpRequestMessage(HttpMethod.Post, "/x") { Content = new FormUrlEncodedContent([new("a", "b")]) };
            post.Headers.Accept.ParseAdd("text/html");
            post.Headers.Add("Origin", harness.Origin);
            using var refused = await harness.Client("").SendAsync(post);
            held += harness.Handoff.Open(refused.Headers.Location!.Query["?request=".Length..])!.FormId is null ? 0 : 1;
        }

        Assert.Equal(Answers.HeldForms.MostOfStranger, held);
    }

    [Fact]
    public async Task A_form_of_a_browser_ends_on_a_page_that_leads_on_because_redirects_are_held_to_the_applications_form_action()
    {
        await using var harness = await WithMfaAsync();
        var cookie = harness.Cookie(harness.Session(change: one => one with { MfaAt = null, Methods = ["pwd"] }).Secret);
        using var post = new HttpRequestMessage(HttpMethod.Post, "/transfer") { Content = new FormUrlEncodedContent([new("amount", "7")]) };
        post.Headers.Add("Sec-Fetch-Mode", "navigate");
        post.Headers.Add("Sec-Fetch-Dest", "document");
        post.Headers.Add("Origin", harness.Origin);
        using var answer = await harness.Client(cookie).SendAsync(post);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Null(answer.Headers.Location);
        var html = await answer.Content.ReadAsStringAsync();
        var from = html.IndexOf("0;url=", StringComparison.Ordinal) + 6;
        var location = new Uri(WebUtility.HtmlDecode(html[from..html.IndexOf('"', from)]));
        Assert.Equal("/step-up", location.AbsolutePath);
        Assert.NotNull(harness.Handoff.Open(Uri.UnescapeDataString(location.Query["?request=".Length..]))!.FormId);
        Assert.Equal(0, harness.Application.Received);
    }

    [Theory]
    [InlineData("/protected", "/step-up")]
    [InlineData("/open", null)]
    public async Task A_policy_of_an_authentication_context_holds_for_the_operations_that_ask_for_it(string path, string? leadsTo)
    {
        await using var harness = await Harness.StartAsync();
        harness.Policy("context.json", MfaPolicy.Replace("\"includeApplications\":[\"app\"]", "\"includeAuthenticationContextClassReferences\":[\"c1\"]", StringComparison.Ordinal));
        var at = new Config.SourcePosition("nullius.yaml", 1);
        Assert.Empty(await harness.Gate.ReloadAsync(
            harness.Config(
                route => route with
                {
                    Operations = [new(at, "Protected", [], "/protected"), new(at, "Open", [], "/open")],
                    AuthenticationContexts = [new(at, "c1", ["Protected"])],
                },
                config => config with { ConditionalAccess = ["context.json"] }),
            default));
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Sec-Fetch-Mode", "navigate");
        using var response = await harness.Client(harness.Cookie(harness.Session(change: one => one with { MfaAt = null, Methods = ["pwd"] }).Secret)).SendAsync(request);
        Assert.Equal(leadsTo, response.Headers.Location?.AbsolutePath);
        Assert.Equal(leadsTo is null ? 1 : 0, harness.Application.Received);
    }

    [Fact]
    public async Task A_form_is_not_replayed_for_another_site()
    {
        await using var harness = await Harness.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/.nullius/replay") { Content = new FormUrlEncodedContent([new("form", "x")]) };
        request.Headers.Add("Origin", "https://evil.example");
        using var response = await harness.Client().SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Theory]
    [InlineData("/.nullius/jwks.json", HttpStatusCode.OK)]
    [InlineData("/.nullius/replay.js", HttpStatusCode.OK)]
    [InlineData("/.nullius/other", HttpStatusCode.NotFound)]
    [InlineData("/.NULLIUS/session", HttpStatusCode.NotFound)]
    public async Task The_gates_own_paths_never_reach_an_application(string path, HttpStatusCode expected)
    {
        await using var harness = await Harness.StartAsync();
        using var response = await harness.Client().GetAsync(path);
        Assert.Equal(expected, response.StatusCode);
        Assert.Equal(0, harness.Application.Received);
    }

    private static async Task<Harness> WithMfaAsync(IFormShelf? forms = null)
    {
        var harness = await Harness.StartAsync(forms: forms);
        harness.Policy("mfa.json", MfaPolicy);
        Assert.Empty(await harness.Gate.ReloadAsync(harness.Config(config: config => config with { ConditionalAccess = ["mfa.json"] }), default));
        return harness;
    }

    private static void PrepareCookies(Harness harness) => harness.Handoff.CookieFor = (_, _) => $"v1.1.{new string('C', 43)}";

    private static async Task<(Uri Location, string Nonce)> NavigateAsync(Harness harness, string cookie, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Sec-Fetch-Mode", "navigate");
        using var response = await harness.Client(cookie).SendAsync(request);
        Assert.Equal(HttpStatusCode.Found, response.StatusCode);
        return (response.Headers.Location!, response.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
    }

    private static async Task<HttpResponseMessage> ReturnAsync(Harness harness, Uri location, string nonce, string session)
    {
        var request = harness.Handoff.Open(location.Query["?request=".Length..])!;
        var code = await harness.Handoff.IssueCodeAsync(session, request, default);
        return await harness.Client(nonce).GetAsync($"/.nullius/session?code={code}");
    }

    private static Task<HttpResponseMessage> ReplayAsync(Harness harness, string cookie, string form)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/.nullius/replay") { Content = new FormUrlEncodedContent([new("form", form)]) };
        request.Headers.Add("Origin", harness.Origin);
        request.Headers.Add("Sec-Fetch-Mode", "navigate");
        return harness.Client(cookie).SendAsync(request);
    }
}
