using Nullius.Policy.Simulation;
using Xunit;

namespace Nullius.Policy.Tests.Simulation.Estates;

public sealed class EntraEstateTests
{
    internal const string Alice = "aaaaaaaa-0000-0000-0000-000000000001";
    internal const string Bob = "aaaaaaaa-0000-0000-0000-000000000002";
    internal const string Admins = "bbbbbbbb-0000-0000-0000-000000000001";
    internal const string Inner = "bbbbbbbb-0000-0000-0000-000000000002";
    internal const string Shop = "cccccccc-0000-0000-0000-000000000001";

    /// <summary>As <c>GET /identity/conditionalAccess/policies</c> answers.</summary>
    internal const string Policies = """
        {"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#identity/conditionalAccess/policies","value":[
          {"id":"p1","templateId":null,"displayName":"MFA for admins","createdDateTime":"2026-01-01T00:00:00Z","modifiedDateTime":null,"state":"enabled","partialEnablementStrategy":null,"sessionControls":null,
           "conditions":{"userRiskLevels":[],"signInRiskLevels":[],"clientAppTypes":["all"],"platforms":null,"locations":null,"times":null,"deviceStates":null,"devices":null,"clientApplications":null,"servicePrincipalRiskLevels":[],"insiderRiskLevels":null,"authenticationFlows":null,
             "applications":{"includeApplications":["All"],"excludeApplications":[],"includeUserActions":[],"includeAuthenticationContextClassReferences":[],"applicationFilter":null},
             "users":{"includeUsers":[],"excludeUsers":[],"includeGroups":["bbbbbbbb-0000-0000-0000-000000000001"],"excludeGroups":[],"includeRoles":["62e90394-69f5-4237-9190-012177145e10"],"excludeRoles":[],"includeGuestsOrExternalUsers":null,"excludeGuestsOrExternalUsers":null}},
           "grantControls":{"operator":"OR","builtInControls":["mfa"],"customAuthenticationFactors":[],"termsOfUse":[],"authenticationStrength@odata.context":"x","authenticationStrength":null}},
          {"id":"p2","displayName":"Block elsewhere","state":"enabled","conditions":{"clientAppTypes":["all"],"applications":{"includeApplications":["cccccccc-0000-0000-0000-000000000001"]},"users":{"includeUsers":["All"]},"locations":{"includeLocations":["All"],"excludeLocations":["dddddddd-0000-0000-0000-000000000001"]}},
           "grantControls":{"operator":"OR","builtInControls":["block"]}}]}
        """;

    internal const string Locations = """{"value":[{"@odata.type":"#microsoft.graph.ipNamedLocation","id":"dddddddd-0000-0000-0000-000000000001","displayName":"Office","createdDateTime":"2026-01-01T00:00:00Z","modifiedDateTime":"2026-01-01T00:00:00Z","isTrusted":true,"ipRanges":[{"@odata.type":"#microsoft.graph.iPv4CidrRange","cidrAddress":"203.0.113.0/24"}]}]}""";

    internal const string Users = """
        {"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users","value":[{"id":"aaaaaaaa-0000-0000-0000-000000000001","userPrincipalName":"alice@example.com","displayName":"Alice","mail":"alice@example.com","userType":"Member"},
          {"id":"aaaaaaaa-0000-0000-0000-000000000002","userPrincipalName":"bob@example.com","displayName":"Bob","mail":null,"userType":"Member"}]}
        """;

    /// <summary><c>az ad group list</c> prints a bare array.</summary>
    internal const string Groups = """[{"id":"bbbbbbbb-0000-0000-0000-000000000001","displayName":"Admins","securityEnabled":true,"groupTypes":[]},{"id":"bbbbbbbb-0000-0000-0000-000000000002","displayName":"Inner","securityEnabled":true,"groupTypes":[]}]""";

    private static EstateAsk Tenant() => new EstateAsk().With("policies.json", Policies).With("locations.json", Locations).With("users.json", Users).With("groups.json", Groups);

    private static EstateAsk WithMembers() => Tenant()
        .With($"members-{Admins}.json", $$"""{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#directoryObjects","value":[{"@odata.type":"#microsoft.graph.group","id":"{{Inner}}","displayName":"Inner"}]}""")
        .With("inner.json", $$"""{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#groups('{{Inner}}')/members","value":[{"@odata.type":"#microsoft.graph.user","id":"{{Alice}}"}]}""")
        .With("roles.json", """{"value":[{"id":"x","principalId":"none","roleDefinitionId":"f28a1f50-f6e7-4571-818b-6a12f2af6b6c","directoryScopeId":"/"}]}""");

