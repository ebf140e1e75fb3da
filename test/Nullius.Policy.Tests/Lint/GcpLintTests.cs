using System.Text;
using Nullius.Policy.Lint;
using Xunit;

namespace Nullius.Policy.Tests.Lint;

public sealed class GcpLintTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private static IReadOnlyList<LintFinding> Lint(string json)
    {
        var linter = new PolicyLinter(s_now);
        linter.Add("policy.json", Encoding.UTF8.GetBytes(json));
        return linter.Findings();
    }

    private static string[] Rules(string json) => [.. Lint(json).Select(f => f.Rule)];

    private static string Policy(params string[] bindings) => $$"""{"bindings":[{{string.Join(",\n", bindings)}}],"etag":"BwX","version":3}""";

    private static string Binding(string member, string role = "roles/storage.objectViewer", string? condition = null) =>
        $$"""{"members":["{{member}}"],"role":"{{role}}"{{(condition is null ? "" : $$""","condition":{"title":"t","expression":"{{condition.Replace("\"", "\\\"", StringComparison.Ordinal)}}"}""")}}}""";

    [Fact]
    public void A_plain_grant_to_a_group_has_no_findings() => Assert.Empty(Rules(Policy(Binding("group:devs@example.com"))));

    [Theory]
    [InlineData("allUsers", "public-member")]
    [InlineData("allAuthenticatedUsers", "public-member")]
    [InlineData("domain:example.com", "domain-wide")]
    [InlineData("deleted:user:alice@example.com?uid=123", "deleted-member")]
    [InlineData("projectEditor:p", "project-role-member")]
    [InlineData("user:alice@gmail.com", "consumer-account")]
    [InlineData("serviceAccount:123-compute@developer.gserviceaccount.com", "default-service-account")]
    [InlineData("principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/*", "pool-wide")]
    public void A_member_that_is_more_than_it_seems_is_told(string member, string rule) => Assert.Equal([rule], Rules(Policy(Binding(member))));

    [Theory]
    [InlineData("resource.name == 'projects/_/buckets/a' && resource.name == 'projects/_/buckets/b'", "and-where-or-is-meant")]
    [InlineData("(resource.type == 'storage.googleapis.com/Object' && resource.name == 'a') && 'b' == resource.name", "and-where-or-is-meant")]
    [InlineData("resource.name != 'a' || resource.name != 'b'", "or-where-and-is-meant")]
    [InlineData("resource.name == 'projects/_/buckets/*'", "wildcard-is-literal")]
    [InlineData("resource.name.startsWith('projects/_/buckets/*/objects/')", "wildcard-is-literal")]
    [InlineData("resource.name.startsWith('projects/_/buckets/data')", "prefix-without-end")]
    [InlineData("resource.name.startsWith('projects/_/buckets/data/')", null)]
    [InlineData("resource.name.startsWith('projects/_/buckets/data-')", null)]
    [InlineData("resource.name == 'a' || resource.name == 'b'", null)]
    [InlineData("resource.name != 'a' && resource.name != 'b'", null)]
    [InlineData("resource.name == 'a' && (resource.type == 'storage.googleapis.com/Object' || resource.name == 'b')", null)]
    [InlineData("resource.name.matches('projects/_/buckets/.*')", null)]
    public void A_comparison_that_means_something_else_is_told(string condition, string? rule) =>
        Assert.Equal(rule is null ? [] : [rule], Rules(Policy(Binding("group:devs@example.com", condition: condition))));

    [Theory]
    [InlineData("roles/owner", "basic-role", LintSeverity.High)]
    [InlineData("roles/editor", "basic-role", LintSeverity.Medium)]
    [InlineData("roles/iam.serviceAccountTokenCreator", "escalation", LintSeverity.High)]
    [InlineData("roles/iam.serviceAccountUser", "escalation", LintSeverity.High)]
    [InlineData("roles/resourcemanager.projectIamAdmin", "escalation", LintSeverity.High)]
    public void A_role_that_reaches_further_is_told(string role, string rule, LintSeverity severity)
    {
        var finding = Assert.Single(Lint(Policy(Binding("group:a@example.com", role))));
        Assert.Equal((rule, severity, role), (finding.Rule, finding.Severity, finding.Subject));
    }

    [Fact]
    public void Impersonation_of_one_service_account_is_as_narrow_as_it_can_be() =>
        Assert.Empty(Rules($$"""[{"resource":"//iam.googleapis.com/projects/p/serviceAccounts/a@p.iam.gserviceaccount.com","assetType":"iam.googleapis.com/ServiceAccount","policy":{{Policy(Binding("group:a@example.com", "roles/iam.serviceAccountUser"))}}}]"""));

    [Fact]
    public void The_public_as_administrator_is_critical() =>
        Assert.Contains(Lint(Policy(Binding("allUsers", "roles/storage.admin"))), f => f is { Rule: "public-member", Severity: LintSeverity.Critical });

    [Fact]
    public void A_custom_role_is_read_for_what_it_contains()
    {
        var findings = Lint("""{"name":"projects/p/roles/helper","title":"Helper","includedPermissions":["iam.serviceAccounts.actAs","storage.objects.get"],"stage":"GA"}""");
        Assert.Contains("iam.serviceAccounts.actAs", Assert.Single(findings).Message, StringComparison.Ordinal);
        Assert.Equal(["escalation", "escalation"], Rules("""{"allow":[{"attachedTo":"projects/p","bindings":[{"role":"projects/p/roles/helper","members":["group:a@example.com"]}]}],"roles":{"projects/p/roles/helper":["iam.roles.update"]}}"""));
    }

    [Theory]
    [InlineData("request.time < timestamp(\"2026-01-01T00:00:00Z\")", "condition-ended")]
    [InlineData("request.time > timestamp(\"2026-01-01T00:00:00Z\")", "condition-always-holds")]
    [InlineData("true || request.time < timestamp(\"2026-01-01T00:00:00Z\")", "condition-always-holds")]
    [InlineData("false", "condition-never-holds")]
    [InlineData("resource.name.startsWith(\"x\") && 1 == 2", "condition-never-holds")]
    [InlineData("resource.type == \"storage.googleapis.com/Buckets\"", "attribute-not-available")]
    [InlineData("resource.service == \"pubsub.googleapis.com\"", "attribute-not-available")]
    public void A_condition_that_decides_nothing_is_told(string condition, string rule) => Assert.Equal([rule], Rules(Policy(Binding("group:a@example.com", condition: condition))));

    [Theory]
    [InlineData("request.time < timestamp(\"2027-01-01T00:00:00Z\")")]
    [InlineData("request.time > timestamp(\"2027-01-01T00:00:00Z\")")]
    [InlineData("request.time.getHours() < 18")]
    [InlineData("resource.name.startsWith(\"projects/_/buckets/b/\")")]
    [InlineData("resource.matchTag(\"1/env\", \"prod\")")]
    public void A_condition_that_can_come_out_either_way_is_not(string condition) => Assert.Empty(Rules(Policy(Binding("group:a@example.com", condition: condition))));

    [Fact]
    public void A_condition_on_what_the_roles_service_does_not_have_is_told() =>
        Assert.Equal(["attribute-not-available"], Rules(Policy(Binding("group:a@example.com", "roles/pubsub.publisher", "resource.name.startsWith(\"projects/p/topics/a/\")"))));

    [Fact]
    public void Bindings_that_repeat_or_idle_are_told_with_their_lines()
    {
        var findings = Lint(Policy(Binding("group:a@example.com"), Binding("group:b@example.com"), Binding("group:a@example.com", condition: "request.time < timestamp(\"2027-01-01T00:00:00Z\")")));
        Assert.Equal([("duplicate-binding", 2), ("shadowed", 3)], findings.Select(f => (f.Rule, f.Line)));
    }

    private static string Deny(string rule) => $$"""{"name":"policies/cloudresourcemanager.googleapis.com%2Fprojects%2Fp/denypolicies/d","kind":"DenyPolicy","rules":[{"denyRule":{{rule}}}]}""";

    [Theory]
    [InlineData("""{"deniedPrincipals":["principalSet://goog/public:all"],"exceptionPrincipals":["principalSet://goog/public:all"],"deniedPermissions":["iam.googleapis.com/roles.list"]}""", "deny-exempts-everyone")]
    [InlineData("""{"deniedPrincipals":["principalSet://goog/group/a@example.com"],"exceptionPrincipals":["principalSet://goog/group/A@example.com"],"deniedPermissions":["iam.googleapis.com/roles.list"]}""", "deny-exempts-everyone")]
    [InlineData("""{"deniedPrincipals":["principalSet://goog/group/a@example.com"],"deniedPermissions":["iam.googleapis.com/roles.list"],"exceptionPermissions":["iam.googleapis.com/roles.list"]}""", "deny-exempts-everyone")]
    [InlineData("""{"deniedPrincipals":[],"deniedPermissions":["iam.googleapis.com/roles.list"]}""", "deny-never-applies")]
    [InlineData("""{"deniedPrincipals":["principalSet://goog/public:all"],"deniedPermissions":["iam.googleapis.com/roles.list"]}""", "no-break-glass")]
    [InlineData("""{"deniedPrincipals":["principalSet://goog/group/a@example.com"],"deniedPermissions":["iam.roles.list"]}""", "bad-permission")]
    [InlineData("""{"deniedPrincipals":["principalSet://goog/group/a@example.com"],"deniedPermissions":["iam.googleapis.com/roles.list"],"denialCondition":{"expression":"false"}}""", "condition-never-holds")]
    public void A_deny_rule_that_spares_or_locks_out_is_told(string rule, string expected) => Assert.Contains(expected, Rules(Deny(rule)));

    [Theory]
    [InlineData("""{"conditions":[{"ipSubnetworks":["203.0.113.0/24","0.0.0.0/0"]}]}""", "level-open")]
    [InlineData("""{"conditions":[{"regions":["RU"],"negate":true}]}""", "negation-allows-absent")]
    [InlineData("""{"conditions":[{"ipSubnetworks":["203.0.113.0/24"]},{"devicePolicy":{"requireCorpOwned":true}}],"combiningFunction":"OR"}""", "or-where-and-is-meant")]
    [InlineData("""{"conditions":[{"ipSubnetworks":["203.0.113.0/24"],"devicePolicy":{"requireCorpOwned":true}}]}""", null)]
    public void A_level_that_lets_in_more_than_it_says_is_told(string basic, string? rule)
    {
        var findings = Lint($$$"""
            [{"name":"accessPolicies/1/accessLevels/other","basic":{"conditions":[{"regions":["DE"]}]}},
             {"name":"accessPolicies/1/accessLevels/corp","basic":{{{basic}}} }]
            """);
        Assert.Equal(rule is null ? [] : [(rule, 2, "corp")], findings.Select(f => (f.Rule, f.Line, f.Subject)));
    }

    [Fact]
    public void What_the_provider_refuses_is_an_error_and_the_rest_is_still_looked_at()
    {
        var rules = Rules(Policy(Binding("user:alice@example.com", "roles/owner", "request.time < timestamp(\"2027-01-01T00:00:00Z\")")));
        Assert.Equal(["basic-role", "condition-not-allowed"], rules);
    }

    [Fact]
    public void An_exception_covers_a_finding_by_the_role()
    {
        var exceptions = LintExceptions.Parse("""[{"rule":"basic-role","scope":{"subject":"roles/owner"},"owner":"o","reason":"r","expires":"2027-01-01"}]"""u8, "exceptions.json", [])!;
        var finding = Assert.Single(exceptions.Apply(Lint(Policy(Binding("group:a@example.com", "roles/owner"))), new DateOnly(2026, 11, 22)));
        Assert.NotNull(finding.Exception);
    }

    [Fact]
    public void Documents_of_three_clouds_are_told_apart_in_one_run()
    {
        var linter = new PolicyLinter(s_now);
        linter.Add("aws.json", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"""u8);
        linter.Add("gcp.json", Encoding.UTF8.GetBytes(Policy(Binding("allUsers"))));
        Assert.Equal([("allow-everything", "aws.json"), ("public-member", "gcp.json")], linter.Findings().Select(f => (f.Rule, f.Source)));
    }
}
