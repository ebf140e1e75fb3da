using System.Text;
using System.Text.Json;
using Nullius.Policy.Simulation;
using Nullius.Policy.Tests.Cases;
using Xunit;

namespace Nullius.Policy.Tests.Simulation;

/// <summary>Explanations byte for byte: <c>golden/explanations.jsonl</c> holds a case's name and its whole answer.</summary>
public sealed class GoldenTests
{
    private static string File => Path.Combine(AppContext.BaseDirectory, "golden", "explanations.jsonl");

    public static TheoryData<string> Lines => [.. System.IO.File.ReadAllLines(File)];

    [Theory]
    [MemberData(nameof(Lines))]
    public void An_explanation_is_the_one_that_was_read_and_found_good(string line)
    {
        var golden = JsonElement.Parse(line);
        var name = golden.GetProperty("case").GetString()!;
        var json = name.StartsWith("entra-evaluation: ", StringComparison.Ordinal) ? CaseFiles.Whole(name) : CaseFiles.Case(name);
        var answer = new PolicySimulator(explain: true).Decide(Encoding.UTF8.GetBytes(json.GetRawText()));
        Assert.Equal(golden.GetProperty("answer").GetRawText(), Encoding.UTF8.GetString(answer.Json.Span));
    }
}
