using System.Text.Json;
using Nullius.Policy.Decisions;
using Xunit;

namespace Nullius.Policy.Tests.Cases;

public sealed class CaseTests
{
    public static TheoryData<string> AwsCases => CaseFiles.Names("aws");

    public static TheoryData<string> EntraCases => CaseFiles.Names("entra");

    [Theory]
    [MemberData(nameof(AwsCases))]
    public void An_aws_case_decides_as_documented(string name)
    {
        var json = CaseFiles.Case(name);
        var decision = new Decision();
        AwsCase.Policies(json.GetProperty("policies")).Decide(AwsCase.Request(json.GetProperty("request")), decision);
        Compare(json.GetProperty("expect"), decision, entra: false);
    }

    [Theory]
    [MemberData(nameof(EntraCases))]
    public void An_entra_case_decides_as_documented(string name)
    {
        var json = CaseFiles.Case(name);
        var decision = new Decision();
        EntraCase.Policies(json.GetProperty("policies")).Decide(EntraCase.Request(json.GetProperty("request")), decision);
        Compare(json.GetProperty("expect"), decision, entra: true);
    }

    private static void Compare(JsonElement expect, Decision decision, bool entra)
    {
        Assert.Equal(expect.GetProperty("decision").GetString(), CaseFiles.Word(decision, entra));
        foreach (var property in expect.EnumerateObject())
        {
            var actual = property.Name switch
            {
                "decision" => null,
                "blockedBy" => decision.BlockedBy.Select(CaseFiles.Word),
                "statements" or "applied" => decision.Statements.Select(s => s.Id),
                "missingContext" => decision.MissingContext,
                "required" => decision.RequiredControls.Select(r => (r.All ? "all of " : "one of ") + string.Join(", ", r.Controls)),
                "reportOnly" => decision.ReportOnly.Select(r => $"{r.Policy.Id}: {r.Result}"),
                "validUntil" => [decision.ValidUntil?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'") ?? "never"],
                _ => throw new InvalidOperationException($"unknown expectation `{property.Name}`"),
            };
            if (actual is not null)
                Assert.Equal(property.Value.ValueKind == JsonValueKind.Array ? property.Value.EnumerateArray().Select(v => v.GetString()) : [property.Value.GetString()], actual);
        }
    }
}
