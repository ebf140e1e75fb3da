using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Nullius.Server.Api.Decisions;
using Xunit;

namespace Nullius.Server.Tests.Api;

public sealed class ConsoleApiTests
{
    [Fact]
    public async Task A_list_of_decisions_is_filtered()
    {
        await using var host = await ConsoleHost.StartAsync();
        host.Views.Decisions.AddRange([FakeViews.Entry("r1"), FakeViews.Entry("r2", DecisionEffect.Deny), FakeViews.Entry("r3", DecisionEffect.StepUp, "bob")]);

        Assert.Equal(["r2", "r3"], await ReferencesAsync(host, "effect=deny,stepUp"));
        Assert.Equal(["r3"], await ReferencesAsync(host, "person=BOB"));
        Assert.Equal(["r1", "r2", "r3"], await ReferencesAsync(host, "q=orders%20laptop"));
        Assert.Empty(await ReferencesAsync(host, "q=orders%20bob&effect=allow"));
        Assert.Empty(await ReferencesAsync(host, "exceptRoute=api"));
    }

    [Fact]
    public async Task An_unknown_effect_is_refused_with_what_was_expected()
    {
        await using var host = await ConsoleHost.StartAsync();

        using var answer = await host.Http.GetAsync("/api/v1/decisions?effect=maybe");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("`effect` is `maybe`; expected `allow`, `stepUp` or `deny`, or several with commas.", problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task A_batch_of_the_stream_arrives_as_an_event()
    {
        await using var host = await ConsoleHost.StartAsync();
        host.Views.Send(new DecisionBatch(FakeViews.Noon, 5, [FakeViews.Entry("r1"), FakeViews.Entry("r2", DecisionEffect.Deny)]));

        using var answer = await host.Http.GetAsync("/api/v1/decisions/stream?effect=deny", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        Assert.Equal("event: batch", await reader.ReadLineAsync());
        var data = JsonDocument.Parse((await reader.ReadLineAsync())!["data: ".Length..]).RootElement;

        Assert.Equal(5, data.GetProperty("seen").GetInt32());
        var only = Assert.Single(data.GetProperty("decisions").EnumerateArray());
        Assert.Equal("r2", only.GetProperty("reference").GetString());
        Assert.Equal("deny", only.GetProperty("effect").GetString());
    }

    [Fact]
    public async Task An_unsafe_call_without_the_header_changes_nothing()
    {
        await using var host = await ConsoleHost.StartAsync();

        using var answer = await host.Http.PostAsync("/api/v1/people/p1/sessions/revoke", null);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Empty(host.Views.Acts);
    }

    [Theory]
    [InlineData("/api/v1/people/p1/sessions/revoke", "admin RevokeAllSessions p1")]
    [InlineData("/api/v1/people/p1/sessions/s1/revoke", "admin RevokeSession s1")]
    [InlineData("/api/v1/people/p1/connections/c1/end", "admin EndConnection c1")]
    [InlineData("/api/v1/people/alice/disable", "admin DisablePerson p1")]
    [InlineData("/api/v1/people/p1/enable", "admin EnablePerson p1")]
    [InlineData("/api/v1/people/alice/delete", "admin DeletePerson p1")]
    [InlineData("/api/v1/devices/d1/revoke", "admin RevokeDevice d1")]
    public async Task An_action_names_who_acts_and_answers_with_a_receipt(string path, string act)
    {
        await using var host = await ConsoleHost.StartAsync();

        using var answer = await PostAsync(host, path);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        var receipt = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(42, receipt.GetProperty("sequence").GetInt64());
        Assert.Equal([act], host.Views.Acts);
    }

    [Theory]
    [InlineData("disable")]
    [InlineData("delete")]
    [InlineData("groups")]
    public async Task Nobody_disables_deletes_or_promotes_themselves(string call)
    {
        await using var host = await ConsoleHost.StartAsync();

        using var answer = await PostPeopleAsync(host, "p9/" + call, """{"join": ["admins"], "leave": []}""");

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Empty(host.Views.Acts);
    }

    [Theory]
    [InlineData("""{"join": ["night"], "leave": ["engineers"]}""", HttpStatusCode.OK)]
    [InlineData("""{"join": [], "leave": []}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"join": [null], "leave": []}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"join": ["night"]}""", HttpStatusCode.BadRequest)]
    [InlineData("nothing", HttpStatusCode.BadRequest)]
    public async Task Groups_are_changed_by_what_to_join_and_to_leave(string body, HttpStatusCode status)
    {
        await using var host = await ConsoleHost.StartAsync();

        using var answer = await PostPeopleAsync(host, "p1/groups", body);

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(status == HttpStatusCode.OK ? ["admin ChangeGroups p1"] : [], host.Views.Acts);
    }

    [Theory]
    [InlineData("""{"userName": "gina", "displayName": "Gina Gray", "groups": ["night"]}""", HttpStatusCode.OK, "admin CreatePerson gina (Gina Gray) night")]
    [InlineData("""{"userName": "gina"}""", HttpStatusCode.OK, "admin CreatePerson gina () ")]
    [InlineData("""{"userName": "alice"}""", HttpStatusCode.Conflict, null)]
    [InlineData("""{"displayName": "Gina Gray"}""", HttpStatusCode.BadRequest, null)]
    [InlineData("""{"userName": "gina", "groups": [null]}""", HttpStatusCode.BadRequest, null)]
    [InlineData("nothing", HttpStatusCode.BadRequest, null)]
    public async Task A_person_is_created_and_the_code_is_in_the_answer_alone(string body, HttpStatusCode status, string? act)
    {
        await using var host = await ConsoleHost.StartAsync();

        using var answer = await CreateAsync(host, body);

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(act is null ? [] : [act], host.Views.Acts);
        if (status != HttpStatusCode.OK)
            return;
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        Assert.Null(answer.Headers.Location);
        var made = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("a-code", made.GetProperty("code").GetString());
        Assert.DoesNotContain("a-code", made.GetProperty("page").GetString(), StringComparison.Ordinal);
        Assert.Equal("ref-act", made.GetProperty("reference").GetString());
    }

    [Theory]
    [InlineData(nameof(DecisionEffect.Deny))]
    [InlineData(nameof(DecisionEffect.StepUp))]
    public async Task Who_may_not_change_groups_creates_people_without_any(string ofGroups)
    {
        await using var host = await ConsoleHost.StartAsync();
        host.Views.Besides = Enum.Parse<DecisionEffect>(ofGroups);

        using var refused = await CreateAsync(host, """{"userName": "gina", "groups": ["administrators"]}""");
        using var made = await CreateAsync(host, """{"userName": "gina", "groups": []}""");

        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains("console:ChangeGroups", (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, made.StatusCode);
        Assert.Equal(["admin CreatePerson gina () "], host.Views.Acts);
    }

    [Fact]
    public async Task Without_a_person_nothing_is_done()
    {
        await using var host = await ConsoleHost.StartAsync();
        host.Views.Caller = null;

        foreach (var path in (string[])["/people/p1/disable", "/people/p1/delete", "/people/p1/enable", "/people/p1/sessions/revoke", "/people/p1/sessions/s/revoke", "/devices/d/revoke"])
        {
            using var answer = await PostAsync(host, "/api/v1" + path);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }

        Assert.Empty(host.Views.Acts);
    }

    [Theory]
    [InlineData("/api/v1/decisions/none")]
    [InlineData("/api/v1/people/none")]
    [InlineData("/api/v1/devices/none")]
    [InlineData("/api/v1/nothing/here")]
    public async Task What_does_not_exist_is_said_so(string path)
    {
        await using var host = await ConsoleHost.StartAsync();

        using var answer = await host.Http.GetAsync(path);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task People_without_a_second_factor_are_listed_in_pages()
    {
        await using var host = await ConsoleHost.StartAsync();

        var without = await host.Http.GetFromJsonAsync<JsonElement>("/api/v1/people?withoutMfa=true");
        var first = await host.Http.GetFromJsonAsync<JsonElement>("/api/v1/people?limit=1");
        var second = await host.Http.GetFromJsonAsync<JsonElement>("/api/v1/people?limit=1&after=" + first.GetProperty("next").GetString());
        using var malformed = await host.Http.GetAsync("/api/v1/people?after=-1");

        Assert.Equal("bob", Assert.Single(without.GetProperty("items").EnumerateArray()).GetProperty("userName").GetString());
        Assert.Equal("alice", first.GetProperty("items")[0].GetProperty("userName").GetString());
        Assert.Equal("bob", second.GetProperty("items")[0].GetProperty("userName").GetString());
        Assert.Equal(JsonValueKind.Null, second.GetProperty("next").ValueKind);
        Assert.Equal(HttpStatusCode.BadRequest, malformed.StatusCode);
    }

    [Fact]
    public async Task Another_host_does_not_serve_the_api()
    {
        await using var host = await ConsoleHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/people");
        request.Headers.Host = "app.example";

        using var answer = await host.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private static async Task<HttpResponseMessage> PostAsync(ConsoleHost host, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Headers.Add("X-Nullius-Console", "1");
        return await host.Http.SendAsync(request);
    }

    private static async Task<HttpResponseMessage> PostPeopleAsync(ConsoleHost host, string call, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/people" + (call.Length > 0 ? "/" + call : "")) { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Add("X-Nullius-Console", "1");
        return await host.Http.SendAsync(request);
    }

    private static Task<HttpResponseMessage> CreateAsync(ConsoleHost host, string body) => PostPeopleAsync(host, "", body);

    private static async Task<string[]> ReferencesAsync(ConsoleHost host, string query)
    {
        var list = await host.Http.GetFromJsonAsync<JsonElement>("/api/v1/decisions?" + query);
        return [.. list.GetProperty("items").EnumerateArray().Select(entry => entry.GetProperty("reference").GetString()!)];
    }
}
