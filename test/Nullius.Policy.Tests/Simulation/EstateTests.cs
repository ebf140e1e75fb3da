using System.Text;
using System.Text.Json;
using Nullius.Policy.Simulation;
using Nullius.Policy.Simulation.Estate;
using Xunit;

namespace Nullius.Policy.Tests.Simulation;

public sealed class EstateTests
{
    private const string Account = """
        {"UserDetailList":[{"UserName":"zt-dev","Arn":"arn:aws:iam::111122223333:user/zt-dev","GroupList":["dev"],
            "UserPolicyList":[{"PolicyName":"s3-conditional","PolicyDocument":{"Version":"2012-10-17","Statement":[{"Sid":"Conditional","Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"},"StringNotEqualsIfExists":{"aws:PrincipalTag/Device":"managed"}}}]}}],
            "AttachedManagedPolicies":[],"PermissionsBoundary":{"PermissionsBoundaryType":"Policy","PermissionsBoundaryArn":"arn:aws:iam::111122223333:policy/zt-boundary"},
            "Tags":[{"Key":"Device","Value":"managed"}]},
           {"UserName":"lost","Arn":"arn:aws:iam::111122223333:user/lost","GroupList":[],"AttachedManagedPolicies":[{"PolicyName":"Gone","PolicyArn":"arn:aws:iam::111122223333:policy/Gone"}]}],
         "GroupDetailList":[{"GroupName":"dev","Arn":"arn:aws:iam::111122223333:group/dev","GroupPolicyList":[],"AttachedManagedPolicies":[{"PolicyName":"Power","PolicyArn":"arn:aws:iam::111122223333:policy/Power"}]}],
         "RoleDetailList":[{"RoleName":"app","Arn":"arn:aws:iam::111122223333:role/app","AssumeRolePolicyDocument":"%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22AWS%22%3A%22111122223333%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D",
            "RolePolicyList":[{"PolicyName":"read","PolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}}],"AttachedManagedPolicies":[]}],
         "Policies":[{"PolicyName":"Power","Arn":"arn:aws:iam::111122223333:policy/Power","PolicyVersionList":[{"VersionId":"v1","IsDefaultVersion":false,"Document":{}},{"VersionId":"v2","IsDefaultVersion":true,"Document":{"Version":"2012-10-17","Statement":[{"Sid":"Power","Effect":"Allow","Action":"*","Resource":"*"}]}}]},
           {"PolicyName":"zt-boundary","Arn":"arn:aws:iam::111122223333:policy/zt-boundary","PolicyVersionList":[{"VersionId":"v1","IsDefaultVersion":true,"Document":{"Version":"2012-10-17","Statement":[{"Sid":"Bound","Effect":"Allow","Action":["ec2:Describe*","logs:*","cloudwatch:*","sts:*"],"Resource":"*"}]}}]}]}
        """;

    private const string Organization = """
        {"Organization":{"Id":"o-1","MasterAccountId":"999988887777"},"Roots":[{"Id":"r-1"}],"OrganizationalUnits":[{"Id":"ou-1","ParentId":"r-1"}],
         "Accounts":[{"Id":"111122223333","ParentId":"ou-1"},{"Id":"999988887777","ParentId":"r-1"}],
         "Policies":[{"PolicySummary":{"Name":"Full","Type":"SERVICE_CONTROL_POLICY"},"Content":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"Full\",\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}","Targets":[{"TargetId":"r-1"},{"TargetId":"ou-1"},{"TargetId":"111122223333"}]},
           {"PolicySummary":{"Name":"NoLogs","Type":"SERVICE_CONTROL_POLICY"},"Content":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"NoLogs\",\"Effect\":\"Deny\",\"Action\":\"logs:DeleteLogGroup\",\"Resource\":\"*\"}]}","Targets":["ou-1"]}]}
        """;

    private static string Decide(string principal, string action, string resource, params (string Key, string Value)[] context)
    {
        var estate = new EstateExport();
        Assert.True(estate.Add(JsonElement.Parse(Account)));
        Assert.True(estate.Add(JsonElement.Parse(Organization)));
        Assert.False(estate.Add(JsonElement.Parse("""{"Reservations":[]}""")));
        var json = estate.CaseFor(principal, action, resource, context.ToDictionary(c => c.Key, c => (IReadOnlyList<string>)[c.Value]));
        var answer = JsonElement.Parse(new PolicySimulator().Decide(Encoding.UTF8.GetBytes(json)).Json.Span);
        Assert.False(answer.TryGetProperty("notes", out var notes), notes.ToString());
        return $"{answer.GetProperty("decision")} {string.Join(",", answer.GetProperty("blockedBy").EnumerateArray())} {string.Join(",", answer.GetProperty("statements").EnumerateArray().Select(s => s.GetProperty("statement")))}".Trim();
    }

    [Theory]
    [InlineData("ec2:DescribeInstances", "*", "allow  Full,Full,Full,Power,Bound")]
    [InlineData("s3:GetObject", "arn:aws:s3:::b/k", "implicitDeny boundary")]
    [InlineData("logs:DeleteLogGroup", "arn:aws:logs:eu-west-1:111122223333:log-group:x", "explicitDeny scp NoLogs")]
    [InlineData("sts:AssumeRole", "arn:aws:iam::111122223333:role/app", "allow  Full,Full,Full,#1,Power,Bound")]
    [InlineData("sqs:SendMessage", "arn:aws:sqs:eu-west-1:444455556666:q", "implicitDeny resource,boundary")]
    public void A_user_is_decided_with_everything_that_is_attached(string action, string resource, string expected) => Assert.Equal(expected, Decide("zt-dev", action, resource));

    [Fact]
    public void A_tag_of_the_user_is_a_principal_tag_and_what_is_asked_with_wins()
    {
        Assert.Equal("implicitDeny boundary", Decide("zt-dev", "s3:ListAllMyBuckets", "*"));
        Assert.Equal("explicitDeny identity,boundary Conditional", Decide("arn:aws:iam::111122223333:user/zt-dev", "s3:ListAllMyBuckets", "*", ("aws:principaltag/device", "byod")));
    }

    [Fact]
    public void A_session_has_the_policies_of_its_role() =>
        Assert.Equal("allow  Full,Full,Full,#1", Decide("arn:aws:sts::111122223333:assumed-role/app/s", "s3:GetObject", "arn:aws:s3:::b/k"));

    [Theory]
    [InlineData("nobody", "unknown-principal")]
    [InlineData("lost", "missing-document")]
    public void What_the_export_lacks_is_told_and_not_guessed(string principal, string code) =>
        Assert.Equal(code, Assert.Throws<SimulationInputException>(() => Decide(principal, "s3:GetObject", "*")).Code);
}
