using System.Net;
using System.Text.Json;

namespace Nullius.EndToEnd.DecisionPoint;

/// <summary>The AuthZEN Authorization API 1.0 over the gate's own door; the decisions are those of its certification scenario.</summary>
public sealed class AuthZenTests(DecisionPointFixture gate) : IClassFixture<DecisionPointFixture>, IAsyncLifetime
{
    private const string Alice = """ "subject":{"type":"user","id":"alice"} """;
    private const string Read = """ "action":{"name":"read"} """;
    private const string First = """ "resource":{"type":"record","id":"record-1"} """;

    public async ValueTask InitializeAsync() => await gate.PrepareAsync();

    [Theory]
    [InlineData(true, "alice", "{}", "read", "{}", "record-1", "{}")]
    [InlineData(true, "alice", "{}", "write", "{}", "record-1", "{}")]
    [InlineData(true, "bob", "{}", "read", "{}", "record-1", "{}")]
    [InlineData(false, "bob", "{}", "write", "{}", "record-1", "{}")]
    [InlineData(false, "alice", "{}", "write", "{}", "record-2", """{"status":"archived"}""")]
    [InlineData(true, "bob", """{"role":"admin"}""", "write", "{}", "record-2", """{"status":"archived"}""")]
    [InlineData(true, "alice", "{}", "delete", """{"soft":true}""", "record-1", "{}")]
    [InlineData(false, "alice", "{}", "delete", """{"soft":false}""", "record-1", "{}")]
    [InlineData(true, "alice", """{"department":"Sales","role":"manager"}""", "read", """{"method":"GET"}""", "record-1", """{"status":"active","owner":{"deep":[1]}}""")]
    [InlineData(false, "alice", "{}", "delete", """{"soft":{"a":1}}""", "record-1", "{}")]
    [InlineData(false, "alice", "{}", "delete", """{"soft":true,"Soft":false}""", "record-1", "{}")]
    public async Task An_evaluation_is_decided_on_what_the_client_says(bool expected, string subject, string about, string action, string how, string resource, string what)
    {
        var answer = await gate.AskAsync($$"""
            {"subject":{"type":"user","id":"{{subject}}","properties":{{about}} },"action":{"name":"{{action}}","properties":{{how}} },
             "resource":{"type":"record","id":"{{resource}}","properties":{{what}} } }
            """);

        Assert.Equal(expected, answer.GetProperty("decision").GetBoolean());
    }

