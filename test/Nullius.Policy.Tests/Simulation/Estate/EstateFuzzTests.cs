using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Nullius.Policy.Capabilities;
using Nullius.Policy.Simulation;
using Nullius.Policy.Simulation.Estate;
using Nullius.Policy.Simulation.Person;

namespace Nullius.Policy.Tests.Simulation.Estates;

/// <summary>Exports with values of the wrong type anywhere are read, refused or answered, and never end in a fault.</summary>
public sealed class EstateFuzzTests
{
    private static int Cases => int.TryParse(Environment.GetEnvironmentVariable("NULLIUS_FUZZ_CASES"), out var cases) ? cases : 200;

    private static readonly string[] s_fixtures =
    [
        AwsEstateTests.Account, AwsEstateTests.Organization, EntraEstateTests.Policies, EntraEstateTests.Locations, EntraEstateTests.Users, EntraEstateTests.Groups,
        EntraEstateTests.Roles, EntraEstateTests.Definitions, GcpEstateTests.Search, GcpEstateTests.Viewer, GcpEstateTests.Others,
        """{"value":[{"id":"r","roleTemplateId":"62e90394-69f5-4237-9190-012177145e10","members":[{"id":"x"}]},{"id":"a","principalId":"p","roleDefinitionId":"d","directoryScopeId":"/"}]}""",
        """[{"name":"policies/cloudresourcemanager.googleapis.com%2Fprojects%2Fshop/denypolicies/d","kind":"DenyPolicy","rules":[{"denyRule":{"deniedPrincipals":["principalSet://goog/public:all"],"exceptionPrincipals":["principalSet://goog/group/a@example.com"],"deniedPermissions":["iam.googleapis.com/roles.list"]}}]}]""",
        """[{"name":"organizations/2/locations/global/principalAccessBoundaryPolicies/p","details":{"rules":[{"resources":["//cloudresourcemanager.googleapis.com/projects/shop"],"effect":"ALLOW"}],"enforcementVersion":"1"}},{"name":"organizations/2/locations/global/policyBindings/b","policy":"organizations/2/locations/global/principalAccessBoundaryPolicies/p","policyKind":"PRINCIPAL_ACCESS_BOUNDARY","target":{"principalSet":"//cloudresourcemanager.googleapis.com/organizations/2"}}]""",
        """[{"name":"groups/g1","groupKey":{"id":"devs@example.com"}},{"name":"groups/g1/memberships/1","preferredMemberKey":{"id":"alice@example.com"},"roles":[{"name":"MEMBER"}],"type":"USER"},{"name":"accessPolicies/1/accessLevels/l","basic":{"conditions":[{"regions":["DE"]}]}},{"projectId":"shop","projectNumber":"123","parent":{"type":"folder","id":"1"}},{"name":"folders/1","parent":"organizations/2"},{"name":"organizations/2","displayName":"example.com"}]""",
        """{"Users":[{"UserName":"alice","UserId":"u","Emails":[{"Value":"alice@example.com"}]}],"GroupMemberships":[{"GroupId":"g","MemberId":{"UserId":"u"}}],"AccountAssignments":[{"AccountId":"111122223333","PermissionSetArn":"a","PrincipalId":"g"}],"PermissionSet":{"Name":"Ops","PermissionSetArn":"a"}}""",
        """{"Policy":"{\"Statement\":[{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"s3:*\",\"Resource\":[\"arn:aws:s3:::data/*\"]}]}"}""",
        """{"id":"/providers/Microsoft.Management/managementGroups/m","name":"m","children":[{"id":"/subscriptions/s1","name":"s1","type":"/subscriptions","children":null}]}""",
    ];

    private static readonly EstateQuestion[] s_questions =
    [
        new("zt-dev", "s3:GetObject", "arn:aws:s3:::data/k", Context()),
        new("alice@example.com", "signIn", "*", Context("mfa", "true", "location.ip", "203.0.113.7")),
        new("alice@example.com", "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read", "/subscriptions/s1/resourceGroups/g", Context("mfa", "true")),
        new("alice@example.com", "storage.objects.get", "gs://pictures/x", Context("request.time", "2026-11-22T12:00:00Z", "origin.ip", "203.0.113.7")),
    ];

    private static Dictionary<string, IReadOnlyList<string>> Context(params string[] pairs) => pairs.Chunk(2).ToDictionary(p => p[0], p => (IReadOnlyList<string>)[p[1]]);

    [Fact]
    public void A_value_of_the_wrong_type_is_never_a_fault() => Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
    {
        var random = new Random(seed);
        var estate = new Estate();
        foreach (var fixture in s_fixtures)
            Attempt(seed, () => estate.Add($"f{random.Next(3)}.project-shop.json", Encoding.UTF8.GetBytes(Mutate(fixture, random))));
        foreach (var question in s_questions)
            Attempt(seed, () => Assert.NotEqual("", new PolicySimulator().Decide(Encoding.UTF8.GetBytes(estate.CaseFor(question))).Decision));
        Attempt(seed, () => new PersonView(estate, new PersonQuestion("alice@example.com", null, [Capability.Find("read-objects")!], [], null, null, DateTimeOffset.UnixEpoch, Context())).Decide());
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(Cases));

    private static void Attempt(int seed, Action action)
    {
        try
        {
            action();
        }
        catch (SimulationInputException refused)
        {
            Assert.NotEqual("", refused.Message);
        }
        catch (Exception fault)
        {
            Assert.Fail($"seed {seed}: {fault}");
        }
    }

    private static string Mutate(string text, Random random)
    {
        var root = JsonNode.Parse(text)!;
        var places = new List<(JsonNode Parent, object Key)>();
        Collect(root, places);
        for (var i = random.Next(3); i > 0; i--)
        {
            var (parent, key) = places[random.Next(places.Count)];
            JsonNode? other = random.Next(7) switch
            {
                0 => null,
                1 => JsonValue.Create(7),
                2 => JsonValue.Create("//x/y"),
                3 => new JsonArray(JsonValue.Create(1), null, new JsonObject()),
                4 => new JsonObject { ["id"] = 3 },
                5 => JsonValue.Create(true),
                _ => JsonValue.Create(""),
            };
            if (parent is JsonObject o)
                o[(string)key] = other;
            else
                ((JsonArray)parent)[(int)key] = other;
        }
        return root.ToJsonString();
    }

    private static void Collect(JsonNode node, List<(JsonNode, object)> places)
    {
        if (node is JsonObject o)
        {
            foreach (var (name, value) in o)
            {
                places.Add((o, name));
                if (value is not null)
                    Collect(value, places);
            }
        }
        else if (node is JsonArray array)
        {
            for (var i = 0; i < array.Count; i++)
            {
                places.Add((array, i));
                if (array[i] is { } value)
                    Collect(value, places);
            }
        }
    }
}
