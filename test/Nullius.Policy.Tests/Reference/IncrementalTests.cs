using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Requests;
using Nullius.Policy.Tests.Cases;
using Xunit;

namespace Nullius.Policy.Tests.Reference;

/// <summary>A set compiled from another against one compiled whole, and both against the reference.</summary>
public sealed class IncrementalTests
{
    private const int Edits = 25;

    private static int Cases => int.TryParse(Environment.GetEnvironmentVariable("NULLIUS_FUZZ_CASES"), out var cases) ? Math.Max(1, cases / 100) : 40;

    private static Arbitrary<int> Seeds => Gen.Choose(0, int.MaxValue - 1).ToArbitrary();

    [Fact]
    public void A_set_compiled_from_another_decides_as_one_compiled_whole() =>
        Prop.ForAll(Seeds, seed => AssertSame(seed)).Check(Config.QuickThrowOnFailure.WithMaxTest(Cases));

    [Fact]
    public void A_set_of_many_words_decides_as_the_reference() =>
        Prop.ForAll(Seeds, seed => AssertReference(seed)).Check(Config.QuickThrowOnFailure.WithMaxTest(Cases));

    [Fact]
    public void A_resource_policy_that_names_many_principals_decides_as_the_reference() =>
        Prop.ForAll(Seeds, seed => AssertPrincipals(seed)).Check(Config.QuickThrowOnFailure.WithMaxTest(Cases));

    [Fact]
    public void A_set_compiled_from_one_of_other_layers_is_compiled_whole()
    {
        var generator = new AttachmentGenerator(1);
        generator.Fill(10);
        var layers = generator.Layers();
        var previous = AwsPolicySet.Compile(layers with { Guardrails = null, Boundary = [] });
        for (var i = 0; i < 50; i++)
        {
            var (_, request) = generator.Request();
            Assert.Equal(Decide(AwsPolicySet.Compile(layers), request), Decide(AwsPolicySet.Compile(layers, previous), request));
        }
    }

    private static void AssertSame(int seed)
    {
        var generator = new AttachmentGenerator(seed);
        generator.Fill(40);
        var set = AwsPolicySet.Compile(generator.Layers());
        for (var edit = 0; edit < Edits; edit++)
        {
            for (var changes = 1 + (edit % 3); changes > 0; changes--)
                generator.Edit();
            set = AwsPolicySet.Compile(generator.Layers(), set);
            var whole = AwsPolicySet.Compile(generator.Layers());
            for (var i = 0; i < 20; i++)
            {
                var (_, request) = generator.Request();
                var (expected, actual) = (Decide(whole, request), Decide(set, request));
                if (expected != actual)
                    Assert.Fail($"seed {seed}, edit {edit}: {request.Action} on {request.Resource}\nwhole       {expected}\nincremental {actual}");
            }
        }
    }

    private static void AssertPrincipals(int seed)
    {
        var generator = new AttachmentGenerator(seed);
        generator.Fill(2);
        generator.FillResource(60);
        AssertReference(generator, generator.AnyRequest);
    }

    private static void AssertReference(int seed)
    {
        var generator = new AttachmentGenerator(seed);
        generator.Fill(40);
        AssertReference(generator, generator.Request);
    }

    private static void AssertReference(AttachmentGenerator generator, Func<(ReferenceRequest, AwsRequest)> ask)
    {
        using var json = JsonDocument.Parse(generator.Json().ToJsonString());
        var set = AwsPolicySet.Compile(generator.Layers());
        var decision = new Decision();
        for (var i = 0; i < 40; i++)
        {
            var (reference, request) = ask();
            var expected = new ReferenceAws(json.RootElement, reference).Decide();
            set.Decide(request, decision);
            Assert.Equal((expected.Word, string.Join(',', expected.BlockedBy)), (CaseFiles.Word(decision, entra: false), string.Join(',', decision.BlockedBy.Select(CaseFiles.Word))));
        }
    }

    private static string Decide(AwsPolicySet set, AwsRequest request)
    {
        var decision = new Decision();
        set.Decide(request, decision);
        return $"{decision.Effect} {decision.Basis} by [{string.Join(' ', decision.Statements.Select(s => $"{s.Layer}:{s.Source}:{s.Id}"))}] blocked [{string.Join(' ', decision.BlockedBy)}] missing [{string.Join(' ', decision.MissingContext)}] until {decision.ValidUntil:O} because {set.Explain(request).Summary}";
    }
}
