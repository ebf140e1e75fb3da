using Nullius.Identity.Sessions;

namespace Nullius.Server.Tests.SignIn;

public sealed class SignInAttackTests : IAsyncLifetime
{
    private SignInSite _site = null!;

    public static TheoryData<string> Destinations =>
    [
        "https://evil.example/", "//evil.example", "///evil.example", @"\\evil.example", @"/\evil.example", "https:evil.example", "https://auth.nullius.localhost:8443@evil.example/",
        "https://api.nullius.localhost@a@evil.example", "/..;/evil", "/%2f%2fevil.example", "javascript:alert(1)", "data:text/html,x", "https://api.nullius.localhost.evil.example/",
    ];

    public async ValueTask InitializeAsync() => _site = await SignInSite.StartAsync();

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Theory]
    [InlineData("/enrol")]
    [InlineData("/enrol/codes")]
    [InlineData("/sign-in/factor")]
    [InlineData("/sign-in/password")]
    [InlineData("/sign-in/confirm")]
    [InlineData("/account")]
    [InlineData("/account/keys")]
    [InlineData("/")]
    public async Task Nobody_starts_in_the_middle(string path)
    {
        using var browser = _site.Browser();
        Assert.Equal((303, "/sign-in"), await StatusAndPlace(browser.GetAsync(path)));
    }

    [Theory]
    [InlineData("/enrol", "code", "000000")]
    [InlineData("/enrol/codes", "again", "1")]
    [InlineData("/sign-in/password", "password", "a wholly other passphrase")]
    [InlineData("/sign-in/confirm", "password", SignInSite.Password)]
    [InlineData("/enrol/passkey/options", "extra", "")]
    public async Task After_the_password_no_step_but_the_next_is_taken(string path, string field, string value)
    {
        var (person, _) = await _site.EnrolledAsync();
        using var browser = _site.Browser();
        await browser.PasswordAsync();
        var page = await browser.GetAsync("/sign-in/factor");

        var answer = await browser.PostAsync(path, ("csrf", page.Csrf), (field, value), ("repeat", value));

        Assert.True(answer is { Status: 303, Location: "/sign-in/factor" } or { Status: 400 }, $"{answer.Status} {answer.Location}");
        Assert.Null(browser.SessionCookie);
        Assert.Empty(await _site.Sessions.ListAsync(person.Id, default));
        Assert.Equal(0, (await _site.Factors.StateAsync(person.Id, default)).RecoveryCodes);
    }

    [Fact]
    public async Task The_password_alone_opens_nothing()
    {
        await _site.EnrolledAsync();
        using var browser = _site.Browser();
        await browser.PasswordAsync();
        foreach (var path in new[] { "/", "/account", "/account/keys", "/step-up?request=" + _site.Sealed("/", HandoffPurpose.StepUp, "mfa") })
        {
            var answer = await browser.GetAsync(path);
            Assert.Equal(303, answer.Status);
            Assert.StartsWith("/sign-in", answer.Location, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Enrolment_cannot_be_sent_again_nor_from_another_browser()
    {
        var person = await _site.PersonAsync();
        using var browser = _site.Browser();
        await browser.PasswordAsync();
        var page = await browser.GetAsync("/enrol");
        var seed = SignInTests.SeedOf(page.Text);
        var cookie = browser.Cookies["__Host-nullius-signin"];

        using (var thief = _site.Browser())
        {
            await thief.GetAsync("/sign-in");
            Assert.Equal(400, (await thief.PostAsync("/enrol", ("csrf", page.Csrf), ("code", _site.Code(seed)))).Status);
        }

        Assert.Equal("/enrol/codes", (await browser.PostAsync("/enrol", ("csrf", page.Csrf), ("code", _site.Code(seed)))).Location);
        Assert.Equal("/enrol/codes", (await browser.PostAsync("/enrol", ("csrf", page.Csrf), ("code", _site.Code(seed)))).Location);
        var codes = await browser.GetAsync("/enrol/codes");
        await browser.PostAsync("/enrol/codes", ("csrf", codes.Csrf));

        // The whole way again with what was recorded.
        browser.Cookies["__Host-nullius-signin"] = cookie;
        Assert.Equal((303, "/sign-in"), await StatusAndPlace(browser.PostAsync("/enrol", ("csrf", page.Csrf), ("code", _site.Code(seed)))));
        Assert.Equal((303, "/sign-in"), await StatusAndPlace(browser.PostAsync("/enrol/codes", ("csrf", codes.Csrf))));
        Assert.Single(await _site.Sessions.ListAsync(person.Id, default));
    }

    [Fact]
    public async Task A_cookie_that_was_planted_before_the_sign_in_is_worth_nothing_after_it()
    {
        var (_, seed) = await _site.EnrolledAsync();
        using var attacker = _site.Browser();
        await attacker.GetAsync("/sign-in");
        var planted = attacker.Cookies["__Host-nullius-signin"];
        using var victim = _site.Browser();
        victim.Cookies["__Host-nullius-signin"] = planted;

        await victim.PasswordAsync();
        Assert.NotEqual(planted, victim.Cookies["__Host-nullius-signin"]);
        Assert.Equal((303, "/sign-in"), await StatusAndPlace(attacker.GetAsync("/sign-in/factor")));
        await victim.FactorAsync(_site.Code(seed));

        Assert.Equal((303, "/sign-in"), await StatusAndPlace(attacker.GetAsync("/account")));
        Assert.False(victim.Cookies.ContainsKey("__Host-nullius-signin"));
    }

    [Fact]
    public async Task A_session_cookie_that_was_planted_is_replaced()
    {
        var (_, mallorySeed) = await _site.EnrolledAsync("mallory");
        var (_, seed) = await _site.EnrolledAsync();
        using var mallory = _site.Browser();
        await mallory.SignInAsync(mallorySeed, "mallory");
        using var victim = _site.Browser();
        await victim.GetAsync("/sign-in");
        var page = await victim.GetAsync("/sign-in");
        victim.Cookies["__Host-nullius"] = mallory.SessionCookie!;
        await victim.PostAsync("/sign-in", ("csrf", page.Csrf), ("username", "alice"), ("password", SignInSite.Password));
        await victim.FactorAsync(_site.Code(seed));

        Assert.NotEqual(mallory.SessionCookie, victim.SessionCookie);
        Assert.Contains("alice", (await victim.GetAsync("/account")).Text, StringComparison.Ordinal);
        Assert.Equal((303, "/sign-in"), await StatusAndPlace(mallory.GetAsync("/account")));
    }

    [Theory]
    [MemberData(nameof(Destinations))]
    public async Task Only_a_sealed_request_is_followed(string destination)
    {
        var (_, seed) = await _site.EnrolledAsync();
        using var browser = _site.Browser();
        var page = await browser.GetAsync("/sign-in?request=" + Uri.EscapeDataString(destination));
        Assert.Equal(200, page.Status);
        Assert.DoesNotContain("evil", page.Text, StringComparison.Ordinal);
        await browser.PostAsync(
            "/sign-in?request=" + Uri.EscapeDataString(destination), ("csrf", page.Csrf), ("request", destination), ("next", destination), ("username", "alice"), ("password", SignInSite.Password));

        Assert.Equal("/", (await browser.FactorAsync(_site.Code(seed))).Location);
        Assert.Equal("/", (await browser.GetAsync("/sign-in?request=" + Uri.EscapeDataString(destination))).Location);
        Assert.Equal(400, (await browser.GetAsync("/step-up?request=" + Uri.EscapeDataString(destination))).Status);
    }

    [Theory]
    [InlineData("//evil.example/")]
    [InlineData(@"/\evil.example/")]
    [InlineData("https://evil.example/")]
    [InlineData("@evil.example/")]
    public async Task A_path_of_this_host_never_leads_to_another(string path)
    {
        var (_, seed) = await _site.EnrolledAsync();
        using var browser = _site.Browser();
        var request = _site.Handoff.Seal(new HandoffRequest(SignInSite.Host, path, "", _site.Time.Now, HandoffPurpose.SignIn, [], null));
        Assert.Equal("/", (await browser.SignInAsync(seed, request: request)).Location);
    }

    [Fact]
    public async Task Forms_without_a_token_with_another_browsers_token_or_from_another_origin_change_nothing()
    {
        var (person, seed) = await _site.EnrolledAsync();
        using var browser = _site.Browser();
        await browser.SignInAsync(seed);
        using var other = _site.Browser();
        var foreign = (await other.GetAsync("/sign-in")).Csrf;
        var own = (await browser.GetAsync("/sign-out")).Csrf;

        foreach (var path in new[] { "/sign-out", "/account/sessions/revoke-others", "/account/password", "/account/codes", "/account/keys", "/account/approve", "/account/authenticator/remove", "/account/passkeys/remove" })
        {
            Assert.Equal(400, (await browser.PostAsync(path, ("everywhere", "1"))).Status);
            Assert.Equal(400, (await browser.PostAsync(path, ("csrf", foreign), ("everywhere", "1"))).Status);
            Assert.Equal(400, (await browser.PostAsync(path, "https://evil.example", ("csrf", own), ("everywhere", "1"))).Status);
            Assert.Equal(400, (await browser.PostAsync(path, "https://api.nullius.localhost:8443", ("csrf", own), ("everywhere", "1"))).Status);
            Assert.Equal(400, (await browser.PostAsync(path, "null", ("csrf", own), ("everywhere", "1"))).Status);
        }

        Assert.Single(await _site.Sessions.ListAsync(person.Id, default));
        Assert.Equal(400, (await other.PostAsync("/sign-in", ("csrf", own), ("username", "alice"), ("password", SignInSite.Password))).Status);
    }

    [Fact]
    public async Task An_unknown_name_a_wrong_password_a_disabled_account_and_a_lock_read_the_same()
    {
        var (bob, _) = await _site.EnrolledAsync("bob");
        await _site.EnrolledAsync();
        await _site.Departures.DisableAsync(bob.Id, false, "admin", default);
        async Task<string> Said(string name, string password)
        {
            using var browser = _site.Browser();
            var answer = await browser.PasswordAsync(name, password);
            Assert.Equal(401, answer.Status);
            return answer.Text.Replace(name, "NAME", StringComparison.Ordinal).Replace(answer.Csrf, "", StringComparison.Ordinal);
        }

        var wrong = await Said("alice", "not the password at all");
        Assert.Equal(wrong, await Said("nobody", "not the password at all"));
        Assert.Equal(wrong, await Said("bob", SignInSite.Password));
        for (var i = 0; i < 5; i++)
            await Said("alice", "not the password at all");
        Assert.Equal(wrong, await Said("alice", SignInSite.Password));
    }

    [Fact]
    public async Task A_lock_grows_ends_by_itself_and_does_not_reach_the_browser_that_the_person_knows()
    {
        var (_, seed) = await _site.EnrolledAsync();
        using var known = _site.Browser();
        await known.SignInAsync(seed);
        using var attacker = _site.Browser();
        for (var i = 0; i < 40; i++)
        {
            await attacker.PasswordAsync(password: "not the password at all");
            _site.Time.Move(TimeSpan.FromSeconds(61));
        }

        using var stranger = _site.Browser();
        Assert.Equal(401, (await stranger.PasswordAsync()).Status);
        known.Cookies.Remove("__Host-nullius");
        Assert.Equal("/sign-in/factor", (await known.PasswordAsync()).Location);

        // Never for ever: a quarter of an hour at most.
        _site.Time.Move(TimeSpan.FromMinutes(15));
        Assert.Equal("/sign-in/factor", (await stranger.PasswordAsync()).Location);
    }

    [Fact]
    public async Task Wrong_codes_stop_the_sign_in_and_lock_the_factor_for_a_while()
    {
        var (_, seed) = await _site.EnrolledAsync();
        using var browser = _site.Browser();
        await browser.PasswordAsync();
        for (var i = 0; i < 4; i++)
            Assert.Contains("wrong", (await browser.FactorAsync("000000")).Text, StringComparison.Ordinal);
        Assert.Contains("Too many wrong codes", (await browser.FactorAsync("000000")).Text, StringComparison.Ordinal);
        Assert.Equal((303, "/sign-in"), await StatusAndPlace(browser.GetAsync("/sign-in/factor")));

        await browser.PasswordAsync();
        Assert.Equal(401, (await browser.FactorAsync(_site.Code(seed))).Status);
        _site.Time.Move(TimeSpan.FromMinutes(15));
        await browser.PasswordAsync();
        Assert.Equal(303, (await browser.FactorAsync(_site.Code(seed))).Status);
    }

    [Fact]
    public async Task An_address_that_fails_too_often_waits()
    {
        await using var site = await SignInSite.StartAsync(one => one.TriesPerAddress = 5);
        var (_, seed) = await site.EnrolledAsync();
        using var browser = site.Browser();
        for (var i = 0; i < 5; i++)
            await browser.PasswordAsync($"name{i}", "not the password at all");
        Assert.Equal(401, (await browser.PasswordAsync()).Status);

        site.Time.Move(TimeSpan.FromMinutes(1));
        for (var i = 0; i < 20; i++)
            Assert.Equal("/sign-in/factor", (await browser.PasswordAsync()).Location);
        Assert.Equal(303, (await browser.FactorAsync(site.Code(seed))).Status);
    }

    [Fact]
    public async Task A_sign_in_under_way_ends_after_ten_minutes()
    {
        var (_, seed) = await _site.EnrolledAsync();
        using var browser = _site.Browser();
        await browser.PasswordAsync();
        var page = await browser.GetAsync("/sign-in/factor");
        _site.Time.Move(TimeSpan.FromMinutes(10));
        Assert.Equal((303, "/sign-in"), await StatusAndPlace(browser.PostAsync("/sign-in/factor", ("csrf", page.Csrf), ("code", _site.Code(seed)))));
        Assert.Null(browser.SessionCookie);
    }

    [Fact]
    public async Task What_is_typed_as_a_name_is_shown_as_text_and_a_password_in_its_field_is_not_recorded()
    {
        using var browser = _site.Browser();
        var answer = await browser.PasswordAsync("\"><script>alert(1)</script>", "x");
        Assert.DoesNotContain("<script>alert", answer.Text, StringComparison.Ordinal);
        await browser.PasswordAsync("hunter2 is my Password!", "x");
        Assert.DoesNotContain(_site.Events, one => one.UserName?.Contains("hunter2", StringComparison.Ordinal) == true);
    }

    [Theory]
    [InlineData("/sign-in")]
    [InlineData("/sign-in/reset")]
    [InlineData("/sign-out")]
    public async Task Pages_are_not_framed_not_cached_and_run_nothing_foreign(string path)
    {
        using var browser = _site.Browser();
        var page = await browser.GetAsync(path);
        Assert.Contains("default-src 'none'", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Equal("no-store", page.Header("Cache-Control"));
        Assert.Equal("same-origin", page.Header("Referrer-Policy"));
        Assert.DoesNotContain("style=", page.Text, StringComparison.Ordinal);
        Assert.DoesNotMatch("<script(?! src=)", page.Text);
    }

    [Fact]
    public async Task A_body_that_is_too_large_or_no_form_is_refused()
    {
        using var browser = _site.Browser();
        var page = await browser.GetAsync("/sign-in");
        Assert.Equal(400, (await browser.PostAsync("/sign-in", ("csrf", page.Csrf), ("username", new string('a', 100_000)))).Status);
        Assert.Equal(400, (await browser.PostJsonAsync("/sign-in", "{}")).Status);
    }

    [Fact]
    public async Task Without_the_audit_trail_nobody_signs_in_and_the_page_says_so()
    {
        var (person, seed) = await _site.EnrolledAsync();
        using var browser = _site.Browser();
        await browser.PasswordAsync();
        _site.TrailFault = new Audit.AuditUnavailableException("disk full");
        var answer = await browser.FactorAsync(_site.Code(seed));
        Assert.Equal(503, answer.Status);
        Assert.Contains("Not possible right now", answer.Text, StringComparison.Ordinal);
        Assert.Null(browser.SessionCookie);
        Assert.Empty(await _site.Sessions.ListAsync(person.Id, default));
    }

    [Fact]
    public async Task Without_the_store_the_page_says_so()
    {
        await _site.EnrolledAsync();
        using var browser = _site.Browser();
        var page = await browser.GetAsync("/sign-in");
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(_site.Database)!, "state.db*"))
            File.Move(file, file + ".away");
        try
        {
            var answer = await browser.PostAsync("/sign-in", ("csrf", page.Csrf), ("username", "alice"), ("password", SignInSite.Password));
            Assert.Equal(503, answer.Status);
            Assert.Contains("Not possible right now", answer.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("SQLite", answer.Text, StringComparison.OrdinalIgnoreCase);
        }
        finally
        {
            foreach (var file in Directory.GetFiles(Path.GetDirectoryName(_site.Database)!, "*.away"))
                File.Move(file, file[..^5]);
        }
    }

    private static async Task<(int, string?)> StatusAndPlace(Task<Reply> reply)
    {
        var answer = await reply;
        return (answer.Status, answer.Location);
    }
}
