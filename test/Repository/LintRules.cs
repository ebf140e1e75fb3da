using System.Text.RegularExpressions;

namespace Nullius.Repository.Tests;

/// <summary>What lint reports can be looked up.</summary>
public partial class LintRules
{
    [GeneratedRegex("report\\.Add\\(\"(?<rule>[a-z-]+)\"")]
    private static partial Regex Reported();

    [Fact]
    public void Every_rule_about_Google_Cloud_stands_in_the_documentation()
    {
        var page = Checkout.Read("docs/how-to/simulate-and-lint.md");
        var rules = Checkout.Sources(".cs").Where(file => file.StartsWith("src/Nullius.Policy/Lint/Gcp/", StringComparison.Ordinal))
            .SelectMany(file => Reported().Matches(Checkout.Read(file)).Select(match => match.Groups["rule"].Value)).Distinct().Order().ToArray();
        Assert.True(rules.Length > 20, $"{rules.Length} rules were found");
        Assert.DoesNotContain(rules, rule => !page.Contains($"`{rule}`", StringComparison.Ordinal));
    }
}
