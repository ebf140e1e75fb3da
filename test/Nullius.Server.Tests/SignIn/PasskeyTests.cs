using System.Net;
using System.Text.Json;
using Nullius.Identity.Trust;

namespace Nullius.Server.Tests.SignIn;

public sealed class PasskeyTests : IAsyncLifetime
{
    private SignInSite _site = null!;

    public async ValueTask InitializeAsync() => _site = await SignInSite.StartAsync();

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task A_passkey_is_added_and_signs_in_without_a_password()
    {
        var (person, seed) = await _site.EnrolledAsync();
        var key = new SoftKey();
        await AddAsync(key, seed);

        using var browser = _site.Browser();
        var (status, next) = await SignInAsync(browser, key, _site.Sealed("/orders"));

        Assert.Equal(200, status);
        Assert.StartsWith($"https://{SignInSite.App}/.nullius/session?code=", next, StringComparison.Ordinal);
        var sessions = await _site.Sessions.ListAsync(person.Id, default);
        var session = Assert.Single(sessions, one => one.Session.Methods is [AuthenticationMethod.Passkey, AuthenticationMethod.MultiFactor]).Session;
        Assert.Equal(_site.Time.Now, session.MfaAt);
        Assert.Single((await _site.Factors.StateAsync(person.Id, default)).Passkeys);
    }

    [Fact]
    public async Task A_passkey_is_the_first_second_factor_where_the_person_wants_it()
    {
        var person = await _site.PersonAsync();
        var key = new SoftKey();
        using var browser = _site.Browser();
        await browser.PasswordAsync();
        var page = await browser.GetAsync("/enrol");
        var question = await AskAsync(browser, "/enrol/passkey/options", page.Csrf);
        var done = await browser.PostAsync("/enrol/passkey", ("csrf", page.Csrf), ("state", question.State), ("answer", key.Create(question.Options)), ("name", "laptop"));

        Assert.Equal("/enrol/codes", Next(done));
        var codes = await browser.GetAsync("/enrol/codes");
        Assert.Equal(10, SignInTests.CodesOf(codes.Text).Count);
        Assert.Equal("/", (await browser.PostAsync("/enrol/codes", ("csrf", codes.Csrf))).Location);
        Assert.Equal("laptop", Assert.Single((await _site.Factors.StateAsync(person.Id, default)).Passkeys).Name);
    }

    [Fact]
    public async Task A_passkey_is_the_second_step_after_the_password()
    {
        var (_, seed) = await _site.EnrolledAsync();
        var key = new SoftKey();
        await AddAsync(key, seed);
        using var browser = _site.Browser();
        await browser.PasswordAsync();
        var page = await browser.GetAsync("/sign-in/factor");
        var question = await AskAsync(browser, "/sign-in/passkey/options", page.Csrf);
        Assert.Contains(key.Id, question.Options, StringComparison.Ordinal);
        Assert.Equal("/", Next(await browser.PostAsync("/sign-in/passkey", ("csrf", page.Csrf), ("state", question.State), ("answer", key.Get(question.Options)))));
    }

    [Theory]
    [InlineData("origin of another host")]
    [InlineData("origin without port")]
    [InlineData("plain origin")]
    [InlineData("framed by another site")]
    [InlineData("another relying party")]
    [InlineData("user not verified")]
    [InlineData("another key")]
    public async Task An_answer_with_a_fault_signs_nobody_in(string fault)
    {
        var (_, seed) = await _site.EnrolledAsync();
        var key = new SoftKey();
        await AddAsync(key, seed);
        switch (fault)
        {
            case "origin of another host": key.Origin = "https://api.nullius.localhost:8443"; break;
            case "origin without port": key.Origin = "https://auth.nullius.localhost"; break;
            case "plain origin": key.Origin = "http://auth.nullius.localhost:8443"; break;
            case "framed by another site": key.CrossOrigin = true; break;
            case "another relying party": key.RelyingParty = "localhost"; break;
            case "user not verified": key.Verifies = false; break;
            default: key = new SoftKey(); break;
        }

        using var browser = _site.Browser();
        Assert.Equal(401, (await SignInAsync(browser, key, "")).Status);
        Assert.Null(browser.SessionCookie);
        Assert.Contains(_site.Events, one => one is { Success: false, Detail: "passkey" });
    }

