using System.Globalization;
using System.Text.Json.Nodes;

namespace Nullius.Policy.Tests.Gcp;

/// <summary>
/// Makes requests and policies from small vocabularies that collide often, reaching every kind of member, policy, attribute
/// and operator. The same seed makes the same case.
/// </summary>
internal sealed class GcpCaseGenerator(int seed)
{
    internal static readonly DateTimeOffset Now = new(2026, 11, 22, 10, 30, 0, TimeSpan.Zero);

    private const string Workforce = "iam.googleapis.com/locations/global/workforcePools/w";
    private const string Customer = "principalSet://goog/cloudIdentityCustomerId/C1";
    private const string Accounts = "principalSet://cloudresourcemanager.googleapis.com/organizations/2/type/ServiceAccount";
    private const string Organization = "//cloudresourcemanager.googleapis.com/organizations/2";

    private static readonly string[] s_principals =
        ["user:alice@example.com", "user:bob@other.org", "serviceAccount:app@p.iam.gserviceaccount.com", $"principal://{Workforce}/subject/raha", "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/g/subject/s", "anonymous"];

    private static readonly string[] s_members =
    [
        "user:alice@example.com", "user:bob@other.org", "serviceAccount:app@p.iam.gserviceaccount.com", "group:devs@example.com", "group:ops@example.com", "domain:example.com",
        "allUsers", "allAuthenticatedUsers", $"principal://{Workforce}/subject/raha", $"principalSet://{Workforce}/*", $"principalSet://{Workforce}/group/admins",
        $"principalSet://{Workforce}/attribute.team/red", "deleted:user:alice@example.com?uid=1", Accounts, "projectOwner:p", "projectViewer:other",
    ];

    private static readonly string[] s_denied =
    [
        "principal://goog/subject/alice@example.com", "principal://iam.googleapis.com/projects/-/serviceAccounts/app@p.iam.gserviceaccount.com", "principalSet://goog/group/devs@example.com",
        "principalSet://goog/public:all", Customer, $"principalSet://{Workforce}/*", $"principalSet://{Workforce}/group/admins", Accounts, "deleted:principal://goog/subject/alice@example.com?uid=1",
    ];

    private static readonly string[] s_permissions = ["storage.objects.get", "storage.objects.delete", "compute.instances.get"];

    private static readonly string[] s_deniedPermissions =
        ["storage.googleapis.com/objects.get", "storage.googleapis.com/objects.*", "storage.googleapis.com/*.get", "storage.googleapis.com/*.*", "compute.googleapis.com/instances.get", "compute.googleapis.com/*.*"];

    private static readonly string[] s_roles = ["roles/reader", "roles/writer", "roles/owner", "roles/mystery"];
    private static readonly string[] s_places = ["organizations/2", "folders/1", "projects/p", "projects/_/buckets/b", "projects/_/buckets/b/objects/x", "projects/other"];

    private static readonly (string Name, string? Type, string? Service)[] s_resources =
    [
        ("projects/_/buckets/b/objects/x", "storage.googleapis.com/Object", "storage.googleapis.com"),
        ("projects/p/zones/z/instances/i", "compute.googleapis.com/Instance", "compute.googleapis.com"),
        ("projects/p", "cloudresourcemanager.googleapis.com/Project", "cloudresourcemanager.googleapis.com"),
        ("projects/p/serviceAccounts/s", "iam.googleapis.com/ServiceAccount", "iam.googleapis.com"),
        ("projects/_/buckets/b/objects/x", null, null),
    ];

    private readonly Random _random = new(seed);

    private bool Chance(int of) => _random.Next(of) == 0;

    private T Pick<T>(T[] from) => from[_random.Next(from.Length)];

    private T[] Some<T>(T[] from, int most) => [.. Enumerable.Range(0, _random.Next(most + 1)).Select(_ => Pick(from)).Distinct()];

    private T[] AtLeastOne<T>(T[] from, int most) => [.. Enumerable.Range(0, 1 + _random.Next(most)).Select(_ => Pick(from)).Distinct()];

