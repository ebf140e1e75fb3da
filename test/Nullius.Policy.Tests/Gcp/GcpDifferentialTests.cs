using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace Nullius.Policy.Tests.Gcp;

/// <summary>The compiled evaluator against the reference. <c>NULLIUS_FUZZ_CASES</c> asks for more than the bounded number.</summary>
public sealed class GcpDifferentialTests
{
    private static int Cases => int.TryParse(Environment.GetEnvironmentVariable("NULLIUS_FUZZ_CASES"), out var cases) ? cases : 3000;

    private static Config Bounded => Config.QuickThrowOnFailure.WithMaxTest(Cases);

    private static Arbitrary<int> Seeds => Gen.Choose(0, int.MaxValue - 1).ToArbitrary();

    [Fact]
    public void The_compiled_evaluator_agrees_with_the_reference() => Prop.ForAll(Seeds, seed => AssertAgrees(seed)).Check(Bounded);

    [Fact]
    public void Time_alone_changes_no_decision_before_it_ends() => Prop.ForAll(Seeds, seed => AssertValidity(seed)).Check(Bounded);

    [Fact]
    public void The_generator_reaches_every_outcome()
    {
        var words = Enumerable.Range(0, 500).Select(seed => ReferenceGcp.Decide(new GcpCaseGenerator(seed).Generate().Facts)).ToList();
        foreach (var word in new[] { "allow", "deny", "unknown" })
            Assert.True(words.Count(w => w == word) > 25, $"{word}: {words.Count(w => w == word)} of 500");
    }

    private static JsonElement Answer(JsonObject simulation)
    {
        using var document = JsonDocument.Parse(simulation.ToJsonString());
        return GcpCaseTests.Answer(document.RootElement);
    }

    private static void AssertAgrees(int seed)
    {
        var (facts, simulation) = new GcpCaseGenerator(seed).Generate();
        var expected = ReferenceGcp.Decide(facts);
        var actual = Answer(simulation).GetProperty("decision").GetString();
        if (expected != actual)
            Assert.Fail($"seed {seed}: expected {expected}, got {actual}\n{simulation.ToJsonString()}");
    }

    private static void AssertValidity(int seed)
    {
        var (facts, simulation) = new GcpCaseGenerator(seed).Generate();
        if (facts.Time is null)
            return;
        var answer = Answer(simulation);
        var until = answer.TryGetProperty("validUntil", out var limit) ? limit.GetDateTimeOffset() : GcpCaseGenerator.Now.AddYears(5);
        Assert.True(until > GcpCaseGenerator.Now, $"seed {seed}: valid until {until:O}");
        var now = ReferenceGcp.Decide(facts);
        foreach (var later in new[] { until.AddTicks(-1), GcpCaseGenerator.Now + ((until - GcpCaseGenerator.Now) / 2) })
        {
            var then = ReferenceGcp.Decide(At(facts, later));
            if (now != then)
                Assert.Fail($"seed {seed}: {now} now, {then} at {later:O}, valid until {until:O}\n{simulation.ToJsonString()}");
        }
    }

    /// <summary>The same request at another time; the policies are shared.</summary>
    private static ReferenceCase At(ReferenceCase facts, DateTimeOffset time) => facts with { Time = time };
}