    [Fact]
    public void A_nested_groups_member_is_asked_for_a_second_factor_and_others_are_not()
    {
        var ask = WithMembers();
        Assert.Equal("challenge", ask.Ask("alice@example.com", "signIn", Shop, "ip=203.0.113.9"));
        Assert.Equal("allow", ask.Ask("alice@example.com", "signIn", Shop, "ip=203.0.113.9", "mfa=true"));
        Assert.Equal("allow", ask.Ask("Bob", "signIn", Shop, "location.ip=203.0.113.9"));
        Assert.Equal("block", ask.Ask(Bob, "signIn", Shop, "ip=198.51.100.9"));
    }

    [Fact]
    public void An_address_that_is_not_stated_blocks_as_unknown() =>
        Assert.Equal("unknown location.ip, location.country", WithMembers().Ask("bob@example.com", "signIn", Shop));

    [Fact]
    public void Members_and_roles_that_were_not_exported_are_named_and_never_spare_anyone() =>
        Assert.Equal("challenge the members of group Admins, who has role 62e90394-69f5-4237-9190-012177145e10 (role assignments), group:bbbbbbbb-0000-0000-0000-000000000001, role:62e90394-69f5-4237-9190-012177145e10",
            Tenant().Ask("bob@example.com", "signIn", Shop, "ip=203.0.113.9"));

    [Fact]
    public void Whoever_says_all_that_they_are_in_is_not_in_anything_else()
    {
        var bob = $$"""{"value":[{"id":"{{Bob}}","userPrincipalName":"bob@example.com","userType":"Member","transitiveMemberOf":[{"@odata.type":"#microsoft.graph.directoryRole","id":"eeeeeeee-0000-0000-0000-000000000001","roleTemplateId":"ROLE"}]}]}""";
        Assert.Equal("allow", Tenant().With("bob.json", bob.Replace("ROLE", "other", StringComparison.Ordinal)).Ask("bob@example.com", "signIn", Shop, "ip=203.0.113.9"));
        Assert.Equal("challenge", Tenant().With("bob.json", bob.Replace("ROLE", "62e90394-69f5-4237-9190-012177145e10", StringComparison.Ordinal)).Ask("bob@example.com", "signIn", Shop, "ip=203.0.113.9"));
    }

    [Fact]
    public void Direct_memberships_are_enough_where_what_they_are_in_is_known_too()
    {
        var users = $$"""{"value":[{"id":"{{Bob}}","userPrincipalName":"bob@example.com","userType":"Member","memberOf":[{"@odata.type":"#microsoft.graph.group","id":"{{Inner}}"}]}]}""";
        var ask = Tenant().With("bob.json", users);
        Assert.StartsWith("challenge", ask.Ask("bob@example.com", "signIn", Shop, "ipAddress=203.0.113.9"), StringComparison.Ordinal);
        ask.With("inner.json", $$"""{"value":[{"id":"{{Inner}}","displayName":"Inner","groupTypes":[],"memberOf":[]}]}""");
        Assert.Equal("allow", ask.Ask("bob@example.com", "signIn", Shop, "ipAddress=203.0.113.9"));
    }

    [Fact]
    public void A_role_that_is_not_among_the_active_ones_is_nobodys()
    {
        var ask = Tenant().With($"members-{Admins}.json", """{"value":[{"@odata.type":"#microsoft.graph.user","id":"x"}]}""");
        Assert.Contains("role:62e90394", ask.Ask("bob@example.com", "signIn", Shop, "ip=203.0.113.9"), StringComparison.Ordinal);
        ask.With("directoryRoles.json", """{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#directoryRoles","value":[{"id":"r","displayName":"Reader","roleTemplateId":"other","members":[]}]}""");
        Assert.Equal("allow", ask.Ask("bob@example.com", "signIn", Shop, "ip=203.0.113.9"));
    }

