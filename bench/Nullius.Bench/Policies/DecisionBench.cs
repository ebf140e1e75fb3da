using System.Diagnostics;
using System.Net;
using System.Text;
using Nullius.Policy;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Dialects.Entra;
using Nullius.Policy.Requests;

namespace Nullius.Bench.Policies;

/// <summary>The decision alone: its time over estates of growing size, what it allocates, and what compiling costs.</summary>
internal static class DecisionBench
{
    private const int Rounds = 200;

    public static void Run(Report report)
    {
        Allocation(report);
        double? smallest = null;
        foreach (var size in new[] { 10, 100, 1_000, 10_000, 100_000 })
        {
            Report.Say($"{size} statements");
            var median = Size(report, size);
            if (smallest is { } first)
                report.Add(new Figure("decision.growth", median - first, "ns", Size: size, Goal: "≤ the larger of 1.5 × and 300 ns over 10 statements", Met: median <= Math.Max(first * 1.5, first + 300)));
            smallest ??= median;
        }
    }

    /// <summary>Bytes that one decision allocates, AWS and Entra.</summary>
    public static void Allocation(Report report)
    {
        var estate = Estate.Make(100);
        var aws = Estate.Compile(estate.Parse());
        var requests = estate.Ask();
        var entra = Entra();
        var entraRequest = EntraRequest();
        var decision = new Decision();
        var next = 0;
        var bytes = Math.Max(Allocated(() => aws.Decide(requests[next++ & 1023], decision)), Allocated(() => entra.Decide(entraRequest, decision)));
        report.Add(new Figure("decision.allocated", bytes, "bytes", Size: 100, Goal: "0", Met: bytes == 0));
    }

    private static double Size(Report report, int size)
    {
        var estate = Estate.Make(size);
        Estate.Compile(Estate.Make(100).Parse());
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var start = Stopwatch.GetTimestamp();
        var set = Estate.Compile(estate.Parse());
        var compiled = Stopwatch.GetElapsedTime(start);
        var perStatement = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)size;
        var text = estate.TextBytes / (double)size;
        var times = Measure(set, estate.Ask());
        GC.KeepAlive(set);
        var (median, p99) = (Sample.Median(times), Sample.Percentile(times, 99));
        var bounded = size <= 10_000;
        report.Add(new Figure("decision.p50", median, "ns", Size: size, Goal: bounded ? "≤ 300 ns" : null, Met: bounded ? median <= 300 : null));
        report.Add(new Figure("decision.p99", p99, "ns", Size: size, Goal: bounded ? "≤ 1,000 ns" : null, Met: bounded ? p99 <= 1000 : null));
        report.Add(new Figure("compile", compiled.TotalMilliseconds, "ms", Size: size, Goal: size == 10_000 ? "≤ 1,000 ms" : null, Met: size == 10_000 ? compiled.TotalSeconds <= 1 : null));
        if (size >= 1_000)
            report.Add(new Figure("memory.statement", perStatement - text, "bytes above the text", Size: size, Goal: size == 10_000 ? "≤ 200" : null, Met: size == 10_000 ? perStatement - text <= 200 : null));
        return median;
    }

    /// <summary>Every decision by itself, over a thousand different requests in turn: the working set is all of theirs.</summary>
    private static double[] Measure(AwsPolicySet set, AwsRequest[] requests)
    {
        var decision = new Decision();
        for (var warm = 0; warm < 100; warm++)
        {
            foreach (var request in requests)
                set.Decide(request, decision);
        }

        var times = new double[Rounds * requests.Length];
        var at = 0;
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var request in requests)
            {
                var start = Stopwatch.GetTimestamp();
                set.Decide(request, decision);
                times[at++] = (Stopwatch.GetTimestamp() - start) * (1e9 / Stopwatch.Frequency);
            }
        }

        return times;
    }

    private static double Allocated(Action decide)
    {
        for (var warm = 0; warm < 10_000; warm++)
            decide();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var number = 0; number < 10_000; number++)
            decide();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / 10_000.0;
    }

    private static EntraPolicySet Entra()
    {
        var diagnostics = new List<PolicyDiagnostic>();
        var policy = """
            {"id":"3f8b9f0a-0000-4000-8000-000000000001","displayName":"MFA for everyone","state":"enabled",
             "conditions":{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]},"clientAppTypes":["all"]},
             "grantControls":{"operator":"OR","builtInControls":["mfa","compliantDevice"]}}
            """;
        return EntraPolicySet.Load([("mfa.json", Encoding.UTF8.GetBytes(policy))], [], diagnostics) ?? throw new InvalidOperationException(string.Join('\n', diagnostics));
    }

    private static EntraRequest EntraRequest() => new()
    {
        User = "alice", Application = "app", Platform = "linux", DeviceCompliant = true, Address = IPAddress.Loopback, UserRisk = "none", SignInRisk = "none",
    };
}
