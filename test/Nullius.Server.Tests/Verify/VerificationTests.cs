using Nullius.Server.Control;
using Nullius.Server.Verify;

namespace Nullius.Server.Tests.Verify;

public sealed class VerificationTests
{
    [Fact]
    public async Task Every_control_of_a_fresh_instance_passes_and_nothing_is_left_behind()
    {
        await using var running = await RunningServer.StartAsync();
        using var control = running.Control();

        var report = await Verification.RunAsync(control, TimeProvider.System, _ => { }, TestContext.Current.CancellationToken);

        Assert.All(report.Checks, check => Assert.True(check.Passed, $"{check.Id}: {check.Observed}"));
        Assert.Equal(report.Checks.Count, report.Passed);
        Assert.Equal(report.Checks.Count, report.Checks.Select(c => c.Id).Distinct().Count());
        await NothingIsLeftAsync(running, control);
    }

    [Fact]
    public async Task A_run_that_is_stopped_removes_what_it_made()
    {
        await using var running = await RunningServer.StartAsync();
        using var control = running.Control();
        using var stop = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Verification.RunAsync(control, TimeProvider.System, _ => stop.Cancel(), stop.Token));

        await NothingIsLeftAsync(running, control);
    }

    [Fact]
    public async Task What_a_killed_run_left_goes_with_the_next_one()
    {
        await using var running = await RunningServer.StartAsync();
        using var control = running.Control();
        var killed = await control.PostAsync<VerifyRunView>("/v1/verify", null, CancellationToken.None);
        await control.PostAsync<VerifyPersonView>($"/v1/verify/{killed.Id}/people", new VerifyPerson("person", ["people"]), CancellationToken.None);
        await control.PostAsync<VerifyDone>($"/v1/verify/{killed.Id}/upstream", new VerifyUpstream(9), CancellationToken.None);

        var next = await control.PostAsync<VerifyRunView>("/v1/verify", null, CancellationToken.None);
        await control.DeleteAsync<VerifyDone>($"/v1/verify/{next.Id}", CancellationToken.None);

        await NothingIsLeftAsync(running, control);
        await Assert.ThrowsAsync<ControlRefusedException>(() => control.PostAsync<VerifyDone>($"/v1/verify/{killed.Id}/touch", null, CancellationToken.None));
    }

    [Fact]
    public async Task Sessions_are_made_for_people_of_the_run_and_for_nobody_else()
    {
        await using var running = await RunningServer.StartAsync();
        using var control = running.Control();
        var run = await control.PostAsync<VerifyRunView>("/v1/verify", null, CancellationToken.None);

        foreach (var name in (string[])["admin", "verify-admin", $"verify-{run.Id}"])
        {
            await Assert.ThrowsAsync<ControlRefusedException>(
                () => control.PostAsync<VerifySessionView>($"/v1/verify/{run.Id}/sessions", new VerifySession(name, run.Host, true), CancellationToken.None));
            await Assert.ThrowsAsync<ControlRefusedException>(
                () => control.PostAsync<VerifyCredentialView>($"/v1/verify/{run.Id}/credentials", new VerifyCredential(name, null, 60, true), CancellationToken.None));
        }
    }

    private static async Task NothingIsLeftAsync(RunningServer running, ControlClient control)
    {
        Assert.Equal("admin", Assert.Single(await control.GetAsync<IReadOnlyList<UserView>>("/v1/users", CancellationToken.None)).Name);
        Assert.Empty(await control.GetAsync<IReadOnlyList<SessionView>>("/v1/sessions", CancellationToken.None));
        Assert.Empty(await control.GetAsync<IReadOnlyList<DeviceView>>("/v1/devices", CancellationToken.None));
        Assert.DoesNotContain(running.Server.Gate.Config.Routes, route => route.Name.StartsWith(VerifyRuns.Prefix, StringComparison.Ordinal));
        Assert.False(Directory.Exists(Path.Combine(running.Data, "verify")));
    }
}