    [Fact]
    public async Task An_answer_is_taken_once_and_in_its_own_browser()
    {
        var (_, seed) = await _site.EnrolledAsync();
        var key = new SoftKey();
        await AddAsync(key, seed);
        using var browser = _site.Browser();
        var page = await browser.GetAsync("/sign-in");
        var cookie = browser.Cookies["__Host-nullius-signin"];
        var question = await AskAsync(browser, "/sign-in/passkey/options", page.Csrf);
        var answer = key.Get(question.Options);

        using var thief = _site.Browser();
        var theirs = await thief.GetAsync("/sign-in");
        Assert.Equal(401, (await thief.PostAsync("/sign-in/passkey", ("csrf", theirs.Csrf), ("state", question.State), ("answer", answer))).Status);

        Assert.Equal("/", Next(await browser.PostAsync("/sign-in/passkey", ("csrf", page.Csrf), ("state", question.State), ("answer", answer))));
        thief.Cookies["__Host-nullius-signin"] = cookie;
        Assert.Equal(401, (await thief.PostAsync("/sign-in/passkey", ("csrf", page.Csrf), ("state", question.State), ("answer", answer))).Status);
        Assert.Null(thief.SessionCookie);
    }

    [Fact]
    public async Task A_question_is_good_for_five_minutes_and_its_state_cannot_be_made_up()
    {
        var (_, seed) = await _site.EnrolledAsync();
        var key = new SoftKey();
        await AddAsync(key, seed);
        using var browser = _site.Browser();
        var page = await browser.GetAsync("/sign-in");
        var question = await AskAsync(browser, "/sign-in/passkey/options", page.Csrf);
        var answer = key.Get(question.Options);
        foreach (var state in new[] { "", "AAAA", question.State[..^1] + (question.State[^1] == 'A' ? 'E' : 'A') })
            Assert.Equal(401, (await browser.PostAsync("/sign-in/passkey", ("csrf", page.Csrf), ("state", state), ("answer", answer))).Status);
        _site.Time.Move(TimeSpan.FromMinutes(5));
        Assert.Equal(401, (await browser.PostAsync("/sign-in/passkey", ("csrf", page.Csrf), ("state", question.State), ("answer", answer))).Status);
    }

    [Fact]
    public async Task At_the_second_step_of_one_person_the_passkey_of_another_counts_for_nobody()
    {
        var (_, seed) = await _site.EnrolledAsync();
        var (mallory, mallorySeed) = await _site.EnrolledAsync("mallory");
        var key = new SoftKey();
        await AddAsync(key, mallorySeed, "mallory");
        await AddAsync(new SoftKey(), seed);
        using var browser = _site.Browser();
        await browser.PasswordAsync();
        var page = await browser.GetAsync("/sign-in/factor");
        var question = await AskAsync(browser, "/sign-in/passkey/options", page.Csrf);
        Assert.Equal(401, (await browser.PostAsync("/sign-in/passkey", ("csrf", page.Csrf), ("state", question.State), ("answer", key.Get(question.Options)))).Status);
        Assert.Null(browser.SessionCookie);
        Assert.Single(await _site.Sessions.ListAsync(mallory.Id, default));
    }

    [Fact]
    public async Task A_sign_in_that_somebody_left_half_way_does_not_keep_another_from_signing_in_with_a_passkey()
    {
        var (bob, bobSeed) = await _site.EnrolledAsync("bob");
        var (alice, _) = await _site.EnrolledAsync();
        var key = new SoftKey();
        await AddAsync(key, bobSeed, "bob");
        using var browser = _site.Browser();
        await browser.PasswordAsync();
        var left = (await browser.GetAsync("/sign-in/factor")).Csrf;

        var page = await browser.GetAsync("/sign-in");
        string Path(string part) => WebUtility.HtmlDecode(System.Text.RegularExpressions.Regex.Match(page.Text, $"data-{part}=\"([^\"]+)\"").Groups[1].Value);
        var question = await AskAsync(browser, Path("options"), page.Csrf);
        var signedIn = await browser.PostAsync(Path("answer"), ("csrf", page.Csrf), ("extra", _site.Sealed("/orders")), ("state", question.State), ("answer", key.Get(question.Options)));

        Assert.Equal(200, signedIn.Status);
        Assert.DoesNotContain("allowCredentials\":[{", question.Options, StringComparison.Ordinal);
        Assert.Single(await _site.Sessions.ListAsync(bob.Id, default), one => one.Session.Methods is [AuthenticationMethod.Passkey, AuthenticationMethod.MultiFactor]);
        var before = (await _site.Sessions.ListAsync(alice.Id, default)).Count;
        Assert.NotEqual(200, (await browser.PostAsync("/sign-in/factor", ("csrf", left), ("code", "000000"))).Status);
        Assert.Equal(before, (await _site.Sessions.ListAsync(alice.Id, default)).Count);
    }

