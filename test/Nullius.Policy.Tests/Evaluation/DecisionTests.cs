using System.Text;
using Nullius.Policy.Conditions;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Dialects.Entra;
using Nullius.Policy.Evaluation;
using Nullius.Policy.Requests;
using Xunit;

namespace Nullius.Policy.Tests.Evaluation;

public sealed class DecisionTests
{
    private static AwsPolicyDocument Document(string statements, string source = "p.json") =>
        AwsPolicyDocument.Parse(Encoding.UTF8.GetBytes("{\"Version\":\"2012-10-17\",\"Statement\":[" + statements + "]}"), source, [])!;

    private static Decision Decide(string statements, AwsRequest request)
    {
        var decision = new Decision();
        AwsPolicySet.Compile(new AwsPolicyLayers { Identity = [Document(statements)] }).Decide(request, decision);
        return decision;
    }

    private static Decision Concluded(Effect effect)
    {
        var decision = new Decision();
        decision.Conclude(effect, effect == Effect.Allow ? DecisionBasis.Allowed : effect == Effect.Deny ? DecisionBasis.ExplicitDeny : DecisionBasis.ControlsMissing);
        return decision;
    }

    [Fact]
    public void A_fresh_decision_denies()
    {
        var decision = new Decision();
        Assert.Equal((Effect.Deny, DecisionBasis.None), (decision.Effect, decision.Basis));
    }

    [Theory]
    [InlineData(Effect.Allow, Effect.Allow, Effect.Allow)]
    [InlineData(Effect.Allow, Effect.Challenge, Effect.Challenge)]
    [InlineData(Effect.Allow, Effect.Deny, Effect.Deny)]
    [InlineData(Effect.Deny, Effect.Allow, Effect.Deny)]
    [InlineData(Effect.Deny, Effect.Challenge, Effect.Deny)]
    [InlineData(Effect.Challenge, Effect.Allow, Effect.Challenge)]
    public void The_stricter_of_two_decisions_is_the_combined_one(Effect granting, Effect restricting, Effect expected)
    {
        var result = Concluded(Effect.Allow);
        DecisionCombiner.Combine(Concluded(granting), Concluded(restricting), result);
        Assert.Equal(expected, result.Effect);
    }

