using Nullius.Identity.Sessions;
using Nullius.Identity.Trust;

namespace Nullius.Server.Tests.SignIn;

public sealed class AccountTests : IAsyncLifetime
{
    private SignInSite _site = null!;

    public async ValueTask InitializeAsync() => _site = await SignInSite.StartAsync();

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Theory]
    [InlineData("/account/password")]
    [InlineData("/account/authenticator")]
    [InlineData("/account/passkeys")]
    [InlineData("/account/codes")]
    [InlineData("/account/keys")]
    [InlineData("/account/approve?code=BCDF-GHJK")]
    public async Task Pages_that_change_factors_or_make_keys_ask_for_a_fresh_factor_and_come_back(string path)
    {
        var (_, seed) = await _site.EnrolledAsync();
        using var browser = _site.Browser();
        await browser.SignInAsync(seed);
        Assert.NotEqual(303, (await browser.GetAsync(path)).Status);
        _site.Time.Move(TimeSpan.FromMinutes(11));

        var sent = await browser.GetAsync(path);
        Assert.StartsWith("/step-up?request=", sent.Location, StringComparison.Ordinal);
        await browser.GetAsync(sent.Location!);
        Assert.Equal(path, (await browser.FactorAsync(_site.Code(seed))).Location);
        Assert.NotEqual(303, (await browser.GetAsync(path)).Status);
    }

    [Fact]
    public async Task Forms_that_change_factors_or_make_keys_do_nothing_without_a_fresh_factor()
    {
        var (person, seed) = await _site.EnrolledAsync();
        using var browser = _site.Browser();
        await browser.SignInAsync(seed);
        var csrf = (await browser.GetAsync("/account/keys")).Csrf;
        _site.Time.Move(TimeSpan.FromMinutes(11));

        foreach (var path in new[] { "/account/password", "/account/authenticator", "/account/authenticator/remove", "/account/passkeys/remove", "/account/codes", "/account/keys", "/account/approve" })
        {
            var answer = await browser.PostAsync(
                path, ("csrf", csrf), ("name", "k"), ("scopes", "api"), ("days", "7"), ("password", "a wholly other passphrase"), ("repeat", "a wholly other passphrase"));
            Assert.StartsWith("/step-up?request=", answer.Location, StringComparison.Ordinal);
        }

        Assert.Equal(400, (await browser.PostAsync("/account/passkeys/options", ("csrf", csrf))).Status);
        Assert.Single(await _site.Sessions.ListAsync(person.Id, default));
        Assert.Equal(0, (await _site.Factors.StateAsync(person.Id, default)).RecoveryCodes);
    }

    [Fact]
    public async Task An_api_key_is_shown_once_is_scoped_and_never_counts_as_a_second_factor()
    {
        var (person, seed) = await _site.EnrolledAsync();
        using var browser = _site.Browser();
        await browser.SignInAsync(seed);
        var page = await browser.GetAsync("/account/keys");
        var made = await browser.PostAsync("/account/keys", ("csrf", page.Csrf), ("name", "backup"), ("scopes", "api:GET, files"), ("days", "30"));
        var secret = System.Text.RegularExpressions.Regex.Match(made.Text, "nlk_[A-Za-z0-9_-]{43}").Value;

        Assert.True(SessionSecret.TryReadBearer(secret, out var hash));
        var key = (await _site.Sessions.FindAsync(hash, null, default))!.Session;
        Assert.Equal(SessionKind.ApiKey, key.Kind);
        Assert.Equal(["api:GET", "files"], key.Scopes);
        Assert.Null(key.MfaAt);
        Assert.Equal(_site.Time.Now + TimeSpan.FromDays(30), key.ExpiresAt);
        var account = await browser.GetAsync("/account");
        Assert.Contains("API key: backup", account.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, account.Text, StringComparison.Ordinal);

        await browser.PostAsync("/account/sessions/revoke", ("csrf", account.Csrf), ("session", key.Id));
        Assert.Null(await _site.Sessions.FindAsync(hash, null, default));
        Assert.Single(await _site.Sessions.ListAsync(person.Id, default));
    }

    [Theory]
    [InlineData("", "api", "30")]
    [InlineData("k", "", "30")]
    [InlineData("k", "a b;c", "30")]
    [InlineData("k", "*", "30")]
    [InlineData("k", "apj", "30")]
    [InlineData("k", "api", "91")]
    [InlineData("k", "api", "0")]
    [InlineData("k", "api", "-1")]
    [InlineData("k", "api", "99999999999")]
    public async Task A_key_without_name_or_scope_or_that_lives_too_long_is_not_made(string name, string scopes, string days)
    {
        var (person, seed) = await _site.EnrolledAsync();
        using var browser = _site.Browser();
        await browser.SignInAsync(seed);
        var page = await browser.GetAsync("/account/keys");
        Assert.Equal(400, (await browser.PostAsync("/account/keys", ("csrf", page.Csrf), ("name", name), ("scopes", scopes), ("days", days))).Status);
        Assert.Single(await _site.Sessions.ListAsync(person.Id, default));
    }

    [Fact]
    public async Task A_key_for_an_application_that_is_not_there_names_the_one_that_was_meant()
    {
        var (_, seed) = await _site.EnrolledAsync();
        using var browser = _site.Browser();
        await browser.SignInAsync(seed);
        var page = await browser.GetAsync("/account/keys");

        var refused = await browser.PostAsync("/account/keys", ("csrf", page.Csrf), ("name", "k"), ("scopes", "fils"), ("days", "7"));

        Assert.Contains("There is no application `fils`: did you mean `files`", System.Net.WebUtility.HtmlDecode(refused.Text), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changing_the_password_ends_everything_but_this_session()
    {
        var (person, seed) = await _site.EnrolledAsync();
        using var other = _site.Browser();
        await other.SignInAsync(seed);
        _site.Time.Move(TimeSpan.FromSeconds(30));
        using var browser = _site.Browser();
        await browser.SignInAsync(seed);
        var keys = await browser.GetAsync("/account/keys");
        await browser.PostAsync("/account/keys", ("csrf", keys.Csrf), ("name", "k"), ("scopes", "api"), ("days", "7"));
        var before = browser.SessionCookie;

        var page = await browser.GetAsync("/account/password");
        var done = await browser.PostAsync("/account/password", ("csrf", page.Csrf), ("password", "a wholly other passphrase"), ("repeat", "a wholly other passphrase"));

        Assert.Equal("/account?done=password", done.Location);
        Assert.NotEqual(before, browser.SessionCookie);
        Assert.Equal(200, (await browser.GetAsync("/account")).Status);
        Assert.Equal("/sign-in", (await other.GetAsync("/account")).Location);
        Assert.Single(await _site.Sessions.ListAsync(person.Id, default));
    }

    [Fact]
    public async Task Replacing_the_authenticator_needs_a_code_of_the_new_one()
    {
        var (_, seed) = await _site.EnrolledAsync();
        using var browser = _site.Browser();
        await browser.SignInAsync(seed);
        var page = await browser.GetAsync("/account/authenticator");
        var renewed = SignInTests.SeedOf(page.Text);

        var wrong = await browser.PostAsync("/account/authenticator", ("csrf", page.Csrf), ("setup", page.Field("setup")), ("code", "000000"));
        Assert.Equal(400, wrong.Status);
        Assert.Equal(400, (await browser.PostAsync("/account/authenticator", ("csrf", page.Csrf), ("setup", "AAAA"), ("code", _site.Code(renewed)))).Status);
        Assert.Equal("/account?done=authenticator", (await browser.PostAsync("/account/authenticator", ("csrf", page.Csrf), ("setup", page.Field("setup")), ("code", _site.Code(renewed)))).Location);

        _site.Time.Move(TimeSpan.FromSeconds(60));
        using var again = _site.Browser();
        await again.PasswordAsync();
        Assert.Equal(401, (await again.FactorAsync(_site.Code(seed))).Status);
        Assert.Equal(303, (await again.FactorAsync(_site.Code(renewed))).Status);
    }

    [Fact]
    public async Task The_only_second_factor_cannot_be_removed()
    {
        var (person, seed) = await _site.EnrolledAsync();
        using var browser = _site.Browser();
        await browser.SignInAsync(seed);
        var page = await browser.GetAsync("/sign-out");
        Assert.Equal("/account?done=last", (await browser.PostAsync("/account/authenticator/remove", ("csrf", page.Csrf))).Location);
        Assert.True((await _site.Factors.StateAsync(person.Id, default)).Authenticator);
    }

    [Fact]
    public async Task A_person_ends_own_sessions_only()
    {
        var (_, seed) = await _site.EnrolledAsync();
        var (bob, bobSeed) = await _site.EnrolledAsync("bob");
        using var bobs = _site.Browser();
        await bobs.SignInAsync(bobSeed, "bob");
        var target = Assert.Single(await _site.Sessions.ListAsync(bob.Id, default)).Session.Id;
        using var browser = _site.Browser();
        await browser.SignInAsync(seed);
        var page = await browser.GetAsync("/sign-out");
        Assert.Equal(303, (await browser.PostAsync("/account/sessions/revoke", ("csrf", page.Csrf), ("session", target))).Status);
        Assert.Equal(200, (await bobs.GetAsync("/account")).Status);
    }
}
