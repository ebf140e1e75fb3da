using System.Net;
using System.Text.Json;
using Nullius.Identity.Trust;
using Nullius.Server.DeviceEndpoints;
using Nullius.Server.SignIn.Flow;

namespace Nullius.Server.Tests.SignIn;

/// <summary>What a restart takes from nobody: the step a person is at, an approval, and the tries that somebody has used up.</summary>
public sealed class SurvivalTests : IAsyncLifetime
{
    private SignInSite _site = null!;

    public async ValueTask InitializeAsync() => _site = await SignInSite.StartAsync(site => site.TriesPerAddress = 3);

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task A_sign_in_goes_on_at_its_second_step()
    {
        var (_, seed) = await _site.EnrolledAsync();
        using var browser = _site.Browser();
        Assert.Equal("/sign-in/factor", (await browser.PasswordAsync()).Location);
        await _site.RestartAsync();
        Assert.Equal("/", (await browser.FactorAsync(_site.Code(seed))).Location);
        Assert.NotNull(browser.SessionCookie);
    }

    [Fact]
    public async Task A_sign_in_that_was_finished_cannot_be_finished_again_with_its_old_cookie()
    {
        var (person, seed) = await _site.EnrolledAsync();
        using var browser = _site.Browser();
        await browser.PasswordAsync();
        using var copy = _site.Browser();
        foreach (var (name, value) in browser.Cookies)
            copy.Cookies[name] = value;
        await browser.FactorAsync(_site.Code(seed));
        await _site.RestartAsync();
        _site.Time.Move(TimeSpan.FromSeconds(30));
        Assert.Equal("/sign-in", (await copy.GetAsync("/sign-in/factor")).Location);
        await copy.FactorAsync(_site.Code(seed));
        Assert.Null(copy.SessionCookie);
        Assert.Single(await _site.Sessions.ListAsync(person.Id, default));
    }

    [Fact]
    public async Task A_changed_password_ends_a_sign_in_that_began_before_the_restart()
    {
        var (person, seed) = await _site.EnrolledAsync();
        using var browser = _site.Browser();
        await browser.PasswordAsync();
        await _site.RestartAsync();
        await _site.Departures.DisableAsync(person.Id, false, "test", default);
        await _site.People.EnableAsync(person.Id, "test", default);
        Assert.Equal("/sign-in", (await browser.FactorAsync(_site.Code(seed))).Location);
        Assert.Null(browser.SessionCookie);
    }

    [Fact]
    public async Task Wrong_codes_are_counted_on()
    {
        await _site.EnrolledAsync();
        using var browser = _site.Browser();
        await browser.PasswordAsync();
        for (var i = 0; i < 4; i++)
            Assert.Equal(401, (await browser.FactorAsync("000000")).Status);
        await _site.RestartAsync();
        Assert.Contains("stopped", (await browser.FactorAsync("000000")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_tries_of_an_address_are_not_given_anew()
    {
        await _site.PersonAsync();
        using var browser = _site.Browser();
        for (var i = 0; i < 3; i++)
            await browser.PasswordAsync("nobody" + i, "wrong password, long enough");
        await _site.StopAsync();
        await _site.RestartAsync();
        await browser.PasswordAsync();
        Assert.Null(browser.SessionCookie);
        Assert.Equal("too many failures", _site.Events[^1].Detail);
    }

    [Fact]
    public async Task The_tries_of_an_enrolment_code_are_not_given_anew()
    {
        var address = TryLimits.Of(IPAddress.Loopback);
        var rate = _site.Get<EnrolmentRate>();
        for (var i = 0; i < EnrolmentRate.PerMinute; i++)
            Assert.True(rate.Tries.Take(address));
        await _site.StopAsync();
        await _site.RestartAsync();
        Assert.NotSame(rate, _site.Get<EnrolmentRate>());
        Assert.False(_site.Get<EnrolmentRate>().Tries.Take(address));
        _site.Time.Move(TimeSpan.FromMinutes(1));
        Assert.True(_site.Get<EnrolmentRate>().Tries.Take(address));
    }

    [Fact]
    public void A_clock_that_is_set_back_lengthens_no_wait()
    {
        var limits = _site.Get<TryLimits>();
        for (var i = 0; i < 3; i++)
            Assert.True(limits.Take("somebody"));
        _site.Time.Move(TimeSpan.FromDays(-1));
        Assert.False(limits.Take("somebody"));
        _site.Time.Move(TimeSpan.FromMinutes(1));
        Assert.True(limits.Take("somebody"));
    }

    [Fact]
    public async Task A_request_for_a_token_and_its_approval_wait_on()
    {
        var (person, seed) = await _site.EnrolledAsync();
        _site.Device = new DeviceTrust { Id = "d_1", OwnerId = person.Id, Name = "laptop", State = DeviceState.Compliant };
        using var device = _site.Browser();
        device.Host = "devices.nullius.localhost:8443";
        var started = JsonDocument.Parse((await device.PostJsonAsync("/.nullius/tokens/start", "{}")).Text).RootElement;
        var poll = JsonSerializer.Serialize(new { pollSecret = started.GetProperty("pollSecret").GetString() });
        using var browser = _site.Browser();
        await browser.SignInAsync(seed);

        await _site.RestartAsync();
        var page = await browser.GetAsync("/account/approve?code=" + started.GetProperty("userCode").GetString());
        await browser.PostAsync("/account/approve", ("csrf", page.Csrf), ("code", page.Field("code")), ("approve", "1"));
        await _site.RestartAsync();

        Assert.Equal(200, (await device.PostJsonAsync("/.nullius/tokens/poll", poll)).Status);
        await _site.RestartAsync();
        Assert.Equal(404, (await device.PostJsonAsync("/.nullius/tokens/poll", poll)).Status);
    }

    [Fact]
    public async Task An_approval_ends_with_the_session_that_gave_it()
    {
        var (person, seed) = await _site.EnrolledAsync();
        _site.Device = new DeviceTrust { Id = "d_1", OwnerId = person.Id, State = DeviceState.Compliant };
        using var device = _site.Browser();
        device.Host = "devices.nullius.localhost:8443";
        var started = JsonDocument.Parse((await device.PostJsonAsync("/.nullius/tokens/start", "{}")).Text).RootElement;
        using var browser = _site.Browser();
        await browser.SignInAsync(seed);
        var page = await browser.GetAsync("/account/approve?code=" + started.GetProperty("userCode").GetString());
        await browser.PostAsync("/account/approve", ("csrf", page.Csrf), ("code", page.Field("code")), ("approve", "1"));
        await _site.Sessions.RevokeAllAsync(person.Id, null, "test", "test", default);
        var poll = JsonSerializer.Serialize(new { pollSecret = started.GetProperty("pollSecret").GetString() });
        Assert.Equal(403, (await device.PostJsonAsync("/.nullius/tokens/poll", poll)).Status);
        Assert.Empty(await _site.Sessions.ListAsync(person.Id, default));
    }
}
