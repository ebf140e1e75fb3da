using System.Text.Json;
using Nullius.Policy.Tests.Cases;
using Xunit;

namespace Nullius.Policy.Tests.Simulation;

/// <summary>Cases of which the whole answer is compared: <c>cases/simulate/*.json</c>.</summary>
public sealed class WholeAnswerTests
{
    public static TheoryData<string> Names => CaseFiles.WholeNames();

    [Theory]
    [MemberData(nameof(Names))]
    public void A_case_is_answered_as_documented(string name)
    {
        var json = CaseFiles.Whole(name);
        var answer = SimulatorTests.Answer(json.GetRawText());
        Assert.False(answer.TryGetProperty("error", out var error), error.ToString());
        foreach (var expected in json.GetProperty("expect").EnumerateObject())
            Assert.Equal($"{expected.Name}: {Compact(expected.Value)}", $"{expected.Name}: {Compact(answer.GetProperty(expected.Name))}");
    }

    private static string Compact(JsonElement json) => JsonSerializer.Serialize(json);
}
