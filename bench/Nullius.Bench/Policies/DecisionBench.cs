using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Nullius.Policy;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Dialects.Entra;
using Nullius.Policy.Requests;

namespace Nullius.Bench.Policies;

/// <summary>The decision alone: nanoseconds, and bytes allocated per decision.</summary>
internal static class DecisionBench
{
    private const int Batch = 64;
    private const int Batches = 4000;

    public static void Run(Report report)
    {
        foreach (var size in new[] { 10, 10_000 })
        {
            var set = Aws(size);
            var request = AwsRequest();
            var decision = new Decision();
            var times = Measure(() => set.Decide(request, decision));
            report.Add(new Figure("decision.p50", Sample.Median(times), "ns", Size: size));
            report.Add(new Figure("decision.p99", Sample.Percentile(times, 99), "ns", Size: size));
        }

        Allocation(report);
    }

    /// <summary>Bytes that one decision allocates, AWS and Entra.</summary>
    public static void Allocation(Report report)
    {
        var aws = Aws(100);
        var awsRequest = AwsRequest();
        var entra = Entra();
        var entraRequest = EntraRequest();
        var decision = new Decision();
        var bytes = Math.Max(Allocated(() => aws.Decide(awsRequest, decision)), Allocated(() => entra.Decide(entraRequest, decision)));
        report.Add(new Figure("decision.allocated", bytes, "bytes", Size: 100, Goal: "0", Met: bytes == 0));
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

    private static double[] Measure(Action decide)
    {
        var times = new double[Batches];
        for (var warm = 0; warm < 20_000; warm++)
            decide();
        for (var batch = 0; batch < Batches; batch++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var number = 0; number < Batch; number++)
                decide();
            times[batch] = Stopwatch.GetElapsedTime(start).TotalNanoseconds / Batch;
        }

        return times;
    }

    private static AwsPolicySet Aws(int statements)
    {
        var text = new StringBuilder("""{"Version":"2012-10-17","Statement":[{"Sid":"Use","Effect":"Allow","Action":"app:GET","Resource":"arn:nullius:app::111122223333:/public/*"}""");
        for (var number = 1; number < statements; number++)
        {
            text.Append(string.Create(CultureInfo.InvariantCulture,
                $$""",{"Sid":"S{{number}}","Effect":"{{(number % 4 == 0 ? "Deny" : "Allow")}}","Action":"app{{number % 500}}:*","Resource":"arn:nullius:app{{number % 500}}::111122223333:/r{{number}}/*","Condition":{"StringEquals":{"aws:PrincipalTag/Team":"t{{number % 7}}"} } }"""));
        }

        text.Append("]}");
        var diagnostics = new List<PolicyDiagnostic>();
        var document = AwsPolicyDocument.Parse(Encoding.UTF8.GetBytes(text.ToString()), "bench.json", diagnostics)
            ?? throw new InvalidOperationException(string.Join('\n', diagnostics));
        var guardrail = AwsPolicyDocument.Parse(
            """{"Version":"2012-10-17","Statement":[{"Sid":"All","Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"Outside","Effect":"Deny","Action":"*","Resource":"*","Condition":{"NotIpAddress":{"aws:SourceIp":["127.0.0.0/8"]}}}]}"""u8,
            "guardrail.json", diagnostics)!;
        return AwsPolicySet.Compile(new AwsPolicyLayers { Identity = [document], Guardrails = [[guardrail]] });
    }

    private static AwsRequest AwsRequest()
    {
        var request = new AwsRequest { Principal = "arn:aws:iam::111122223333:user/alice", Action = "app:GET", Resource = "arn:nullius:app::111122223333:/public/a/b" };
        request.Context.Set(ConditionKey.Of("aws:SourceIp"), IPAddress.Loopback);
        request.Context.Set(ConditionKey.Of("aws:MultiFactorAuthPresent"), true);
        request.Context.Set(ConditionKey.Of("aws:CurrentTime"), TimeProvider.System.GetUtcNow());
        return request;
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
