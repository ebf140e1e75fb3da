using System.Diagnostics;
using System.Text.Json;
using Nullius.EndToEnd.Harness;

namespace Nullius.EndToEnd.Clients;

/// <summary><c>nullius token</c> as a person uses it: the real program, a real agent's certificate, approval in the browser, then curl through the gate.</summary>
public sealed class TokenCommandTests(DevicePlatform platform) : IClassFixture<DevicePlatform>
{
    [Fact]
    public async Task An_approved_token_opens_the_application_from_its_device_alone_and_one_of_its_connections_is_closed_from_the_shell()
    {
        var (folder, other) = (platform.Folder("alice"), platform.Folder("alice-other"));
        await platform.EnrolAsync("alice", folder);
        await platform.EnrolAsync("alice", other);
        foreach (var agent in new[] { folder, other })
            Assert.Equal(0, (await platform.AgentAsync(["report", "--dir", agent, .. DevicePlatform.Protected])).Code);
        using var browser = new FormBrowser(platform);
        await browser.SignInAsync("alice");

        using var asking = platform.Start(RunningPlatform.Nullius, ["token", "--agent", folder, "--ttl", "10m", "--scope", "api"]);
        var (url, code, _) = await AskedAsync(asking);
        var page = await browser.GetAsync(url);
        Assert.Contains(code, page.Text, StringComparison.Ordinal);
        Assert.Contains("laptop-alice", page.Text, StringComparison.Ordinal);
        var answer = await browser.PostAsync(page, "/account/approve", ("code", code), ("approve", "1"));
        Assert.Contains("Approved", answer.Text, StringComparison.Ordinal);
        var token = (await asking.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim();
        await asking.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, asking.ExitCode);
        Assert.Matches("^[A-Za-z0-9_.-]{40,}$", token);

        string[] bearer = ["-H", $"Authorization: Bearer {token}"];
        Assert.Equal("200", await RunningPlatform.CurlAsync(platform, platform.Url("api", "/orders"), [.. bearer, .. Certificate(folder)]));
        Assert.Equal("401", await RunningPlatform.CurlAsync(platform, platform.Url("api", "/orders"), bearer));
        Assert.Equal("401", await RunningPlatform.CurlAsync(platform, platform.Url("api", "/orders"), [.. bearer, .. Certificate(other)]));
        Assert.NotEqual("200", await RunningPlatform.CurlAsync(platform, platform.Url("files", "/buckets"), [.. bearer, .. Certificate(folder)]));
        await CloseOneAsync([.. bearer, .. Certificate(folder)]);
    }

    /// <summary>Of two open streams of one token, the first is closed from the shell; the token opens a third.</summary>
    private async Task CloseOneAsync(string[] credentials)
    {
        using var first = await ListenAsync(credentials);
        var reference = await NewestReferenceAsync();
        using var second = await ListenAsync(credentials);
        var receipt = await platform.NulliusAsync("revoke", "--connection", reference, "--data", platform.Data, "--format", "json");

        Assert.True(receipt.Code == 0, receipt.Error);
        using var json = JsonDocument.Parse(receipt.Out);
        Assert.Equal(reference, Assert.Single(json.RootElement.GetProperty("closed").EnumerateArray()).GetProperty("reference").GetString());
        Assert.Equal(0, json.RootElement.GetProperty("stillOpen").GetInt32());
        // Its stream ends; the other's goes on; nothing was taken from the token.
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await first.StandardOutput.ReadToEndAsync(late.Token);
        await first.WaitForExitAsync(late.Token);
        Assert.NotNull(await second.StandardOutput.ReadLineAsync(late.Token));
        Assert.False(second.HasExited);
        using (var third = await ListenAsync(credentials))
            third.Kill();
        second.Kill();
        var again = await platform.NulliusAsync("revoke", "--connection", reference, "--data", platform.Data);
        Assert.NotEqual(0, again.Code);
        Assert.Contains(reference, again.Error, StringComparison.Ordinal);
        var trail = await platform.NulliusAsync("audit", "tail", "--data", platform.Data, "--last", "50", "--format", "jsonl");
        Assert.Contains(trail.Out.Split('\n'), line => line.Contains(reference, StringComparison.Ordinal) && line.Contains("\"closed\":\"connection-ended\"", StringComparison.Ordinal) && line.Contains("\"closedBy\":", StringComparison.Ordinal));
    }

    /// <summary>An event stream that somebody reads with curl; its first event has come.</summary>
    private async Task<Process> ListenAsync(string[] credentials)
    {
        var start = new ProcessStartInfo(
            Tools.Find("curl"), ["-sSN", "--max-time", "100", "--resolve", $"*:{platform.Port}:127.0.0.1", "--cacert", platform.Roots, "-H", "Accept: text/event-stream", .. credentials, platform.Url("api", "/events")])
        {
            RedirectStandardOutput = true,
        };
        var curl = Process.Start(start)!;
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        Assert.NotNull(await curl.StandardOutput.ReadLineAsync(late.Token));
        return curl;
    }

