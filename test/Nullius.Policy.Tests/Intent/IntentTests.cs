using System.Text;
using Nullius.Policy.Intent;
using Nullius.Policy.Intent.Proof;
using Xunit;

namespace Nullius.Policy.Tests.Intents;

public sealed class IntentTests
{
    internal const string Full = """
        intent: read-pictures   # what the documents are named after
        who:
          aws: arn:aws:iam::111122223333:user/alice
          entra: [aaaaaaaa-0000-0000-0000-000000000001, "group:bbbbbbbb-0000-0000-0000-000000000001"]
          gcp:
            - user:alice@example.com
            - group:devs@example.com
        may: [read-objects]
        on:
          aws: arn:aws:s3:::pictures/*
          azure: /subscriptions/s1/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a/blobServices/default/containers/pictures
          gcp: gs://pictures
        when:
          mfa: true
          device: compliant
          addresses: [203.0.113.0/24, "2001:db8::/32"]
        gcp: {project: shop, accessPolicy: 123}
        """;

    internal static AccessIntent Parse(string yaml)
    {
        var diagnostics = new List<PolicyDiagnostic>();
        var intent = AccessIntent.Parse(Encoding.UTF8.GetBytes(yaml), "intent.yaml", diagnostics);
        Assert.True(intent is not null, string.Join("\n", diagnostics));
        return intent;
    }

    private static IReadOnlyList<IntentProof> Prove(string yaml, long most = 100_000) => IntentProof.Run(CompiledIntent.Of(Parse(yaml)), most);

    private static void AssertHolds(IntentProof proof) => Assert.True(proof.Holds, $"{proof.Dialect}: {proof.Fault} {proof.Counterexample?.Request.ToJsonString()} {proof.Counterexample?.IntentAllows} {proof.Counterexample?.Decided}");

    [Fact]
    public void An_intent_is_compiled_to_three_dialects_that_all_mean_it()
    {
        var proofs = Prove(Full);
        Assert.Equal([IntentDialect.Aws, IntentDialect.Entra, IntentDialect.Gcp], proofs.Select(p => p.Dialect));
        Assert.All(proofs, AssertHolds);
        Assert.All(proofs, p => Assert.Equal("equivalent", p.Claim));
        Assert.All(proofs, p => Assert.True(p.Requests == p.Total && p.Requests > 500, p.ToString()));
    }

    [Fact]
    public void What_a_dialect_cannot_say_is_named_and_not_claimed()
    {
        var proofs = Prove(Full.Replace("device: compliant", "until: 2027-01-01T00:00:00Z\n  countries: [DE]\n  regions: [eu-west-1]", StringComparison.Ordinal));
        Assert.All(proofs, AssertHolds);
        Assert.Equal(["equivalent but for countries", "equivalent but for until, regions", "equivalent but for regions"], proofs.Select(p => p.Claim));
    }

    [Fact]
    public void Conditions_that_bind_everybody_are_denied_to_whoever_is_granted_elsewhere()
    {
        var compiled = CompiledIntent.Of(Parse(Full + "\nbinds: everybody"));
        Assert.Contains(compiled.Documents, d => d.File == "aws/service-control-policy.json");
        var proofs = IntentProof.Run(compiled, 100_000);
        Assert.All(proofs, AssertHolds);
        Assert.Equal(["equivalent", "equivalent", "equivalent but for binds"], proofs.Select(p => p.Claim));
    }

    [Theory]
    [InlineData("aws/identity-policy.json", "\"true\"", "\"false\"")]
    [InlineData("aws/identity-policy.json", "203.0.113.0/24", "203.0.113.0/25")]
    [InlineData("aws/identity-policy.json", "arn:aws:s3:::pictures/*", "arn:aws:s3:::pictures*")]
    [InlineData("aws/identity-policy.json", "\"Bool\"", "\"BoolIfExists\"")]
    [InlineData("entra/conditional-access.json", "\"AND\"", "\"OR\"")]
    [InlineData("entra/conditional-access.json", "\"enabled\"", "\"enabledForReportingButNotEnforced\"")]
    [InlineData("entra/named-locations.json", "203.0.113.0/24", "203.0.112.0/23")]
    [InlineData("azure/role-assignments.json", "/containers/pictures", "")]
    [InlineData("gcp/access-levels.json", "== true", "!= false")]
    [InlineData("gcp/access-levels.json", "\"AND\"", "\"AND\",\"conditions2\":[]")]
    [InlineData("gcp/allow-policy.json", "&&", "||")]
    [InlineData("gcp/role.json", "storage.objects.get", "storage.objects.list")]
    public void A_document_that_was_changed_is_found_not_to_mean_the_intent(string file, string from, string to)
    {
        var compiled = CompiledIntent.Of(Parse(Full));
        var documents = compiled.Documents.Select(d => d.File == file ? d with { Content = d.Content.Replace(from, to, StringComparison.Ordinal) } : d).ToList();
        Assert.Contains(documents, d => d.File == file && d.Content != compiled.Documents.First(o => o.File == file).Content);
        var proofs = IntentProof.Run(compiled with { Documents = documents }, 100_000);
        var failed = proofs.Where(p => !p.Holds).ToList();
        // `!= false` says the same where the claim is true or false; where it is absent, both fail.
        if (to != "!= false")
            Assert.Equal("not equivalent", Assert.Single(failed).Claim);
    }

