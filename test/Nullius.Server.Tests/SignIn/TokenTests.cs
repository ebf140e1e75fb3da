using System.Text.Json;
using Nullius.Identity.Sessions;
using Nullius.Identity.Trust;

namespace Nullius.Server.Tests.SignIn;

public sealed class TokenTests : IAsyncLifetime
{
    private SignInSite _site = null!;

    public async ValueTask InitializeAsync() => _site = await SignInSite.StartAsync();

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task A_device_gets_the_token_that_its_owner_approves_once()
    {
        var (person, seed) = await _site.EnrolledAsync();
        _site.Device = new DeviceTrust { Id = "d_1", OwnerId = person.Id, Name = "laptop", State = DeviceState.Compliant };
        using var device = Device();
        var started = await StartAsync(device, """{"ttl":7200,"scopes":["api:GET"]}""");
        var poll = JsonSerializer.Serialize(new { pollSecret = started.GetProperty("pollSecret").GetString() });
        Assert.Equal(202, (await device.PostJsonAsync("/.nullius/tokens/poll", poll)).Status);

        using var browser = _site.Browser();
        await browser.SignInAsync(seed);
        var url = new Uri(started.GetProperty("verifyUrl").GetString()!);
        Assert.Equal("auth.nullius.localhost", url.Host);
        var page = await browser.GetAsync(url.PathAndQuery);
        Assert.Contains("laptop", page.Text, StringComparison.Ordinal);
        Assert.Contains("120 minutes", page.Text.Replace("2 hours", "120 minutes", StringComparison.Ordinal), StringComparison.Ordinal);
        await browser.PostAsync("/account/approve", ("csrf", page.Csrf), ("code", page.Field("code")), ("approve", "1"));

        var answer = await device.PostJsonAsync("/.nullius/tokens/poll", poll);
        var token = JsonDocument.Parse(answer.Text).RootElement.GetProperty("token").GetString();
        Assert.True(SessionSecret.TryReadBearer(token, out var hash));
        var session = (await _site.Sessions.FindAsync(hash, null, default))!.Session;
        Assert.Equal((SessionKind.Token, "d_1", person.Id), (session.Kind, session.BoundDeviceId, session.PersonId));
        Assert.Equal(_site.Time.Now + TimeSpan.FromHours(2), session.ExpiresAt);
        Assert.NotNull(session.MfaAt);
        Assert.Equal(404, (await device.PostJsonAsync("/.nullius/tokens/poll", poll)).Status);
    }

    [Fact]
    public async Task Nobody_but_the_owner_of_the_device_can_approve()
    {
        var (person, _) = await _site.EnrolledAsync();
        var (_, malloryseed) = await _site.EnrolledAsync("mallory");
        _site.Device = new DeviceTrust { Id = "d_1", OwnerId = person.Id, State = DeviceState.Compliant };
        using var device = Device();
        var started = await StartAsync(device, "{}");
        var code = started.GetProperty("userCode").GetString()!;
        using var mallory = _site.Browser();
        await mallory.SignInAsync(malloryseed, "mallory");

        Assert.Equal(404, (await mallory.GetAsync($"/account/approve?code={code}")).Status);
        var csrf = (await mallory.GetAsync("/account/keys")).Csrf;
        Assert.Equal(404, (await mallory.PostAsync("/account/approve", ("csrf", csrf), ("code", code), ("approve", "1"))).Status);
        Assert.Equal(202, (await PollAsync(device, started)).Status);
    }

    [Fact]
    public async Task Another_device_cannot_fetch_the_token_and_a_refused_one_is_not_made()
    {
        var (person, seed) = await _site.EnrolledAsync();
        var laptop = new DeviceTrust { Id = "d_1", OwnerId = person.Id, State = DeviceState.Compliant };
        _site.Device = laptop;
        using var device = Device();
        var started = await StartAsync(device, "{}");
        var code = started.GetProperty("userCode").GetString()!;
        using var browser = _site.Browser();
        await browser.SignInAsync(seed);
        var page = await browser.GetAsync($"/account/approve?code={code}");

        _site.Device = laptop with { Id = "d_2" };
        Assert.Equal(404, (await PollAsync(device, started)).Status);
        _site.Device = laptop;
        await browser.PostAsync("/account/approve", ("csrf", page.Csrf), ("code", code));
        Assert.Equal(403, (await PollAsync(device, started)).Status);
        Assert.Single(await _site.Sessions.ListAsync(person.Id, default));
    }

    [Theory]
    [InlineData("""{"ttl":43201}""", 400)]
    [InlineData("""{"ttl":0}""", 400)]
    [InlineData("""{"ttl":-5}""", 400)]
    [InlineData("""[]""", 400)]
    [InlineData("""{""", 400)]
    [InlineData("""{"ttl":43200}""", 200)]
    public async Task A_token_lives_twelve_hours_at_most(string body, int status)
    {
        var (person, _) = await _site.EnrolledAsync();
        _site.Device = new DeviceTrust { Id = "d_1", OwnerId = person.Id, State = DeviceState.Compliant };
        using var device = Device();
        Assert.Equal(status, (await device.PostJsonAsync("/.nullius/tokens/start", body)).Status);
    }

    [Fact]
    public async Task Without_the_certificate_of_a_device_nothing_starts()
    {
        using var device = Device();
        Assert.Equal(401, (await device.PostJsonAsync("/.nullius/tokens/start", "{}")).Status);
        _site.Device = new DeviceTrust { Id = "d_1", OwnerId = "p", State = DeviceState.Revoked };
        Assert.Equal(401, (await device.PostJsonAsync("/.nullius/tokens/start", "{}")).Status);
        device.Host = SignInSite.Host;
        Assert.Equal(404, (await device.PostJsonAsync("/.nullius/tokens/start", "{}")).Status);
    }

    private static Task<Reply> PollAsync(Browser device, JsonElement started) =>
        device.PostJsonAsync("/.nullius/tokens/poll", JsonSerializer.Serialize(new { pollSecret = started.GetProperty("pollSecret").GetString() }));

    private static async Task<JsonElement> StartAsync(Browser device, string body)
    {
        var answer = await device.PostJsonAsync("/.nullius/tokens/start", body);
        Assert.Equal(200, answer.Status);
        return JsonDocument.Parse(answer.Text).RootElement;
    }

    private Browser Device()
    {
        var device = _site.Browser();
        device.Host = "devices.nullius.localhost:8443";
        return device;
    }
}
