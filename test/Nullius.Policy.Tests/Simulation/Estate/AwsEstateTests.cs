using System.Text.Json;
using Nullius.Policy.Simulation;
using Xunit;

namespace Nullius.Policy.Tests.Simulation.Estates;

public sealed class AwsEstateTests
{
    internal const string Account = """
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

    internal const string Organization = """
        {"Organization":{"Id":"o-1","MasterAccountId":"999988887777"},"Roots":[{"Id":"r-1"}],"OrganizationalUnits":[{"Id":"ou-1","ParentId":"r-1"}],
         "Accounts":[{"Id":"111122223333","ParentId":"ou-1"},{"Id":"999988887777","ParentId":"r-1"}],
         "Policies":[{"PolicySummary":{"Name":"Full","Type":"SERVICE_CONTROL_POLICY"},"Content":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"Full\",\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}","Targets":[{"TargetId":"r-1"},{"TargetId":"ou-1"},{"TargetId":"111122223333"}]},
           {"PolicySummary":{"Name":"NoLogs","Type":"SERVICE_CONTROL_POLICY"},"Content":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"NoLogs\",\"Effect\":\"Deny\",\"Action\":\"logs:DeleteLogGroup\",\"Resource\":\"*\"}]}","Targets":["ou-1"]}]}
        """;

    private static string Decide(string principal, string action, string resource, params (string Key, string Value)[] context)
    {
        var ask = new EstateAsk().With("account.json", Account).With("organization.json", Organization);
        Assert.False(ask.Estate.Add("instances.json", """{"Reservations":[]}"""u8));
        var answer = JsonElement.Parse(ask.Answer(principal, action, resource, [.. context.Select(c => $"{c.Key}={c.Value}")]).Json.Span);
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

    [Fact]
    public void A_caller_that_is_not_in_the_export_is_an_error() =>
        Assert.Equal("unknown-principal", Assert.Throws<SimulationInputException>(() => Decide("nobody", "s3:GetObject", "*")).Code);

    [Fact]
    public void An_attached_policy_that_is_not_in_the_export_makes_the_answer_unknown_and_is_named()
    {
        var ask = new EstateAsk().With("account.json", Account);
        Assert.Equal("unknown policy arn:aws:iam::111122223333:policy/Gone", ask.Ask("lost", "s3:GetObject", "*"));
    }

    internal const string Plain = """
        {"UserDetailList":[{"UserName":"ann","Arn":"arn:aws:iam::111122223333:user/ann","GroupList":[],"AttachedManagedPolicies":[],"UserPolicyList":[{"PolicyName":"all","PolicyDocument":
          {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}}]},
          {"UserName":"bob","Arn":"arn:aws:iam::111122223333:user/bob","GroupList":[],"AttachedManagedPolicies":[]}]}
        """;

    private static EstateAsk Commands() => new EstateAsk().With("account.json", Plain)
        .With("describe-organization.json", """{"Organization":{"Id":"o-abcdefghij","Arn":"arn:aws:organizations::999988887777:organization/o-abcdefghij","FeatureSet":"ALL","MasterAccountId":"999988887777"}}""")
        .With("list-roots.json", """{"Roots":[{"Id":"r-abcd","Arn":"arn:aws:organizations::999988887777:root/o-abcdefghij/r-abcd","Name":"Root","PolicyTypes":[{"Type":"SERVICE_CONTROL_POLICY","Status":"ENABLED"}]}]}""")
        .With("list-organizational-units-for-parent.r-abcd.json", """{"OrganizationalUnits":[{"Id":"ou-abcd-11111111","Arn":"arn:aws:organizations::999988887777:ou/o-abcdefghij/ou-abcd-11111111","Name":"Work"}]}""")
        .With("list-accounts-for-parent.ou-abcd-11111111.json", """{"Accounts":[{"Id":"111122223333","Arn":"arn:aws:organizations::999988887777:account/o-abcdefghij/111122223333","Email":"a@example.com","Name":"a","Status":"ACTIVE"}]}""");

    private static EstateAsk WithPolicies(EstateAsk ask) => ask
        .With("list-policies.json", """{"Policies":[{"Id":"p-FullAWSAccess","Arn":"arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess","Name":"FullAWSAccess","Type":"SERVICE_CONTROL_POLICY","AwsManaged":true},{"Id":"p-nokeys00","Arn":"arn:aws:organizations::999988887777:policy/o-abcdefghij/service_control_policy/p-nokeys00","Name":"NoKeys","Type":"SERVICE_CONTROL_POLICY","AwsManaged":false}]}""")
        .With("targets-p-FullAWSAccess.json", """{"Targets":[{"TargetId":"r-abcd","Name":"Root","Type":"ROOT"},{"TargetId":"ou-abcd-11111111","Name":"Work","Type":"ORGANIZATIONAL_UNIT"},{"TargetId":"111122223333","Name":"a","Type":"ACCOUNT"}]}""")
        .With("describe-FullAWSAccess.json", """{"Policy":{"PolicySummary":{"Id":"p-FullAWSAccess","Name":"FullAWSAccess","Type":"SERVICE_CONTROL_POLICY"},"Content":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}"}}""");