    [Fact]
    public async Task A_decision_is_recorded_with_who_asked_and_the_statement_that_decided()
    {
        using var response = await gate.PostAsync("/access/v1/evaluation", $$"""{ {{Alice}}, {{Read}}, {{First}} }""", gate.Key, headers: ("X-Request-ID", "bfe9eb29-ab87"));
        var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        var record = gate.Recorded(answer.GetProperty("context").GetProperty("reference").GetString()!);
        var own = record.GetProperty("nullius");

        Assert.Equal("bfe9eb29-ab87", Assert.Single(response.Headers.GetValues("X-Request-ID")));
        Assert.Equal("alice", record.GetProperty("actor").GetProperty("user").GetProperty("name").GetString());
        Assert.Equal("record:read", record.GetProperty("api").GetProperty("operation").GetString());
        Assert.Equal("arn:nullius:record::111122223333:record-1", record.GetProperty("resources")[0].GetProperty("name").GetString());
        Assert.Equal(("allow", "answered", "record"), (own.GetProperty("effect").GetString(), own.GetProperty("outcome").GetString(), own.GetProperty("route").GetString()));
        Assert.Equal("Read", own.GetProperty("statements")[0].GetProperty("id").GetString());
        Assert.Equal(("tests", "authzen", "bfe9eb29-ab87"), (own.GetProperty("asked").GetProperty("client").GetString(), own.GetProperty("asked").GetProperty("protocol").GetString(), own.GetProperty("asked").GetProperty("requestId").GetString()));
        // The call itself is a record of its own, whose subject is the client.
        Assert.Equal("svc-tests", gate.Recorded(own.GetProperty("asked").GetProperty("call").GetString()!).GetProperty("actor").GetProperty("user").GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_refusal_is_recorded_and_says_why_without_saying_which_policy()
    {
        var answer = await gate.AskAsync($$"""{ {{Alice}}, "action":{"name":"burn"}, {{First}} }""");
        var context = answer.GetProperty("context");

        Assert.False(answer.GetProperty("decision").GetBoolean());
        Assert.Equal("policy-denied", context.GetProperty("reason").GetString());
        Assert.Equal("refused", gate.Recorded(context.GetProperty("reference").GetString()!).GetProperty("nullius").GetProperty("outcome").GetString());
        Assert.DoesNotContain("json", answer.GetRawText(), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("""{"type":"user","id":"nobody"}""", "subject-unknown")]
    [InlineData("""{"type":"robot","id":"alice"}""", "subject-unknown")]
    [InlineData("""{"type":"user","id":"gone"}""", "person-disabled")]
    public async Task A_subject_that_is_not_known_or_disabled_is_allowed_nothing(string subject, string reason)
    {
        await gate.Trust.AddPersonAsync("gone");
        await gate.Trust.ChangePersonAsync("gone", person => person with { Disabled = true });
        await gate.FollowedAsync();
        var answer = await gate.AskAsync($$"""{ "subject":{{subject}}, {{Read}}, {{First}} }""");

        Assert.False(answer.GetProperty("decision").GetBoolean());
        Assert.Equal(reason, answer.GetProperty("context").GetProperty("reason").GetString());
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("app")]
    [InlineData("console")]
    [InlineData("pdp")]
    public async Task A_client_learns_nothing_about_routes_that_are_not_its_own(string type)
    {
        var answer = await gate.AskAsync($$"""{ {{Alice}}, "action":{"name":"GET"}, "resource":{"type":"{{type}}","id":"/"} }""");

        Assert.False(answer.GetProperty("decision").GetBoolean());
        Assert.Equal("unknown-path", answer.GetProperty("context").GetProperty("reason").GetString());
    }

    [Theory]
    [InlineData("DELETE", "/pages/1", false)]
    [InlineData("delete", "/pages/1", false)]
    [InlineData("GET", "/pages/1", true)]
    [InlineData("GET", "/pages/../admin", false)]
    [InlineData("GET", "/pages//1", false)]
    [InlineData("GET", "/pages/1?x=1", false)]
    [InlineData("G*T", "/pages/1", false)]
    public async Task A_path_is_asked_about_in_the_words_that_the_gate_has_for_it(string method, string path, bool expected)
    {
        var answer = await gate.AskAsync($$"""{ {{Alice}}, "action":{"name":"{{method}}"}, "resource":{"type":"wiki","id":"{{path}}"} }""");

        Assert.Equal(expected, answer.GetProperty("decision").GetBoolean());
    }

    [Fact]
    public async Task A_second_factor_is_unknown_until_a_client_that_may_says_so()
    {
        const string Stated = """{ "subject":{"type":"user","id":"alice"}, "action":{"name":"sign"}, "resource":{"type":"record","id":"r"}, "context":{"aws:MultiFactorAuthPresent":true} }""";
        var believed = await gate.KeyAsync("svc-believed", "pdp");

        Assert.False((await gate.AskAsync(Stated)).GetProperty("decision").GetBoolean());
        Assert.True((await gate.AskAsync(Stated, bearer: believed)).GetProperty("decision").GetBoolean());
        Assert.False((await gate.AskAsync(Stated.Replace("true", "false", StringComparison.Ordinal), bearer: believed)).GetProperty("decision").GetBoolean());
    }

    [Theory]
    [InlineData("print", """{"ip_address":"203.0.113.9"}""", "{}", true)]
    [InlineData("print", """{"ip_address":"198.51.100.9"}""", "{}", false)]
    [InlineData("print", "{}", """{"aws:SourceIp":"203.0.113.9"}""", false)]
    [InlineData("export", """{"device_id":"dev-1"}""", "{}", true)]
    [InlineData("export", """{"device_id":"pep-1"}""", "{}", false)]
    [InlineData("export", "{}", "{}", false)]
    [InlineData("tag", "{}", """{"labels":["a","b"]}""", true)]
    [InlineData("tag", "{}", """{"labels":["a","c"]}""", false)]
    [InlineData("tag", "{}", """{"labels":["a",{"b":1}]}""", false)]
    public async Task Address_device_and_context_count_as_far_as_the_client_may_say(string action, string properties, string context, bool expected)
    {
        var answer = await gate.AskAsync($$"""
            {"subject":{"type":"user","id":"alice","properties":{{properties}} },"action":{"name":"{{action}}"},"resource":{"type":"record","id":"r"},"context":{{context}} }
            """);

        Assert.Equal(expected, answer.GetProperty("decision").GetBoolean());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"subject\":")]
    [InlineData("""{"action":{"name":"read"},"resource":{"type":"record","id":"record-1"}}""")]
    [InlineData("""{"subject":{"type":"user","id":"alice"},"resource":{"type":"record","id":"record-1"}}""")]
    [InlineData("""{"subject":{"type":"user","id":"alice"},"action":{"name":"read"}}""")]
    [InlineData("""{"subject":{"id":"alice"},"action":{"name":"read"},"resource":{"type":"record","id":"record-1"}}""")]
    [InlineData("""{"subject":{"type":"user"},"action":{"name":"read"},"resource":{"type":"record","id":"record-1"}}""")]
    [InlineData("""{"subject":{"type":"user","id":"alice"},"action":{},"resource":{"type":"record","id":"record-1"}}""")]
    [InlineData("""{"subject":{"type":"user","id":"alice"},"action":{"name":123},"resource":{"type":"record","id":"record-1"}}""")]
    [InlineData("""{"subject":"alice","action":{"name":"read"},"resource":{"type":"record","id":"record-1"}}""")]
    [InlineData("""{"subject":{"type":"user","id":"alice"},"action":{"name":"read"},"resource":{"type":"record","id":"record-1"},"context":"now"}""")]
    [InlineData("""{"subject":{"type":"user","id":"alice","id":"bob"},"action":{"name":"read"},"resource":{"type":"record","id":"record-1"}}""")]
    [InlineData("""{"subject":{"type":"user","id":"\ud800"},"action":{"name":"read"},"resource":{"type":"record","id":"record-1"}}""")]
    [InlineData("""{"subject":{"type":"user","id":"alice","properties":{"ip_address":"office"}},"action":{"name":"read"},"resource":{"type":"record","id":"record-1"}}""")]
    [InlineData("""{"subject":{"type":"user","id":"alice"},"action":{"name":"read"},"resource":{"type":"record","id":"r","properties":{"a":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}}}""")]
    public async Task What_is_not_an_evaluation_is_a_bad_request_with_a_message(string json)
    {
        using var response = await gate.PostAsync("/access/v1/evaluation", json, gate.Key, headers: ("X-Request-ID", "seven"));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.NotEmpty(await response.Content.ReadAsStringAsync());
        Assert.Equal("seven", Assert.Single(response.Headers.GetValues("X-Request-ID")));
    }

    [Fact]
    public async Task Another_media_type_and_a_request_that_is_too_large_are_bad_requests()
    {
        var whole = $$"""{ {{Alice}}, {{Read}}, {{First}} }""";
        using var form = await gate.PostAsync("/access/v1/evaluation", whole, gate.Key, type: "text/plain");
        using var large = await gate.PostAsync("/access/v1/evaluation", whole + new string(' ', 300 * 1024), gate.Key);

        Assert.Equal(HttpStatusCode.BadRequest, form.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, large.StatusCode);
    }

    [Fact]
    public async Task Unknown_members_are_ignored()
    {
        var answer = await gate.AskAsync($$"""{ {{Alice}}, {{Read}}, {{First}}, "foo":"bar", "futureField":{"nested":true} }""");

        Assert.True(answer.GetProperty("decision").GetBoolean());
    }

    [Fact]
    public async Task Evaluations_are_answered_in_their_order_and_take_what_they_lack_from_the_request()
    {
        var answer = await gate.AskAsync($$"""
            { {{Alice}}, "action":{"name":"write"}, "resource":{"type":"record"}, "evaluations":[
              {"resource":{"id":"record-1","properties":{"status":"active"} } },
              {"resource":{"type":"record","id":"record-2","properties":{"status":"archived"} } },
              {"subject":{"type":"user","id":"bob"},"resource":{"id":"record-1"} },
              {"action":{"name":"read"},"resource":{"id":"record-1"} },
              {},
              "nothing"] }
            """, "/access/v1/evaluations");
        var evaluations = answer.GetProperty("evaluations").EnumerateArray().ToList();

        Assert.Equal([true, false, false, true, false, false], evaluations.Select(one => one.GetProperty("decision").GetBoolean()));
        Assert.Equal(400, evaluations[4].GetProperty("context").GetProperty("error").GetProperty("status").GetInt32());
        Assert.False(answer.TryGetProperty("decision", out _));
    }

    [Theory]
    [InlineData("execute_all", new[] { true, false, true })]
    [InlineData("deny_on_first_deny", new[] { true, false })]
    [InlineData("permit_on_first_permit", new[] { true })]
    public async Task Evaluations_end_where_their_semantic_ends_them(string semantic, bool[] expected)
    {
        var before = gate.DecisionsRecorded();
        var answer = await gate.AskAsync($$"""
            { {{Alice}}, {{First}}, "options":{"evaluations_semantic":"{{semantic}}","another_option":"value"},
              "evaluations":[{"action":{"name":"read"} },{"action":{"name":"burn"} },{"action":{"name":"write"} }] }
            """, "/access/v1/evaluations");

        Assert.Equal(expected, answer.GetProperty("evaluations").EnumerateArray().Select(one => one.GetProperty("decision").GetBoolean()));
        Assert.Equal(expected.Length, gate.DecisionsRecorded() - before);
    }

    [Theory]
    [InlineData("")]
    [InlineData(""","evaluations":[]""")]
    public async Task Without_evaluations_the_request_is_one_itself(string evaluations)
    {
        var answer = await gate.AskAsync($$"""{ {{Alice}}, {{Read}}, {{First}} {{evaluations}} }""", "/access/v1/evaluations");

        Assert.True(answer.GetProperty("decision").GetBoolean());
    }

    [Theory]
    [InlineData(""" "options":{"evaluations_semantic":"first_wins"} """)]
    [InlineData(""" "options":{"evaluations_semantic":null} """)]
    [InlineData(""" "options":[] """)]
    [InlineData(""" "evaluations":{} """)]
    public async Task Options_and_evaluations_of_another_form_are_bad_requests(string member)
    {
        using var response = await gate.PostAsync("/access/v1/evaluations", $$"""{ {{Alice}}, {{Read}}, {{First}}, {{member}} }""", gate.Key);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task More_than_a_hundred_evaluations_are_a_bad_request()
    {
        var many = string.Join(',', Enumerable.Repeat("{}", 101));
        using var response = await gate.PostAsync("/access/v1/evaluations", $$"""{ {{Alice}}, {{Read}}, {{First}}, "evaluations":[{{many}}] }""", gate.Key);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Metadata_is_public_and_names_the_endpoints_under_the_identifier_that_was_asked()
    {
        using var client = gate.Client();
        using var response = await client.GetAsync($"https://{gate.At(DecisionPointFixture.Pdp)}/.well-known/authzen-configuration");
        var metadata = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        var here = $"https://{gate.At(DecisionPointFixture.Pdp)}";

        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(here, metadata.GetProperty("policy_decision_point").GetString());
        Assert.Equal(here + "/access/v1/evaluation", metadata.GetProperty("access_evaluation_endpoint").GetString());
        Assert.Equal(here + "/access/v1/evaluations", metadata.GetProperty("access_evaluations_endpoint").GetString());
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
