namespace Nullius.Server.Tests.SignIn;

/// <summary>
/// Names are compared whole, never parsed for a domain (CVE-2026-40574), and no second factor is enrolled or skipped by sending
/// steps in another order or twice (CVE-2026-37982, CVE-2026-8830, CVE-2025-64103). Over a real socket.
/// </summary>
public sealed class SignInNameTests : IAsyncLifetime
{
    private SignInSite _site = null!;

    public async ValueTask InitializeAsync() => _site = await SignInSite.StartAsync();

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Theory]
    [InlineData("alice@evil.example")]
    [InlineData("alice@corp.example@evil.example")]
    [InlineData("mallory@evil.example@corp.example")]
    [InlineData("alice@corp.example ")]
    [InlineData("\"alice@corp.example\"@evil.example")]
    [InlineData("alice@corp.example\0@evil.example")]
    [InlineData("alice@corp.example\r\nX: y")]
    [InlineData("alice%40corp.example")]
    [InlineData("alice@corp.example,mallory@evil.example")]
    [InlineData("<alice@corp.example>")]
    [InlineData("@corp.example")]
    [InlineData("alice@@corp.example")]
    [InlineData("a\u200blice@corp.example")]
    public async Task A_name_with_several_at_signs_is_another_name(string name)
    {
        await _site.EnrolledAsync("alice");
        using var browser = _site.Browser();
        var answer = await browser.PasswordAsync(name);
        Assert.Contains(answer.Status, new[] { 400, 401 });
        Assert.Null(browser.SessionCookie);
    }

    [Theory]
    [InlineData("/sign-in/factor")]
    [InlineData("/enrol")]
    [InlineData("/enrol/codes")]
    [InlineData("/sign-in/password")]
    [InlineData("/account/codes")]
    [InlineData("/account/authenticator/remove")]
    [InlineData("/account/approve")]
    public async Task No_step_is_taken_first(string path)
    {
        var (person, seed) = await _site.EnrolledAsync();
        using var browser = _site.Browser();
        var page = await browser.GetAsync("/sign-in");
        var answer = await browser.PostAsync(path, ("csrf", page.Csrf), ("code", _site.Code(seed)), ("username", "alice"), ("again", "1"));
        Assert.True(answer.Status is 303 or 400 or 401, $"{answer.Status}");
        Assert.Null(browser.SessionCookie);
        Assert.Empty(await _site.Sessions.ListAsync(person.Id, default));
    }

    [Fact]
    public async Task A_second_factor_is_not_enrolled_over_an_existing_one_with_the_password_alone()
    {
        var (person, seed) = await _site.EnrolledAsync();
        var before = await _site.Factors.StateAsync(person.Id, default);
        using var browser = _site.Browser();
        await browser.PasswordAsync();
        var page = await browser.GetAsync("/sign-in/factor");
        foreach (var path in new[] { "/enrol", "/enrol/passkey/options", "/enrol/passkey", "/account/passkeys/options", "/account/authenticator" })
            await browser.PostAsync(path, ("csrf", page.Csrf), ("code", _site.Code(seed)));
        // A record compares its lists by reference: what it lists is compared here.
        var after = await _site.Factors.StateAsync(person.Id, default);
        Assert.Equal(before.Passkeys, after.Passkeys);
        Assert.Equal(before with { Passkeys = after.Passkeys }, after);
        Assert.Null(browser.SessionCookie);
        Assert.Empty(await _site.Sessions.ListAsync(person.Id, default));
    }
}
