using System.Text;
using System.Text.Json;
using Nullius.Policy.Decisions;
using Nullius.Policy.Simulation;
using Nullius.Policy.Simulation.Gcp;
using Nullius.Policy.Tests.Cases;

namespace Nullius.Policy.Tests.Gcp;

public sealed class GcpCaseTests
{
    public static TheoryData<string> Cases => CaseFiles.Names("gcp");

    internal static JsonElement Answer(JsonElement simulation, bool explain = false)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            if (explain)
                GcpSimulation.Explain(simulation, writer);
            else
                GcpSimulation.Decide(simulation, writer);
            writer.WriteEndObject();
        }
        using var document = JsonDocument.Parse(buffer.ToArray());
        return document.RootElement.Clone();
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_gcp_case_decides_as_documented(string name)
    {
        var json = CaseFiles.Case(name);
        if (json.TryGetProperty("expectError", out var error))
        {
            var refused = Assert.Throws<SimulationInputException>(() => Answer(json));
            Assert.Equal((error.GetProperty("code").GetString(), error.GetProperty("path").GetString()), (refused.Code, refused.JsonPath));
            Assert.NotEmpty(refused.Message);
            return;
        }
        var answer = Answer(json);
        foreach (var property in json.GetProperty("expect").EnumerateObject())
            Assert.Equal(property.Value.ToString(), Actual(answer, property.Name));
    }

    private static string Actual(JsonElement answer, string name) => name switch
    {
        "decision" => answer.GetProperty("decision").GetString()!,
        "binding" or "denyRule" => answer.GetProperty(name).GetProperty("attachedTo").GetString()!,
        "unknown" => answer.GetProperty("unknown").ToString(),
        "validUntil" => answer.TryGetProperty("validUntil", out var until) ? until.GetString()! : "never",
        "boundary" => answer.TryGetProperty("principalAccessBoundary", out _).ToString(),
        "notes" => JsonSerializer.Serialize(answer.GetProperty("notes").EnumerateArray().Select(n => n.GetProperty("code").GetString())),
        _ => throw new InvalidOperationException($"unknown expectation `{name}`"),
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_case_names_its_source(string name) =>
        Assert.StartsWith("https://docs.cloud.google.com/", CaseFiles.Case(name).GetProperty("source").GetString(), StringComparison.Ordinal);

    /// <summary>The decision value says what the answer says.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void The_decision_agrees_with_the_answer(string name)
    {
        var json = CaseFiles.Case(name);
        if (json.TryGetProperty("expectError", out _))
            return;
        var read = GcpCase.Read(json);
        var decision = new Decision();
        read.Policies.Decide(read.Request, decision);
        var word = decision.Basis switch
        {
            DecisionBasis.Allowed => "allow",
            DecisionBasis.Unknown => "unknown",
            _ => "deny",
        };
        var answer = Answer(json);
        Assert.Equal(answer.GetProperty("decision").GetString(), word);
        Assert.Equal(word == "allow", decision.Effect == Effect.Allow);
        Assert.Equal(word == "allow", decision.BlockedBy.Count == 0);
        Assert.Equal(answer.TryGetProperty("validUntil", out _), decision.ValidUntil is not null);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_explanation_says_what_would_change_every_refusal(string name)
    {
        var json = CaseFiles.Case(name);
        if (json.TryGetProperty("expectError", out _))
            return;
        var answer = Answer(json, explain: true);
        var explanation = answer.GetProperty("explanation");
        var allowed = answer.GetProperty("decision").GetString() == "allow";
        Assert.Equal(allowed, explanation.GetProperty("changes").GetArrayLength() == 0);
        Assert.NotEmpty(explanation.GetProperty("summary").GetString()!);
        Assert.Equal(Encoding.UTF8.GetBytes(explanation.GetRawText()), Encoding.UTF8.GetBytes(Answer(json, explain: true).GetProperty("explanation").GetRawText()));
    }
}
