using Nullius.Bench.Load;
using Nullius.Bench.Peers;
using Nullius.Bench.Policies;

namespace Nullius.Bench.Gate;

/// <summary>The gate beside bare YARP and nginx: interleaved runs of one invocation, TLS on both sides, everything on loopback.</summary>
internal static class GateBench
{
    // A runtime compiles a program a little differently at each start, and keeps to it: one start says little.
    private const int Starts = 4;
    private const int Rounds = 4;
    private const double Seconds = 1.5;
    private const double WarmUp = 0.5;
    private const int Connections = 64;
    private const int BurstOf = 16;

    public static async Task RunAsync(Report report)
    {
        using (var setting = await Setting.PrepareAsync())
        {
            var (nginx, nginxPort) = await setting.NginxProxyAsync();
            using var ownedNginx = nginx;
            var measured = new Measured(new(), new(), new(), new());
            var rate = 0.0;
            for (var start = 1; start <= Starts; start++)
            {
                var (gate, ready) = await Child.ServeAsync("gate", setting.Folder);
                using var ownedGate = gate;
                var (yarp, yarpReady) = await Child.ServeAsync("yarp", setting.Folder);
                using var ownedYarp = yarp;
                var field = new Field(
                    start,
                    new("gate", int.Parse(ready[0], System.Globalization.CultureInfo.InvariantCulture), ready[1], gate),
                    new("yarp", int.Parse(yarpReady[0], System.Globalization.CultureInfo.InvariantCulture), ready[1], yarp),
                    new("nginx", nginxPort, ready[1]),
                    new("direct", setting.UpstreamPort, ready[1]));
                await WarmUpAsync(field);
                await ThroughputAsync(field, measured);
                rate = measured.Rates.Median("gate") * 0.3;
                await LatencyAsync(field, measured, rate);
                await BurstsAsync(field, measured, rate);
                if (start == Starts)
                    await ConnectionsAsync(report, field.Gate, gate);
            }

            measured.Tell(report, rate);
        }

        await PipelineBench.RunAsync(report);
        DecisionBench.Allocation(report);
        await RevocationBench.RunAsync(report);
        await CrowdBench.RunAsync(report);
    }

    // A runtime that compiles as it goes is warm when it compiles no more: until then a twentieth of the gate's time, which has more
    // methods than bare YARP, goes into that. Under load that takes it half a minute.
    private static async Task WarmUpAsync(Field field)
    {
        Report.Say($"start {field.Start}/{Starts}: warming up");
        foreach (var server in (Competitor[])[.. Enumerable.Repeat<Competitor[]>([field.Gate, field.Yarp], 4).SelectMany(static pair => pair), field.Nginx, field.Direct])
        {
            var result = await H2Load.SaturateAsync(server.Port, server.Cookie, Connections, server.Process is null ? 2 : 10);
            if (result.Errors > 0 || result.Done == 0)
                throw new InvalidOperationException($"{server.Name}: {result.Errors} of {result.Done} requests failed at warm-up");
        }
    }