    [Theory]
    [InlineData("#microsoft.graph.user", "allow")]
    [InlineData("#microsoft.graph.group", "challenge")]
    public void A_member_of_which_only_the_kind_is_known_is_enough_to_tell_who_is_not_in(string kind, string expected)
    {
        var group = $$"""{"value":[{"id":"{{Admins}}","displayName":"Admins","groupTypes":[],"members":[{"@odata.type":"{{kind}}","id":"ffffffff-0000-0000-0000-000000000001"}]}]}""";
        var roles = """{"value":[{"id":"x","principalId":"none","roleDefinitionId":"f28a1f50-f6e7-4571-818b-6a12f2af6b6c","directoryScopeId":"/"}]}""";
        Assert.StartsWith(expected, Tenant().With("admins.json", group).With("roles.json", roles).Ask("bob@example.com", "signIn", Shop, "ip=203.0.113.9"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_expanded_list_at_Graphs_limit_is_not_taken_for_whole()
    {
        var members = string.Join(",", Enumerable.Range(100, 20).Select(i => $$"""{"@odata.type":"#microsoft.graph.user","id":"aaaaaaaa-0000-0000-0000-000000000{{i}}"}"""));
        var group = $$"""{"value":[{"id":"{{Admins}}","displayName":"Admins","groupTypes":[],"members":[{{members}}]}]}""";
        Assert.Contains("group:" + Admins, Tenant().With("admins.json", group).Ask("bob@example.com", "signIn", Shop, "ip=203.0.113.9"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_that_is_not_the_last_makes_the_answer_unknown_until_the_last_is_there()
    {
        var first = Policies.Replace("\"value\":[", "\"@odata.nextLink\":\"https://graph.microsoft.com/v1.0/identity/conditionalAccess/policies?$skiptoken=x\",\"value\":[", StringComparison.Ordinal);
        var ask = WithMembers().With("page1.json", first.Replace("conditionalAccess/policies\"", "conditionalAccess/policies(id)\"", StringComparison.Ordinal));
        Assert.Equal("unknown the next page of page1.json", ask.Ask("bob@example.com", "signIn", Shop, "ip=203.0.113.9"));
        ask.With("page2.json", """{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#identity/conditionalAccess/policies(id)","value":[{"id":"p9","displayName":"off","state":"disabled","conditions":{"applications":{"includeApplications":["All"]},"users":{"includeUsers":["All"]}},"grantControls":{"operator":"OR","builtInControls":["block"]}}]}""");
        Assert.Equal("allow", ask.Ask("bob@example.com", "signIn", Shop, "ip=203.0.113.9"));
    }

    [Fact]
    public void A_named_location_that_was_not_exported_does_not_allow() =>
        Assert.Contains("named location dddddddd", new EstateAsk().With("policies.json", Policies).With("users.json", Users).With("groups.json", Groups)
            .Ask("bob@example.com", "signIn", Shop, "ip=203.0.113.9"), StringComparison.Ordinal);

    [Fact]
    public void A_location_that_cannot_be_read_and_trusted_ones_that_were_not_exported_are_unknown()
    {
        var broken = Locations.Replace("203.0.113.0/24", "somewhere", StringComparison.Ordinal).Replace("\"isTrusted\"", "\"addedLater\":1,\"isTrusted\"", StringComparison.Ordinal);
        Assert.Contains("named location Office, which cannot be read", new EstateAsk().With("policies.json", Policies).With("users.json", Users).With("locations.json", broken)
            .Ask("bob@example.com", "signIn", Shop, "ip=203.0.113.9"), StringComparison.Ordinal);
        var trusted = """{"id":"p8","displayName":"Inside","state":"enabled","conditions":{"applications":{"includeApplications":["All"]},"users":{"includeUsers":["All"]},"locations":{"includeLocations":["All"],"excludeLocations":["AllTrusted"]}},"grantControls":{"operator":"OR","builtInControls":["block"]}}""";
        Assert.StartsWith("unknown the named locations that are trusted", new EstateAsk().With("users.json", Users).With("p8.json", trusted).Ask("bob@example.com", "signIn", Shop, "ip=203.0.113.9"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_strength_that_a_policy_names_by_id_is_taken_from_its_export()
    {
        const string Strong = """{"id":"p3","displayName":"Strong","state":"enabled","conditions":{"applications":{"includeApplications":["All"]},"users":{"includeUsers":["All"]}},"grantControls":{"operator":"OR","builtInControls":[],"authenticationStrength":{"id":"99999999-0000-0000-0000-000000000001"}}}""";
        var ask = new EstateAsk().With("users.json", Users).With("p3.json", Strong)
            .With("strengths.json", """{"value":[{"id":"99999999-0000-0000-0000-000000000001","displayName":"Keys","policyType":"custom","requirementsSatisfied":"mfa","allowedCombinations":["fido2"],"combinationConfigurations":[]}]}""");
        Assert.Equal("challenge", ask.Ask("bob@example.com", "signIn", "*", "mfa=true"));
        Assert.Equal("allow", ask.Ask("bob@example.com", "signIn", "*", "satisfied=fido2"));
    }

    internal const string Roles = """
        [{"id":"/subscriptions/s1/providers/Microsoft.Authorization/roleAssignments/1","principalId":"aaaaaaaa-0000-0000-0000-000000000001","principalName":"alice@example.com","principalType":"User",
          "roleDefinitionId":"/subscriptions/s1/providers/Microsoft.Authorization/roleDefinitions/r1","roleDefinitionName":"Blob Reader","scope":"/subscriptions/s1","condition":null,"conditionVersion":null},
         {"id":"/subscriptions/s1/providers/Microsoft.Authorization/roleAssignments/2","principalId":"aaaaaaaa-0000-0000-0000-000000000002","principalName":"bob@example.com","principalType":"User",
          "roleDefinitionId":"/subscriptions/s1/providers/Microsoft.Authorization/roleDefinitions/owner","roleDefinitionName":"Owner","scope":"/subscriptions/s1/resourceGroups/g"}]
        """;

    internal const string Definitions = """
        [{"id":"/subscriptions/s1/providers/Microsoft.Authorization/roleDefinitions/r1","name":"r1","roleName":"Blob Reader","roleType":"BuiltInRole","assignableScopes":["/"],"permissions":[{"actions":["Microsoft.Storage/storageAccounts/blobServices/containers/read"],"notActions":[],"dataActions":["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"],"notDataActions":[],"condition":null,"conditionVersion":null}]},
         {"id":"/subscriptions/s1/providers/Microsoft.Authorization/roleDefinitions/owner","name":"owner","roleName":"Owner","roleType":"BuiltInRole","assignableScopes":["/"],"permissions":[{"actions":["*"],"notActions":[],"dataActions":[],"notDataActions":[]}]}]
        """;

    internal const string Account = "/subscriptions/s1/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a";
    internal const string ReadBlob = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read";

    [Fact]
    public void An_operation_of_Azure_needs_a_role_and_passes_Conditional_Access()
    {
        var ask = WithMembers().With("assignments.json", Roles).With("definitions.json", Definitions);
        Assert.Equal("challenge", ask.Ask("alice@example.com", ReadBlob, Account));
        Assert.Equal("allow", ask.Ask("alice@example.com", ReadBlob, Account, "mfa=true"));
        Assert.Equal("deny", ask.Ask("alice@example.com", "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete", Account, "mfa=true"));
        Assert.Equal("allow", ask.Ask("bob@example.com", "Microsoft.Compute/virtualMachines/start/action", "/subscriptions/s1/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v"));
        Assert.Equal("deny", ask.Ask("bob@example.com", "Microsoft.Compute/virtualMachines/start/action", "/subscriptions/s1/resourceGroups/other/providers/Microsoft.Compute/virtualMachines/v"));
    }

    [Fact]
    public void A_wildcard_over_operations_is_none_over_data() =>
        Assert.Equal("deny", WithMembers().With("assignments.json", Roles).With("definitions.json", Definitions).Ask("bob@example.com", ReadBlob, Account));

    [Fact]
    public void A_role_whose_definition_was_not_exported_is_unknown_and_named() =>
        Assert.Equal("unknown role definition Owner", WithMembers().With("assignments.json", Roles).Ask("bob@example.com", "Microsoft.Compute/virtualMachines/start/action", "/subscriptions/s1/resourceGroups/g"));

    [Fact]
    public void A_denial_is_explained_by_the_nearest_assignment()
    {
        var ask = WithMembers().With("assignments.json", Roles).With("definitions.json", Definitions);
        var question = new Nullius.Policy.Simulation.Estate.EstateQuestion("bob@example.com", ReadBlob, Account, new Dictionary<string, IReadOnlyList<string>>());
        var answer = System.Text.Json.JsonElement.Parse(new PolicySimulator(explain: true).Decide(System.Text.Encoding.UTF8.GetBytes(ask.Estate.CaseFor(question))).Json.Span);
        var explanation = answer.GetProperty("explanation");
        Assert.Equal("`Owner` at /subscriptions/s1/resourceGroups/g does not cover it: its wildcards cover no operations on data", Assert.Single(explanation.GetProperty("nearest").EnumerateArray()).GetString());
        Assert.Contains("were assigned", explanation.GetProperty("changes")[0].GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("enabled", "unknown policy Filtered, which cannot be read:")]
    [InlineData("disabled", "allow")]
    public void A_policy_that_is_not_modelled_could_deny_unless_it_is_switched_off(string state, string expected)
    {
        var filtered = $$$"""{"id":"p7","displayName":"Filtered","state":"{{{state}}}","conditions":{"applications":{"includeApplications":["All"],"applicationFilter":{"mode":"include","rule":"x"}},"users":{"includeUsers":["All"]}},"grantControls":{"operator":"OR","builtInControls":["block"]}}""";
        var ask = WithMembers().With("filtered.json", filtered);
        Assert.StartsWith(expected, ask.Ask("bob@example.com", "signIn", Shop, "ip=203.0.113.9"), StringComparison.Ordinal);
        Assert.StartsWith("block", ask.Ask("bob@example.com", "signIn", Shop, "ip=198.51.100.9"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_deny_assignment_wins()
    {
        const string Deny = """{"value":[{"id":"/x","properties":{"denyAssignmentName":"managed","permissions":[{"actions":["*"],"notActions":["*/read"],"dataActions":[],"notDataActions":[]}],"scope":"/subscriptions/s1/resourceGroups/g","doNotApplyToChildScopes":false,"principals":[{"id":"00000000-0000-0000-0000-000000000000","type":"SystemDefined"}],"excludePrincipals":[]}}]}""";
        var ask = WithMembers().With("assignments.json", Roles).With("definitions.json", Definitions).With("deny.json", Deny);
        Assert.Equal("deny", ask.Ask("bob@example.com", "Microsoft.Compute/virtualMachines/start/action", "/subscriptions/s1/resourceGroups/g"));
        Assert.Equal("allow", ask.Ask("bob@example.com", "Microsoft.Compute/virtualMachines/read", "/subscriptions/s1/resourceGroups/g"));
    }

    [Theory]
    [InlineData("zoe@example.com", "signIn", "unknown-principal")]
    [InlineData("bob@example.com", "fly", "bad-action")]
    public void What_cannot_be_asked_is_an_error(string principal, string action, string code) =>
        Assert.Equal(code, Assert.Throws<SimulationInputException>(() => Tenant().Ask(principal, action, Shop)).Code);

    private const string Filtered = """
        {"value":[{"id":"f","displayName":"Tagged","state":"enabled","conditions":{"clientAppTypes":["all"],"users":{"includeUsers":["All"]},
          "applications":{"includeApplications":[],"applicationFilter":{"mode":"include","rule":"CustomSecurityAttribute.Eng_project -contains \"Baker\""}}},"grantControls":{"operator":"OR","builtInControls":["block"]}}]}
        """;

    [Theory]
    [InlineData(""","customSecurityAttributes":{"Eng":{"@odata.type":"#microsoft.graph.customSecurityAttributeValue","project@odata.type":"#Collection(String)","project":["Cascade","Baker"]}}""", "block")]
    [InlineData(""","customSecurityAttributes":{"Eng":{"project":"Cascade"}}""", "allow")]
    [InlineData(""","customSecurityAttributes":null""", "allow")]
    [InlineData("", "unknown")]
    public void Policies_filter_applications_by_the_attributes_that_the_export_tells(string attributes, string decision) => Assert.Equal(decision,
        new EstateAsk().With("policies.json", Filtered).With("users.json", Users).With("apps.json", $$"""{"value":[{"id":"sp-1","appId":"{{Shop}}","displayName":"Shop","servicePrincipalType":"Application"{{attributes}}}]}""")
            .Answer("alice@example.com", "signIn", "Shop").Decision);

    [Fact]
    public void A_list_of_members_may_be_named_by_an_id_that_is_no_guid()
    {
        var ask = new EstateAsk().With("users.json", Users)
            .With("policies.json", """{"value":[{"id":"g","displayName":"G","state":"enabled","conditions":{"clientAppTypes":["all"],"users":{"includeGroups":["g-outer"]},"applications":{"includeApplications":["All"]}},"grantControls":{"operator":"OR","builtInControls":["block"]}}]}""")
            .With("members-g-outer.json", """{"value":[{"@odata.type":"#microsoft.graph.group","id":"g-inner"}]}""")
            .With("g.members.g-inner.json", $$"""{"value":[{"@odata.type":"#microsoft.graph.user","id":"{{Alice}}"}]}""");
        Assert.Equal("block", ask.Answer("alice@example.com", "signIn", "*").Decision);
        Assert.Equal("allow", ask.Answer("bob@example.com", "signIn", "*").Decision);
    }
}
