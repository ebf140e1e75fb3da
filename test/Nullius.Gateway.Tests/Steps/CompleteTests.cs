using System.Net;
using System.Text.Json;
using Nullius.Gateway.Tests.Fakes;
using Nullius.Identity.Trust;

namespace Nullius.Gateway.Tests.Steps;

public class CompleteTests
{
    [Theory]
    [InlineData("/hello", 200, "completed")]
    [InlineData("/fixate", 200, "completed")]
    public async Task Status_bytes_and_duration_of_an_answer_are_recorded(string path, int status, string closed)
    {
        await using var harness = await Harness.StartAsync();
        using var response = await harness.Client().GetAsync(path);
        var body = await response.Content.ReadAsByteArrayAsync();
        var completion = await CompletionAsync(harness);
        Assert.Equal((int)response.StatusCode, completion.GetProperty("http_response").GetProperty("code").GetInt32());
        Assert.Equal(body.Length, completion.GetProperty("http_response").GetProperty("length").GetInt64());
        Assert.True(completion.GetProperty("duration").GetInt64() >= 0);
        Assert.Equal(closed, completion.GetProperty("nullius").GetProperty("closed").GetString());
        Assert.Equal(status, completion.GetProperty("http_response").GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task What_was_refused_has_no_completion()
    {
        await using var harness = await Harness.StartAsync(config: config => config with { Bindings = [] });
        using var response = await harness.Client().GetAsync("/");
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Single(harness.Records.Stage("decision"));
        Assert.Empty(harness.Records.Stage("completion"));
        Assert.Equal(0, harness.Gate.Status.LiveConnections);
    }

    [Fact]
    public async Task An_application_that_is_gone_is_named_as_the_reason()
    {
        await using var harness = await Harness.StartAsync(route => route with { Upstream = route.Upstream! with { Url = "http://127.0.0.1:1", ConnectTimeout = TimeSpan.FromSeconds(2) } });
        using var response = await harness.Client().GetAsync("/");
        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        var completion = await CompletionAsync(harness);
        Assert.Equal("application-failed", completion.GetProperty("nullius").GetProperty("closed").GetString());
        Assert.Equal(502, completion.GetProperty("http_response").GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task A_record_that_cannot_be_written_takes_nothing_back_and_leaves_no_live_entry()
    {
        await using var harness = await Harness.StartAsync();
        await harness.Client().GetStringAsync("/hello");
        await Eventually.HoldsAsync(() => harness.Gate.Status.LiveConnections == 0, "the request is over");
        harness.Records.Full = true;
        using var refused = await harness.Client().GetAsync("/hello");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal(0, harness.Gate.Status.LiveConnections);
    }

    [Fact]
    public async Task A_revoked_stream_says_why_it_was_closed()
    {
        await using var harness = await Harness.StartAsync();
        var (session, secret) = harness.Session();
        await Eventually.HoldsAsync(() => harness.Gate.Status.Sequence == harness.Trust.Sequence, "the feed is followed");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/events");
        request.Headers.Add("Accept", "text/event-stream");
        using var response = await harness.Client(harness.Cookie(secret)).SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        harness.Trust.Put(session with { Revoked = true });
        Assert.Equal("session-revoked", (await CompletionAsync(harness)).GetProperty("nullius").GetProperty("closed").GetString());
    }

    private static async Task<JsonElement> CompletionAsync(Harness harness)
    {
        await Eventually.HoldsAsync(() => harness.Records.Stage("completion").Count == 1, "the completion is recorded");
        return harness.Records.Stage("completion").Single();
    }
}
