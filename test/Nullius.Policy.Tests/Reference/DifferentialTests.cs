using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Requests;
using Nullius.Policy.Simulation;
using Nullius.Policy.Tests.Cases;
using Xunit;

namespace Nullius.Policy.Tests.Reference;

/// <summary>The compiled evaluator against the reference. <c>NULLIUS_FUZZ_CASES</c> asks for more than the bounded number.</summary>
public sealed class DifferentialTests
{
    private static int Cases => int.TryParse(Environment.GetEnvironmentVariable("NULLIUS_FUZZ_CASES"), out var cases) ? cases : 4000;

    private static Config Bounded => Config.QuickThrowOnFailure.WithMaxTest(Cases);

    private static Arbitrary<int> Seeds => Gen.Choose(0, int.MaxValue - 1).ToArbitrary();

    [Fact]
    public void The_compiled_evaluator_agrees_with_the_reference() =>
        Prop.ForAll(Seeds, seed => AssertAgrees(seed)).Check(Bounded);

    [Fact]
    public void Time_alone_changes_no_decision_before_it_ends_and_an_unlimited_one_never() =>
        Prop.ForAll(Seeds, seed => AssertValidity(seed)).Check(Bounded);

    [Fact]
    public void The_same_input_gives_the_same_explanation() =>
        Prop.ForAll(Seeds, seed => Assert.Equal(Explain(seed), Explain(seed))).Check(Config.QuickThrowOnFailure.WithMaxTest(Math.Min(Cases, 300)));

    [Fact]
    public void Conditional_Access_agrees_with_its_reference() =>
        Prop.ForAll(Seeds, seed => AssertEntraAgrees(seed)).Check(Bounded);

    private static void AssertEntraAgrees(int seed)
    {
        var text = new EntraCaseGenerator(seed).Case().ToJsonString();
        var json = JsonElement.Parse(text);
        var expected = new ReferenceEntra(json.GetProperty("policies"), json.GetProperty("request")).Decide();
        var answer = JsonElement.Parse(new PolicySimulator().Decide(Encoding.UTF8.GetBytes(text)).Json.Span);
        if (!answer.TryGetProperty("decision", out var decision))
            Assert.Fail($"seed {seed}: {answer}\n{text}");
        string Members(string name, Func<JsonElement, string> show) => string.Join(" ", answer.GetProperty(name).EnumerateArray().Select(show));
        var actual = $"{decision} required [{Members("required", r => string.Join(",", r.EnumerateArray().Select(c => c.GetString())))}] report [{Members("reportOnly", r => $"{r.GetProperty("policy")}: {r.GetProperty("result")}")}] not [{Members("notApplied", r => $"{r.GetProperty("policy")}: {r.GetProperty("reason")}")}]";
        var wanted = $"{expected.Word} required [{string.Join(" ", expected.Required)}] report [{string.Join(" ", expected.ReportOnly)}] not [{string.Join(" ", expected.NotApplied)}]";
        if (wanted != actual)
            Assert.Fail($"seed {seed}\nexpected {wanted}\nactual   {actual}\n{text}");
    }

    private static string Explain(int seed)
    {
        var generator = new AwsCaseGenerator(seed);
        var (_, request) = generator.Generate();
        return JsonSerializer.Serialize(Compile(generator).Explain(request));
    }

    private static AwsPolicySet Compile(AwsCaseGenerator generator)
    {
        using var document = JsonDocument.Parse(generator.Policies.ToJsonString());
        return AwsCase.Policies(document.RootElement);
    }

    private static void AssertAgrees(int seed)
    {
        var generator = new AwsCaseGenerator(seed);
        var (reference, request) = generator.Generate();
        using var document = JsonDocument.Parse(generator.Policies.ToJsonString());
        var expected = new ReferenceAws(document.RootElement, reference).Decide();
        var decision = new Decision();
        AwsCase.Policies(document.RootElement).Decide(request, decision);
        var word = CaseFiles.Word(decision, entra: false);
        var blocked = string.Join(",", decision.BlockedBy.Select(CaseFiles.Word));
        if (expected.Word != word || string.Join(",", expected.BlockedBy) != blocked)
            Assert.Fail($"seed {seed}: expected {expected.Word} [{string.Join(",", expected.BlockedBy)}], got {word} [{blocked}]\n{Describe(reference)}\n{generator.Policies.ToJsonString(new JsonSerializerOptions { WriteIndented = true })}");
    }

    private static void AssertValidity(int seed)
    {
        var generator = new AwsCaseGenerator(seed);
        var (reference, request) = generator.Generate();
        using var document = JsonDocument.Parse(generator.Policies.ToJsonString());
        var decision = new Decision();
        AwsCase.Policies(document.RootElement).Decide(request, decision);
        var until = decision.ValidUntil ?? AwsCaseGenerator.Now.AddYears(5);
        Assert.True(until > AwsCaseGenerator.Now);
        var now = new ReferenceAws(document.RootElement, reference).Decide().Word;
        foreach (var later in new[] { until.AddTicks(-1), AwsCaseGenerator.Now + ((until - AwsCaseGenerator.Now) / 2) })
        {
            var then = new ReferenceAws(document.RootElement, Age(reference, later)).Decide().Word;
            if (now != then)
                Assert.Fail($"seed {seed}: {now} now, {then} at {later:O}, valid until {decision.ValidUntil:O}\n{Describe(reference)}\n{generator.Policies.ToJsonString(new JsonSerializerOptions { WriteIndented = true })}");
        }
    }

    /// <summary>The same request later: the clock has moved and ages have grown, nothing else.</summary>
    private static ReferenceRequest Age(ReferenceRequest from, DateTimeOffset later)
    {
        var aged = new ReferenceRequest { Principal = from.Principal, Action = from.Action, Resource = from.Resource, ResourceAccount = from.ResourceAccount };
        var seconds = (later - AwsCaseGenerator.Now).Ticks / TimeSpan.TicksPerSecond;
        foreach (var (key, value) in from.Context)
        {
            var grows = key.EndsWith("Age", StringComparison.Ordinal) && value is { IsAbsent: false, IsUnknown: false };
            aged.Context[key] = key == "aws:CurrentTime" ? ReferenceValue.One(AwsCaseGenerator.Format(later))
                : grows ? ReferenceValue.One(AwsCaseGenerator.Format(long.Parse(value.Texts[0]) + seconds)) : value;
        }
        return aged;
    }

    private static string Describe(ReferenceRequest request)
    {
        var text = new StringBuilder($"{request.Principal} {request.Action} {request.Resource} owner {request.ResourceAccount}");
        foreach (var (key, value) in request.Context)
            text.Append($"\n  {key} = {(value.IsUnknown ? "unknown" : string.Join("|", value.Texts))}{(value.IsList ? " (list)" : "")}");
        return text.ToString();
    }
}