    [Fact]
    public void A_combination_keeps_the_earlier_end()
    {
        var at = new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);
        var (granting, restricting, result) = (Concluded(Effect.Allow), Concluded(Effect.Allow), new Decision());
        granting.LimitTo(at.AddHours(1));
        restricting.LimitTo(at);
        DecisionCombiner.Combine(granting, restricting, result);
        Assert.Equal(at, result.ValidUntil);
        Assert.Throws<ArgumentException>(() => DecisionCombiner.Combine(granting, restricting, granting));
    }

    [Fact]
    public void No_conditional_access_policy_restricts_nothing_and_grants_nothing()
    {
        var (granting, restricting, result) = (new Decision(), new Decision(), new Decision());
        EntraPolicySet.Empty.Decide(new EntraRequest(), restricting);
        Assert.Equal(Effect.Allow, restricting.Effect);
        Assert.True(EntraPolicySet.Empty.IsEmpty);
        DecisionCombiner.Combine(granting, restricting, result);
        Assert.Equal(Effect.Deny, result.Effect);
    }

    [Fact]
    public void An_empty_set_of_layers_denies()
    {
        var decision = Concluded(Effect.Allow);
        AwsPolicySet.Compile(new AwsPolicyLayers()).Decide(new AwsRequest { Principal = "arn:aws:iam::111122223333:user/a", Action = "s3:GetObject", Resource = "arn:aws:s3:::b/k" }, decision);
        Assert.Equal((Effect.Deny, DecisionBasis.ImplicitDeny), (decision.Effect, decision.Basis));
        Assert.Equal([PolicyLayer.Identity], decision.BlockedBy);
    }

    [Fact]
    public void A_pathological_wildcard_is_decided_in_bounded_work()
    {
        var pattern = string.Concat(Enumerable.Repeat("*a", 200)) + "*b";
        var request = new AwsRequest { Principal = "arn:aws:iam::111122223333:user/a", Action = "s3:GetObject", Resource = "arn:aws:s3:::" + new string('a', 8000) };
        var decision = Decide("{\"Effect\":\"Allow\",\"Action\":\"s3:" + string.Concat(Enumerable.Repeat("*e", 100)) + "*\",\"Resource\":\"arn:aws:s3:::" + pattern + "\"}", request);
        Assert.Equal(DecisionBasis.ImplicitDeny, decision.Basis);
        Assert.True(Glob.Matches(Glob.Encode("*a*a*a*")!, "banana"));
        Assert.False(Glob.Matches(Glob.Encode(pattern)!, new string('a', 8000)));
    }

    [Fact]
    public void A_substituted_star_stays_a_character()
    {
        var request = new AwsRequest { Principal = "arn:aws:iam::111122223333:user/a", Action = "s3:GetObject", Resource = "arn:aws:s3:::b/secret" };
        request.Context.Set(ConditionKey.Of("aws:PrincipalTag/Team"), "*");
        Assert.Equal(Effect.Deny, Decide("""{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:PrincipalTag/Team}"}""", request).Effect);
        request.Resource = "arn:aws:s3:::b/*";
        Assert.Equal(Effect.Allow, Decide("""{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:PrincipalTag/Team}"}""", request).Effect);
        request.Context.Set(ConditionKey.Of("aws:PrincipalTag/Team"), "\uFFFF");
        request.Resource = "arn:aws:s3:::b/secret";
        Assert.Equal(Effect.Deny, Decide("""{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:PrincipalTag/Team}"}""", request).Effect);
    }

    [Fact]
    public void A_resource_that_begins_otherwise_is_no_match_however_unknown_the_variable_behind_it_is()
    {
        var request = new AwsRequest { Principal = "arn:aws:iam::111122223333:user/a", Action = "s3:GetObject", Resource = "arn:aws:s3:::b/k" };
        request.Context.SetUnknown(ConditionKey.Of("aws:PrincipalTag/Team"));
        const string Allow = """{"Effect":"Allow","Action":"*","Resource":"*"},""";
        Assert.Equal(Effect.Allow, Decide(Allow + """{"Effect":"Deny","Action":"*","Resource":"arn:aws:s3:::b/x-${aws:PrincipalTag/Team}"}""", request).Effect);
        var unknown = Decide(Allow + """{"Effect":"Deny","Action":"*","Resource":"arn:aws:s3:::b/${aws:PrincipalTag/Team}"}""", request);
        Assert.Equal((Effect.Deny, DecisionBasis.Unknown), (unknown.Effect, unknown.Basis));
        Assert.Equal(["aws:PrincipalTag/Team"], unknown.MissingContext);
    }

    [Fact]
    public void A_document_is_shared_between_sets_and_a_set_makes_a_reference_once()
    {
        var document = Document("""{"Sid":"all","Effect":"Allow","Action":"*","Resource":"*"}""");
        var request = new AwsRequest { Principal = "arn:aws:iam::111122223333:user/a", Action = "s3:GetObject", Resource = "arn:aws:s3:::b/k" };
        var (first, second) = (new Decision(), new Decision());
        AwsPolicySet.Compile(new AwsPolicyLayers { Identity = [document] }).Decide(request, first);
        var set = AwsPolicySet.Compile(new AwsPolicyLayers { Identity = [document], Boundary = [document] });
        set.Decide(request, second);
        Assert.Equal(first.Statements[0], second.Statements[0]);
        Assert.Equal(2, second.Statements.Count);
        set.Decide(request, first);
        Assert.Same(first.Statements[0], second.Statements[0]);
    }

    [Fact]
    public void A_wildcard_route_cannot_reach_into_the_path_of_another()
    {
        var request = new AwsRequest { Principal = "arn:aws:iam::111122223333:user/a", Action = "admin:GET", Resource = "arn:nullius:admin::111122223333:/x::111122223333:/public/y" };
        Assert.Equal(Effect.Deny, Decide("""{"Effect":"Allow","Action":"*","Resource":"arn:nullius:*::111122223333:/public/*"}""", request).Effect);
    }

    [Fact]
    public void The_explanation_of_a_deny_names_the_layers_and_what_would_change_it()
    {
        var allowWithMfa = Document("{\"Sid\":\"Mfa\",\"Effect\":\"Allow\",\"Action\":\"api:*\",\"Resource\":\"*\",\n\"Condition\":{\"Bool\":{\"aws:MultiFactorAuthPresent\":\"true\"}}}");
        var boundary = Document("""{"Sid":"Logs","Effect":"Allow","Action":"logs:*","Resource":"*"}""", "boundary.json");
        var set = AwsPolicySet.Compile(new AwsPolicyLayers { Identity = [allowWithMfa], Boundary = [boundary] });
        var explanation = set.Explain(new AwsRequest { Principal = "arn:aws:iam::111122223333:user/a", Action = "api:GET", Resource = "arn:nullius:api::111122223333:/" });
        Assert.Equal(
            "denied: no statement allows (identity, boundary); allowed if `aws:MultiFactorAuthPresent` were `true` and the boundary policy allowed the action on the resource, nearest is `Logs` (boundary.json:1)",
            explanation.Summary);
        var identity = explanation.Layers.Single(l => l.Layer == PolicyLayer.Identity);
        Assert.Equal("absent", Assert.Single(identity.Nearest!.Failed).Actual);
        Assert.Equal(["aws:MultiFactorAuthPresent", null], explanation.Changes.Select(c => c.Key));
    }

    [Fact]
    public void The_explanation_of_conditional_access_names_policies_that_did_not_apply()
    {
        var set = EntraPolicySet.Load([("ca.json", Encoding.UTF8.GetBytes("""
            [{"id":"mfa","state":"enabled","conditions":{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]}},"grantControls":{"operator":"OR","builtInControls":["mfa"]}},
             {"id":"bob","state":"enabled","conditions":{"users":{"includeUsers":["bob"]},"applications":{"includeApplications":["All"]}},"grantControls":{"operator":"OR","builtInControls":["block"]}},
             {"id":"off","state":"disabled","conditions":{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]}},"grantControls":{"operator":"OR","builtInControls":["block"]}}]
            """))], [], [])!;
        var explanation = set.Explain(new EntraRequest { User = "alice", Application = "app" });
        Assert.Equal(["bob: users", "off: policyNotEnabled"], explanation.NotApplied.Select(p => $"{p.Policy.Id}: {p.ReasonName}"));
        Assert.Equal("controls are missing; allowed if `mfa` was satisfied", explanation.Summary);
    }
}
