using System.Runtime.CompilerServices;

namespace Nullius.Policy.Tests.Gcp;

/// <summary>The lists of what is modelled are read by people; here they are counted, and what they name must be there.</summary>
public sealed class DivergencesTests(ITestOutputHelper output)
{
    private static readonly string[] s_states = ["modelled", "partly", "differs", "not modelled"];

    private static string Root([CallerFilePath] string file = "") => Path.Combine(Path.GetDirectoryName(file)!, "..", "..", "..");

    private static List<string[]> Rows(string page) =>
        [.. File.ReadLines(Path.Combine(Root(), page)).Where(l => l.StartsWith("| ", StringComparison.Ordinal)).Skip(1).Select(l => l.Trim('|', ' ').Split(" | ").Select(c => c.Trim()).ToArray())];

    [Theory]
    [InlineData("src/Nullius.Policy/Dialects/Gcp/DIVERGENCES.md")]
    [InlineData("src/Nullius.Policy/Cel/DIVERGENCES.md")]
    public void Every_section_has_a_state(string page)
    {
        var rows = Rows(page);
        Assert.All(rows, row => Assert.Contains(row[1], s_states));
        Assert.Equal(rows.Count, rows.Select(r => r[0]).Distinct(StringComparer.Ordinal).Count());
        output.WriteLine($"{page}: {rows.Count} sections, {string.Join(", ", s_states.Select(s => $"{rows.Count(r => r[1] == s)} {s}"))}");
    }

    [Fact]
    public void What_is_modelled_of_gcp_names_its_cases()
    {
        foreach (var row in Rows("src/Nullius.Policy/Dialects/Gcp/DIVERGENCES.md").Where(r => r[1] == "modelled"))
        {
            var files = row[2].Split(", ").Select(f => f.Trim('`')).Where(f => f.StartsWith("gcp-", StringComparison.Ordinal)).ToList();
            Assert.NotEmpty(files);
            Assert.All(files, f => Assert.True(File.Exists(Path.Combine(Root(), "test", "Nullius.Policy.Tests", "cases", f + ".json")), f));
        }
    }
}