    /// <summary>The facts, and the same as the case document.</summary>
    internal (ReferenceCase Facts, JsonObject Case) Generate()
    {
        var facts = MakeRequest();
        facts.Roles["roles/reader"] = ["storage.objects.get", "compute.instances.get"];
        facts.Roles["roles/writer"] = ["storage.objects.get", "storage.objects.delete"];
        facts.Roles["roles/owner"] = s_permissions;
        var policies = new JsonObject
        {
            ["roles"] = new JsonObject(facts.Roles.Select(r => KeyValuePair.Create(r.Key, (JsonNode?)Array(r.Value)))),
            ["allow"] = new JsonArray([.. s_places.Where(_ => Chance(2)).Select(p => Allow(p, facts))]),
            ["deny"] = new JsonArray([.. s_places.Take(3).Where(_ => Chance(4)).Select(p => Deny(p, facts))]),
            ["principalAccessBoundary"] = new JsonArray([.. Enumerable.Range(0, Chance(3) ? 1 + _random.Next(2) : 0).Select(_ => Boundary(facts))]),
            ["accessLevels"] = new JsonArray([.. new[] { "l/one", "l/two" }.Where(_ => Chance(2)).Select(n => Level(n, facts))]),
        };
        return (facts, new JsonObject { ["name"] = "generated", ["dialect"] = "gcp", ["request"] = Request(facts), ["policies"] = policies });
    }

    private ReferenceCase MakeRequest()
    {
        var resource = Pick(s_resources);
        var attributes = new Dictionary<string, object?>(StringComparer.Ordinal);
        Maybe(attributes, "destination.port", 22L, 3001L);
        Maybe(attributes, "origin.ip", "203.0.113.7", "10.0.0.1");
        Maybe(attributes, "origin.region_code", "DE", "US");
        Maybe(attributes, "attribute.team", "red", "blue");
        var tags = new Dictionary<string, string?>(StringComparer.Ordinal);
        if (Chance(2))
            tags["1/env"] = Chance(5) ? null : Pick(["prod", "dev"]);
        return new ReferenceCase
        {
            Principal = Pick(s_principals),
            Groups = Chance(6) ? null : Some(["devs@example.com", "ops@example.com", "admins", Customer, Accounts, Organization], 3),
            Permission = Pick(s_permissions),
            Name = resource.Name,
            Type = resource.Type,
            Service = resource.Service,
            Ancestors = ["projects/p", "folders/1", "organizations/2"],
            Tags = Chance(6) ? null : tags,
            Time = Chance(8) ? null : Now,
            Levels = Chance(8) ? null : Some(["l/one", "l/three"], 1),
            Attributes = attributes,
        };
    }

    private void Maybe(Dictionary<string, object?> attributes, string name, params object[] values)
    {
        if (Chance(2))
            attributes[name] = Chance(5) ? null : Pick(values);
    }

