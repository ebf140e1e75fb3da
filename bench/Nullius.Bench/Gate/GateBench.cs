using Nullius.Bench.Load;
using Nullius.Bench.Peers;
using Nullius.Bench.Policies;

namespace Nullius.Bench.Gate;

/// <summary>The gate beside bare YARP and nginx: interleaved runs of one invocation, TLS on both sides, everything on loopback.</summary>
internal static class GateBench
{
    private const int Rounds = 10;
    private const double Seconds = 1.5;
    private const double WarmUp = 0.5;
    private const int Connections = 64;

    public static async Task RunAsync(Report report)
    {
        using (var setting = await Setting.PrepareAsync())
        {
            var (gate, ready) = await Child.ServeAsync("gate", setting.Folder);
            using var ownedGate = gate;
            var (yarp, yarpReady) = await Child.ServeAsync("yarp", setting.Folder);
            using var ownedYarp = yarp;
            var (nginx, nginxPort) = await setting.NginxProxyAsync();
            using var ownedNginx = nginx;
            var field = new Field(
                new("gate", int.Parse(ready[0], System.Globalization.CultureInfo.InvariantCulture), ready[1], gate),
                new("yarp", int.Parse(yarpReady[0], System.Globalization.CultureInfo.InvariantCulture), ready[1], yarp),
                new("nginx", nginxPort, ready[1]),
                new("direct", setting.UpstreamPort, ready[1]));
            await WarmUpAsync(field);
            var capacity = await ThroughputAsync(report, field);
            await LatencyAsync(report, field, capacity * 0.3);
            await ConnectionsAsync(report, field.Gate, gate);
        }

        await PipelineBench.RunAsync(report);
        DecisionBench.Allocation(report);
        await RevocationBench.RunAsync(report);
    }

    // A runtime that compiles as it goes is warm when it has compiled its hot methods for the last time, and that thread has a core
    // to compete for. Twice: the profile of the first run is what the second one's code is made from.
    private static async Task WarmUpAsync(Field field)
    {
        Report.Say("warming up");
        foreach (var server in (Competitor[])[field.Gate, field.Yarp, .. field.All])
        {
            var result = await H2Load.SaturateAsync(server.Port, server.Cookie, Connections, server.Process is null ? 2 : 10);
            if (result.Errors > 0 || result.Done == 0)
                throw new InvalidOperationException($"{server.Name}: {result.Errors} of {result.Done} requests failed at warm-up");
        }
    }

    // Short turns, many of them: what a machine gives drifts within seconds, and a turn is compared with the one beside it.
    private static async Task<double> ThroughputAsync(Report report, Field field)
    {
        var rates = field.All.ToDictionary(server => server.Name, _ => new List<double>(), StringComparer.Ordinal);
        var costs = field.All.ToDictionary(server => server.Name, _ => new List<double>(), StringComparer.Ordinal);
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var server in field.Turn(round))
            {
                var before = server.Process?.ProcessorMicroseconds() ?? 0;
                var result = await H2Load.SaturateAsync(server.Port, server.Cookie, Connections, Seconds, WarmUp);
                rates[server.Name].Add(result.PerSecond);
                // The warm-up counts in the processor's time and not in the requests: both have the same share of it.
                if (server.Process is { } process)
                    costs[server.Name].Add((process.ProcessorMicroseconds() - before) / Math.Max(1, result.PerSecond * (Seconds + WarmUp)));
                if (result.Errors > 0)
                    Report.Say($"throughput {round + 1}/{Rounds} {server.Name}: {result.Errors} errors");
            }

            Report.Say($"throughput {round + 1}/{Rounds}: {string.Join(", ", rates.Select(pair => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{pair.Key} {pair.Value[^1]:N0}/s")))}");
        }

        double Beside(string other) => Sample.Median([.. rates["gate"].Zip(rates[other], (ours, theirs) => ours / theirs)]);
        var gate = Sample.Median(rates["gate"]);
        report.Add(new Figure("throughput", gate, "req/s", "yarp", Sample.Median(rates["yarp"]), Beside("yarp"), Goal: "≥ 0.85 × yarp", Met: Beside("yarp") >= 0.85));
        report.Add(new Figure("throughput", gate, "req/s", "nginx", Sample.Median(rates["nginx"]), Beside("nginx")));
        report.Add(new Figure("cpu.request", Sample.Median(costs["gate"]), "µs", "yarp", Sample.Median(costs["yarp"]), Sample.Median([.. costs["yarp"].Zip(costs["gate"], (theirs, ours) => theirs / ours)])));
        return gate;
    }

    private static async Task LatencyAsync(Report report, Field field, double rate)
    {
        var medians = field.All.ToDictionary(server => server.Name, _ => new List<double>(), StringComparer.Ordinal);
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var server in field.Turn(round))
            {
                var result = await H2Load.AtRateAsync(server.Port, server.Cookie, 16, rate, Seconds, WarmUp);
                medians[server.Name].Add(Sample.Median(result.Microseconds));
            }

            Report.Say($"latency {round + 1}/{Rounds}: {string.Join(", ", medians.Select(pair => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{pair.Key} {pair.Value[^1]:0} µs")))}");
        }

        // What verification, decision and audit add to a proxy; and what each proxy adds to the application alone.
        double Over(string name, string other) => Sample.Median([.. medians[name].Zip(medians[other], (mine, theirs) => (mine - theirs) / 1000)]);
        var added = Over("gate", "yarp");
        report.Add(new Figure("latency.added.p50", added, "ms", Size: Math.Round(rate), Goal: "≤ 0.3 ms over bare YARP at 30 % of capacity", Met: added <= 0.3));
        report.Add(new Figure("latency.over-direct.p50", Over("gate", "direct"), "ms", "yarp", Over("yarp", "direct"), Over("yarp", "direct") / Over("gate", "direct"), Size: Math.Round(rate)));
        report.Add(new Figure("latency.over-direct.p50", Over("gate", "direct"), "ms", "nginx", Over("nginx", "direct"), Over("nginx", "direct") / Over("gate", "direct"), Size: Math.Round(rate)));
    }

    private static async Task ConnectionsAsync(Report report, Competitor gate, Child process)
    {
        Report.Say("1,000 concurrent connections");
        var result = await H2Load.SaturateAsync(gate.Port, gate.Cookie, 1000, 8);
        var (now, peak) = process.Memory();
        report.Add(new Figure("connections.errors", result.Errors, "requests", Size: 1000, Goal: "0", Met: result.Errors == 0 && result.Done > 0));
        report.Add(new Figure("connections.throughput", result.PerSecond, "req/s", Size: 1000));
        report.Add(new Figure("memory.rss", now, "MiB", Size: 1000, Goal: "≤ 350 MiB", Met: now <= 350));
        report.Add(new Figure("memory.rss.peak", peak, "MiB", Size: 1000));
    }

    private sealed record Competitor(string Name, int Port, string Cookie, Child? Process = null);

    private sealed record Field(Competitor Gate, Competitor Yarp, Competitor Nginx, Competitor Direct)
    {
        public Competitor[] All => [Gate, Yarp, Nginx, Direct];

        /// <summary>The order of a round: neither of the two that are compared is always the first.</summary>
        public Competitor[] Turn(int round) => round % 2 == 0 ? [Gate, Yarp, Nginx, Direct] : [Yarp, Gate, Direct, Nginx];
    }
}
