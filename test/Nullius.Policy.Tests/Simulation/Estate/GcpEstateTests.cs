using System.Text;
using Nullius.Policy.Simulation.Estate;
using Xunit;

namespace Nullius.Policy.Tests.Simulation.Estates;

public sealed class GcpEstateTests
{
    /// <summary><c>gcloud asset search-all-iam-policies --scope=organizations/2 --format=json</c>.</summary>
    internal const string Search = """
        [{"assetType":"cloudresourcemanager.googleapis.com/Organization","organization":"organizations/2","resource":"//cloudresourcemanager.googleapis.com/organizations/2",
          "policy":{"bindings":[{"members":["group:admins@example.com"],"role":"roles/org.custom"}]}},
         {"assetType":"cloudresourcemanager.googleapis.com/Project","folders":["folders/1"],"organization":"organizations/2","project":"projects/123","resource":"//cloudresourcemanager.googleapis.com/projects/shop",
          "policy":{"bindings":[{"members":["user:alice@example.com"],"role":"roles/storage.objectViewer"},{"members":["user:alice@example.com"],"role":"roles/editor"},
             {"members":["group:devs@example.com"],"role":"roles/secretmanager.secretAccessor"},
             {"members":["user:bob@example.com"],"role":"roles/storage.objectViewer","condition":{"title":"until","expression":"request.time < timestamp(\"2027-01-01T00:00:00Z\")"}}]}},
         {"assetType":"storage.googleapis.com/Bucket","folders":["folders/1"],"organization":"organizations/2","project":"projects/123","resource":"//storage.googleapis.com/pictures",
          "policy":{"bindings":[{"members":["user:carol@example.com"],"role":"roles/storage.objectViewer"}]}}]
        """;

    /// <summary><c>gcloud iam roles describe</c>, and REST's list.</summary>
    internal const string Viewer = """{"description":"…","etag":"AA==","includedPermissions":["storage.objects.get","storage.objects.list"],"name":"roles/storage.objectViewer","stage":"GA","title":"Storage Object Viewer"}""";

    internal const string Others = """{"roles":[{"name":"roles/secretmanager.secretAccessor","includedPermissions":["secretmanager.versions.access"]},{"name":"roles/org.custom","includedPermissions":["resourcemanager.projects.get"]},{"name":"roles/editor","title":"Editor"}]}""";

    private static EstateAsk Estate() => new EstateAsk().With("policies.json", Search).With("viewer.json", Viewer).With("roles.json", Others);

    [Fact]
    public void A_grant_on_the_project_reaches_the_buckets_objects_also_where_exports_name_the_project_by_number()
    {
        Assert.Equal("allow", Estate().Ask("alice@example.com", "storage.objects.get", "//storage.googleapis.com/projects/_/buckets/pictures/objects/a/b.png"));
        Assert.Equal("allow", Estate().Ask("user:carol@example.com", "storage.objects.get", "gs://pictures/x"));
        Assert.Equal("deny", Estate().Ask("carol@example.com", "storage.objects.list", "projects/123"));
        Assert.Equal("allow", Estate().Ask("alice@example.com", "storage.objects.list", "projects/123"));
    }

    [Fact]
    public void A_role_whose_content_was_not_exported_makes_the_answer_unknown_and_is_named() =>
        Assert.Equal("unknown roles/editor", Estate().Ask("alice@example.com", "compute.instances.start", "projects/shop/zones/z/instances/i"));

    [Fact]
    public void A_condition_on_the_time_is_unknown_until_the_time_is_given()
    {
        Assert.Equal("unknown request.time", Estate().Ask("bob@example.com", "storage.objects.get", "gs://pictures/x"));
        Assert.Equal("allow", Estate().Ask("bob@example.com", "storage.objects.get", "gs://pictures/x", "request.time=2026-12-31T00:00:00Z"));
        Assert.Equal("deny", Estate().Ask("bob@example.com", "storage.objects.get", "gs://pictures/x", "request.time=2027-01-01T00:00:00Z"));
    }

    internal const string Secret = "//secretmanager.googleapis.com/projects/shop/secrets/s/versions/1";

