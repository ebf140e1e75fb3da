using System.Net;
using Nullius.Gateway.Tests.Fakes;

namespace Nullius.Gateway.Tests.Steps;

public class AuditTests
{
    [Fact]
    public async Task A_forwarded_request_has_a_decision_record_and_a_completion_record_of_one_reference()
    {
        await using var harness = await Harness.StartAsync();
        await harness.Client().GetStringAsync("/hello");
        await Eventually.HoldsAsync(() => harness.Records.Stage("completion").Count == 1, "the completion is recorded");
        var decision = harness.Records.Stage("decision").Single();
        var completion = harness.Records.Stage("completion").Single();
        Assert.Equal(6003, decision.GetProperty("class_uid").GetInt32());
        Assert.Equal("alice", decision.GetProperty("actor").GetProperty("user").GetProperty("name").GetString());
        Assert.Equal("app:GET", decision.GetProperty("api").GetProperty("operation").GetString());
        Assert.Equal("allow", decision.GetProperty("nullius").GetProperty("effect").GetString());
        Assert.Equal("All", decision.GetProperty("nullius").GetProperty("statements")[0].GetProperty("id").GetString());
        Assert.Equal(decision.GetProperty("metadata").GetProperty("uid").GetString(), completion.GetProperty("metadata").GetProperty("uid").GetString());
        Assert.Equal("completed", completion.GetProperty("nullius").GetProperty("closed").GetString());
        Assert.Equal(200, completion.GetProperty("http_response").GetProperty("code").GetInt32());
        Assert.True(completion.GetProperty("http_response").GetProperty("length").GetInt64() > 0);
    }

    [Fact]
    public async Task Nothing_is_forwarded_while_nothing_can_be_recorded()
    {
        await using var harness = await Harness.StartAsync();
        var client = harness.Client();
        harness.Records.Full = true;
        using var full = await client.GetAsync("/");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, full.StatusCode);
        Assert.Equal(0, harness.Application.Received);
        harness.Records.Full = false;
        using var free = await client.GetAsync("/");
        Assert.Equal(HttpStatusCode.OK, free.StatusCode);
    }

    [Fact]
    public async Task A_denial_of_someone_signed_in_is_recorded_and_shown_with_its_reasons()
    {
        await using var harness = await Harness.StartAsync(config: config => config with { Bindings = [] });
        using var response = await harness.Client().GetAsync("/secret");
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        var record = harness.Records.Stage("decision").Single();
        Assert.Equal("deny", record.GetProperty("nullius").GetProperty("effect").GetString());
        Assert.Equal("implicitDeny", record.GetProperty("nullius").GetProperty("basis").GetString());
        var shown = harness.Gate.Decisions.Recent(10).Single();
        Assert.Equal("/secret", shown.Path);
        Assert.Equal("policy-denied", shown.Refusal);
        Assert.Contains(shown.Reference, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var why = harness.Gate.Explain(shown.Reference)!;
        Assert.Contains("app:GET", why.Summary, StringComparison.Ordinal);
        Assert.NotEmpty(why.Steps);
    }

    [Fact]
    public async Task A_flood_of_strangers_is_counted_and_not_written_down_one_by_one()
    {
        await using var harness = await Harness.StartAsync();
        var client = harness.Client("");
        for (var i = 0; i < 100; i++)
        {
            using var response = await client.GetAsync("/");
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        }

        Assert.InRange(harness.Records.All.Count, 1, 20);
        Assert.Empty(harness.Gate.Decisions.Recent(10));
        Assert.Equal(100, harness.Gate.Status.Refused);
    }

    [Fact]
    public async Task Subscribers_see_decisions_as_they_are_made()
    {
        await using var harness = await Harness.StartAsync();
        using var subscription = harness.Gate.Decisions.Subscribe();
        await harness.Client().GetStringAsync("/seen?secret=1");
        var made = await subscription.Reader.ReadAsync(new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token);
        Assert.Equal("/seen", made.Path);
        Assert.Equal("alice", made.UserName);
        Assert.Same(made, harness.Gate.Decisions.Find(made.Reference));
    }
}
