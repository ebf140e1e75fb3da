using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using Nullius.EndToEnd.Harness;

namespace Nullius.EndToEnd.Clients;

/// <summary>The real <c>nullius-agent</c> against the real device endpoints.</summary>
public sealed class AgentTests(AgentTests.ShortLived platform) : IClassFixture<AgentTests.ShortLived>
{
    /// <summary>Certificates so short-lived that the agent finds them due at once: they begin five minutes before they are made.</summary>
    public sealed class ShortLived : RunningPlatform
    {
        protected override string Configure(string yaml) => DevicePlatform.OneFact(yaml)
            .Replace("devices:\n", "devices:\n  certificateLifetime: 2m\n", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_makes_the_device_compliant_and_the_next_one_not()
    {
        var folder = platform.Folder("reports");
        var device = await platform.EnrolAsync("alice", folder);
        Assert.Equal("stale", (await platform.StateAsync(device)).State);

        var good = await platform.AgentAsync(["report", "--dir", folder, .. DevicePlatform.Protected]);
        Assert.Equal((0, "reported: compliant"), (good.Code, good.Out.Trim()));
        Assert.Equal("compliant", (await platform.StateAsync(device)).State);

        var bad = await platform.AgentAsync("report", "--dir", folder);
        Assert.Equal(0, bad.Code);
        Assert.StartsWith("reported: noncompliant; missing: endpointProtection", bad.Out, StringComparison.Ordinal);
        Assert.Equal("noncompliant", (await platform.StateAsync(device)).State);
    }

    [Fact]
    public async Task A_code_enrols_one_device_once()
    {
        var code = await platform.CodeAsync("bob");
        string[] enrol = ["enroll", "--server", platform.Devices, "--ca", platform.Roots, "--code", code];
        Assert.Equal(0, (await platform.AgentAsync([.. enrol, "--dir", platform.Folder("first")])).Code);
        var second = await platform.AgentAsync([.. enrol, "--dir", platform.Folder("second")]);
        Assert.Equal((2, ""), (second.Code, second.Out));
        Assert.Contains("used or expired", second.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(platform.Folder("second"), "device.key")));
    }

    [Fact]
    public async Task A_revoked_device_is_told_so_and_reports_no_more()
    {
        var folder = platform.Folder("revoked");
        var device = await platform.EnrolAsync("dave", folder);
        Assert.Equal(0, (await platform.NulliusAsync("device", "revoke", device, "--data", platform.Data)).Code);
        var report = await platform.AgentAsync("report", "--dir", folder);
        Assert.Equal(2, report.Code);
        Assert.Contains("refused with 40", report.Error, StringComparison.Ordinal);
        Assert.Equal(("revoked", null), await platform.StateAsync(device));
    }

    [Fact]
    public async Task Reporting_goes_on_while_the_server_is_away_renews_the_certificate_and_goes_on_with_the_new_one()
    {
        var folder = platform.Folder("interval");
        var device = await platform.EnrolAsync("carol", folder);
        var first = Thumbprint(folder);
        await platform.StopAsync();
        using var agent = platform.Start(RunningPlatform.Agent, ["report", "--interval", "30s", "--dir", folder, .. DevicePlatform.Protected]);
        try
        {
            var (output, error) = (Lines(agent, errors: false), Lines(agent, errors: true));
            await Poll.UntilAsync(() => error().Count(line => line.Contains("cannot be reached", StringComparison.Ordinal)) >= 2, "the agent misses the server and tries again", 60);
            Assert.Contains("next try in 5 s", string.Join('\n', error()), StringComparison.Ordinal);
            await platform.StartAsync();
            await Poll.UntilAsync(() => output().Contains("reported: compliant", StringComparer.Ordinal), "the agent reports once the server is back", 90);
            // The server may come back between a failed renewal and the report behind it: the next round renews then.
            await Poll.UntilAsync(() => error().Any(line => line.Contains("certificate renewed", StringComparison.Ordinal)), "the agent renews its certificate", 90);
            Assert.NotEqual(first, Thumbprint(folder));
            var (state, reported) = await platform.StateAsync(device);
            Assert.Equal("compliant", state);
            await Poll.UntilAsync(() => output().Count(line => line == "reported: compliant") >= 2, "it reports again after the interval", 90);
            Assert.NotEqual(reported, (await platform.StateAsync(device)).ReportedAt);
            await RunningPlatform.SignalAsync(agent, "INT");
            await agent.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, agent.ExitCode);
        }
        finally
        {
            if (!agent.HasExited)
                agent.Kill(entireProcessTree: true);
        }
    }

    private static string Thumbprint(string folder)
    {
        using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(Path.Combine(folder, "device.pem")));
        return certificate.Thumbprint;
    }

    private static Func<IReadOnlyList<string>> Lines(Process process, bool errors)
    {
        var lines = new System.Collections.Concurrent.ConcurrentQueue<string>();
        void Take(object _, DataReceivedEventArgs line) => lines.Enqueue(line.Data ?? "");
        if (errors)
        {
            process.ErrorDataReceived += Take;
            process.BeginErrorReadLine();
        }
        else
        {
            process.OutputDataReceived += Take;
            process.BeginOutputReadLine();
        }

        return () => [.. lines];
    }
}
