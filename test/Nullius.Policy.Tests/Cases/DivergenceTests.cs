using Xunit;

namespace Nullius.Policy.Tests.Cases;

/// <summary>Counts what <c>DIVERGENCES.md</c> lists, and holds each rule that is modelled to its cases.</summary>
public sealed class DivergenceTests(ITestOutputHelper output)
{
    private static readonly string[] s_states = ["modelled", "partly", "differs", "not modelled", "refused"];

    private static List<string[]> Rules(string dialect)
    {
        var file = Path.Combine(AppContext.BaseDirectory, "divergences", dialect, "DIVERGENCES.md");
        return [.. File.ReadAllLines(file).Where(l => l.StartsWith("| ", StringComparison.Ordinal) && !l.StartsWith("| Section", StringComparison.Ordinal))
            .Select(l => l.Trim('|').Split('|').Select(c => c.Trim()).ToArray())];
    }

    [Theory]
    [InlineData("Aws", "aws")]
    [InlineData("Entra", "entra")]
    public void Every_modelled_rule_has_cases_and_the_counts_are_told(string dialect, string name)
    {
        var rules = Rules(dialect);
        Assert.All(rules, r => Assert.Contains(r[1], s_states));
        var cases = 0;
        foreach (var rule in rules)
        {
            var reference = rule[3].Replace("`", "", StringComparison.Ordinal);
            // Rules about documents are held by the tests of the loaders.
            var found = reference.Length == 0 || reference == "Documents" ? 0 : CaseFiles.Count(name, reference);
            Assert.True(reference == "Documents" || rule[1] is not "modelled" || found > 0, $"rule `{rule[0]}` is modelled and has no case `{reference}`");
            cases += found;
        }
        var modelled = rules.Count(r => r[1] == "modelled");
        output.WriteLine($"{dialect}: {modelled} of {rules.Count} documented rules modelled, {rules.Count(r => r[1] is "partly" or "differs")} partly or differently, {cases} cases named by rules");
        Assert.True(modelled > rules.Count / 2);
    }
}