    [Fact]
    public void What_the_organisations_commands_print_is_put_together()
    {
        var ask = WithPolicies(Commands())
            .With("targets-p-nokeys00.json", """{"Targets":[{"TargetId":"ou-abcd-11111111","Name":"Work","Type":"ORGANIZATIONAL_UNIT"}]}""")
            .With("describe-NoKeys.json", """{"Policy":{"PolicySummary":{"Id":"p-nokeys00","Name":"NoKeys","Type":"SERVICE_CONTROL_POLICY"},"Content":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Action\":\"iam:CreateAccessKey\",\"Resource\":\"*\"}]}"}}""");
        Assert.Equal("explicitDeny", ask.Ask("ann", "iam:CreateAccessKey", "arn:aws:iam::111122223333:user/ann"));
        Assert.Equal("allow", ask.Ask("ann", "s3:ListAllMyBuckets", "*"));
        Assert.Equal("implicitDeny", ask.Ask("bob", "s3:ListAllMyBuckets", "*"));
    }

    [Fact]
    public void An_organisations_policy_without_content_or_targets_makes_an_allow_unknown()
    {
        Assert.Equal("unknown the targets of policy NoKeys (`list-targets-for-policy`)", WithPolicies(Commands()).Ask("ann", "s3:ListAllMyBuckets", "*"));
        Assert.Equal("unknown the content of policy NoKeys (`describe-policy`)",
            WithPolicies(Commands()).With("targets-p-nokeys00.json", """{"Targets":[{"TargetId":"111122223333","Type":"ACCOUNT"}]}""").Ask("ann", "s3:ListAllMyBuckets", "*"));
        Assert.Equal("unknown the policies of type SERVICE_CONTROL_POLICY, which the root has enabled (`describe-policy`)", Commands().Ask("ann", "s3:ListAllMyBuckets", "*"));
        Assert.Equal("implicitDeny", Commands().Ask("bob", "s3:ListAllMyBuckets", "*"));
    }

    [Fact]
    public void A_resource_of_another_account_is_unknown_until_its_policy_or_that_it_has_none_is_known()
    {
        const string Key = "arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab";
        var ask = new EstateAsk().With("account.json", Plain);
        Assert.Equal($"unknown the policy of {Key}, which is in another account", ask.Ask("ann", "kms:Decrypt", Key));
        Assert.Equal("implicitDeny", ask.Ask("bob", "kms:Decrypt", Key));
        var own = Key.Replace("444455556666", "111122223333", StringComparison.Ordinal);
        Assert.Equal($"unknown the policy of {own}, which every key has (`aws kms get-key-policy`)", ask.Ask("ann", "kms:Decrypt", own));
        ask.With("none.json", $$"""{"ResourcePolicies":[{"ResourceArn":"{{Key}}","Account":"444455556666","Policy":null}]}""");
        Assert.Equal("implicitDeny", ask.Ask("ann", "kms:Decrypt", Key));
    }

    [Theory]
    [InlineData("get-bucket-policy.json", """{"Policy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"s3:*\",\"Resource\":[\"arn:aws:s3:::data\",\"arn:aws:s3:::data/*\"]}]}"}""", "s3:GetObject", "arn:aws:s3:::data/k")]
    [InlineData("queue.json", """{"Attributes":{"QueueArn":"arn:aws:sqs:eu-west-1:111122223333:q","Policy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"sqs:*\",\"Resource\":\"*\"}]}"}}""", "sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:q")]
    [InlineData("secret.json", """{"ARN":"arn:aws:secretsmanager:eu-west-1:111122223333:secret:s-AbCdEf","Name":"s","ResourcePolicy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"secretsmanager:*\",\"Resource\":\"*\"}]}"}""", "secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:s-AbCdEf")]
    [InlineData("get-key-policy.1234abcd-12ab-34cd-56ef-1234567890ab.json", """{"PolicyName":"default","Policy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"kms:*\",\"Resource\":\"*\"}]}"}""", "kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab")]
    public void A_resources_policy_is_taken_as_its_service_prints_it(string file, string text, string action, string resource)
    {
        Assert.Equal("explicitDeny", new EstateAsk().With("account.json", Plain).With(file, text).Ask("ann", action, resource));
        if (!action.StartsWith("kms:", StringComparison.Ordinal))
            Assert.Equal("allow", new EstateAsk().With("account.json", Plain).Ask("ann", action, resource));
    }
}