    /// <summary>The reference of the decision that opened the newest event stream, as the trail says it.</summary>
    private async Task<string> NewestReferenceAsync()
    {
        var trail = await platform.NulliusAsync("audit", "tail", "--data", platform.Data, "--last", "20", "--format", "jsonl");
        Assert.True(trail.Code == 0, trail.Error);
        var line = trail.Out.Split('\n').Last(line => line.Contains("\"stage\":\"decision\"", StringComparison.Ordinal) && line.Contains("/events", StringComparison.Ordinal));
        using var record = JsonDocument.Parse(line);
        return record.RootElement.GetProperty("metadata").GetProperty("uid").GetString()!;
    }

    [Fact]
    public async Task A_refused_request_ends_with_exit_code_1_and_no_token()
    {
        var folder = platform.Folder("bob");
        await platform.EnrolAsync("bob", folder);
        using var browser = new FormBrowser(platform);
        await browser.SignInAsync("bob");
        using var asking = platform.Start(RunningPlatform.Nullius, ["token", "--server", platform.Devices, "--ca", platform.Roots, "--cert", Path.Combine(folder, "device.pem"), "--key", Path.Combine(folder, "device.key")]);
        var (url, code, _) = await AskedAsync(asking);
        var page = await browser.GetAsync(url);
        await browser.PostAsync(page, "/account/approve", ("code", code));
        var ended = await EndAsync(asking);
        Assert.Equal((1, ""), (ended.Code, ended.Out));
        Assert.Contains("refused", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_person_cannot_approve_the_request_of_a_device_that_is_not_theirs()
    {
        var folder = platform.Folder("dave");
        await platform.EnrolAsync("dave", folder);
        using var browser = new FormBrowser(platform);
        await browser.SignInAsync("carol");
        using var asking = platform.Start(RunningPlatform.Nullius, ["token", "--agent", folder]);
        var (url, _, _) = await AskedAsync(asking);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await browser.GetAsync(url)).Status);
        await RunningPlatform.SignalAsync(asking, "INT");
        var ended = await EndAsync(asking);
        Assert.Equal((3, ""), (ended.Code, ended.Out));
        Assert.Contains("stopped", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_nobody_vouches_for_is_named_with_what_to_do()
    {
        var folder = platform.Folder("unpinned");
        await platform.EnrolAsync("dave", folder);
        File.Delete(Path.Combine(folder, "ca.pem"));
        var ended = await platform.NulliusAsync("token", "--agent", folder);
        Assert.Equal((3, ""), (ended.Code, ended.Out));
        Assert.Contains("--ca FILE", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_named()
    {
        var folder = platform.Folder("away");
        await platform.EnrolAsync("dave", folder);
        var ended = await platform.NulliusAsync("token", "--agent", folder, "--server", $"https://devices.nullius.localhost:{FreePort.Next()}");
        Assert.Equal((3, ""), (ended.Code, ended.Out));
        Assert.Contains("cannot be reached", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_others_may_read_is_refused_before_anything_is_sent()
    {
        var folder = platform.Folder("open");
        await platform.EnrolAsync("dave", folder);
        File.SetUnixFileMode(Path.Combine(folder, "device.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var ended = await platform.NulliusAsync("token", "--agent", folder);
        Assert.Equal((2, ""), (ended.Code, ended.Out));
        Assert.Contains("chmod 600", ended.Error, StringComparison.Ordinal);
    }

    private static string[] Certificate(string folder) => ["--cert", Path.Combine(folder, "device.pem"), "--key", Path.Combine(folder, "device.key")];

    /// <summary>Reads what the person is shown: the address and the code.</summary>
    internal static async Task<(string Url, string Code, string Said)> AskedAsync(Process asking)
    {
        var said = "";
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (await asking.StandardError.ReadLineAsync(late.Token) is { } line)
        {
            said += line + "\n";
            var page = new FormPage(default, new Uri("https://none"), said);
            if (page.Match("code shown there is ([A-Z]{4}-[A-Z]{4})") is { Length: > 0 } code)
                return (page.Match("approve at (https://\\S+)"), code, said);
        }

        throw new InvalidOperationException("the program asked for nothing: " + said);
    }

    private static async Task<Ended> EndAsync(Process process)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var (output, error) = (await process.StandardOutput.ReadToEndAsync(late.Token), await process.StandardError.ReadToEndAsync(late.Token));
        await process.WaitForExitAsync(late.Token);
        return new Ended(process.ExitCode, output, error);
    }
}