    [Fact]
    public void A_group_without_its_members_is_unknown_and_with_them_it_is_not()
    {
        Assert.Equal("unknown group:devs@example.com", Estate().Ask("dave@example.com", "secretmanager.versions.access", Secret));
        var listed = Estate()
            .With("groups.json", """[{"name":"groups/g1","groupKey":{"id":"devs@example.com"},"displayName":"Devs","labels":{"cloudidentity.googleapis.com/groups.discussion_forum":""}},{"name":"groups/g2","groupKey":{"id":"leads@example.com"}}]""")
            .With("memberships-g1.json", """[{"name":"groups/g1/memberships/1","preferredMemberKey":{"id":"dave@example.com"},"roles":[{"name":"MEMBER"}],"type":"USER"},{"name":"groups/g1/memberships/2","preferredMemberKey":{"id":"leads@example.com"},"roles":[{"name":"MEMBER"}],"type":"GROUP"}]""");
        Assert.Equal("allow", listed.Ask("dave@example.com", "secretmanager.versions.access", Secret));
        Assert.Equal("unknown group:devs@example.com", listed.Ask("erin@example.com", "secretmanager.versions.access", Secret));
        listed.With("memberships-g2.json", """[{"name":"groups/g2/memberships/9","preferredMemberKey":{"id":"erin@example.com"},"roles":[{"name":"OWNER"}],"type":"USER"}]""");
        Assert.Equal("allow", listed.Ask("erin@example.com", "secretmanager.versions.access", Secret));
        Assert.Equal("deny", listed.Ask("frank@example.com", "secretmanager.versions.access", Secret));
    }

    [Fact]
    public void The_search_of_a_members_groups_tells_both_ways()
    {
        var ask = Estate().With("search-transitive-groups.dave@example.com.json", """{"memberships":[{"displayName":"Devs","group":"groups/g1","groupKey":{"id":"devs@example.com"},"relationType":"INDIRECT","roles":[{"role":"MEMBER"}]}]}""");
        Assert.Equal("allow", ask.Ask("dave@example.com", "secretmanager.versions.access", Secret));
        Assert.Equal("deny", ask.Ask("dave@example.com", "resourcemanager.projects.get", "projects/shop"));
    }

    [Fact]
    public void A_deny_policy_wins_and_its_group_without_members_makes_an_allow_unknown()
    {
        const string Deny = """
            {"createTime":"2026-01-01T00:00:00Z","displayName":"d","etag":"x","kind":"DenyPolicy","name":"policies/cloudresourcemanager.googleapis.com%2Fprojects%2F123/denypolicies/d","uid":"u","updateTime":"2026-01-01T00:00:00Z",
             "rules":[{"denyRule":{"deniedPrincipals":["principal://goog/subject/carol@example.com","principalSet://goog/group/interns@example.com"],"deniedPermissions":["storage.googleapis.com/objects.get"]}}]}
            """;
        var ask = Estate().With("deny.json", Deny);
        Assert.Equal("deny", ask.Ask("carol@example.com", "storage.objects.get", "gs://pictures/x"));
        Assert.Equal("unknown group:interns@example.com", ask.Ask("alice@example.com", "storage.objects.get", "gs://pictures/x"));
        ask.With("interns@example.com.json", """{"memberships":[{"member":"users/1","preferredMemberKey":[{"id":"zoe@example.com"}],"relationType":"DIRECT","roles":[{"role":"MEMBER"}]}]}""");
        Assert.Equal("allow", ask.Ask("alice@example.com", "storage.objects.get", "gs://pictures/x"));
    }

    [Fact]
    public void A_deny_policy_of_which_only_the_name_was_listed_makes_an_allow_unknown() =>
        Assert.StartsWith("unknown the rules of deny policy", Estate().With("deny.json", """{"policies":[{"name":"policies/cloudresourcemanager.googleapis.com%2Forganizations%2F2/denypolicies/d","kind":"DenyPolicy"}]}""")
            .Ask("alice@example.com", "storage.objects.get", "gs://pictures/x"), StringComparison.Ordinal);

    [Fact]
    public void A_principal_access_boundary_binds_by_its_bindings()
    {
        const string Boundary = """[{"name":"organizations/2/locations/global/principalAccessBoundaryPolicies/p","uid":"u","etag":"e","displayName":"p","details":{"rules":[{"description":"only other","resources":["//cloudresourcemanager.googleapis.com/projects/other"],"effect":"ALLOW"}],"enforcementVersion":"1"}}]""";
        const string Binding = """[{"name":"organizations/2/locations/global/policyBindings/b","uid":"u","policy":"organizations/2/locations/global/principalAccessBoundaryPolicies/p","policyKind":"PRINCIPAL_ACCESS_BOUNDARY","target":{"principalSet":"//cloudresourcemanager.googleapis.com/organizations/2"}}]""";
        var ask = Estate().With("pab.json", Boundary);
        Assert.StartsWith("unknown the bindings of", ask.Ask("alice@example.com", "storage.objects.get", "gs://pictures/x"), StringComparison.Ordinal);
        ask.With("bindings.json", Binding);
        Assert.StartsWith("unknown //cloudresourcemanager.googleapis.com/organizations/2", ask.Ask("alice@example.com", "storage.objects.get", "gs://pictures/x"), StringComparison.Ordinal);
        ask.With("organizations.json", """[{"name":"organizations/2","displayName":"example.com","owner":{"directoryCustomerId":"C0123"},"lifecycleState":"ACTIVE"}]""");
        Assert.Equal("deny", ask.Ask("alice@example.com", "storage.objects.get", "gs://pictures/x"));
    }

