using System.Net;
using Microsoft.Extensions.Primitives;
using Nullius.Gateway.Asking;
using Nullius.Gateway.Config;
using Nullius.Gateway.Tests.Fakes;

namespace Nullius.Gateway.Tests.Asking;

public class DecisionPointTests
{
    private const string StepUpForApps = """
        {"id":"ca-1","displayName":"apps","state":"enabled","conditions":{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]},
         "clientAppTypes":["mobileAppsAndDesktopClients"]},"grantControls":{"operator":"OR","builtInControls":["mfa"]}}
        """;

    private static readonly DecisionCaller Caller = new(
        new DecisionClientConfig { At = new SourcePosition("nullius.yaml", 9), Name = "tests", Users = ["svc"], Routes = ["app"] }, DecisionProtocol.AuthZen, "7", "CALL");

    [Fact]
    public async Task A_question_that_cannot_be_recorded_is_answered_with_no()
    {
        await using var harness = await Harness.StartAsync();
        Assert.True(Ask(harness).Allowed);
        harness.Records.Full = true;
        var verdict = Ask(harness);

        Assert.Equal((false, "record-unavailable", 503), (verdict.Allowed, verdict.Code, verdict.Error));
    }

    [Fact]
    public async Task A_request_that_cannot_be_recorded_is_refused_and_says_nothing_about_its_person()
    {
        await using var harness = await Harness.StartAsync();
        var request = Request(harness, harness.Cookie(harness.Session().Secret));
        await Eventually.HoldsAsync(() => harness.Gate.Status.Sequence == harness.Trust.Sequence, "the feed is followed");
        var before = await harness.Gate.DecisionPoint.DecideAsync(Caller, request, CancellationToken.None);
        harness.Records.Full = true;
        var full = await harness.Gate.DecisionPoint.DecideAsync(Caller, request, CancellationToken.None);

        Assert.True(before.Allowed);
        Assert.Contains(before.Headers, header => header.Key == "X-Nullius-Assertion");
        Assert.Equal((false, 503), (full.Allowed, full.Status));
        Assert.DoesNotContain(full.Headers, header => header.Key == "X-Nullius-Assertion");
    }

    [Fact]
    public async Task A_route_that_observes_lets_the_other_one_pass_and_records_what_it_would_have_said()
    {
        await using var harness = await Harness.StartAsync(route => route with { Mode = RouteMode.Observe });
        harness.Person("eve");
        await Eventually.HoldsAsync(() => harness.Gate.Status.Sequence == harness.Trust.Sequence, "the feed is followed");
        var verdict = Ask(harness, "eve");

        Assert.Equal((true, true), (verdict.Allowed, verdict.Observed));
        var record = harness.Records.Stage("decision").Single(one => one.GetProperty("metadata").GetProperty("uid").GetString() == verdict.Reference).GetProperty("nullius");
        Assert.Equal(("deny", "observed"), (record.GetProperty("effect").GetString(), record.GetProperty("outcome").GetString()));
    }

    [Fact]
    public async Task Of_what_Conditional_Access_says_to_each_kind_of_client_the_stricter_holds()
    {
        await using var harness = await Harness.StartAsync(config: config => config with { ConditionalAccess = ["ca.json"] }, policies: [("ca.json", StepUpForApps)]);
        var verdict = Ask(harness);

        Assert.Equal((false, "step-up-required"), (verdict.Allowed, verdict.Code));
        Assert.Equal([["mfa"]], verdict.RequiredControls);
    }

    [Fact]
    public async Task A_question_about_a_route_of_another_client_is_answered_like_one_about_nothing()
    {
        await using var harness = await Harness.StartAsync();
        var other = new DecisionCaller(Caller.Client with { Routes = ["elsewhere"] }, DecisionProtocol.AuthZen, null, "CALL");
        var theirs = harness.Gate.DecisionPoint.Decide(other, Question("alice"));
        var nothing = harness.Gate.DecisionPoint.Decide(other, Question("alice") with { ResourceType = "nothing" });

        Assert.Equal((false, "unknown-path"), (theirs.Allowed, theirs.Code));
        Assert.Equal((nothing.Allowed, nothing.Code, nothing.Error), (theirs.Allowed, theirs.Code, theirs.Error));
        Assert.Equal(nothing.Reasons, theirs.Reasons);
    }

    private static Verdict Ask(Harness harness, string person = "alice") => harness.Gate.DecisionPoint.Decide(Caller, Question(person));

    private static Question Question(string person) => new() { Subject = person, Action = "GET", ResourceType = "app", ResourceId = "/orders" };

    private static AskedRequest Request(Harness harness, string cookie) => new()
    {
        Method = "GET",
        Authority = harness.Authority,
        Target = "/orders",
        Headers = [new KeyValuePair<string, StringValues>("Cookie", cookie)],
        Address = IPAddress.Parse("203.0.113.7"),
    };
}
