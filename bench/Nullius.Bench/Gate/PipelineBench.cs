using Nullius.Bench.Load;
using Nullius.Bench.Peers;
using Nullius.EndToEnd.Harness;

namespace Nullius.Bench.Gate;

/// <summary>How long Authenticate to Enforce take, by the gate's own stage clock, under a moderate load.</summary>
internal static class PipelineBench
{
    public static async Task RunAsync(Report report)
    {
        Report.Say("pipeline");
        using var setting = await Setting.PrepareAsync();
        await using var host = await GateHost.StartAsync(setting.Folder, $"https://127.0.0.1:{setting.UpstreamPort}");
        var session = await host.Trust.SignInAsync("alice", [Setting.Host]);
        var cookie = $"__Host-nullius={session.Cookie(Setting.Host)}";
        await H2Load.SaturateAsync(host.Port, cookie, 8, 3);
        await H2Load.AtRateAsync(host.Port, cookie, 4, 400, 2);
        var recent = host.Gate.Decisions.Recent(400);
        var total = recent.Select(decision => (decision.Stages.Authenticate + decision.Stages.Device + decision.Stages.Risk + decision.Stages.Decide + decision.Stages.Enforce).TotalMicroseconds).ToArray();
        var median = Sample.Median(total);
        report.Add(new Figure("pipeline.authenticate-to-enforce", median, "µs", Size: total.Length, Goal: "≤ 5 µs", Met: median <= 5));
        report.Add(new Figure("pipeline.audit", Sample.Median([.. recent.Select(decision => decision.Stages.Audit.TotalMicroseconds)]), "µs", Size: total.Length));
    }
}
