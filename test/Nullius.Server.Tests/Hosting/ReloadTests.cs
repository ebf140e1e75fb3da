using Nullius.Server.Control;

namespace Nullius.Server.Tests.Hosting;

public sealed class ReloadTests
{
    private const string Policy = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"console:*","Resource":"*"}]}""";

    [Fact]
    public async Task A_broken_policy_file_is_refused_while_the_last_good_set_stays_and_mending_it_is_noticed()
    {
        await using var running = await RunningServer.StartAsync();
        using var control = running.Control();
        var file = Path.Combine(running.Data, "policies", "administrators.json");
        var before = await StatusAsync(control);

        await File.WriteAllTextAsync(file, "{");
        await Poll.UntilAsync(async () => (await StatusAsync(control)).Errors.Count > 0, "the broken file is refused");
        var refused = await StatusAsync(control);
        await File.WriteAllTextAsync(file, Policy);
        await Poll.UntilAsync(async () => (await StatusAsync(control)).Generation > before.Generation, "the mended file is live");

        Assert.Equal(before.Generation, refused.Generation);
        Assert.Contains("administrators.json", Assert.Single(refused.Errors), StringComparison.Ordinal);
        Assert.NotNull(refused.RefusedAt);
        Assert.Empty((await StatusAsync(control)).Errors);
    }

    [Fact]
    public async Task A_route_added_to_the_file_is_live_without_a_restart_and_followed_files_grow_with_it()
    {
        await using var running = await RunningServer.StartAsync();
        using var control = running.Control();
        var file = Path.Combine(running.Data, "nullius.yaml");
        await File.WriteAllTextAsync(Path.Combine(running.Data, "policies", "wiki.json"), Policy);
        var text = (await File.ReadAllTextAsync(file)).Replace(
            "routes: []", "routes:\n  - name: wiki\n    resourcePolicy: policies/wiki.json\n    upstream: {url: \"https://127.0.0.1:9\"}\n", StringComparison.Ordinal);

        // A resource policy names principals: this one does not, and is refused with its route.
        await File.WriteAllTextAsync(file, text);
        await Poll.UntilAsync(async () => (await StatusAsync(control)).Errors.Count > 0, "the unfit resource policy is refused");
        await File.WriteAllTextAsync(
            Path.Combine(running.Data, "policies", "wiki.json"),
            """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"wiki:*","Resource":"*"}]}""");

        await Poll.UntilAsync(async () => (await control.GetAsync<InstanceStatus>("/v1/status", CancellationToken.None)).Routes.Any(r => r.Name == "wiki"), "the route is live");
    }

    [Fact]
    public async Task A_policy_that_leaves_nobody_who_administers_is_live_and_warned_of_until_it_is_mended()
    {
        await using var running = await RunningServer.StartAsync();
        using var control = running.Control();
        var file = Path.Combine(running.Data, "policies", "administrators.json");
        Assert.Empty((await control.GetAsync<InstanceStatus>("/v1/status", CancellationToken.None)).Warnings);

        await File.WriteAllTextAsync(file, Policy.Replace("console:*", "console:Read*", StringComparison.Ordinal));
        await Poll.UntilAsync(async () => (await StatusAsync(control)).Generation == 2, "the changed policy is live");
        var warned = await control.GetAsync<InstanceStatus>("/v1/status", CancellationToken.None);
        await File.WriteAllTextAsync(file, Policy);
        await Poll.UntilAsync(async () => (await StatusAsync(control)).Generation == 3, "the mended policy is live");

        Assert.Contains("no active person may administer people: no binding grants it", Assert.Single(warned.Warnings), StringComparison.Ordinal);
        Assert.Empty((await control.GetAsync<InstanceStatus>("/v1/status", CancellationToken.None)).Warnings);
    }

    [Fact]
    public async Task A_changed_domain_waits_for_a_restart_and_says_so()
    {
        await using var running = await RunningServer.StartAsync();
        using var control = running.Control();
        var file = Path.Combine(running.Data, "nullius.yaml");

        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace("domain: nullius.localhost", "domain: example.org", StringComparison.Ordinal));

        await Poll.UntilAsync(async () => (await StatusAsync(control)).Errors.Count > 0, "the change is refused");
        Assert.Contains("`domain` has changed: expected a restart", Assert.Single((await StatusAsync(control)).Errors), StringComparison.Ordinal);
    }

    private static async Task<PolicyStatus> StatusAsync(ControlClient control) =>
        (await control.GetAsync<InstanceStatus>("/v1/status", CancellationToken.None)).Policies;
}