    private static async Task ThroughputAsync(Field field, Measured measured)
    {
        for (var round = 0; round < Rounds; round++)
        {
            var rates = new Dictionary<string, double>(StringComparer.Ordinal);
            var costs = new Dictionary<string, double>(StringComparer.Ordinal);
            foreach (var server in field.Turn(round))
            {
                var before = server.Process?.ProcessorMicroseconds() ?? 0;
                var result = await H2Load.SaturateAsync(server.Port, server.Cookie, Connections, Seconds, WarmUp);
                rates[server.Name] = result.PerSecond;
                // The warm-up counts in the processor's time and not in the requests: both have the same share of it.
                if (server.Process is { } process)
                    costs[server.Name] = (process.ProcessorMicroseconds() - before) / Math.Max(1, result.PerSecond * (Seconds + WarmUp));
                if (result.Errors > 0)
                    Report.Say($"throughput {round + 1}/{Rounds} {server.Name}: {result.Errors} errors");
            }

            measured.Rates.Add(field.Start, rates);
            measured.Costs.Add(field.Start, costs);
            Report.Say($"start {field.Start}/{Starts}, throughput {round + 1}/{Rounds}: {string.Join(", ", rates.Select(pair => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{pair.Key} {pair.Value:N0}/s")))}");
        }
    }

    private static async Task LatencyAsync(Field field, Measured measured, double rate)
    {
        for (var round = 0; round < Rounds; round++)
        {
            var medians = new Dictionary<string, double>(StringComparer.Ordinal);
            foreach (var server in field.Turn(round))
                medians[server.Name] = await Wrk.MedianAsync(server.Port, server.Cookie, Connections, rate, seconds: 2);
            measured.Latencies.Add(field.Start, medians);
            Tell($"start {field.Start}/{Starts}, latency {round + 1}/{Rounds}", medians);
        }
    }

    // The worst case of the same rate: what came together leaves together.
    private static async Task BurstsAsync(Field field, Measured measured, double rate)
    {
        for (var round = 0; round < Rounds / 2; round++)
        {
            var medians = new Dictionary<string, double>(StringComparer.Ordinal);
            foreach (var server in field.Turn(round).Where(static server => server.Process is not null))
                medians[server.Name] = Sample.Median((await H2Load.BurstsAsync(server.Port, server.Cookie, BurstOf, rate, Seconds, WarmUp)).Microseconds);
            measured.Bursts.Add(field.Start, medians);
            Tell($"start {field.Start}/{Starts}, bursts {round + 1}/{Rounds / 2}", medians);
        }
    }

    private static void Tell(string what, Dictionary<string, double> medians) =>
        Report.Say($"{what}: {string.Join(", ", medians.Select(pair => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{pair.Key} {pair.Value:0} µs")))}");

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

    private sealed record Measured(Turns Rates, Turns Costs, Turns Latencies, Turns Bursts)
    {
        public void Tell(Report report, double rate)
        {
            static double Times(double ours, double theirs) => ours / theirs;
            var gate = Rates.Median("gate");
            var ratio = Rates.Beside("gate", "yarp", Times);
            report.Add(new Figure("throughput", gate, "req/s", "yarp", Rates.Median("yarp"), ratio, Goal: "≥ 0.85 × yarp", Met: ratio >= 0.85));
            report.Add(new Figure("throughput", gate, "req/s", "nginx", Rates.Median("nginx"), Rates.Beside("gate", "nginx", Times)));
            var starts = Rates.BesideByStart("gate", "yarp", Times);
            report.Add(new Figure("throughput.start.least", starts[0], "× yarp", Size: Starts));
            report.Add(new Figure("throughput.start.most", starts[^1], "× yarp", Size: Starts));
            report.Add(new Figure("cpu.request", Costs.Median("gate"), "µs", "yarp", Costs.Median("yarp"), Costs.Beside("yarp", "gate", Times)));

            // What verification, decision and audit add to a proxy; and what each proxy adds to the application alone.
            double Over(string name, string other) => Latencies.Beside(name, other, static (mine, theirs) => (mine - theirs) / 1000);
            var added = Over("gate", "yarp");
            report.Add(new Figure("latency.added.p50", added, "ms", Size: Math.Round(rate), Goal: "≤ 0.3 ms over bare YARP at 30 % of capacity", Met: added <= 0.3));
            report.Add(new Figure("latency.added.bursts.p50", Bursts.Beside("gate", "yarp", static (mine, theirs) => (mine - theirs) / 1000), "ms", Size: BurstOf));
            report.Add(new Figure("latency.over-direct.p50", Over("gate", "direct"), "ms", "yarp", Over("yarp", "direct"), Over("yarp", "direct") / Over("gate", "direct"), Size: Math.Round(rate)));
            report.Add(new Figure("latency.over-direct.p50", Over("gate", "direct"), "ms", "nginx", Over("nginx", "direct"), Over("nginx", "direct") / Over("gate", "direct"), Size: Math.Round(rate)));
        }
    }

    private sealed record Competitor(string Name, int Port, string Cookie, Child? Process = null);

    private sealed record Field(int Start, Competitor Gate, Competitor Yarp, Competitor Nginx, Competitor Direct)
    {
        public Competitor[] All => [Gate, Yarp, Nginx, Direct];

        /// <summary>The order of a round: neither of the two that are compared is always the first.</summary>
        public Competitor[] Turn(int round) => round % 2 == 0 ? [Gate, Yarp, Nginx, Direct] : [Yarp, Gate, Direct, Nginx];
    }
}
