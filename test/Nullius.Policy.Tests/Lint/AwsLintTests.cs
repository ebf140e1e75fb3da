using System.Text;
using Nullius.Policy.Lint;
using Xunit;

namespace Nullius.Policy.Tests.Lint;

public sealed class AwsLintTests
{
    internal static IReadOnlyList<LintFinding> Lint(string json)
    {
        var linter = new PolicyLinter();
        linter.Add("p.json", Encoding.UTF8.GetBytes(json));
        return linter.Findings();
    }

    private static string[] Rules(string statements) =>
        [.. Lint($$"""{"Version":"2012-10-17","Statement":[{{statements}}]}""").Select(f => f.Rule)];

    [Theory]
    [InlineData("""{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"false"}}}""", "bool-misses-absent")]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"true"}}}""", "bool-if-exists-allows-absent")]
    [InlineData("""{"Effect":"Allow","Action":"ec2:CreateTags","Resource":"arn:aws:ec2:*:*:instance/*","Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":["a"]}}}""", "for-all-values-allows-empty")]
    [InlineData("""{"Effect":"Allow","Action":"ec2:CreateTags","Resource":"arn:aws:ec2:*:*:instance/*","Condition":{"StringEquals":{"aws:TagKeys":["a"]}}}""", "set-operator-missing")]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"StringNotEquals":{"aws:PrincipalTag/x":"y"}}}""", "negation-allows-absent")]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"StringEqualsIfExists":{"aws:PrincipalTag/x":"y"}}}""", "if-exists-allows-absent")]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"StringEquals":{"aws:PrincipalTag/x":"y*"}}}""", "wildcard-is-literal")]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}""", "private-source-ip")]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}}""", "any-address")]
    [InlineData("""{"Effect":"Allow","Action":"*","Resource":"*"}""", "allow-everything")]
    [InlineData("""{"Effect":"Allow","Action":"sqs:*","Resource":"arn:aws:sqs:*:*:q"}""", "wildcard-action")]
    [InlineData("""{"Effect":"Allow","Action":"iam:PassRole","Resource":"*"}""", "escalation")]
    [InlineData("""{"Effect":"Allow","Action":["iam:Attach*Policy"],"Resource":"*"}""", "escalation")]
    [InlineData("""{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}""", "allow-not-action")]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObject","NotResource":"arn:aws:s3:::b/*"}""", "allow-not-resource")]
    [InlineData("""{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}""", "public-principal")]
    [InlineData("""{"Effect":"Allow","NotPrincipal":{"AWS":"111122223333"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}""", "not-principal")]
    [InlineData("""{"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},"Action":"sqs:SendMessage","Resource":"arn:aws:sqs:eu-west-1:111122223333:q"}""", "confused-deputy")]
    [InlineData("""{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com"}}}""", "federation-without-subject")]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObjct","Resource":"arn:aws:s3:::b/*"}""", "unknown-action")]
    [InlineData("""{"Effect":"Allow","Action":"s4:GetObject","Resource":"arn:aws:s3:::b/*"}""", "unknown-service")]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"StringEquals":{"aws:Sourceip4":"x"}}}""", "unknown-key")]
    [InlineData("""{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"arn:aws:s3:::b"}""", "resource-never-matches")]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObject","Resource":"bucket"}""", "malformed-arn")]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObject, s3:PutObject","Resource":"arn:aws:s3:::b/*"}""", "malformed-action")]
    [InlineData("""{"Efect":"Allow","Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}""", "unknown-field")]
    public void A_trap_is_found(string statement, string rule) => Assert.Contains(rule, Rules(statement));

    [Theory]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}""")]
    [InlineData("""{"Effect":"Deny","Action":"iam:CreateAccessKey","Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}""")]
    [InlineData("""{"Effect":"Allow","Action":"ec2:CreateTags","Resource":"arn:aws:ec2:*:*:instance/*","Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":["a"]},"Null":{"aws:TagKeys":"false"}}}""")]
    [InlineData("""{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}}""")]
    [InlineData("""{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}""")]
    [InlineData("""{"Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::specific-bucket","arn:aws:s3:::specific-bucket/*"]}""")]
    [InlineData("""{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-1"},"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}}""")]
    [InlineData("""{"Effect":"Allow","Action":"api:GET","Resource":"arn:nullius:api::*:/v1/*"}""")]
    public void What_is_meant_is_not_told(string statement) => Assert.Empty(Rules(statement));

    [Fact]
    public void The_conditional_policy_of_the_guide_denies_only_where_both_fail()
    {
        var finding = Assert.Single(Lint("""
            {"Version":"2012-10-17","Statement":[
              {"Effect":"Deny","Action":"s3:*","Resource":"*",
               "Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"},"StringNotEqualsIfExists":{"aws:PrincipalTag/Device":"managed"}}}]}
            """));
        Assert.Equal(("and-where-or-is-meant", LintSeverity.High, "p.json", 2, "#1"), (finding.Rule, finding.Severity, finding.Source, finding.Line, finding.Subject));
    }

    [Theory]
    [InlineData("""{"Sid":"A","Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/*"},{"Sid":"B","Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/k"}""", "shadowed", "B")]
    [InlineData("""{"Sid":"A","Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/k"},{"Sid":"B","Effect":"Deny","Action":"s3:*","Resource":"*"}""", "unreachable", "A")]
    [InlineData("""{"Sid":"A","Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/k"},{"Sid":"B","Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/k"}""", "shadowed", "B")]
    public void A_statement_that_decides_nothing_is_told(string statements, string rule, string sid) =>
        Assert.Contains((rule, sid), Lint($$"""{"Version":"2012-10-17","Statement":[{{statements}}]}""").Select(f => (f.Rule, f.Subject)));

    [Theory]
    [InlineData("""{"Sid":"A","Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/*"},{"Sid":"B","Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::c/k"}""")]
    [InlineData("""{"Sid":"A","Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/k"},{"Sid":"B","Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}""")]
    public void A_statement_that_decides_something_is_not_told(string statements) =>
        Assert.DoesNotContain(Rules(statements), r => r is "shadowed" or "unreachable");

    [Fact]
    public void Variables_without_the_version_are_told() =>
        Assert.Contains("variables-need-version", Lint("""{"Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:username}/*"}]}""").Select(f => f.Rule));
}
