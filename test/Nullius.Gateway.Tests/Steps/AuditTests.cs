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
    public async Task On_a_full_disk_whoever_is_allowed_at_the_console_still_acts_and_nobody_else()
    {
        await using var harness = await Harness.StartAsync(config: config => config with
        {
            Bindings = [.. config.Bindings, new Config.BindingConfig(new Config.SourcePosition("nullius.yaml", 2), Config.BindingKind.Identity, "console.json", [], ["admins"])],
        }, policies: [("console.json", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"console:*","Resource":"*"}]}""")]);
        harness.Person("root", "admins");
        var console = $"console.nullius.test:{harness.Port}";
        var root = harness.Client(harness.Cookie(harness.Session("root", host: console).Secret));
        var alice = harness.Client(harness.Cookie(harness.Session("alice", host: console).Secret));
        await Eventually.HoldsAsync(() => harness.Gate.Status.Sequence == harness.Trust.Sequence, "the feed is followed");
        harness.Records.Full = true;
        using var allowed = await root.GetAsync($"https://{console}/");
        Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
        await Eventually.HoldsAsync(() => harness.Records.Reserved == 2, "decision and completion are recorded");
        using var denied = await alice.GetAsync($"https://{console}/");
        Assert.Equal(HttpStatusCode.Forbidden, denied.StatusCode);
        using var application = await harness.Client().GetAsync("/");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, application.StatusCode);
        Assert.Equal(2, harness.Records.Reserved);
    }

    [Fact]
    public async Task On_a_full_disk_the_sign_in_pages_still_answer()
    {
        await using var harness = await Harness.StartAsync();
        harness.Records.Full = true;
        var client = harness.Client("");
        using var page = await client.GetAsync($"https://auth.nullius.test:{harness.Port}/sign-in");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        using var other = await client.GetAsync($"https://auth.nullius.test:{harness.Port}/account");
        Assert.Equal(HttpStatusCode.Unauthorized, other.StatusCode);
    }

    [Fact]
    public async Task A_record_names_the_policies_that_decided()
    {
        await using var harness = await Harness.StartAsync();
        await harness.Client().GetStringAsync("/");
        var first = Version();
        harness.Policy("allow.json", """{"Version":"2012-10-17","Statement":[{"Sid":"Other","Effect":"Allow","Action":"app:*","Resource":"*"}]}""");
        Assert.Empty(await harness.Gate.ReloadAsync(harness.Config(), default));
        await harness.Client().GetStringAsync("/");
        Assert.Equal(16, first.Length);
        Assert.NotEqual(first, Version());

        string Version() => harness.Records.Stage("decision")[^1].GetProperty("nullius").GetProperty("policies").GetString()!;
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
