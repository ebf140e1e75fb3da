using Nullius.Identity.People;
using Nullius.Identity.Sessions;

namespace Nullius.Server.Tests.SignIn;

public sealed class SignInTests : IAsyncLifetime
{
    private SignInSite _site = null!;

    public async ValueTask InitializeAsync() => _site = await SignInSite.StartAsync();

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task Password_and_code_lead_to_a_session_and_a_code_that_the_application_host_redeems()
    {
        var (person, seed) = await _site.EnrolledAsync();
        using var browser = _site.Browser();

        var first = await browser.PasswordAsync(request: _site.Sealed("/orders?id=1"));
        Assert.Equal((303, "/sign-in/factor"), (first.Status, first.Location));
        Assert.Null(browser.SessionCookie);

        var second = await browser.FactorAsync(_site.Code(seed));
        Assert.Equal(303, second.Status);
        Assert.StartsWith($"https://{SignInSite.App}/.nullius/session?code=", second.Location, StringComparison.Ordinal);

        var redeemed = await _site.Handoff.RedeemAsync(second.Location![(second.Location!.IndexOf('=', StringComparison.Ordinal) + 1)..], SignInSite.App, Browser.Nonce, default);
        Assert.Equal("/orders?id=1", redeemed!.Request.PathAndQuery);
        var live = await _site.Sessions.FindAsync(redeemed.SessionId, default);
        Assert.Equal(person.Id, live!.Person.Id);
        Assert.Equal(["pwd", "otp", "mfa"], live.Session.Methods);
        Assert.Equal(_site.Time.Now, live.Session.MfaAt);
        Assert.Contains(_site.Events, one => one is { Kind: AccountEventKind.SignIn, Success: true, UserName: "alice" });
    }

    [Theory]
    [InlineData("/sign-in", 200)]
    [InlineData("/sign-in/reset", 200)]
    [InlineData("/assets/pages.css", 200)]
    [InlineData("/enrol", 303)]
    [InlineData("/account", 303)]
    public async Task A_page_answers_HEAD_as_it_answers_GET_without_its_content(string path, int status)
    {
        using var browser = _site.Browser();

        var head = await browser.HeadAsync(path);

        Assert.Equal((status, ""), (head.Status, head.Text));
        Assert.Equal(status, (await browser.GetAsync(path)).Status);
    }

    [Fact]
    public async Task The_first_sign_in_sets_up_an_authenticator_and_shows_ten_recovery_codes_once()
    {
        await _site.PersonAsync();
        using var browser = _site.Browser();

        Assert.Equal("/enrol", (await browser.PasswordAsync(request: _site.Sealed())).Location);
        var page = await browser.GetAsync("/enrol");
        Assert.Contains("<svg class=\"qr\"", page.Text, StringComparison.Ordinal);
        var seed = SeedOf(page.Text);
        Assert.Equal("/enrol/codes", (await browser.PostAsync("/enrol", ("csrf", page.Csrf), ("code", _site.Code(seed)))).Location);
        Assert.Null(browser.SessionCookie);

        var codes = await browser.GetAsync("/enrol/codes");
        Assert.Equal(10, CodesOf(codes.Text).Count);
        Assert.Empty(CodesOf((await browser.GetAsync("/enrol/codes")).Text));

        var done = await browser.PostAsync("/enrol/codes", ("csrf", codes.Csrf));
        Assert.StartsWith($"https://{SignInSite.App}/.nullius/session?code=", done.Location, StringComparison.Ordinal);
        Assert.NotNull(browser.SessionCookie);
    }

    [Fact]
    public async Task A_code_that_set_up_the_authenticator_does_not_sign_in_again()
    {
        await _site.PersonAsync();
        using var browser = _site.Browser();
        await browser.PasswordAsync();
        var page = await browser.GetAsync("/enrol");
        var seed = SeedOf(page.Text);
        await browser.PostAsync("/enrol", ("csrf", page.Csrf), ("code", _site.Code(seed)));

        using var other = _site.Browser();
        await other.PasswordAsync();
        Assert.Equal(401, (await other.FactorAsync(_site.Code(seed))).Status);
        _site.Time.Move(TimeSpan.FromSeconds(30));
        Assert.Equal(303, (await other.FactorAsync(_site.Code(seed))).Status);
    }

    [Fact]
    public async Task A_code_is_taken_once_also_by_two_browsers_at_once()
    {
        var (_, seed) = await _site.EnrolledAsync();
        var code = _site.Code(seed);
        var browsers = Enumerable.Range(0, 4).Select(_ => _site.Browser()).ToList();
        foreach (var browser in browsers)
            await browser.PasswordAsync();

        var answers = await Task.WhenAll(browsers.Select(browser => browser.FactorAsync(code)));

        Assert.Single(answers, answer => answer.Status == 303);
        Assert.Single(browsers, browser => browser.SessionCookie is not null);
        browsers.ForEach(browser => browser.Dispose());
    }

    [Fact]
    public async Task A_recovery_code_works_once()
    {
        var (person, _) = await _site.EnrolledAsync();
        var codes = await _site.Factors.NewRecoveryCodesAsync(person.Id, default);
        using var browser = _site.Browser();
        await browser.PasswordAsync();
        Assert.Equal("/", (await browser.FactorAsync(codes[3].ToUpperInvariant().Replace("-", " ", StringComparison.Ordinal), recovery: true)).Location);

        using var other = _site.Browser();
        await other.PasswordAsync();
        Assert.Equal(401, (await other.FactorAsync(codes[3], recovery: true)).Status);
        Assert.Equal("/", (await other.FactorAsync(codes[4], recovery: true)).Location);
    }

