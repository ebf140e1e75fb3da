using Xunit;

namespace Nullius.Policy.Tests.Lint;

public sealed class EntraLintTests
{
    private static string[] Rules(params string[] policies) => [.. AwsLintTests.Lint($"[{string.Join(',', policies)}]").Select(f => f.Rule)];

    private static string Policy(string conditions, string rest = """ "grantControls":{"operator":"OR","builtInControls":["mfa"]} """, string state = "enabled") =>
        $$"""{"id":"p","displayName":"p","state":"{{state}}","conditions":{{conditions}},{{rest}}}""";

    private const string All = """{"users":{"includeUsers":["All"],"excludeGroups":["break-glass"]},"applications":{"includeApplications":["All"]},"clientAppTypes":["all"]}""";

    private static readonly string[] s_sound =
    [
        Policy(All),
        Policy("""{"users":{"includeUsers":["All"],"excludeGroups":["break-glass"]},"applications":{"includeApplications":["All"]},"clientAppTypes":["exchangeActiveSync","other"]}""", """ "grantControls":{"operator":"OR","builtInControls":["block"]} """),
        Policy("""{"users":{"includeUsers":["All"],"excludeGroups":["break-glass"]},"applications":{"includeApplications":["All"]},"clientAppTypes":["all"],"authenticationFlows":{"transferMethods":"deviceCodeFlow"}}""", """ "grantControls":{"operator":"OR","builtInControls":["block"]} """),
    ];

    [Fact]
    public void A_sound_set_of_policies_has_no_findings() => Assert.Empty(Rules(s_sound));

    [Theory]
    [InlineData(0, "mfa-not-for-all")]
    [InlineData(1, "legacy-authentication")]
    [InlineData(2, "device-code-flow")]
    public void What_no_policy_does_is_told(int without, string rule) => Assert.Equal([rule], Rules([.. s_sound.Where((_, i) => i != without)]));

    [Fact]
    public void Policies_in_report_only_do_not_count_and_are_told()
    {
        var rules = Rules([.. s_sound.Select((p, i) => p.Replace("\"state\":\"enabled\"", "\"state\":\"enabledForReportingButNotEnforced\"", StringComparison.Ordinal).Replace("\"id\":\"p\"", $"\"id\":\"p{i}\"", StringComparison.Ordinal))]);
        Assert.Equal(3, rules.Count(r => r == "report-only"));
        Assert.Contains("guests-forgotten", rules);
        Assert.Contains("mfa-not-for-all", rules);
    }

    [Theory]
    [InlineData("""{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]},"clientAppTypes":["all"]}""", "no-break-glass")]
    [InlineData("""{"users":{"includeUsers":["alice"]},"applications":{"includeApplications":["All"]},"clientAppTypes":["all"]}""", "all-apps-not-all-users")]
    [InlineData("""{"users":{"includeUsers":["All"],"excludeUsers":["a","b","c","d","e","f"]},"applications":{"includeApplications":["All"]},"clientAppTypes":["all"]}""", "broad-exclusion")]
    [InlineData("""{"users":{"includeUsers":["All"],"excludeUsers":["GuestsOrExternalUsers"]},"applications":{"includeApplications":["All"]},"clientAppTypes":["all"]}""", "guests-excluded")]
    [InlineData("""{"users":{"includeUsers":["All"],"excludeUsers":["All"]},"applications":{"includeApplications":["All"]},"clientAppTypes":["all"]}""", "excludes-all")]
    [InlineData("""{"users":{"includeUsers":["All"],"excludeGroups":["g"]},"applications":{"includeApplications":["All"]},"userRiskLevels":["high"],"signInRiskLevels":["high"]}""", "and-where-or-is-meant")]
    [InlineData("""{"users":{"includeUsers":["All"],"excludeGroups":["g"]},"applications":{"includeApplications":["All"]},"locations":{"includeLocations":["All"],"excludeLocations":["00000000-0000-0000-0000-000000000000"]}}""", "trusted-network-without-mfa")]
    public void A_mistake_in_a_policy_is_told(string conditions, string rule) => Assert.Contains(rule, Rules(Policy(conditions)));

    [Fact]
    public void Either_of_two_controls_is_told() =>
        Assert.Contains("or-where-and-is-meant", Rules(Policy(All, """ "grantControls":{"operator":"OR","builtInControls":["mfa","compliantDevice"]} """)));

    [Fact]
    public void An_empty_policy_is_told() => Assert.Contains("empty-policy", Rules(Policy(All, """ "grantControls":null """)));
}
