using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Nullius.Server.DeviceEndpoints;
using Nullius.Server.SignIn.Flow;

namespace Nullius.Server.Tests.DeviceEndpoints;

public sealed class DeviceEndpointsTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task An_agent_enrols_reports_and_renews_over_mutual_tls()
    {
        await using var server = await DeviceServer.StartAsync();
        using var agent = new Agent();
        var issued = await EnrolAsync(server, agent);
        var id = issued["deviceId"]!.GetValue<string>();
        Assert.Equal(server.Authority.RootsPem, issued["ca"]!.GetValue<string>());

        using var certificate = agent.WithKey(issued["certificate"]!.GetValue<string>());
        using var client = server.Client(certificate);
        var reported = await ReadAsync(await client.PostAsync("posture", new StringContent(agent.Report(id, DateTimeOffset.UtcNow))), HttpStatusCode.OK);
        Assert.Equal("compliant", reported["state"]!.GetValue<string>());

        var worse = await ReadAsync(await client.PostAsync("posture", new StringContent(agent.Report(id, DateTimeOffset.UtcNow.AddSeconds(1), "no"))), HttpStatusCode.OK);
        Assert.Equal("noncompliant", worse["state"]!.GetValue<string>());
        Assert.Equal("firewall is no", worse["reasons"]![0]!.GetValue<string>());

        using var next = new Agent();
        var renewed = await ReadAsync(await client.PostAsJsonAsync("renew", new { csr = next.Csr }), HttpStatusCode.OK);
        Assert.Equal(id, renewed["deviceId"]!.GetValue<string>());
        using var fresh = next.WithKey(renewed["certificate"]!.GetValue<string>());
        using var later = server.Client(fresh);
        await ReadAsync(await later.PostAsync("posture", new StringContent(next.Report(id, DateTimeOffset.UtcNow.AddSeconds(2)))), HttpStatusCode.OK);

        // The replaced certificate is over as soon as the new one was used.
        var old = await ReadAsync(await client.PostAsync("posture", new StringContent(agent.Report(id, DateTimeOffset.UtcNow.AddSeconds(3)))), HttpStatusCode.Unauthorized);
        Assert.Equal("unknownDevice", old["code"]!.GetValue<string>());

        var activities = server.AuditLines().Select(line => (line["class_uid"]?.GetValue<int>(), line["activity_name"]?.GetValue<string>(), line["status"]?.GetValue<string>())).ToList();
        Assert.Contains((3004, "Enroll", "Success"), activities);
        Assert.Contains((3004, "Update", "Success"), activities);
        Assert.Contains((5019, "Log", "Failure"), activities);
        Assert.Equal(3, activities.Count(activity => activity is (5019, "Log", "Success")));
    }

    [Theory]
    [InlineData("posture")]
    [InlineData("renew")]
    public async Task Without_a_certificate_only_enrolment_answers(string path)
    {
        await using var server = await DeviceServer.StartAsync();
        using var client = server.Client();
        var problem = await ReadAsync(await client.PostAsync(path, new StringContent("{}")), HttpStatusCode.Unauthorized);
        Assert.Equal("certificateRequired", problem["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_revoked_device_is_refused()
    {
        await using var server = await DeviceServer.StartAsync();
        using var agent = new Agent();
        var issued = await EnrolAsync(server, agent);
        var id = issued["deviceId"]!.GetValue<string>();
        using var client = server.Client(agent.WithKey(issued["certificate"]!.GetValue<string>()));
        await server.Inventory.RevokeAsync(id, "carol", None);
        var problem = await ReadAsync(await client.PostAsync("posture", new StringContent(agent.Report(id, DateTimeOffset.UtcNow))), HttpStatusCode.Forbidden);
        Assert.Equal("revoked", problem["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_used_code_is_refused_as_a_problem_and_recorded_without_the_code()
    {
        await using var server = await DeviceServer.StartAsync();
        using var agent = new Agent();
        using var client = server.Client();
        var code = (await server.Enrolment.IssueCodeAsync("alice", "carol", None)).Code;
        var request = new { code, csr = agent.Csr, name = "laptop", platform = "linux" };
        await ReadAsync(await client.PostAsJsonAsync("enroll", request), HttpStatusCode.Created);
        var answer = await client.PostAsJsonAsync("enroll", request);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("invalidCode", (await ReadAsync(answer, HttpStatusCode.Forbidden))["code"]!.GetValue<string>());

        var refused = Assert.Single(server.AuditLines(), line => line["status_code"]?.GetValue<string>() == "invalidCode");
        Assert.DoesNotContain(code, refused.ToJsonString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"code":"a","code":"b"}""")]
    [InlineData("""{"code":{"a":{"b":{"c":{"d":1}}}}}""")]
    public async Task A_malformed_body_is_a_problem(string body)
    {
        await using var server = await DeviceServer.StartAsync();
        using var client = server.Client();
        var problem = await ReadAsync(await client.PostAsync("enroll", new StringContent(body, Encoding.UTF8, "application/json")), HttpStatusCode.BadRequest);
        Assert.Equal("malformedRequest", problem["code"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_that_is_too_large_is_refused_however_it_is_sent(bool chunked)
    {
        await using var server = await DeviceServer.StartAsync();
        using var client = server.Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, "enroll") { Content = new StringContent(new string('a', 60_000)) };
        request.Headers.TransferEncodingChunked = chunked;
        await ReadAsync(await client.SendAsync(request), HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Attempts_from_one_address_are_limited()
    {
        await using var server = await DeviceServer.StartAsync();
        using var client = server.Client();
        var statuses = new List<HttpStatusCode>();
        for (var attempt = 0; attempt <= EnrolmentRate.PerMinute; attempt++)
            statuses.Add((await client.PostAsJsonAsync("enroll", new { code = "0000-0000-0000-0000" })).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, statuses[0]);
        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
    }

    [Theory]
    [InlineData("10.0.0.1", "::ffff:10.0.0.1", true)]
    [InlineData("2001:db8::1", "2001:db8::ffff", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    [InlineData("10.0.0.1", "10.0.0.2", false)]
    public void Addresses_that_one_party_holds_count_together(string one, string other, bool same) =>
        Assert.Equal(same, TryLimits.Of(IPAddress.Parse(one)) == TryLimits.Of(IPAddress.Parse(other)));

    [Fact]
    public async Task On_another_host_the_paths_do_not_exist()
    {
        await using var server = await DeviceServer.StartAsync();
        using var client = server.Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, "enroll") { Content = new StringContent("{}") };
        request.Headers.Host = "api.nullius.test";
        Assert.Equal(HttpStatusCode.NotFound, (await client.SendAsync(request)).StatusCode);
    }

    private static async Task<JsonNode> EnrolAsync(DeviceServer server, Agent agent)
    {
        using var client = server.Client();
        var code = await server.Enrolment.IssueCodeAsync("alice", "carol", None);
        return await ReadAsync(await client.PostAsJsonAsync("enroll", new { code = code.Code, csr = agent.Csr, name = "laptop", platform = "linux" }), HttpStatusCode.Created);
    }

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage answer, HttpStatusCode expected)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == expected, $"{answer.StatusCode}: {text}");
        return JsonNode.Parse(text)!;
    }
}
