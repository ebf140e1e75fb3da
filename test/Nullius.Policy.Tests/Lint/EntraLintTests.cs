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
    [InlineData("""{"users":{"includeUsers":["None"]},"applications":{"includeApplications":["All"]}}""", "includes-nobody")]
    [InlineData("""{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["None"]}}""", "includes-nothing")]
    [InlineData("""{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]},"locations":{"includeLocations":["All"],"excludeLocations":["All"]}}""", "excludes-all")]
    [InlineData("""{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]},"platforms":{"includePlatforms":["iOS"],"excludePlatforms":["iOS","android"]}}""", "excludes-all")]
    [InlineData("""{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]},"locations":{"includeLocations":["All"],"excludeLocations":["AllTrusted"]}}""", "trusted-network-without-mfa")]
    [InlineData("""{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]},"platforms":{"includePlatforms":["iOS"]}}""", "platform-is-a-claim")]
    [InlineData("""{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]},"devices":{"deviceFilter":{"mode":"exclude","rule":"device.displayName -startsWith \"KIOSK\" -and device.model -eq \"X\""}}}""", "filter-by-owner")]
    [InlineData("""{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]},"devices":{"deviceFilter":{"mode":"include","rule":"device.trustType -eq \"Workplace\""}}}""", "filter-misses-unregistered")]
    public void A_mistake_in_a_policy_is_told(string conditions, string rule) => Assert.Contains(rule, Rules(Policy(conditions)));

    [Fact]
    public void Either_of_two_controls_is_told() =>
        Assert.Contains("or-where-and-is-meant", Rules(Policy(All, """ "grantControls":{"operator":"OR","builtInControls":["mfa","compliantDevice"]} """)));

    [Theory]
    [InlineData("""{"users":{"includeUsers":["All"],"excludeGroups":["g"]},"applications":{"includeApplications":["All"]},"clientAppTypes":["all"]}""", true)]
    [InlineData("""{"users":{"includeUsers":["All"],"excludeGroups":["g"]},"applications":{"includeApplications":["All"]},"clientAppTypes":["other"]}""", false)]
    [InlineData("""{"users":{"includeUsers":["All"],"excludeGroups":["g"]},"applications":{"includeApplications":["All"]},"locations":{"includeLocations":["All"],"excludeLocations":["AllTrusted"]}}""", false)]
    [InlineData("""{"users":{"includeUsers":["All"],"excludeGroups":["g"]},"applications":{"includeApplications":["payroll"]}}""", false)]
    public void A_block_that_spares_nothing_is_told(string conditions, bool told) =>
        Assert.Equal(told, Rules(Policy(conditions, """ "grantControls":{"operator":"OR","builtInControls":["block"]} """)).Contains("locks-everyone-out"));

    [Theory]
    [InlineData("""{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]},"userRiskLevels":["high"]}""", "AND", "mfa", false)]
    [InlineData("""{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]},"userRiskLevels":["high"]}""", "OR", "mfa", true)]
    [InlineData("""{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]}}""", "AND", "mfa", true)]
    [InlineData("""{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["mail"]},"userRiskLevels":["high"]}""", "AND", "mfa", true)]
    [InlineData("""{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]},"userRiskLevels":["high"],"clientAppTypes":["browser"]}""", "AND", "mfa", true)]
    [InlineData("""{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]},"userRiskLevels":["high"]}""", "AND", "compliantDevice", true)]
    public void A_password_change_outside_its_rules_is_told(string conditions, string operation, string beside, bool told) =>
        Assert.Equal(told, Rules(Policy(conditions, $$""" "grantControls":{"operator":"{{operation}}","builtInControls":["{{beside}}","passwordChange"]} """)).Contains("password-change-rules"));

    [Theory]
    [InlineData("""["approvedApplication"]""", true)]
    [InlineData("""["approvedApplication","compliantApplication"]""", false)]
    [InlineData("""["compliantApplication"]""", false)]
    public void A_control_that_is_retired_is_told(string controls, bool told) =>
        Assert.Equal(told, Rules(Policy(All, $$""" "grantControls":{"operator":"OR","builtInControls":{{controls}}} """)).Contains("retired-control"));

    [Theory]
    [InlineData("clientAppTypes\":[\"exchangeActiveSync\",\"other\"]", "platforms\":{\"includePlatforms\":[\"iOS\"]},\"clientAppTypes\":[\"exchangeActiveSync\",\"other\"]", "legacy-authentication")]
    [InlineData("includeApplications\":[\"All\"]", "includeApplications\":[\"mail\"]", "mfa-not-for-all")]
    [InlineData("clientAppTypes\":[\"all\"]", "clientAppTypes\":[\"browser\"]", "mfa-not-for-all")]
    public void A_policy_that_covers_a_part_does_not_count(string whole, string part, string rule) =>
        Assert.Contains(rule, Rules([.. s_sound.Select(p => p.Replace(whole, part, StringComparison.Ordinal))]));

    [Fact]
    public void Policies_with_their_locations_are_one_document() => Assert.Empty(AwsLintTests.Lint(
        $$"""{"conditionalAccess":[{{string.Join(',', s_sound.Select(p => p.Replace("\"clientAppTypes\":[\"exchange", "\"locations\":{\"includeLocations\":[\"All\"],\"excludeLocations\":[\"de\"]},\"clientAppTypes\":[\"exchange", StringComparison.Ordinal)))}}],"namedLocations":[{"id":"de","displayName":"DE","countriesAndRegions":["DE"]}]}"""));

    [Fact]
    public void An_empty_policy_is_told() => Assert.Contains("empty-policy", Rules(Policy(All, """ "grantControls":null """)));
}