    [Fact]
    public void An_asset_export_is_read_line_by_line()
    {
        const string Export = """
            {"name":"//cloudresourcemanager.googleapis.com/organizations/2","asset_type":"cloudresourcemanager.googleapis.com/Organization","iam_policy":{"etag":"a","bindings":[{"role":"roles/storage.objectViewer","members":["user:alice@example.com"]}]},"ancestors":["organizations/2"],"update_time":"2026-01-01T00:00:00Z"}
            {"name":"//cloudresourcemanager.googleapis.com/projects/123","asset_type":"cloudresourcemanager.googleapis.com/Project","iam_policy":{"etag":"b","bindings":[]},"ancestors":["projects/123","folders/1","organizations/2"]}
            """;
        var ask = new EstateAsk().With("export.ndjson", Export).With("viewer.json", Viewer)
            .With("projects.json", """[{"createTime":"2026-01-01T00:00:00Z","lifecycleState":"ACTIVE","name":"Shop","parent":{"id":"1","type":"folder"},"projectId":"shop","projectNumber":"123"}]""");
        Assert.Equal("allow", ask.Ask("alice@example.com", "storage.objects.list", "projects/shop"));
        Assert.Equal("deny", ask.Ask("bob@example.com", "storage.objects.list", "projects/shop"));
    }

    [Fact]
    public void A_project_policy_alone_leaves_what_is_above_open()
    {
        var ask = new EstateAsk().With("get-iam-policy.project-shop.json", """{"bindings":[{"members":["user:alice@example.com"],"role":"roles/storage.objectViewer"}],"etag":"x","version":1}""").With("viewer.json", Viewer)
            .With("ancestors.json", """[{"id":"shop","type":"project"},{"id":"1","type":"folder"},{"id":"2","type":"organization"}]""");
        Assert.Equal("allow", ask.Ask("alice@example.com", "storage.objects.list", "projects/shop"));
        Assert.Equal("unknown the allow policy of folders/1, the allow policy of organizations/2", ask.Ask("bob@example.com", "storage.objects.list", "projects/shop"));
    }

    [Fact]
    public void An_access_level_is_computed_from_what_was_stated_and_unknown_without_it()
    {
        const string Policy = """{"bindings":[{"members":["user:alice@example.com"],"role":"roles/storage.objectViewer","condition":{"title":"corp","expression":"\"accessPolicies/1/accessLevels/corp\" in request.auth.access_levels"}}],"version":3}""";
        var ask = new EstateAsk().With("project-alone.json", Policy).With("viewer.json", Viewer)
            .With("projects.json", """{"projects":[{"name":"projects/9","projectId":"alone"}]}""")
            .With("levels.json", """[{"basic":{"conditions":[{"ipSubnetworks":["203.0.113.0/24"]}]},"name":"accessPolicies/1/accessLevels/corp","title":"corp"}]""");
        Assert.Equal("unknown accessPolicies/1/accessLevels/corp", ask.Ask("alice@example.com", "storage.objects.list", "projects/alone"));
        Assert.Equal("allow", ask.Ask("alice@example.com", "storage.objects.list", "projects/alone", "origin.ip=203.0.113.7"));
        Assert.Equal("deny", ask.Ask("alice@example.com", "storage.objects.list", "projects/alone", "origin.ip=198.51.100.7"));
    }