    private static JsonArray Array(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode?)t)]);

    private static JsonObject Request(ReferenceCase facts) => new()
    {
        ["principal"] = facts.Principal,
        ["groups"] = facts.Groups is { } groups ? Array(groups) : null,
        ["permission"] = facts.Permission,
        ["resource"] = new JsonObject
        {
            ["name"] = facts.Name,
            ["type"] = facts.Type,
            ["service"] = facts.Service,
            ["ancestors"] = Array(facts.Ancestors),
            ["tags"] = facts.Tags is { } tags ? new JsonObject(tags.Select(t => KeyValuePair.Create(t.Key, (JsonNode?)t.Value))) : null,
        },
        ["time"] = facts.Time?.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture),
        ["accessLevels"] = facts.Levels is { } levels ? Array(levels) : null,
        ["attributes"] = new JsonObject(facts.Attributes.Select(a => KeyValuePair.Create(a.Key, a.Value is null ? null : (JsonNode?)JsonValue.Create(a.Value)))),
    };

    private JsonNode Allow(string on, ReferenceCase facts)
    {
        var bindings = new JsonArray();
        for (var i = _random.Next(1, 4); i > 0; i--)
        {
            var role = Pick(s_roles);
            var members = AtLeastOne(s_members, 3);
            var conditional = role != "roles/owner" && !members.Any(m => m.StartsWith("all", StringComparison.Ordinal)) && Chance(2);
            var condition = conditional ? GcpConditionGenerator.Allow(_random, 3) : null;
            facts.Bindings.Add(new ReferenceBinding(on, role, members, condition));
            var binding = new JsonObject { ["role"] = role, ["members"] = Array(members) };
            if (condition is not null)
                binding["condition"] = new JsonObject { ["title"] = "t", ["expression"] = condition.Text };
            bindings.Add(binding);
        }
        return new JsonObject { ["attachedTo"] = on, ["bindings"] = bindings };
    }

    private JsonNode Deny(string on, ReferenceCase facts)
    {
        var rules = new JsonArray();
        for (var i = _random.Next(1, 3); i > 0; i--)
        {
            var rule = new ReferenceDeny(on, AtLeastOne(s_denied, 2), Some(s_denied, 1), AtLeastOne(s_deniedPermissions, 2), Chance(4) ? AtLeastOne(s_deniedPermissions, 1) : [],
                Chance(2) ? GcpConditionGenerator.Deny(_random, 2) : null);
            facts.Denies.Add(rule);
            var json = new JsonObject
            {
                ["deniedPrincipals"] = Array(rule.Denied), ["exceptionPrincipals"] = Array(rule.Excepted),
                ["deniedPermissions"] = Array(rule.Permissions), ["exceptionPermissions"] = Array(rule.ExceptedPermissions),
            };
            if (rule.Condition is { } condition)
                json["denialCondition"] = new JsonObject { ["expression"] = condition.Text };
            rules.Add(new JsonObject { ["denyRule"] = json });
        }
        return new JsonObject { ["attachedTo"] = on, ["rules"] = rules };
    }

    private JsonNode Boundary(ReferenceCase facts)
    {
        var resources = Some(["organizations/2", "projects/p", "folders/9"], 2);
        var bindings = Chance(3) ? null : new[] { 1, 2 }.Take(1 + _random.Next(2)).Select(_ =>
            (Pick([Organization, "//" + Workforce, "//iam.googleapis.com/locations/global/workforcePools/v"]), Chance(2) ? GcpConditionGenerator.Boundary(_random) : null)).ToArray();
        facts.Boundaries.Add(new ReferenceBoundary(resources, bindings));
        var json = new JsonObject
        {
            ["name"] = "b",
            ["details"] = new JsonObject
            {
                ["rules"] = new JsonArray(new JsonObject { ["effect"] = "ALLOW", ["resources"] = Array(resources.Select(r => "//cloudresourcemanager.googleapis.com/" + r)) }),
                ["enforcementVersion"] = "latest",
            },
        };
        if (bindings is null)
            return json;
        json["bindings"] = new JsonArray([.. bindings.Select(b =>
        {
            var binding = new JsonObject { ["target"] = new JsonObject { ["principalSet"] = b.Item1 } };
            if (b.Item2 is { } condition)
                binding["condition"] = new JsonObject { ["expression"] = condition.Text };
            return (JsonNode?)binding;
        })]);
        return json;
    }

    private JsonNode Level(string name, ReferenceCase facts)
    {
        var conditions = new List<ReferenceLevelCondition>();
        for (var i = _random.Next(1, 3); i > 0; i--)
        {
            string[] requires = name == "l/two" && Chance(3) && facts.LevelDefinitions.Exists(l => l.Name == "l/one") ? ["l/one"] : [];
            conditions.Add(new ReferenceLevelCondition(Some(["203.0.113.0/24", "10.0.0.0/8"], 1), Some(["DE", "FR"], 1), requires, Chance(4)));
        }
        var level = new ReferenceLevel(name, Chance(2), [.. conditions]);
        facts.LevelDefinitions.Add(level);
        return new JsonObject
        {
            ["name"] = name,
            ["basic"] = new JsonObject
            {
                ["combiningFunction"] = level.Or ? "OR" : "AND",
                ["conditions"] = new JsonArray([.. conditions.Select(c => (JsonNode?)new JsonObject
                {
                    ["ipSubnetworks"] = Array(c.Ranges), ["regions"] = Array(c.Regions), ["requiredAccessLevels"] = Array(c.Requires), ["negate"] = c.Negate,
                })]),
            },
        };
    }
}
