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
    [InlineData("""{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b/*"}""", "resource-never-matches")]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b"}""", "resource-never-matches")]
    [InlineData("""{"Effect":"Deny","Action":"ec2:StopInstances","Resource":"arn:aws:ec2:*:*:volume/*"}""", "resource-never-matches")]
    [InlineData("""{"Effect":"Allow","Action":"iam:GetRole","Resource":"arn:aws:iam:eu-west-1:111122223333:role/x"}""", "resource-never-matches")]
    [InlineData("""{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"arn:aws:sqs:eu-west-1::q"}""", "resource-never-matches")]
    [InlineData("""{"Effect":"Allow","Action":"states:StartExecution","Resource":"arn:aws:states:*:*:statemachine:*"}""", "resource-never-matches")]
    [InlineData("""{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"arn:aws:sqs:eu-west-1:1234:q"}""", "invalid-arn")]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:was:s3:::b/*"}""", "invalid-arn")]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"StringLike":{"s3:prefix":"home/*"}}}""", "unsupported-key")]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"StringEquals":{"ec2:InstanceType":"t3.micro"}}}""", "unsupported-key")]
    [InlineData("""{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b","Condition":{"StringEquals":{"s3:max-keys":"10"}}}""", "wrong-operator")]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"StringEquals":{"aws:SourceIp":"203.0.113.0/24"}}}""", "wrong-operator")]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"StringEquals":{"aws:SourceAccount":"1234"}}}""", "value-never-matches")]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"r-abcd"}}}""", "value-never-matches")]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"StringEquals":{"aws:PrincipalTag/x":"a"},"StringNotEquals":{"aws:PrincipalTag/x":["a","b"]}}}""", "condition-never-holds")]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"Null":{"aws:PrincipalTag/x":"true"},"StringLike":{"aws:PrincipalTag/x":"a*"}}}""", "condition-never-holds")]
    [InlineData("""{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b","Condition":{"NumericLessThan":{"s3:max-keys":"5"},"NumericGreaterThanEquals":{"s3:max-keys":"5"}}}""", "condition-never-holds")]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2027-01-01T00:00:00Z"},"DateLessThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"}}}""", "condition-never-holds")]
    [InlineData("""{"Effect":"Allow","Action":"iam:PutUserPolicy","Resource":"arn:aws:iam::*:user/${aws:username}"}""", "escalation")]
    [InlineData("""{"Effect":"Allow","Action":"iam:CreatePolicyVersion","Resource":"arn:aws:iam::111122223333:policy/*"}""", "escalation")]
    [InlineData("""{"Effect":"Allow","Action":["iam:PassRole","ec2:RunInstances"],"Resource":"*"}""", "escalation-path")]
    [InlineData("""{"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"*"}""", "data-exposure")]
    [InlineData("""{"Effect":"Allow","Action":"redshift:GetClusterCredentials","Resource":"*"}""", "credentials-exposure")]
    [InlineData("""{"Effect":"Allow","Action":"cloudtrail:StopLogging","Resource":"*"}""", "disables-detection")]
    [InlineData("""{"Effect":"Allow","Action":"s3:PutBucketAcl","Resource":"*"}""", "permissions-management")]
    [InlineData("""{"Effect":"Allow","Action":"s3*:GetObject","Resource":"arn:aws:s3:::b/*"}""", "wildcard-service")]
    [InlineData("""{"Effect":"Allow","Action":"*:*","Resource":"*"}""", "allow-everything")]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:usrname}/*"}""", "unknown-variable")]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:TagKeys}/*"}""", "variable-has-many")]
    [InlineData("""{"Effect":"Allow","Action":"iam:GetUser","Resource":"arn:aws:iam::${aws:PrincipalAccount}:user/x"}""", "variable-is-literal")]
    [InlineData("""{"Sid":"Read all","Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}""", "bad-sid")]
    [InlineData("""{"Effect":"Allow","Action":["s3:Get*","s3:GetObject"],"Resource":"arn:aws:s3:::b/*"}""", "redundant-action")]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObject","Resource":["arn:aws:s3:::b/*","arn:aws:s3:::b/k"]}""", "redundant-resource")]
    [InlineData("""{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"StringLike":{"aws:PrincipalOrgID":"*"}}}""", "public-principal")]
    [InlineData("""{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}}""", "public-principal")]
    [InlineData("""{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/app"}}}""", "public-principal")]
    [InlineData("""{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringLike":{"token.actions.githubusercontent.com:sub":"repo:*"}}}""", "federation-without-subject")]
    [InlineData("""{"Effect":"Allow","Principal":{"Federated":"cognito-identity.amazonaws.com"},"Action":"sts:AssumeRoleWithWebIdentity"}""", "federation-without-audience")]
    [InlineData("""{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole","Resource":"*"}""", "unexpected-resource")]
    [InlineData("""{"Effect":"Allow","Principal":{"AWS":"AIDACKCEVSQ6C2EXAMPLE"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}""", "deleted-principal")]
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
    [InlineData("""{"Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"]}""")]
    [InlineData("""{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b"}""")]
    [InlineData("""{"Effect":"Allow","Action":"ssm:GetParameter","Resource":"arn:aws:ssm:*::parameter/aws/service/ami-amazon-linux-latest/*"}""")]
    [InlineData("""{"Effect":"Allow","Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:eu-west-1:111122223333:function:f:prod"}""")]
    [InlineData("""{"Effect":"Allow","Action":"logs:PutLogEvents","Resource":"arn:aws:logs:*:*:*"}""")]
    [InlineData("""{"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::111122223333:role/app","Condition":{"StringEquals":{"iam:PassedToService":"ec2.amazonaws.com"}}}""")]
    [InlineData("""{"Effect":"Allow","Action":["iam:CreateAccessKey","iam:DeleteAccessKey"],"Resource":"arn:aws:iam::*:user/${aws:username}"}""")]
    [InlineData("""{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b","Condition":{"StringLike":{"s3:prefix":"${aws:PrincipalTag/team, 'none'}/*"}}}""")]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"StringEqualsIgnoreCase":{"aws:PrincipalTag/x":"Red"},"StringEquals":{"aws:PrincipalTag/x":"red"}}}""")]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"NumericGreaterThan":{"aws:MultiFactorAuthAge":"4"},"NumericLessThan":{"aws:MultiFactorAuthAge":"5"}}}""")]
    [InlineData("""{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"}""")]
    [InlineData("""{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringLike":{"token.actions.githubusercontent.com:sub":"repo:octo/app:*"}}}""")]
    [InlineData("""{"Effect":"Allow","Action":"ecr:GetAuthorizationToken","Resource":"*"}""")]
    [InlineData("""{"Effect":"Allow","Action":["iam:AttachUserPolicy","iam:PutUserPolicy"],"Resource":"*","Condition":{"StringEquals":{"iam:PermissionsBoundary":"arn:aws:iam::111122223333:policy/Limit"}}}""")]
    [InlineData("""{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"execute-api:/prod/*","Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}}""")]
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

    [Fact]
    public void A_document_without_its_version_is_told() =>
        Assert.Contains("no-version", Lint("""{"Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/k"}]}""").Select(f => f.Rule));

    [Fact]
    public void A_document_that_no_identity_can_carry_is_told()
    {
        var statements = string.Join(',', Enumerable.Range(0, 150).Select(i => $$"""{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket-{{i}}-of-many/*"}"""));
        Assert.Contains(Lint($$"""{"Version":"2012-10-17","Statement":[{{statements}}]}"""), f => f.Rule == "too-long" && f.Severity == LintSeverity.High);
    }

    [Fact]
    public void A_role_is_handed_on_across_statements()
    {
        var rules = Rules("""{"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::*:role/*"},{"Effect":"Allow","Action":["lambda:CreateFunction","lambda:InvokeFunction"],"Resource":"arn:aws:lambda:*:*:function:*"}""");
        Assert.Contains("escalation-path", rules);
        Assert.DoesNotContain("escalation-path", Rules("""{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"ecs-tasks.amazonaws.com"}}},{"Effect":"Allow","Action":"ec2:RunInstances","Resource":"*"}"""));
    }

    [Theory]
    [InlineData("2026-11-22T00:00:00Z", true)]
    [InlineData("2026-06-01T00:00:00Z", false)]
    public void A_grant_that_time_ended_is_told_as_of_an_instant(string now, bool told)
    {
        var linter = new PolicyLinter(DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture));
        linter.Add("p.json", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/k","Condition":{"DateLessThan":{"aws:CurrentTime":"2026-07-01T00:00:00Z"}}}]}"""u8);
        Assert.Equal(told, linter.Findings().Any(f => f.Rule == "condition-ended"));
    }
}