    [Theory]
    [InlineData("policy.json", "allow")]
    [InlineData("project-policy.json", "allow")]
    [InlineData("my-shop.iam.json", "allow")]
    [InlineData("org-policy.json", "unknown")]
    public void A_policy_that_does_not_say_of_what_is_placed_where_only_one_place_is_left_and_that_is_told(string file, string decision)
    {
        var ask = new EstateAsk().With(file, """{"bindings":[{"members":["user:alice@example.com"],"role":"roles/storage.objectViewer"}],"etag":"x","version":1}""").With("viewer.json", Viewer)
            .With("projects.json", """[{"name":"Shop","projectId":"my-shop","projectNumber":"123"}]""");
        Assert.StartsWith(decision, ask.Ask("alice@example.com", "storage.objects.list", "projects/my-shop"), StringComparison.Ordinal);
        Assert.Contains(ask.Estate.Remarks(EstateCloud.Gcp), r => r.StartsWith(file, StringComparison.Ordinal));
    }

    [Fact]
    public void Effective_tags_come_from_a_search_of_resources_or_from_the_question()
    {
        const string Deny = """[{"name":"policies/cloudresourcemanager.googleapis.com%2Fprojects%2Fshop/denypolicies/d","kind":"DenyPolicy","rules":[{"denyRule":{"deniedPrincipals":["principalSet://goog/public:all"],"deniedPermissions":["storage.googleapis.com/objects.get"],"denialCondition":{"expression":"resource.matchTag('2/env', 'prod')"}}}]}]""";
        Assert.Equal("unknown resource.tags", Estate().With("deny.json", Deny).Ask("alice@example.com", "storage.objects.get", "gs://pictures/x"));
        Assert.Equal("allow", Estate().With("deny.json", Deny).Ask("alice@example.com", "storage.objects.get", "gs://pictures/x", "tag:2/env=dev"));
        var searched = Estate().With("deny.json", Deny).With("resources.json", """[{"name":"//storage.googleapis.com/pictures","assetType":"storage.googleapis.com/Bucket","project":"projects/123","folders":["folders/1"],"organization":"organizations/2","effectiveTags":[{"attachedResource":"//cloudresourcemanager.googleapis.com/projects/shop","effectiveTags":[{"tagKey":"2/env","tagKeyId":"tagKeys/1","tagValue":"2/env/prod","tagValueId":"tagValues/2"}]}]}]""");
        Assert.Equal("deny", searched.Ask("alice@example.com", "storage.objects.get", "gs://pictures/x"));
    }

    private static EstateAsk Alone(string binding) => new EstateAsk().With("project-alone.json", $$"""{"bindings":[{"members":["user:alice@example.com"],"role":"roles/storage.objectViewer"{{binding}}},{"members":["user:bob@example.com"],"role":"roles/storage.objectViewer"}],"version":1}""")
        .With("viewer.json", Viewer).With("projects.json", """{"projects":[{"name":"projects/9","projectId":"alone"}]}""");

