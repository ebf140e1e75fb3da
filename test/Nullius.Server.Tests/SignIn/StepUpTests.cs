using Nullius.Identity.Sessions;

namespace Nullius.Server.Tests.SignIn;

public sealed class StepUpTests : IAsyncLifetime
{
    private SignInSite _site = null!;

    public async ValueTask InitializeAsync() => _site = await SignInSite.StartAsync();

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task A_factor_that_is_too_old_is_asked_for_alone_and_the_person_is_back_where_they_were()
    {
        var (person, seed) = await _site.EnrolledAsync();
        using var browser = _site.Browser();
        await browser.SignInAsync(seed);
        var before = browser.SessionCookie;
        var signedInAt = _site.Time.Now;
        _site.Time.Move(TimeSpan.FromMinutes(20));

        Assert.Equal("/sign-in/factor", (await browser.GetAsync($"/step-up?request={_site.Sealed("/pay?id=7", HandoffPurpose.StepUp, "mfa")}")).Location);
        var done = await browser.FactorAsync(_site.Code(seed));

        Assert.StartsWith($"https://{SignInSite.App}/.nullius/session?code=", done.Location, StringComparison.Ordinal);
        var redeemed = await _site.Handoff.RedeemAsync(done.Location![(done.Location!.IndexOf('=', StringComparison.Ordinal) + 1)..], SignInSite.App, Browser.Nonce, default);
        Assert.Equal(("/pay?id=7", HandoffPurpose.StepUp), (redeemed!.Request.PathAndQuery, redeemed.Request.Purpose));
        var session = Assert.Single(await _site.Sessions.ListAsync(person.Id, default)).Session;
        Assert.Equal(_site.Time.Now, session.MfaAt);
        Assert.Equal(signedInAt, session.AuthenticatedAt);
        Assert.NotEqual(before, browser.SessionCookie);
    }

    [Fact]
    public async Task A_sign_in_that_is_too_old_is_done_anew_with_all_factors()
    {
        var (person, seed) = await _site.EnrolledAsync();
        using var browser = _site.Browser();
        await browser.SignInAsync(seed);
        _site.Time.Move(TimeSpan.FromMinutes(20));

        Assert.Equal("/sign-in/confirm", (await browser.GetAsync($"/step-up?request={_site.Sealed("/", HandoffPurpose.StepUp, "signInFrequency")}")).Location);
        Assert.Equal("/sign-in/confirm", (await browser.GetAsync("/sign-in/factor")).Location);
        var page = await browser.GetAsync("/sign-in/confirm");
        Assert.Equal(401, (await browser.PostAsync("/sign-in/confirm", ("csrf", page.Csrf), ("password", "not the password at all"))).Status);
        Assert.Equal("/sign-in/factor", (await browser.PostAsync("/sign-in/confirm", ("csrf", page.Csrf), ("password", SignInSite.Password))).Location);
        Assert.StartsWith("https://", (await browser.FactorAsync(_site.Code(seed))).Location, StringComparison.Ordinal);

        var session = Assert.Single(await _site.Sessions.ListAsync(person.Id, default)).Session;
        Assert.Equal(_site.Time.Now, session.AuthenticatedAt);
    }

    [Fact]
    public async Task What_was_done_after_the_gate_asked_is_not_asked_again()
    {
        var (_, seed) = await _site.EnrolledAsync();
        var request = _site.Sealed("/", HandoffPurpose.StepUp, "mfa", "signInFrequency");
        using var browser = _site.Browser();
        await browser.SignInAsync(seed);
        Assert.StartsWith("https://", (await browser.GetAsync($"/step-up?request={request}")).Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_session_a_step_up_is_a_sign_in_that_leads_to_the_same_place()
    {
        var (_, seed) = await _site.EnrolledAsync();
        var request = _site.Sealed("/pay", HandoffPurpose.StepUp, "mfa");
        using var browser = _site.Browser();
        Assert.Equal($"/sign-in?request={request}", (await browser.GetAsync($"/step-up?request={request}")).Location);
        Assert.StartsWith($"https://{SignInSite.App}/", (await browser.SignInAsync(seed, request: request)).Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_change_that_a_policy_asks_for_comes_after_the_factor()
    {
        var (_, seed) = await _site.EnrolledAsync();
        using var browser = _site.Browser();
        await browser.SignInAsync(seed);
        _site.Time.Move(TimeSpan.FromMinutes(1));

        await browser.GetAsync($"/step-up?request={_site.Sealed("/", HandoffPurpose.StepUp, "passwordChange")}");
        Assert.Equal("/sign-in/password", (await browser.FactorAsync(_site.Code(seed))).Location);
        var page = await browser.GetAsync("/sign-in/password");
        var done = await browser.PostAsync("/sign-in/password", ("csrf", page.Csrf), ("password", "a wholly other passphrase"), ("repeat", "a wholly other passphrase"));
        Assert.StartsWith("https://", done.Location, StringComparison.Ordinal);
        Assert.Equal(200, (await browser.GetAsync("/account")).Status);
    }

    [Fact]
    public async Task What_no_sign_in_can_give_is_said()
    {
        var (_, seed) = await _site.EnrolledAsync();
        using var browser = _site.Browser();
        await browser.SignInAsync(seed);
        var page = await browser.GetAsync($"/step-up?request={_site.Sealed("/", HandoffPurpose.StepUp, "mfa", "compliantDevice")}");
        Assert.Equal(403, page.Status);
        Assert.Contains("enrolled and healthy", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_up_of_a_session_that_ends_meanwhile_gives_nothing()
    {
        var (person, seed) = await _site.EnrolledAsync();
        using var browser = _site.Browser();
        await browser.SignInAsync(seed);
        _site.Time.Move(TimeSpan.FromMinutes(1));
        await browser.GetAsync($"/step-up?request={_site.Sealed("/", HandoffPurpose.StepUp, "mfa")}");
        await _site.Sessions.RevokeAllAsync(person.Id, null, "admin", "test", default);

        Assert.Equal("/sign-in", (await browser.FactorAsync(_site.Code(seed))).Location);
        Assert.Empty(await _site.Sessions.ListAsync(person.Id, default));
    }
}
