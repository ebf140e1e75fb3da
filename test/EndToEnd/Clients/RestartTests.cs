using System.Net;
using System.Text.Json;

namespace Nullius.EndToEnd.Clients;

/// <summary>The demonstration as a newcomer meets it: its devices, and what a restart does not take away.</summary>
public sealed class RestartTests(RunningPlatform platform) : IClassFixture<RunningPlatform>
{
    [Fact]
    public async Task The_demonstrations_devices_open_what_wants_a_managed_device_or_do_not()
    {
        var (alice, bob) = (Laptop("alice"), Laptop("bob"));
        Assert.Equal("200", await LegacyAsync("alice", alice));
        Assert.Equal("403", await LegacyAsync("bob", bob));
        Assert.Equal(("compliant", "noncompliant"), ((await platform.StateAsync(Id(alice))).State, (await platform.StateAsync(Id(bob))).State));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(alice, "device.key")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(alice));
        Assert.Contains(alice, platform.Said(), StringComparison.Ordinal);
        var status = await platform.AgentAsync("status", "--dir", alice);
        Assert.True(status.Code == 0, status.Error);
    }

    [Fact]
    public async Task What_was_under_way_before_a_restart_goes_on_after_it()
    {
        using var browser = new FormBrowser(platform);
        // Carol has given her password and has the picture for her authenticator app before her.
        var enrol = await browser.PasswordAsync("carol");
        using var signedIn = new FormBrowser(platform);
        await signedIn.SignInAsync("alice");
        using var asking = platform.Start(RunningPlatform.Nullius, ["token", "--agent", Laptop("alice")]);
        var (url, code, _) = await TokenCommandTests.AskedAsync(asking);
        var device = Id(Laptop("alice"));

        await platform.StopAsync();
        await platform.StartAsync();

        Assert.Equal(device, Id(Laptop("alice")));
        var home = await browser.EnrolAsync(enrol);
        Assert.Equal(platform.Url("auth"), home.At.AbsoluteUri);
        var page = await signedIn.GetAsync(url);
        await signedIn.PostAsync(page, "/account/approve", ("code", code), ("approve", "1"));
        var token = (await asking.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim();
        await asking.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, asking.ExitCode);
        Assert.Equal("200", await CurlAsync("api", "/orders", token, Laptop("alice")));
    }

    [Fact]
    public async Task A_form_that_waits_for_its_sign_in_outlasts_a_process_that_is_killed_and_is_sent_once()
    {
        using var browser = new FormBrowser(platform);
        var signIn = await browser.PostAsync(new Uri(platform.Url("files", "/buckets")), ("note", "written before"));
        Assert.Equal("/sign-in", signIn.At.AbsolutePath);

        await platform.KillAsync();
        await platform.StartAsync();

        var enrol = await browser.PostAsync(signIn, "/sign-in", ("request", signIn.Field("request")), ("username", "dave"), ("password", platform.Passwords["dave"]));
        var replay = await browser.EnrolAsync(enrol);
        Assert.Equal("/.nullius/replay", replay.At.AbsolutePath);
        // It goes the whole way and is decided: contractors have no files.
        var first = await browser.PostAsync(replay, "/.nullius/replay", ("form", replay.Field("form")));
        Assert.Equal(HttpStatusCode.Forbidden, first.Status);
        await platform.KillAsync();
        await platform.StartAsync();
        var second = await browser.PostAsync(replay, "/.nullius/replay", ("form", replay.Field("form")));
        Assert.Equal(HttpStatusCode.Gone, second.Status);
    }

    private string Laptop(string person) => Path.Combine(platform.Data, "demo", "devices", person + "-laptop");

    private async Task<string> LegacyAsync(string person, string folder)
    {
        var token = await platform.NulliusAsync("token", "--user", person, "--device", person + "-laptop", "--data", platform.Data);
        Assert.True(token.Code == 0, token.Error);
        return await CurlAsync("legacy", "/", token.Out.Trim(), folder);
    }

    private Task<string> CurlAsync(string host, string path, string token, string folder) => RunningPlatform.CurlAsync(
        platform, platform.Url(host, path), "-H", $"Authorization: Bearer {token}", "--cert", Path.Combine(folder, "device.pem"), "--key", Path.Combine(folder, "device.key"));

    private static string Id(string folder)
    {
        using var identity = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "agent.json")));
        return identity.RootElement.GetProperty("deviceId").GetString()!;
    }
}
