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
    private static readonly int[] s_sizes = [10, 100, 1_000, 10_000, 100_000];

    public static void Run(Report report)
    {
        report.Add(new Figure("timer", Timing.Of(static _ => { }, 1024).Median, "ns"));
        Allocation(report);
        double? smallest = null;
        foreach (var size in s_sizes)
        {
            Report.Say($"{size} statements");
            var median = Size(report, size);
            if (smallest is { } first)
                report.Add(new Figure("decision.growth", median - first, "ns", Size: size, Goal: "≤ the larger of 1.5 × and 300 ns over 10", Met: median <= Math.Max(first * 1.5, first + 300)));
            smallest ??= median;
        }

        SharedWords(report);
        Incremental(report);
        EntraTime(report);
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
        var bytes = Math.Max(Timing.Allocated(number => aws.Decide(requests[number & 1023], decision)), Timing.Allocated(_ => entra.Decide(entraRequest, decision)));
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
        var (kept, anew) = Measure(set, estate.Ask());
        GC.KeepAlive(set);
        var bounded = size <= 10_000;
        report.Add(new Figure("decision.p50", kept.Median, "ns", Size: size, Goal: bounded ? "≤ 300 ns" : null, Met: bounded ? kept.Median <= 300 : null));
        report.Add(new Figure("decision.p99", kept.P99, "ns", Size: size, Goal: bounded ? "≤ 1,000 ns" : null, Met: bounded ? kept.P99 <= 1000 : null));
        report.Add(new Figure("decision.anew.p50", anew.Median, "ns", Size: size));
        report.Add(new Figure("compile", compiled.TotalMilliseconds, "ms", Size: size, Goal: size == 10_000 ? "≤ 1,000 ms" : null, Met: size == 10_000 ? compiled.TotalSeconds <= 1 : null));
        if (size >= 1_000)
            report.Add(new Figure("memory.statement", perStatement - text, "bytes", Size: size, Goal: size == 10_000 ? "≤ 200 above the text" : null, Met: size == 10_000 ? perStatement - text <= 200 : null));
        return kept.Median;
    }

    /// <summary>
    /// Over a thousand different requests in turn: the working set is all of theirs. Kept: the request objects are asked again, as a
    /// replay or a redecision does. Anew: one object takes the names of each request in turn, as a gate does, and reads them.
    /// </summary>
    private static (Timing Kept, Timing Anew) Measure(AwsPolicySet set, AwsRequest[] requests)
    {
        var decision = new Decision();
        var kept = Timing.Of(number => set.Decide(requests[number], decision), requests.Length);
        var one = Estate.Ask(requests[0].Action, requests[0].Resource);
        return (kept, Timing.Of(
            number =>
            {
                one.Action = requests[number].Action;
                one.Resource = requests[number].Resource;
                set.Decide(one, decision);
            },
            requests.Length));
    }

    /// <summary>Ten thousand statements about names that all begin with the same word, as tables and functions do.</summary>
    private static void SharedWords(Report report)
    {
        var estate = Estate.Make(10_000, under: "table/");
        var (kept, _) = Measure(Estate.Compile(estate.Parse()), estate.Ask());
        report.Add(new Figure("decision.shared-word.p50", kept.Median, "ns", Size: 10_000, Goal: "≤ 300 ns", Met: kept.Median <= 300));
        report.Add(new Figure("decision.shared-word.p99", kept.P99, "ns", Size: 10_000, Goal: "≤ 1,000 ns", Met: kept.P99 <= 1000));
    }

    /// <summary>One document of a thousand changes, ten statements each.</summary>
    private static void Incremental(Report report)
    {
        Report.Say("one changed document");
        var estate = Estate.Make(10_000, perDocument: 10);
        var other = Estate.Make(10, perDocument: 10).Documents[0];
        var (whole, changed) = (new List<double>(), new List<double>());
        for (var round = 0; round < 9; round++)
        {
            var start = Stopwatch.GetTimestamp();
            var documents = estate.Parse();
            var set = Estate.Compile(documents);
            whole.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            start = Stopwatch.GetTimestamp();
            documents[500] = Estate.Parsed("policy-500.json", other);
            set = AwsPolicySet.Compile(Estate.Layers(documents), set);
            changed.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            GC.KeepAlive(set);
        }

        report.Add(new Figure("compile.whole", Sample.Median(whole), "ms", Size: 10_000));
        report.Add(new Figure("compile.one-document", Sample.Median(changed), "ms", Peer: "whole", PeerValue: Sample.Median(whole), Ratio: Sample.Median(whole) / Sample.Median(changed), Size: 10_000));
    }

    private static void EntraTime(Report report)
    {
        var (set, request, decision) = (Entra(), EntraRequest(), new Decision());
        var timing = Timing.Of(_ => set.Decide(request, decision), 1024);
        report.Add(new Figure("entra.p50", timing.Median, "ns"));
        report.Add(new Figure("entra.p99", timing.P99, "ns"));
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