    [Fact]
    public void A_part_that_cannot_be_read_is_named_and_the_rest_is_decided()
    {
        var ask = Alone(""","condition":{"title":"t","expression":"resource.unknownThing == 'x'"}""");
        Assert.StartsWith("unknown a binding of projects/alone, which cannot be read:", ask.Ask("alice@example.com", "storage.objects.list", "projects/alone"), StringComparison.Ordinal);
        Assert.Equal("allow", ask.Ask("bob@example.com", "storage.objects.list", "projects/alone"));
        ask.With("deny.json", """{"name":"policies/cloudresourcemanager.googleapis.com%2Fprojects%2Falone/denypolicies/d","kind":"DenyPolicy","rules":[{"denyRule":{"deniedPrincipals":["group:x@example.com"],"deniedPermissions":["storage.googleapis.com/objects.list"]}}]}""");
        Assert.StartsWith("unknown a rule of deny policy", ask.Ask("bob@example.com", "storage.objects.list", "projects/alone"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_access_level_that_a_condition_names_and_that_was_not_exported_is_unknown()
    {
        var ask = Alone(""","condition":{"title":"t","expression":"'accessPolicies/1/accessLevels/gone' in request.auth.access_levels"}""")
            .With("levels.json", """[{"basic":{"conditions":[{"regions":["DE"]}]},"name":"accessPolicies/1/accessLevels/other"}]""");
        Assert.StartsWith("unknown access level accessPolicies/1/accessLevels/gone", ask.Ask("alice@example.com", "storage.objects.list", "projects/alone"), StringComparison.Ordinal);
        Assert.Equal("allow", ask.Ask("bob@example.com", "storage.objects.list", "projects/alone"));
        Assert.Equal("allow", ask.Ask("alice@example.com", "storage.objects.list", "projects/alone", "request.auth.access_levels=accessPolicies/1/accessLevels/gone"));
    }

    [Fact]
    public void What_a_condition_reads_of_the_call_is_unknown_and_not_its_default()
    {
        const string Policy = """{"bindings":[{"members":["user:alice@example.com"],"role":"roles/admin","condition":{"title":"t","expression":"api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly(['roles/viewer'])"}}],"version":3}""";
        var ask = new EstateAsk().With("project-alone.json", Policy).With("projects.json", """{"projects":[{"name":"projects/9","projectId":"alone"}]}""")
            .With("role.json", """{"name":"roles/admin","includedPermissions":["resourcemanager.projects.setIamPolicy","resourcemanager.projects.get"]}""");
        Assert.Equal("unknown iam.googleapis.com/modifiedGrantsByRole", ask.Ask("alice@example.com", "resourcemanager.projects.setIamPolicy", "projects/alone"));
        Assert.Equal("allow", ask.Ask("alice@example.com", "resourcemanager.projects.get", "projects/alone"));
    }

    [Fact]
    public void Groups_of_a_pool_are_what_its_provider_says_and_unknown()
    {
        const string Pool = "iam.googleapis.com/locations/global/workforcePools/staff";
        var ask = new EstateAsk().With("project-alone.json", $$"""{"bindings":[{"members":["principalSet://{{Pool}}/group/devs"],"role":"roles/storage.objectViewer"}],"version":1}""").With("viewer.json", Viewer)
            .With("projects.json", """{"projects":[{"name":"projects/9","projectId":"alone"}]}""");
        Assert.Equal($"unknown principalSet://{Pool}/group/devs", ask.Ask($"principal://{Pool}/subject/alice", "storage.objects.get", "projects/alone"));
        Assert.Equal("deny", ask.Ask("principal://iam.googleapis.com/locations/global/workforcePools/other/subject/alice", "storage.objects.get", "projects/alone"));
    }

    [Fact]
    public void A_buckets_policy_is_never_taken_for_its_projects()
    {
        var ask = new EstateAsk().With("policy.json", """{"bindings":[{"members":["user:alice@example.com"],"role":"roles/storage.legacyBucketReader"}],"etag":"x"}""").With("role.json", """{"name":"roles/storage.legacyBucketReader","includedPermissions":["storage.objects.list"]}""")
            .With("projects.json", """[{"name":"Shop","projectId":"shop","projectNumber":"123"}]""");
        Assert.Equal("unknown the allow policy of projects/shop", ask.Ask("alice@example.com", "storage.objects.list", "projects/shop"));
    }

    [Fact]
    public void The_project_of_a_bucket_may_be_said_by_the_question()
    {
        var ask = Estate();
        Assert.StartsWith("unknown the project of projects/_/buckets/other", ask.Ask("bob@example.com", "storage.objects.get", "gs://other/x", "time=2027-06-01T00:00:00Z"), StringComparison.Ordinal);
        Assert.Equal("allow", ask.Ask("alice@example.com", "storage.objects.get", "gs://other/x", "resource.project=shop"));
    }

    [Fact]
    public void A_list_that_goes_on_makes_the_answer_unknown() =>
        Assert.Equal("unknown the next page of page1.json", new EstateAsk().With("page1.json", """{"results":[{"resource":"//cloudresourcemanager.googleapis.com/projects/p","project":"projects/1","organization":"organizations/2","policy":{"bindings":[]}},{"resource":"//cloudresourcemanager.googleapis.com/organizations/2","organization":"organizations/2","policy":{"bindings":[]}}],"nextPageToken":"t"}""")
            .Ask("alice@example.com", "storage.objects.list", "projects/p"));

    [Theory]
    [InlineData("""{"bindings":[],"bindings":[]}""", "duplicate-key")]
    [InlineData("""{"bindings":["\ud800"]}""", "bad-encoding")]
    [InlineData("""{"bindings":[}""", "bad-json")]
    public void A_file_that_two_readers_would_read_in_two_ways_is_refused(string text, string code) =>
        Assert.Equal(code, Assert.Throws<Nullius.Policy.Simulation.SimulationInputException>(() => new Nullius.Policy.Simulation.Estate.Estate().Add("project-p.json", Encoding.UTF8.GetBytes(text))).Code);

    [Fact]
    public void Exports_are_recognised_in_utf16_and_what_is_none_is_not()
    {
        var estate = new Nullius.Policy.Simulation.Estate.Estate();
        Assert.True(estate.Add("role.json", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Viewer)]));
        Assert.False(estate.Add("package.json", """{"name":"x","version":"1.0.0"}"""u8));
        Assert.Equal([EstateCloud.Gcp], estate.Clouds);
    }
}
