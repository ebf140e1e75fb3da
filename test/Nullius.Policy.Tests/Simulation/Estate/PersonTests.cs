using Nullius.Policy.Capabilities;
using Nullius.Policy.Simulation.Estate;
using Nullius.Policy.Simulation.Person;
using Xunit;

namespace Nullius.Policy.Tests.Simulation.Estates;

public sealed class PersonTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private static string Account(string statements, string extra = "") => $$$"""
        {"UserDetailList":[{"UserName":"al","Arn":"arn:aws:iam::111122223333:user/al","GroupList":[],"AttachedManagedPolicies":[],{{{extra}}}"UserPolicyList":[{"PolicyName":"p","PolicyDocument":{"Version":"2012-10-17","Statement":[{{{statements}}}]}}]}],
         "RoleDetailList":[{"RoleName":"AWSReservedSSO_Ops_0123456789abcdef","Arn":"arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_0123456789abcdef","AttachedManagedPolicies":[],
           "RolePolicyList":[{"PolicyName":"p","PolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ec2:StartInstances","Resource":"*"}]}}]}]}
        """;

    private const string Tagged = "\"Tags\":[{\"Key\":\"Email\",\"Value\":\"alice@example.com\"}],";

    private static PersonReport Decide(EstateAsk ask, string capability, string? inside = null) =>
        new PersonView(ask.Estate, new PersonQuestion("alice@example.com", null, [Capability.Find(capability)!], [], inside, null, s_now, new Dictionary<string, IReadOnlyList<string>>())).Decide();

    private static PersonContext? From(PersonReport report, EstateCloud cloud) => report.Capabilities[0].Clouds.Single(c => c.Cloud == cloud).AllowedFrom;

    [Theory]
    [InlineData("""{"Effect":"Allow","Action":"iam:CreateAccessKey","Resource":"arn:aws:iam::*:user/${aws:username}"}""", "create-keys", PersonContext.LongLivedKey)]
    [InlineData("""{"Effect":"Allow","Action":"ec2:StartInstances","Resource":"arn:aws:ec2:*:*:instance/*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}""", "start-machines", PersonContext.Mfa)]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}}""", "read-objects", PersonContext.Inside)]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"DateLessThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"}}}""", "read-objects", null)]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"Null":{"aws:MultiFactorAuthPresent":"false"}}}""", "read-objects", PersonContext.Bare)]
    public void The_first_context_that_suffices_is_found(string statement, string capability, PersonContext? expected) =>
        Assert.Equal(expected, From(Decide(new EstateAsk().With("account.json", Account(statement, Tagged)), capability, "203.0.113.7"), EstateCloud.Aws));

    [Fact]
    public void A_user_is_matched_by_tag_and_somebody_else_is_not()
    {
        var report = Decide(new EstateAsk().With("account.json", Account("", Tagged).Replace("\"Statement\":[]", "\"Statement\":[{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\"}]", StringComparison.Ordinal)), "read-objects");
        Assert.Equal(("by tag", "arn:aws:iam::111122223333:user/al"), (report.Identities[0].Match, Assert.Single(report.Identities[0].Principals)));
        Assert.Null(From(report, EstateCloud.Aws));
        Assert.Equal("not found", Decide(new EstateAsk().With("account.json", Account("""{"Effect":"Allow","Action":"*","Resource":"*"}""")), "read-objects").Identities[0].Match);
    }

    [Theory]
    [InlineData("Active", PersonContext.LongLivedKey)]
    [InlineData("Inactive", PersonContext.Bare)]
    public void A_user_whose_keys_are_switched_off_signs_in(string status, PersonContext expected)
    {
        var ask = new EstateAsk().With("account.json", Account("""{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}""", Tagged))
            .With("keys.json", $$"""{"AccessKeyMetadata":[{"UserName":"al","AccessKeyId":"AKIAEXAMPLE","Status":"{{status}}","CreateDate":"2026-01-01T00:00:00+00:00"}]}""");
        Assert.Equal(expected, From(Decide(ask, "read-objects"), EstateCloud.Aws));
    }

    [Fact]
    public void Identity_Center_leads_to_the_role_of_the_account_which_has_no_long_lived_key()
    {
        var ask = new EstateAsk().With("account.json", Account("""{"Effect":"Deny","Action":"*","Resource":"*"}"""))
            .With("users.json", """{"Users":[{"UserName":"alice","UserId":"u-1","Emails":[{"Value":"alice@example.com","Type":"work","Primary":true}],"IdentityStoreId":"d-1"}]}""")
            .With("memberships.json", """{"GroupMemberships":[{"IdentityStoreId":"d-1","MembershipId":"m","GroupId":"g-1","MemberId":{"UserId":"u-1"}}]}""")
            .With("assignments.json", """{"AccountAssignments":[{"AccountId":"111122223333","PermissionSetArn":"arn:aws:sso:::permissionSet/i/ps-1","PrincipalType":"GROUP","PrincipalId":"g-1"}]}""")
            .With("set.json", """{"PermissionSet":{"Name":"Ops","PermissionSetArn":"arn:aws:sso:::permissionSet/i/ps-1"}}""");
        var report = Decide(ask, "start-machines");
        Assert.Equal(("by Identity Center", "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Ops_0123456789abcdef/alice"), (report.Identities[0].Match, Assert.Single(report.Identities[0].Principals)));
        Assert.Equal(PersonContext.Bare, From(report, EstateCloud.Aws));
    }

    [Fact]
    public void What_differs_between_clouds_is_named()
    {
        var ask = new EstateAsk()
            .With("account.json", Account("""{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}""", Tagged))
            .With("policies.json", """[{"resource":"//cloudresourcemanager.googleapis.com/organizations/2","organization":"organizations/2","policy":{"bindings":[{"members":["user:alice@example.com"],"role":"roles/storage.objectViewer","condition":{"title":"mfa","expression":"\"accessPolicies/1/accessLevels/mfa\" in request.auth.access_levels"}}]}}]""")
            .With("role.json", """{"name":"roles/storage.objectViewer","includedPermissions":["storage.objects.get"]}""")
            .With("levels.json", """[{"name":"accessPolicies/1/accessLevels/mfa","title":"mfa","custom":{"expr":{"expression":"request.auth.claims.crd_str.mfa == true && device.is_corp_owned_device"}}}]""");
        var report = Decide(ask, "read-objects");
        Assert.Equal((PersonContext.LongLivedKey, PersonContext.ManagedDevice), (From(report, EstateCloud.Aws)!.Value, From(report, EstateCloud.Gcp)!.Value));
        Assert.Equal(["mfa-not-everywhere", "device-not-everywhere", "long-lived-key"], report.Inconsistencies.Select(i => i.Kind));
        var unknown = Decide(new EstateAsk().With("account.json", Account("""{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}""", Tagged))
            .With("policies.json", """[{"resource":"//cloudresourcemanager.googleapis.com/projects/p","organization":"organizations/2","project":"projects/1","policy":{"bindings":[{"members":["user:alice@example.com"],"role":"roles/editor"}]}}]"""), "read-objects");
        var found = Assert.Single(unknown.Inconsistencies);
        Assert.Equal("unknown-in-one", found.Kind);
        Assert.Contains("roles/editor", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Built_in_capabilities_have_an_action_of_every_clouds_form()
    {
        Assert.All(Capability.All, c =>
        {
            Assert.Equal((EstateCloud.Aws, EstateCloud.Entra, EstateCloud.Gcp), (Estate.CloudOf(c.Aws!), Estate.CloudOf(c.Azure!), Estate.CloudOf(c.Gcp!)));
            Assert.Matches("^[a-z-]+$", c.Name);
        });
    }
}
