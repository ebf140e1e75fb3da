using System.Net;
using Nullius.Gateway.Decisions;
using Nullius.Gateway.Tests.Fakes;

namespace Nullius.Gateway.Tests.Decisions;

/// <summary>An explanation is of the decision that was made, not of the one that would be made now.</summary>
public class ExplainTests
{
    private const string Conditional = """
        {"Version":"2012-10-17","Statement":[{"Sid":"Prod","Effect":"Allow","Action":"app:*","Resource":"*","Condition":{
          "StringEquals":{"nullius:Query/env":"prod","nullius:Header/X-Team":"blue"},"StringNotEquals":{"nullius:Query/api_token":"none"},"Bool":{"aws:MultiFactorAuthPresent":"true"}}}]}
        """;

    [Fact]
    public async Task Values_that_conditions_read_are_kept_with_the_decision_and_secrets_are_not()
    {
        await using var harness = await Harness.StartAsync(policies: [("c.json", Conditional)], config: config => config with { Bindings = [config.Bindings[0] with { Policy = "c.json" }] });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/x?env=test&api_token=tell-nobody&other=never-kept");
        request.Headers.Add("X-Team", "blue");
        using var response = await harness.Client().SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);

        var why = Explain(harness);
        var context = why.Context.ToDictionary(one => one.Key, StringComparer.OrdinalIgnoreCase);
        Assert.Equal(["test"], context["nullius:Query/env"].Values);
        Assert.Equal(["blue"], context["nullius:Header/X-Team"].Values);
        Assert.Equal(["true"], context["aws:MultiFactorAuthPresent"].Values);
        Assert.Equal("withheld", context["nullius:Query/api_token"].State);
        Assert.Empty(context["nullius:Query/api_token"].Values);
        Assert.Equal(4, context.Count);
        Assert.DoesNotContain("tell-nobody", why.ToString() + string.Join('\n', why.Steps.Concat(why.Changes)), StringComparison.Ordinal);
        Assert.Contains(why.Steps, step => step.Contains("nullius:Query/env", StringComparison.OrdinalIgnoreCase));
        Assert.False(why.PoliciesChanged);
    }

    [Fact]
    public async Task A_decision_is_explained_under_the_policies_that_made_it_and_says_that_they_changed()
    {
        await using var harness = await Harness.StartAsync(config: config => config with { Bindings = [] });
        using var response = await harness.Client().GetAsync("/x");
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        var before = Explain(harness);
        Assert.False(before.PoliciesChanged);

        Assert.Empty(await harness.Gate.ReloadAsync(harness.Config(), default));
        var after = Explain(harness);
        Assert.True(after.PoliciesChanged);
        Assert.Contains("changed since", after.Steps[0], StringComparison.Ordinal);
        Assert.Equal(before.Steps, after.Steps.Skip(1));
        Assert.Equal(before.Summary, after.Summary);
    }

    [Fact]
    public async Task Trust_that_changed_since_does_not_change_the_explanation()
    {
        await using var harness = await Harness.StartAsync(policies: [("c.json", Conditional.Replace("\"prod\",\"nullius:Header/X-Team\":\"blue\"", "\"prod\"", StringComparison.Ordinal))],
            config: config => config with { Bindings = [config.Bindings[0] with { Policy = "c.json" }] });
        using var response = await harness.Client().GetAsync("/x?env=prod&api_token=a");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var before = Explain(harness);
        harness.Person("alice", "nobody");
        await Eventually.HoldsAsync(() => harness.Gate.Status.Sequence == harness.Trust.Sequence, "the feed is followed");
        Assert.Equal(before.Summary, Explain(harness).Summary);
        Assert.Equal(before.Steps, Explain(harness).Steps);
    }

    [Fact]
    public async Task Policies_that_are_forgotten_are_said_to_be()
    {
        await using var harness = await Harness.StartAsync(config: config => config with { Bindings = [] });
        using var response = await harness.Client().GetAsync("/x");
        for (var round = 0; round < 12; round++)
        {
            harness.Policy("allow.json", $$"""{"Version":"2012-10-17","Statement":[{"Sid":"Round{{round}}","Effect":"Allow","Action":"app:*","Resource":"*"}]}""");
            Assert.Empty(await harness.Gate.ReloadAsync(harness.Config(), default));
        }

        var why = Explain(harness);
        Assert.True(why.PoliciesChanged);
        Assert.Contains("no longer at hand", why.Steps[0], StringComparison.Ordinal);
    }

    private static GateExplanation Explain(Harness harness) => harness.Gate.Explain(harness.Gate.Decisions.Recent(1).Single().Reference)!;
}