    [Fact]
    public async Task A_one_time_code_sets_a_password_and_the_second_step_still_comes()
    {
        var (person, code) = await _site.People.CreateAsync(new NewPerson("carol"), "test", default);
        using var browser = _site.Browser();
        var page = await browser.GetAsync("/sign-in/reset");

        var weak = await browser.PostAsync("/sign-in/reset", ("csrf", page.Csrf), ("username", "carol"), ("code", code!.Code), ("password", "password1234"), ("repeat", "password1234"));
        Assert.Equal(400, weak.Status);
        Assert.Contains("easy to guess", weak.Text, StringComparison.Ordinal);
        var done = await browser.PostAsync("/sign-in/reset", ("csrf", page.Csrf), ("username", "carol"), ("code", code.Code), ("password", SignInSite.Password), ("repeat", SignInSite.Password));
        Assert.Equal("/enrol", done.Location);
        Assert.Null(browser.SessionCookie);

        using var other = _site.Browser();
        var again = await other.GetAsync("/sign-in/reset");
        var used = await other.PostAsync("/sign-in/reset", ("csrf", again.Csrf), ("username", "carol"), ("code", code.Code), ("password", "another good passphrase"), ("repeat", "another good passphrase"));
        Assert.Equal(400, used.Status);
        Assert.Contains("do not match", used.Text, StringComparison.Ordinal);
        Assert.Equal("carol", person.UserName);
    }

    [Fact]
    public async Task A_password_that_somebody_else_chose_is_changed_before_anything_else()
    {
        await _site.People.CreateAsync(new NewPerson("dave") { Password = SignInSite.Password, MustChangePassword = true }, "test", default);
        using var browser = _site.Browser();
        Assert.Equal("/sign-in/password", (await browser.PasswordAsync("dave")).Location);
        Assert.Equal("/sign-in/password", (await browser.GetAsync("/enrol")).Location);

        var page = await browser.GetAsync("/sign-in/password");
        var same = await browser.PostAsync("/sign-in/password", ("csrf", page.Csrf), ("password", SignInSite.Password), ("repeat", SignInSite.Password));
        Assert.Equal(400, same.Status);
        var done = await browser.PostAsync("/sign-in/password", ("csrf", page.Csrf), ("password", "a wholly other passphrase"), ("repeat", "a wholly other passphrase"));
        Assert.Equal("/enrol", done.Location);
    }

    [Fact]
    public async Task A_session_survives_a_restart_and_needs_no_second_sign_in_for_another_application()
    {
        var (_, seed) = await _site.EnrolledAsync();
        using var browser = _site.Browser();
        await browser.SignInAsync(seed);
        await _site.RestartAsync();

        var home = await browser.GetAsync("/");
        Assert.Equal(200, home.Status);
        Assert.Contains("JSON &lt;API&gt;", home.Text, StringComparison.Ordinal);
        var other = await browser.GetAsync($"/sign-in?request={_site.Sealed()}");
        Assert.StartsWith($"https://{SignInSite.App}/.nullius/session?code=", other.Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_and_the_cookie()
    {
        var (person, seed) = await _site.EnrolledAsync();
        using var browser = _site.Browser();
        await browser.SignInAsync(seed);
        var cookie = browser.SessionCookie!;

        var page = await browser.GetAsync("/sign-out");
        Assert.Equal(200, (await browser.PostAsync("/sign-out", ("csrf", page.Csrf))).Status);

        Assert.Null(browser.SessionCookie);
        browser.Cookies["__Host-nullius"] = cookie;
        Assert.Equal("/sign-in", (await browser.GetAsync("/account")).Location);
        Assert.Empty(await _site.Sessions.ListAsync(person.Id, default));
    }

    [Fact]
    public async Task Signing_out_everywhere_ends_the_sessions_of_all_browsers()
    {
        var (_, seed) = await _site.EnrolledAsync();
        using var one = _site.Browser();
        await one.SignInAsync(seed);
        _site.Time.Move(TimeSpan.FromSeconds(30));
        using var two = _site.Browser();
        await two.SignInAsync(seed);
        Assert.Equal(200, (await one.GetAsync("/account")).Status);

        var page = await two.GetAsync("/sign-out");
        await two.PostAsync("/sign-out", ("csrf", page.Csrf), ("everywhere", "1"));

        Assert.Equal("/sign-in", (await one.GetAsync("/account")).Location);
    }

    [Fact]
    public async Task Disabling_a_person_stops_a_sign_in_under_way()
    {
        var (person, seed) = await _site.EnrolledAsync();
        using var browser = _site.Browser();
        await browser.PasswordAsync();
        await _site.Departures.DisableAsync(person.Id, false, "admin", default);

        Assert.Equal("/sign-in", (await browser.FactorAsync(_site.Code(seed))).Location);
        Assert.Null(browser.SessionCookie);
        Assert.Equal(401, (await browser.PasswordAsync()).Status);
    }

    internal static byte[] SeedOf(string page)
    {
        var start = page.IndexOf("<code class=\"secret\">", StringComparison.Ordinal) + "<code class=\"secret\">".Length;
        var text = page[start..page.IndexOf('<', start)].Replace(" ", "", StringComparison.Ordinal);
        var bits = string.Concat(text.Select(c => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(c, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return [.. Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2))];
    }

    internal static List<string> CodesOf(string page) =>
        [.. System.Text.RegularExpressions.Regex.Matches(page, "<li>([a-z0-9]{5}-[a-z0-9]{5})</li>").Select(match => match.Groups[1].Value)];
}
