using Nullius.Policy.Replay;

namespace Nullius.Monitoring.Tests.Ingest;

public class TrailTests
{
    internal static readonly string Decision = Reading.Line("""
        {"class_uid":6003,"category_uid":6,"activity_id":2,"type_uid":600302,"severity_id":1,"time":1795341601000,"status_id":1,"status":"Success",
        "metadata":{"version":"1.8.0","uid":"01KQ0000000000000000000001","product":{"name":"Nullius","vendor_name":"Nullius"}},
        "actor":{"user":{"uid":"u-1","name":"alice"},"session":{"uid":"s-1","created_time":1795341000000,"is_mfa":true}},
        "device":{"type_id":0,"uid":"d-1","name":"laptop","is_managed":true,"is_compliant":true},"src_endpoint":{"ip":"127.0.0.1"},
        "http_request":{"http_method":"GET","url":{"scheme":"https","hostname":"api.example.org","path":"/orders"},"user_agent":"curl/8"},
        "api":{"operation":"api:ListOrders"},"resources":[{"name":"arn:nullius:api::111122223333:/orders"}],
        "nullius":{"stage":"decision","effect":"allow","basis":"allowed","outcome":"forwarded","route":"api","mode":"enforce","deviceState":"compliant","statements":[],"blockedBy":[]},
        "audit":{"seq":42,"prev":"x","at":1795341601000}}
        """);

    [Fact]
    public void A_decision_of_the_gate_is_a_request()
    {
        var request = Reading.One(Decision);
        Assert.Equal(ActivityProvider.Nullius, request.Provider);
        Assert.Equal("arn:aws:iam::111122223333:user/alice", request.Principal);
        Assert.Equal("api:ListOrders", request.Action);
        Assert.Equal("arn:nullius:api::111122223333:/orders", request.Resource);
        Assert.Equal(RecordedOutcome.Allowed, request.Outcome);
        Assert.True(request.IsMapped);
        Assert.Equal("compliant", request.Context.Text("nullius:DeviceState"));
        Assert.True(request.Context.Flag("aws:MultiFactorAuthPresent"));
        Assert.Null(request.Context.Find("nullius:Groups"));
        Assert.Null(request.Context.Find("nullius:UserRisk"));
    }

    [Fact]
    public void Without_a_second_factor_the_kind_of_session_is_not_told_and_its_key_unknown()
    {
        var context = Reading.One(Decision.Replace("\"is_mfa\":true", "\"is_mfa\":false", StringComparison.Ordinal)).Context;
        Assert.Null(context.Find("aws:MultiFactorAuthPresent"));
        Assert.Equal(FactKind.Absent, context.Find("aws:MultiFactorAuthAge")!.Value.Kind);
    }

    [Fact]
    public void The_kind_of_session_the_instants_and_the_risk_are_what_policies_read()
    {
        const string Inputs = "\"deviceState\":\"compliant\",\"session\":{\"kind\":\"browser\",\"authenticated\":1795341001000,\"mfa\":1795341301000},\"risk\":{\"user\":\"low\",\"signIn\":null}";
        var context = Reading.One(Decision.Replace("\"deviceState\":\"compliant\"", Inputs, StringComparison.Ordinal)).Context;
        Assert.Equal(("browser", "low"), (context.Text("nullius:SessionKind"), context.Text("nullius:UserRisk")));
        Assert.Null(context.Find("signInRisk"));
        Assert.Equal((FactKind.SecondsSince, DateTimeOffset.FromUnixTimeMilliseconds(1795341301000)), (context.Find("aws:MultiFactorAuthAge")!.Value.Kind, context.Find("aws:MultiFactorAuthAge")!.Value.Value));
        var key = Reading.One(Decision.Replace("\"deviceState\":\"compliant\"", Inputs.Replace("browser", "apikey", StringComparison.Ordinal), StringComparison.Ordinal)).Context;
        foreach (var absent in new[] { "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge", "aws:TokenIssueTime" })
            Assert.Equal(FactKind.Absent, key.Find(absent)!.Value.Kind);
    }

    [Fact]
    public void A_completion_is_passed_over_and_a_refusal_before_policies_is_not_mapped()
    {
        var (requests, summary) = Reading.Of(Decision.Replace("\"stage\":\"decision\"", "\"stage\":\"completion\"", StringComparison.Ordinal) + "\n"
            + Decision.Replace("\"basis\":\"allowed\"", "\"basis\":\"no-session\"", StringComparison.Ordinal));
        Assert.False(Assert.Single(requests).IsMapped);
        Assert.Equal(1, summary.Passed);
    }
}
