using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Requests;

namespace Nullius.Bench.Policies;

/// <summary>
/// Ours beside <c>@cloud-copilot/iam-simulate</c> and <c>@cedar-policy/cedar-wasm</c> on Node: the same estates and requests, as large
/// as they can take in the time that each gets. Theirs come from npm when the benchmark runs.
/// </summary>
internal static class PeerBench
{
    private const int Seconds = 4;
    private static readonly int[] s_sizes = [10, 100, 1_000, 10_000];

    public static void Run(Report report)
    {
        if (!PeerFolder.IsReady)
        {
            Report.Say($"peers are left out: {PeerFolder.Path} holds no node_modules (Node.js 20 and npm fetch them)");
            return;
        }

        foreach (var size in s_sizes)
        {
            var estate = Estate.Make(size);
            var set = Estate.Compile(estate.Parse());
            var requests = estate.Ask();
            var decision = new Decision();
            Report.Say($"peers, {size} statements");
            var ours = Timing.Of(number => set.Decide(requests[number], decision), requests.Length);
            var file = PeerFolder.Write("estate.json", Json(estate, set, requests));
            Add(report, "iam-simulate", size, ours, file);
            Add(report, "cedar", size, ours, file);
            File.Delete(file);
        }
    }

    private static void Add(Report report, string script, int size, Timing ours, string file)
    {
        if (PeerFolder.Node($"{script}.mjs", file, Seconds.ToString(CultureInfo.InvariantCulture)) is not { } output)
        {
            Report.Say($"{script}: no answer for {size} statements");
            return;
        }

        var result = JsonNode.Parse(output)!;
        var peer = (string)result["peer"]!;
        double Theirs(string part, string percentile) => result[part]![percentile]!.GetValue<double>();
        // What carrying requests in and answers out costs them: of Cedar a call on a policy that tests nothing, of iam-simulate the
        // loading of the documents, which its entry point does for each call. Noise may exceed it.
        var marshalling = Math.Max(0, script == "cedar" ? Theirs("marshalling", "p50") : Theirs("whole", "p50") - Theirs("alone", "p50"));
        var alone = script == "cedar" ? Math.Max(0, Theirs("whole", "p50") - marshalling) : Theirs("alone", "p50");
        report.Add(new Figure("peer.decision.p50", ours.Median, "ns", peer, Theirs("whole", "p50"), Theirs("whole", "p50") / ours.Median, size));
        report.Add(new Figure("peer.decision.p99", ours.P99, "ns", peer, Theirs("whole", "p99"), Theirs("whole", "p99") / ours.P99, size));
        report.Add(new Figure("peer.decision.alone.p50", ours.Median, "ns", peer, alone, alone / ours.Median, size));
        report.Add(new Figure("peer.marshalling.p50", 0, "ns", peer, marshalling, Size: size));
        report.Add(new Figure("peer.setup", 0, "ms", peer, result["setup"]!.GetValue<double>(), Size: size));
        report.Add(new Figure("peer.disagreements", result["disagreed"]!.GetValue<int>(), $"of {result["compared"]}", peer, Size: size, Goal: "0", Met: result["disagreed"]!.GetValue<int>() == 0));
        foreach (var disagreement in result["disagreements"]!.AsArray())
            Report.Say($"  {peer} disagrees: {disagreement}");
    }

    private static JsonObject Json(Estate estate, AwsPolicySet set, AwsRequest[] requests)
    {
        var decision = new Decision();
        var (asked, answers) = (new JsonArray(), new JsonArray());
        foreach (var request in requests)
        {
            set.Decide(request, decision);
            answers.Add(decision.Basis switch
            {
                DecisionBasis.Allowed => "allow",
                DecisionBasis.ExplicitDeny => "explicitDeny",
                _ => "implicitDeny",
            });
            asked.Add(new JsonObject
            {
                ["principal"] = request.Principal,
                ["action"] = request.Action,
                ["resource"] = request.Resource,
                ["account"] = request.ResourceAccount,
                ["context"] = new JsonObject
                {
                    ["aws:SourceIp"] = "10.1.2.3", ["aws:MultiFactorAuthPresent"] = "true", ["aws:PrincipalTag/Team"] = "t3",
                },
            });
        }

        return new JsonObject
        {
            ["identity"] = new JsonArray([.. estate.Documents.Select(document => JsonNode.Parse(document))]),
            ["boundary"] = new JsonArray(JsonNode.Parse(Estate.Boundary)),
            ["scp"] = new JsonArray([.. Estate.Guardrails.Select(document => (JsonNode)new JsonArray(JsonNode.Parse(document)))]),
            ["requests"] = asked,
            ["answers"] = answers,
        };
    }
}

/// <summary>The folder of the scripts that run the peers, with what npm fetched.</summary>
internal static class PeerFolder
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    public static string Path { get; } = System.IO.Path.GetFullPath("bench/Nullius.Bench/Policies/Peers");

    public static bool IsReady => Directory.Exists(System.IO.Path.Combine(Path, "node_modules"));

    /// <summary>What a script prints; null when it fails or takes too long.</summary>
    public static string? Node(string script, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("node", [System.IO.Path.Combine(Path, script), .. arguments]) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(s_patience))
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            return null;
        }

        return process.ExitCode == 0 ? output.GetAwaiter().GetResult() : null;
    }

    public static string Write(string name, JsonNode content)
    {
        var path = System.IO.Path.Combine(Directory.CreateTempSubdirectory("nullius-bench-").FullName, name);
        File.WriteAllText(path, content.ToJsonString(JsonSerializerOptions.Web));
        return path;
    }
}
