using System.Net;
using Nullius.Gateway.Candidates;
using Nullius.Gateway.Config;
using Nullius.Gateway.Tests.Fakes;
using Nullius.Policy.Replay;

namespace Nullius.Gateway.Tests.Decisions;

/// <summary>Candidate policies are decided beside the live ones, counted, and change nothing.</summary>
public class CandidateTests
{
    private const string ReadOnly = """{"Version":"2012-10-17","Statement":[{"Sid":"Read","Effect":"Allow","Action":"app:GET","Resource":"*"}]}""";

    private static GateConfig Try(GateConfig config, string file) => config with { Candidate = new CandidateConfig { Bindings = [config.Bindings[0] with { Policy = file }] } };

    private static async Task<CandidateStatus> CountedAsync(Harness harness, long requests)
    {
        await Eventually.HoldsAsync(() => harness.Gate.Candidate?.Report.Requests >= requests, "the decisions are compared");
        return harness.Gate.Candidate!;
    }

    [Fact]
    public async Task Who_would_lose_is_counted_and_nobody_is_refused()
    {
        await using var harness = await Harness.StartAsync(policies: [("read.json", ReadOnly)], config: config => Try(config, "read.json"));
        using (var read = await harness.Client().GetAsync("/a"))
            Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        for (var i = 0; i < 3; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Delete, $"/a/{i}");
            request.Headers.Add("Sec-Fetch-Site", "same-origin");
            using var deleted = await harness.Client().SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        }

        var status = await CountedAsync(harness, 4);
        Assert.Equal((4L, 3L, 1L, 0L, 0L), (status.Report.Requests, status.Report.Loses, status.Report.Unchanged, status.Dropped, status.Faults));
        Assert.Equal(["/a/0", "/a/1", "/a/2"], status.Report.Groups.Select(g => g.Resource![^4..]));
        Assert.All(status.Report.Groups, g => Assert.Equal((ReplayChange.Loses, "app:DELETE", "alice"), (g.Change, g.Action, g.Principal)));
    }

    [Fact]
    public async Task Who_would_gain_is_counted_and_stays_refused()
    {
        await using var harness = await Harness.StartAsync(policies: [("read.json", ReadOnly)], config: config => Try(config, "read.json") with { Bindings = [] });
        using var read = await harness.Client().GetAsync("/a");
        Assert.Equal(HttpStatusCode.Forbidden, read.StatusCode);
        Assert.Equal(1, (await CountedAsync(harness, 1)).Report.Gains);
    }

    [Fact]
    public async Task A_header_that_only_the_candidate_reads_was_not_kept_and_is_unknown()
    {
        const string Conditional = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"nullius:Header/X-Team":"blue"}}}]}""";
        await using var harness = await Harness.StartAsync(policies: [("team.json", Conditional)], config: config => Try(config, "team.json"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/a");
        request.Headers.Add("X-Team", "blue");
        using var read = await harness.Client().SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        var group = Assert.Single((await CountedAsync(harness, 1)).Report.Groups);
        Assert.Equal((ReplayChange.Unknown, "nullius:Header/X-Team"), (group.Change, group.Why));
    }

    [Fact]
    public async Task Counting_starts_anew_with_another_candidate_and_ends_without_one()
    {
        await using var harness = await Harness.StartAsync(policies: [("read.json", ReadOnly)], config: config => Try(config, "read.json"));
        using (await harness.Client().GetAsync("/a"))
            await CountedAsync(harness, 1);
        harness.Policy("other.json", ReadOnly.Replace("app:GET", "app:PUT", StringComparison.Ordinal));
        Assert.Empty(await harness.Gate.ReloadAsync(Try(harness.Config(), "other.json"), default));
        using (await harness.Client().GetAsync("/a"))
            await Eventually.HoldsAsync(() => harness.Gate.Candidate!.Report is { Requests: 1, Loses: 1 }, "counting began anew");
        Assert.Empty(await harness.Gate.ReloadAsync(harness.Config() with { Candidate = null }, default));
        Assert.Null(harness.Gate.Candidate);
    }

    [Fact]
    public async Task A_candidate_with_errors_is_refused_like_any_policy()
    {
        await using var harness = await Harness.StartAsync(policies: [("broken.json", "{}")]);
        Assert.NotEmpty(await harness.Gate.ReloadAsync(Try(harness.Config(), "broken.json"), default));
        // What is wrong with both is told once.
        var live = harness.Config();
        var twice = await harness.Gate.ReloadAsync(Try(live with { Guardrails = [["missing.json"]] }, "broken.json"), default);
        Assert.Equal(2, twice.Count);
        Assert.Equal(twice.Distinct(), twice);
        Assert.Null(harness.Gate.Candidate);
    }
}
