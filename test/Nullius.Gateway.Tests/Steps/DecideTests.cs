using System.Net;
using Nullius.Gateway.Config;
using Nullius.Gateway.Tests.Fakes;
using Nullius.Identity.Trust;

namespace Nullius.Gateway.Tests.Steps;

public class DecideTests
{
    [Theory]
    [InlineData("GET", "/orders", "app:ListOrders", "/orders")]
    [InlineData("POST", "/orders", "app:POST", "/orders")]
    [InlineData("DELETE", "/orders/7", "app:ChangeOrder", "/orders/7")]
    [InlineData("GET", "/other", "app:GET", "/other")]
    [InlineData("GET", "/orders?action=delete", "app:ListOrders", "/orders")]
    public async Task Action_and_resource_are_the_operation_and_the_canonical_path(string method, string target, string action, string path)
    {
        await using var harness = await Harness.StartAsync(route => route with
        {
            Operations =
            [
                new OperationConfig(route.At, "ListOrders", ["GET"], "/orders"),
                new OperationConfig(route.At, "ChangeOrder", ["DELETE", "PUT"], "/orders/*"),
            ],
        });
        using var request = new HttpRequestMessage(new HttpMethod(method), target);
        request.Headers.Add("Origin", harness.Origin);
        using var response = await harness.Client().SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var record = harness.Records.Stage("decision").Single();
        Assert.Equal(action, record.GetProperty("api").GetProperty("operation").GetString());
        Assert.EndsWith(":" + path, record.GetProperty("resources")[0].GetProperty("name").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Paths_of_an_application_without_case_are_decided_in_lower_case_and_forwarded_as_they_came()
    {
        await using var harness = await Harness.StartAsync(route => route with { CaseInsensitivePaths = true });
        await harness.Client().GetStringAsync("/Orders/ABC");
        Assert.EndsWith(":/orders/abc", harness.Records.Stage("decision").Single().GetProperty("resources")[0].GetProperty("name").GetString(), StringComparison.Ordinal);
        Assert.Equal("/Orders/ABC", harness.Gate.Decisions.Recent(1).Single().Path);
    }

    [Theory]
    [InlineData("app", HttpStatusCode.OK)]
    [InlineData("app:GET", HttpStatusCode.OK)]
    [InlineData("app:POST", HttpStatusCode.Forbidden)]
    [InlineData("other", HttpStatusCode.Forbidden)]
    public async Task A_key_reaches_what_its_scopes_name(string scope, HttpStatusCode expected)
    {
        await using var harness = await Harness.StartAsync();
        var (_, secret) = harness.Session(kind: SessionKind.ApiKey, change: session => session with { Scopes = [scope] });
        await Eventually.HoldsAsync(() => harness.Gate.Status.Sequence == harness.Trust.Sequence, "the feed is followed");
        var client = harness.Client("");
        client.DefaultRequestHeaders.Add("Authorization", "Bearer nlk_" + secret);
        using var response = await client.GetAsync("/");
        Assert.Equal(expected, response.StatusCode);
        if (expected == HttpStatusCode.Forbidden)
            Assert.Equal(0, harness.Application.Received);
    }

    [Theory]
    [InlineData("?env=prod", HttpStatusCode.OK)]
    [InlineData("?env=test", HttpStatusCode.Forbidden)]
    [InlineData("?env=prod&env=prod", HttpStatusCode.Forbidden)]
    [InlineData("?ENV=prod", HttpStatusCode.Forbidden)]
    [InlineData("?env=prod;x=1", HttpStatusCode.Forbidden)]
    [InlineData("", HttpStatusCode.Forbidden)]
    public async Task A_query_parameter_decides_where_it_has_one_reading(string query, HttpStatusCode expected)
    {
        await using var harness = await Harness.StartAsync();
        harness.Policy("allow.json", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"app:*","Resource":"*","Condition":{"StringEquals":{"nullius:Query/env":"prod"}}}]}""");
        Assert.Empty(await harness.Gate.ReloadAsync(harness.Config(), default));
        using var response = await harness.Client().GetAsync("/" + query);
        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task A_snapshot_older_than_the_route_bears_denies()
    {
        await using var harness = await Harness.StartAsync(route => route with { MaxSnapshotAge = TimeSpan.FromTicks(1) });
        using var response = await harness.Client().GetAsync("/");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains("trust-stale", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(0, harness.Application.Received);
    }

    [Fact]
    public async Task The_earliest_end_by_time_is_recorded()
    {
        await using var harness = await Harness.StartAsync();
        var until = harness.Time.GetUtcNow().AddMinutes(5);
        harness.Policy("allow.json", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"app:*","Resource":"*","Condition":{"DateLessThan":{"aws:CurrentTime":"UNTIL"}}}]}""".Replace("UNTIL", until.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal));
        Assert.Empty(await harness.Gate.ReloadAsync(harness.Config(), default));
        await harness.Client().GetStringAsync("/");
        var recorded = harness.Records.Stage("decision").Single().GetProperty("nullius").GetProperty("validUntil").GetDateTimeOffset();
        Assert.InRange(recorded, until.AddSeconds(-1), until);
    }
}