    [Fact]
    public void A_resource_of_another_account_is_found_not_to_be_reached_by_an_identity_policy_alone()
    {
        var proof = Prove(Full.Replace("arn:aws:s3:::pictures/*", "arn:aws:secretsmanager:eu-west-1:444455556666:secret:s", StringComparison.Ordinal).Replace("read-objects", "read-secrets", StringComparison.Ordinal))[0];
        Assert.NotNull(proof.Counterexample);
        Assert.True(proof.Counterexample.IntentAllows);
    }

    [Fact]
    public void Everything_that_there_is_may_be_intended_and_what_the_resource_has_to_allow_too_is_named()
    {
        var proofs = Prove(Full.Replace("[read-objects]", $"[{string.Join(", ", Nullius.Policy.Capabilities.Capability.All.Select(c => c.Name))}]", StringComparison.Ordinal), 20_000);
        Assert.All(proofs, AssertHolds);
        Assert.Equal(["impersonate", "decrypt", "destroy-encryption-keys"], proofs[0].Except);
    }

    [Fact]
    public void The_same_intent_gives_the_same_bytes() =>
        Assert.Equal(CompiledIntent.Of(Parse(Full)).Documents, CompiledIntent.Of(Parse(Full)).Documents);

    [Theory]
    [InlineData("intent: a\nwho: {x: 1}", 2)]
    [InlineData("intent: a\nwho: &anchor", 2)]
    [InlineData("intent: a\n\twho: x", 2)]
    [InlineData("intent: a\nintent: b", 2)]
    [InlineData("intent: a b\nwho:\n  aws: arn:aws:iam::1:user/a\nmay: read-objects\non:\n  aws: '*'", 1)]
    [InlineData("intent: a\nwho:\n  aws: alice\nmay: read-objects\non:\n  aws: '*'", 3)]
    [InlineData("intent: a\nwho:\n  aws: arn:aws:iam::1:user/a\nmay: fly\non:\n  aws: '*'", 4)]
    [InlineData("intent: a\nwho:\n  aws: arn:aws:iam::1:user/a\nmay: read-objects\non:\n  aws: '*'\nwhen:\n  adresses: [10.0.0.0/8]", 8)]
    [InlineData("intent: a\nwho:\n  aws: arn:aws:iam::1:user/a\nmay: read-objects\non:\n  aws: '*'\nwhen:\n  addresses: [10.0.0.1/8]", 8)]
    [InlineData("intent: a\nwho:\n  aws: arn:aws:iam::1:user/a\nmay: read-objects\non:\n  aws: '*'\nwhen:\n  until: tomorrow", 8)]
    [InlineData("intent: a\nwho:\n  aws: arn:aws:iam::1:user/a\nmay: read-objects\non:\n  gcp: gs://b", 1)]
    [InlineData("", 1)]
    public void What_is_wrong_is_told_with_its_line(string yaml, int line)
    {
        var diagnostics = new List<PolicyDiagnostic>();
        Assert.Null(AccessIntent.Parse(Encoding.UTF8.GetBytes(yaml), "intent.yaml", diagnostics));
        Assert.Contains(diagnostics, d => d.Severity == DiagnosticSeverity.Error && d.Line == line);
    }

    [Fact]
    public void An_intent_may_be_JSON_too() =>
        Assert.Equal("a", Parse("""{"intent":"a","who":{"aws":["arn:aws:iam::111122223333:role/r"]},"may":["read-objects"],"on":{"aws":"arn:aws:s3:::b/*"}}""").Name);
}
