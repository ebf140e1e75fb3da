using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Nullius.Policy;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Requests;

namespace Nullius.Bench.Policies;

/// <summary>
/// AWS's managed policies (the latest version of each, from npm when the benchmark runs): ten of them attached to a principal, as
/// many as the provider lets one have by default, and all of them at once, which nobody has.
/// </summary>
internal static class ManagedBench
{
    private const int Requests = 1024;

    public static void Run(Report report)
    {
        if (!PeerFolder.IsReady || PeerFolder.Node("managed.mjs") is not { } output)
        {
            Report.Say("AWS's managed policies are left out: npm has not fetched them");
            return;
        }

        Report.Say("AWS's managed policies");
        var texts = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Read).ToList();
        var refused = 0;
        var start = Stopwatch.GetTimestamp();
        var documents = new List<AwsPolicyDocument>();
        foreach (var (name, text) in texts)
        {
            if (AwsPolicyDocument.Parse(text, name, new List<PolicyDiagnostic>()) is { } document)
                documents.Add(document);
            else
                refused++;
        }

        var all = Estate.Compile(documents);
        var compiled = Stopwatch.GetElapsedTime(start);
        var actions = texts.SelectMany(text => Actions(text.Text)).Distinct(StringComparer.Ordinal).ToArray();
        report.Add(new Figure("managed.policies", documents.Count, "policies"));
        report.Add(new Figure("managed.refused", refused, "policies", Goal: "0", Met: refused == 0));
        report.Add(new Figure("managed.compile", compiled.TotalMilliseconds, "ms", Size: documents.Count));
        Add(report, "managed.ten", Estate.Compile([.. Enumerable.Range(0, 10).Select(i => documents[i * documents.Count / 10])]), Ask(actions), 10);
        Add(report, "managed.all", all, Ask(actions), documents.Count);
    }

    private static void Add(Report report, string name, AwsPolicySet set, AwsRequest[] requests, int size)
    {
        var decision = new Decision();
        var timing = Timing.Of(number => set.Decide(requests[number], decision), requests.Length);
        report.Add(new Figure($"{name}.p50", timing.Median, "ns", Size: size, Goal: "≤ 300 ns", Met: timing.Median <= 300));
        report.Add(new Figure($"{name}.p99", timing.P99, "ns", Size: size, Goal: "≤ 1,000 ns", Met: timing.P99 <= 1000));
        var allowed = Enumerable.Range(0, requests.Length).Count(number =>
        {
            set.Decide(requests[number], decision);
            return decision.Effect == Effect.Allow;
        });
        report.Add(new Figure($"{name}.allowed", allowed * 100.0 / requests.Length, "%", Size: size));
    }

    private static (string Name, byte[] Text) Read(string line)
    {
        using var json = JsonDocument.Parse(line);
        return (json.RootElement.GetProperty("name").GetString()!, Encoding.UTF8.GetBytes(json.RootElement.GetProperty("document").GetRawText()));
    }

    /// <summary>The actions that a policy names, wildcards as some operation.</summary>
    private static IEnumerable<string> Actions(byte[] text)
    {
        using var json = JsonDocument.Parse(text);
        var statements = json.RootElement.GetProperty("Statement");
        return [.. (statements.ValueKind == JsonValueKind.Array ? statements.EnumerateArray().ToArray() : [statements])
            .Where(statement => statement.TryGetProperty("Action", out _))
            .Select(statement => statement.GetProperty("Action"))
            .SelectMany(action => action.ValueKind == JsonValueKind.Array ? action.EnumerateArray().ToArray() : [action])
            .Select(action => action.GetString()!.Replace("*", "Something", StringComparison.Ordinal))
            .Where(action => action.Contains(':', StringComparison.Ordinal))];
    }

    private static AwsRequest[] Ask(string[] actions) => [.. Enumerable.Range(0, Requests).Select(i =>
    {
        var action = actions[(int)((long)i * actions.Length / Requests)];
        return Estate.Ask(action, string.Create(CultureInfo.InvariantCulture, $"arn:aws:{action[..action.IndexOf(':', StringComparison.Ordinal)]}:eu-central-1:111122223333:thing/{i}"));
    })];
}
