using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Nullius.Policy.Capabilities;
using Nullius.Policy.Intent;
using Nullius.Policy.Intent.Proof;

namespace Nullius.Policy.Tests.Intents;

/// <summary>Random intents are compiled and proved; the documents of another intent are found not to mean this one.</summary>
public sealed class IntentPropertyTests
{
    private const int MostRequests = 8_000;

    private static int Cases => int.TryParse(Environment.GetEnvironmentVariable("NULLIUS_FUZZ_CASES"), out var cases) ? cases : 15;

    private static Config Bounded => Config.QuickThrowOnFailure.WithMaxTest(Cases);

    private static Arbitrary<int> Seeds => Gen.Choose(0, int.MaxValue - 1).ToArbitrary();

    private static readonly string[] s_capabilities = ["read-objects", "write-objects", "delete-objects"];

    private static AccessIntent Generate(Random random)
    {
        bool Maybe() => random.Next(2) == 0;
        var instant = new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(random.Next(1_000_000));
        IPNetwork[] networks = [IPNetwork.Parse("203.0.113.0/24"), IPNetwork.Parse("198.51.100.7/32"), IPNetwork.Parse("2001:db8::/32"), IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("0.0.0.0/1")];
        var conditions = new IntentConditions(
            Maybe(), (IntentDevice)random.Next(3), [.. networks.Where(_ => random.Next(3) == 0)], Maybe() ? instant : null, Maybe() ? instant.AddSeconds(1 + random.Next(100)) : null,
            [.. new[] { "DE", "FR" }.Where(_ => random.Next(3) == 0)], [.. new[] { "eu-west-1", "eu-central-1" }.Where(_ => random.Next(3) == 0)]);
        return new AccessIntent(
            "generated-" + random.Next(100), [Maybe() ? "arn:aws:iam::111122223333:user/alice" : "arn:aws:iam::111122223333:role/path/app"],
            [Maybe() ? "aaaaaaaa-0000-0000-0000-000000000001" : "group:bbbbbbbb-0000-0000-0000-000000000001"], [Maybe() ? "user:alice@example.com" : "group:devs@example.com"],
            [.. s_capabilities.Where((_, i) => i == 0 || Maybe()).Select(n => Capability.Find(n)!)], [Maybe() ? "arn:aws:s3:::pictures/*" : "arn:aws:s3:::pictures/a*"],
            "/subscriptions/s1/resourceGroups/g", Maybe() ? "gs://pictures" : "projects/shop", "shop", "1", conditions, Maybe());
    }

    [Fact]
    public void Whatever_is_intended_is_what_the_documents_mean() => Prop.ForAll(Seeds, seed =>
    {
        var intent = Generate(new Random(seed));
        foreach (var proof in IntentProof.Run(CompiledIntent.Of(intent), MostRequests))
        {
            if (!proof.Holds)
                Assert.Fail($"seed {seed}, {proof.Dialect}: {proof.Fault} the intent {(proof.Counterexample?.IntentAllows == true ? "allows" : "does not allow")}, decided {proof.Counterexample?.Decided}: {proof.Counterexample?.Request.ToJsonString()}");
        }
    }).Check(Bounded);

    /// <summary>One condition changed: the dialects whose documents it changes do not mean the first intent any more.</summary>
    [Fact]
    public void Documents_of_another_intent_do_not_mean_this_one() => Prop.ForAll(Seeds, seed =>
    {
        var random = new Random(seed);
        var intent = Generate(random);
        var conditions = intent.Conditions;
        AccessIntent[] others =
        [
            intent with { Conditions = conditions with { Mfa = !conditions.Mfa } },
            intent with { Conditions = conditions with { Addresses = conditions.Addresses.Count == 0 ? [IPNetwork.Parse("192.0.2.128/25")] : [.. conditions.Addresses.Skip(1), IPNetwork.Parse("192.0.2.0/31")] } },
            intent with { Conditions = conditions with { Device = (IntentDevice)(((int)conditions.Device + 1) % 3) } },
            intent with { Capabilities = [Capability.Find("read-secrets")!] },
            intent with { Conditions = conditions with { Until = (conditions.Until ?? conditions.From ?? new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)).AddSeconds(1) } },
        ];
        var other = others[random.Next(others.Length)];
        var compiled = CompiledIntent.Of(other) with { Intent = intent };
        var unchanged = CompiledIntent.Of(intent).Documents.ToHashSet();
        var changed = compiled.Documents.Where(d => !unchanged.Contains(d)).Select(d => d.Dialect).ToHashSet();
        foreach (var proof in IntentProof.Run(compiled, 200_000).Where(p => changed.Contains(p.Dialect)))
            Assert.False(proof.Holds, $"seed {seed}, {proof.Dialect}: {other} against {intent}");
    }).Check(Bounded);
}