    [Fact]
    public async Task Enrolment_of_a_passkey_cannot_be_replayed_to_another_account()
    {
        await _site.PersonAsync();
        await _site.PersonAsync("bob");
        var key = new SoftKey();
        using var alice = _site.Browser();
        await alice.PasswordAsync();
        var page = await alice.GetAsync("/enrol");
        var question = await AskAsync(alice, "/enrol/passkey/options", page.Csrf);
        var answer = key.Create(question.Options);

        using var bob = _site.Browser();
        await bob.PasswordAsync("bob");
        var bobs = await bob.GetAsync("/enrol");
        Assert.Equal(400, (await bob.PostAsync("/enrol/passkey", ("csrf", bobs.Csrf), ("state", question.State), ("answer", answer))).Status);
        Assert.Equal(200, (await alice.PostAsync("/enrol/passkey", ("csrf", page.Csrf), ("state", question.State), ("answer", answer))).Status);

        // The same credential for another account, with a question of its own.
        var own = await AskAsync(bob, "/enrol/passkey/options", bobs.Csrf);
        Assert.Equal(400, (await bob.PostAsync("/enrol/passkey", ("csrf", bobs.Csrf), ("state", own.State), ("answer", key.Create(own.Options)))).Status);
    }

    [Fact]
    public async Task A_disabled_persons_passkey_signs_nobody_in()
    {
        var (person, seed) = await _site.EnrolledAsync();
        var key = new SoftKey();
        await AddAsync(key, seed);
        await _site.Departures.DisableAsync(person.Id, false, "admin", default);
        using var browser = _site.Browser();
        Assert.Equal(401, (await SignInAsync(browser, key, "")).Status);
    }

    [Fact]
    public async Task A_passkey_is_removed_while_another_factor_stays()
    {
        var (person, seed) = await _site.EnrolledAsync();
        var key = new SoftKey();
        using var browser = await AddAsync(key, seed);
        var page = await browser.GetAsync("/account");
        Assert.Equal("/account?done=removed", (await browser.PostAsync("/account/passkeys/remove", ("csrf", page.Csrf), ("passkey", key.Id))).Location);
        Assert.Empty((await _site.Factors.StateAsync(person.Id, default)).Passkeys);
        using var other = _site.Browser();
        Assert.Equal(401, (await SignInAsync(other, key, "")).Status);
    }

    private static async Task<(int Status, string? Next)> SignInAsync(Browser browser, SoftKey key, string request)
    {
        var page = await browser.GetAsync("/sign-in");
        var question = await AskAsync(browser, "/sign-in/passkey/options", page.Csrf);
        var answer = await browser.PostAsync("/sign-in/passkey", ("csrf", page.Csrf), ("extra", request), ("state", question.State), ("answer", key.Get(question.Options)));
        return (answer.Status, answer.Status == 200 ? Next(answer) : null);
    }

    private static async Task<(string Options, string State)> AskAsync(Browser browser, string path, string csrf)
    {
        var answer = await browser.PostAsync(path, ("csrf", csrf));
        Assert.Equal(200, answer.Status);
        var json = JsonDocument.Parse(answer.Text).RootElement;
        return (json.GetProperty("options").GetString()!, json.GetProperty("state").GetString()!);
    }

    private static string? Next(Reply reply) => JsonDocument.Parse(reply.Text).RootElement.GetProperty("next").GetString();

    // Signs in with password and code, and adds the key on the account page.
    private async Task<Browser> AddAsync(SoftKey key, byte[] seed, string name = "alice")
    {
        var browser = _site.Browser();
        await browser.SignInAsync(seed, name);
        var page = await browser.GetAsync("/account/passkeys");
        var csrf = System.Text.RegularExpressions.Regex.Match(page.Text, "data-csrf=\"([^\"]+)\"").Groups[1].Value;
        var question = await AskAsync(browser, "/account/passkeys/options", csrf);
        Assert.Equal("/account?done=passkey", Next(await browser.PostAsync("/account/passkeys", ("csrf", csrf), ("state", question.State), ("answer", key.Create(question.Options)), ("name", "laptop"))));
        return browser;
    }
}
