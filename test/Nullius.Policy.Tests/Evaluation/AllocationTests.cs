using System.Net;
using System.Text;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Dialects.Entra;
using Nullius.Policy.Evaluation;
using Nullius.Policy.Requests;
using Xunit;

namespace Nullius.Policy.Tests.Evaluation;

public sealed class AllocationTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    private static AwsPolicyDocument Document(string statements) =>
        AwsPolicyDocument.Parse(Encoding.UTF8.GetBytes("{\"Version\":\"2012-10-17\",\"Statement\":[" + statements + "]}"), "p", [])!;

    // The runtime itself allocates a little, once, when it compiles a method anew: what a decision allocates shows in every round.
    private static long AllocatedBy(Action decide) => Enumerable.Range(0, 5).Min(_ =>
    {
        for (var i = 0; i < 200; i++)
            decide();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            decide();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    });

    private static AwsRequest Request()
    {
        var request = new AwsRequest { Principal = "arn:aws:sts::111122223333:assumed-role/app/s1", Action = "api:GET", Resource = "arn:nullius:api::111122223333:/v1/app/items" };
        request.Context.Set(ConditionKey.Of("aws:CurrentTime"), s_now);
        request.Context.Set(ConditionKey.Of("aws:MultiFactorAuthPresent"), true);
        request.Context.Set(ConditionKey.Of("aws:MultiFactorAuthAge"), 30L);
        request.Context.Set(ConditionKey.Of("aws:SourceIp"), IPAddress.Parse("2001:db8::7"));
        request.Context.Set(ConditionKey.Of("aws:TagKeys"), new[] { "a", "b" });
        request.Context.Set(ConditionKey.Of("aws:PrincipalTag/Team"), "app");
        request.Context.SetUnknown(ConditionKey.Of("nullius:DeviceState"));
        return request;
    }

    [Fact]
    public void An_aws_decision_allocates_nothing_whatever_its_conditions_read()
    {
        var everything = Document("""
            {"Sid":"a","Effect":"Allow","Action":["api:G?T","api:POST"],"Resource":"arn:nullius:api::*:/v1/${aws:PrincipalTag/Team, 'x'}/*","Condition":{
              "Bool":{"aws:MultiFactorAuthPresent":"true"},"NumericLessThan":{"aws:MultiFactorAuthAge":"900"},"DateLessThan":{"aws:CurrentTime":"2027-01-01T00:00:00Z"},
              "IpAddress":{"aws:SourceIp":["10.0.0.0/8","2001:db8::/32"]},"ForAllValues:StringLike":{"aws:TagKeys":["a*","?"]},"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/app"},
              "StringLike":{"aws:SourceIp":"2001:*","aws:CurrentTime":"2026-*","aws:PrincipalAccount":"1*"},"NumericGreaterThan":{"aws:EpochTime":"5"},"Null":{"aws:nothing":"true"}}},
            {"Sid":"d","Effect":"Deny","Action":"api:*","Resource":"*","Condition":{"StringEquals":{"nullius:DeviceState":"lost"}}},
            {"Sid":"n","Effect":"Deny","NotAction":"api:*","NotResource":"arn:nullius:api::*:/v1/*"}
            """);
        var named = Document("""{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::111122223333:role/app","444455556666"]},"Action":"*","Resource":"*"}""");
        var many = Document(string.Join(',', Enumerable.Range(0, 500).Select(i => "{\"Effect\":\"Allow\",\"Action\":\"api:GET\",\"Resource\":\"arn:nullius:api::111122223333:/v" + i + "/*\"}")));
        var set = AwsPolicySet.Compile(new AwsPolicyLayers { Identity = [everything, many], Resource = named, Boundary = [named], Guardrails = [[everything], [many]] });
        var request = Request();
        var decision = new Decision();
        Assert.Equal(0, AllocatedBy(() => set.Decide(request, decision)));
        Assert.Equal(DecisionBasis.Unknown, decision.Basis);
        Assert.Equal(["nullius:DeviceState"], decision.MissingContext);
    }

    [Fact]
    public void An_entra_decision_and_its_combination_allocate_nothing()
    {
        var set = EntraPolicySet.Load([("ca", Encoding.UTF8.GetBytes("""
            [{"id":"a","state":"enabled","conditions":{"users":{"includeGroups":["g"],"excludeUsers":["x"]},"applications":{"includeApplications":["All"]},"clientAppTypes":["browser"],
              "platforms":{"includePlatforms":["all"],"excludePlatforms":["iOS"]},"locations":{"includeLocations":["All"],"excludeLocations":["AllTrusted"]},
              "devices":{"deviceFilter":{"mode":"exclude","rule":"device.trustType -eq \"ServerAD\" -and -not (device.model -in [\"a\",\"b\"])"}},"signInRiskLevels":["high","none"]},
              "grantControls":{"operator":"AND","builtInControls":["mfa","compliantDevice"]},"sessionControls":{"signInFrequency":{"isEnabled":true,"type":"hours","value":1}}},
             {"id":"r","state":"enabledForReportingButNotEnforced","conditions":{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]}},"grantControls":{"operator":"OR","builtInControls":["block"]}}]
            """))], [("nl", Encoding.UTF8.GetBytes("""[{"id":"hq","isTrusted":true,"ipRanges":[{"cidrAddress":"10.0.0.0/8"}]}]"""))], [])!;
        var request = new EntraRequest
        {
            User = "alice", Groups = ["g"], Application = "app", Platform = "linux", Address = IPAddress.Parse("203.0.113.7"), SignInRisk = "none",
            DeviceRegistered = true, DeviceAttributes = new Dictionary<string, string> { ["model"] = "c" }, Satisfied = ["mfa"], Now = s_now, AuthenticatedAt = s_now.AddMinutes(-1),
        };
        var decision = new Decision();
        var granting = new Decision();
        var combined = new Decision();
        AwsPolicySet.Compile(new AwsPolicyLayers { Identity = [Document("""{"Sid":"all","Effect":"Allow","Action":"*","Resource":"*"}""")] }).Decide(Request(), granting);
        Assert.Equal(0, AllocatedBy(() =>
        {
            set.Decide(request, decision);
            DecisionCombiner.Combine(granting, decision, combined);
        }));
        Assert.Equal((Effect.Challenge, DecisionBasis.ControlsMissing), (combined.Effect, combined.Basis));
        Assert.Equal(["all", "a"], combined.Statements.Select(s => s.Id));
        Assert.Equal(s_now.AddMinutes(59), combined.ValidUntil);
        Assert.Equal(["compliantDevice"], Assert.Single(combined.RequiredControls).Controls);
        Assert.Equal(ReportOnlyResult.Failure, Assert.Single(combined.ReportOnly).Result);
    }
}
