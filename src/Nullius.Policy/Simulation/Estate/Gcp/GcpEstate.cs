using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Nullius.Policy.Dialects.Gcp;

namespace Nullius.Policy.Simulation.Estate.Gcp;

/// <summary>What exports say about an organisation of Google Cloud, and the cases that questions to it make.</summary>
internal sealed partial class GcpEstate
{
    /// <summary>Signals of a request that access levels and conditions read: what was not stated is unknown, not absent.</summary>
    private static readonly string[] s_signals =
    [
        "origin.ip", "origin.region_code", "origin.network", "device.encryption_status", "device.is_admin_approved_device", "device.is_corp_owned_device",
        "device.is_secured_with_screenlock", "device.os_type", "device.os_version", "device.verified_chrome_os", "device.management_level",
        "request.path", "request.host", "destination.ip", "destination.port", "request.auth.claims",
    ];

    internal GcpHierarchy Hierarchy { get; } = new();

    internal GcpGroups Groups { get; } = new();

    internal GcpExports Exports { get; }

    internal GcpEstate() => Exports = new GcpExports(Hierarchy, Groups);

    internal bool IsPresent => Exports.IsPresent || Hierarchy.IsPresent;

    internal bool Add(JsonElement document, string file) => Exports.Add(document, file);

    private readonly SortedSet<string> _remarks = new(StringComparer.Ordinal);

    internal IReadOnlyList<string> Remarks()
    {
        var remarks = new List<string>(_remarks);
        remarks.AddRange(Exports.Unplaced.Select(f => $"{f} holds an allow policy and not of what: name it project-ID.json, folder-N.json, organization-N.json or bucket-NAME.json"));
        if (Exports.Denies.Count == 0)
            remarks.Add("no deny policy is in it, none takes part");
        return remarks;
    }

    internal static string Caller(string principal)
    {
        if (principal.Contains(':', StringComparison.Ordinal) || !principal.Contains('@', StringComparison.Ordinal))
            return principal;
        return (principal.EndsWith(".gserviceaccount.com", StringComparison.OrdinalIgnoreCase) ? "serviceAccount:" : "user:") + principal;
    }

    /// <summary>Resources whose policies name the caller, a group that it may be in, or everybody.</summary>
    internal IEnumerable<string> ResourcesNear(string principal)
    {
        var caller = Caller(principal);
        var address = caller[(caller.IndexOf(':', StringComparison.Ordinal) + 1)..];
        var groups = Groups.Of(address);
        return Exports.ResourcesWhere(m => m.Equals(caller, StringComparison.OrdinalIgnoreCase) || m is "allUsers" or "allAuthenticatedUsers" || m.StartsWith("domain:", StringComparison.Ordinal)
            || (m.StartsWith("group:", StringComparison.Ordinal) && (groups.Contains(m[6..]) || !Groups.CanExclude(address, m[6..]))) || m.StartsWith("principalSet:", StringComparison.Ordinal), Exports.Denies.Count + Exports.Boundaries.Count > 0);
    }

    internal string CaseFor(EstateQuestion question)
    {
        if (question.Resource == "*")
            throw new SimulationInputException("missing-resource", "a permission of Google Cloud is asked on a resource, expected `--resource projects/ID` or another resource name", "$.request.resource");
        var gaps = new List<EstateGap>();
        var principal = Caller(question.Principal);
        var resource = GcpResource.Parse(question.Resource, question.Action);
        var canonical = Hierarchy.Canonical(resource.Name);
        var mayDeny = Exports.Denies.Count + Exports.Boundaries.Count + Exports.BoundaryBindings.Count > 0;
        var ancestors = Hierarchy.AncestorsOf($"{resource.Service}|{BucketOf(canonical)}", canonical, gaps, question.Value("resource.project"), mayDeny);
        _remarks.UnionWith(Exports.Place(ancestors.FirstOrDefault()));
        var policies = new JsonObject();
        var allow = Allow(resource, ancestors, gaps);
        policies["allow"] = allow;
        policies["deny"] = Deny(ancestors, gaps);
        policies["principalAccessBoundary"] = Boundaries(gaps);
        policies["roles"] = Roles(allow);
        policies["accessLevels"] = GcpReadable.Levels(Exports.Levels.Values.Select(l => (JsonNode)l.Only("name", "title", "description", "basic", "custom")), allow, question.Value("request.auth.access_levels") is not null, gaps);
        var json = new JsonObject
        {
            ["name"] = question.Name,
            ["dialect"] = "gcp",
            ["request"] = Request(question, principal, resource, ancestors, policies),
            ["policies"] = policies,
        };
        foreach (var page in Exports.OpenPages)
            gaps.Add(EstateGap.Any($"the next page of {page}"));
        EstateGap.Write(json, gaps);
        return json.ToJsonString();
    }

    private static string BucketOf(string name) => name.Split('/') is ["projects", "_", "buckets", var bucket, ..] ? $"projects/_/buckets/{bucket}" : name;

    private JsonObject Request(EstateQuestion question, string principal, GcpResource resource, List<string> ancestors, JsonObject policies)
    {
        var address = principal[(principal.IndexOf(':', StringComparison.Ordinal) + 1)..];
        var known = Groups.Of(address);
        var named = GroupsIn(policies).Where(g => !known.Contains(g)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var unknown = named.Where(g => !Groups.CanExclude(address, g)).Order(StringComparer.Ordinal).Concat(PoolSets(principal, policies));
        var target = new JsonObject
        {
            ["name"] = resource.Name,
            ["type"] = resource.Type,
            ["service"] = resource.Service,
            ["ancestors"] = ExportJson.Array(ancestors),
            ["tags"] = Tags(question) ?? Exports.Tags($"{resource.Service}|{BucketOf(resource.Name)}") ?? Exports.Tags($"{resource.Service}|{Hierarchy.Canonical(resource.Name)}"),
        };
        return new JsonObject
        {
            ["principal"] = principal,
            ["groups"] = ExportJson.Array(known.Order(StringComparer.Ordinal).Concat(Hierarchy.SetsOf(principal))),
            ["unknownGroups"] = ExportJson.Array(unknown),
            ["permission"] = question.Action,
            ["resource"] = target,
            ["time"] = question.Value("request.time") ?? question.Value("time"),
            ["accessLevels"] = question.Context.FirstOrDefault(c => c.Key.Equals("request.auth.access_levels", StringComparison.OrdinalIgnoreCase)).Value is { } given
                ? ExportJson.Array(given) : Exports.Levels.Count > 0 ? new JsonArray() : null,
            ["attributes"] = Attributes(question, policies),
        };
    }

    [GeneratedRegex("getAttribute\\(\\s*[\"'](?<name>[^\"']+)[\"']", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex ApiAttribute { get; }

    /// <summary>
    /// Attributes that conditions read and that this request has, whatever their values: of policies that are set, the roles that are granted; of lists, the prefix;
    /// of forwarding rules, what they forward. Without a value the condition's own default would decide.
    /// </summary>
    private static IEnumerable<string> Unstated(string permission, JsonObject policies)
    {
        var texts = policies["allow"].List().SelectMany(p => p.Get("bindings").List()).Select(b => b.Get("condition").Get("expression").Text()).OfType<string>();
        foreach (var name in texts.SelectMany(t => ApiAttribute.Matches(t).Select(m => m.Groups["name"].Value)).Distinct(StringComparer.Ordinal))
        {
            if (name switch
            {
                "iam.googleapis.com/modifiedGrantsByRole" => permission.EndsWith("etIamPolicy", StringComparison.Ordinal),
                "storage.googleapis.com/objectListPrefix" => permission.EndsWith(".list", StringComparison.Ordinal),
                _ => true,
            })
            {
                yield return name;
            }
        }
        if (permission.Contains("orwardingRules.", StringComparison.Ordinal))
        {
            yield return "compute.isForwardingRuleCreationOperation";
            yield return "compute.loadBalancingScheme";
        }
    }

    /// <summary>Groups and attributes of a pool are what its identity provider says of a subject: no export has them.</summary>
    private static IEnumerable<string> PoolSets(string principal, JsonObject policies)
    {
        var subject = principal.IndexOf("/subject/", StringComparison.Ordinal);
        if (!principal.StartsWith("principal://iam.googleapis.com/", StringComparison.Ordinal) || subject < 0)
            return [];
        var pool = $"principalSet:{principal["principal:".Length..subject]}/";
        return MembersIn(policies).Where(m => m.StartsWith(pool, StringComparison.Ordinal) && !m.EndsWith("/*", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
    }

    /// <summary>Tags come from the question: <c>tag:123/env=prod</c>. Unless it names one, they are not known.</summary>
    private static JsonObject? Tags(EstateQuestion question)
    {
        var tags = new JsonObject();
        foreach (var (key, values) in question.Context.Where(c => c.Key.StartsWith("tag:", StringComparison.OrdinalIgnoreCase)))
            tags[key[4..]] = values[0];
        return tags.Count == 0 ? null : tags;
    }

    private static JsonObject Attributes(EstateQuestion question, JsonObject policies)
    {
        var attributes = new JsonObject();
        foreach (var signal in s_signals.Concat(Unstated(question.Action, policies)))
            attributes[signal] = null;
        foreach (var (key, values) in question.Context)
        {
            if (key.StartsWith("tag:", StringComparison.OrdinalIgnoreCase) || key is "request.time" or "time" or "request.auth.access_levels" or "resource.project")
                continue;
            if (key.Equals("mfa", StringComparison.OrdinalIgnoreCase))
            {
                // The credential strength of the session, as custom access levels read it.
                attributes["request.auth.claims"] = new JsonObject { ["crd_str"] = new JsonObject { ["pwd"] = true, ["mfa"] = values[0].Equals("true", StringComparison.OrdinalIgnoreCase) } };
                continue;
            }
            var isFlag = key.StartsWith("device.is_", StringComparison.Ordinal) || key == "device.verified_chrome_os";
            attributes[key] = isFlag && bool.TryParse(values[0], out var flag) ? flag
                : key == "destination.port" && int.TryParse(values[0], out var port) ? port : values[0];
        }
        return attributes;
    }

    private static IEnumerable<string> MembersIn(JsonObject policies) => policies["allow"].List().SelectMany(p => p.Get("bindings").List()).SelectMany(b => b.Get("members").Texts())
            .Concat(policies["deny"].List().SelectMany(p => p.Get("rules").List()).Select(r => r.Get("denyRule") ?? r)
                .SelectMany(r => r.Get("deniedPrincipals").Texts().Concat(r.Get("exceptionPrincipals").Texts())));

    private static IEnumerable<string> GroupsIn(JsonObject policies)
    {
        const string Set = "principalSet://goog/group/";
        foreach (var member in MembersIn(policies))
        {
            if (member.StartsWith("group:", StringComparison.Ordinal))
                yield return member[6..].ToLowerInvariant();
            else if (member.StartsWith(Set, StringComparison.Ordinal))
                yield return member[Set.Length..].ToLowerInvariant();
        }
    }

    /// <summary>The allow policies of the resource and of what holds it, named as the request names these.</summary>
    private JsonArray Allow(GcpResource resource, List<string> ancestors, List<EstateGap> gaps)
    {
        var allow = new JsonArray();
        (string Name, string Key, bool IsOwn)[] chain =
        [
            .. resource.Prefixes().Where(p => p.Contains('/', StringComparison.Ordinal) && !GcpResourceName.IsContainer(p)).Select(p => (p, $"{resource.Service}|{Hierarchy.Canonical(p)}", true)),
            .. ancestors.Select(a => (a, $"cloudresourcemanager.googleapis.com|{a}", false)),
        ];
        var highest = Array.FindLastIndex(chain, c => Exports.IsInventoried(c.Key));
        for (var i = 0; i < chain.Length; i++)
        {
            var (name, key, isOwn) = chain[i];
            if (Exports.Bindings(key) is { } bindings)
                allow.Add(new JsonObject { ["attachedTo"] = name, ["version"] = 3, ["bindings"] = GcpReadable.Bindings(name, bindings, gaps) });
            else if (i > highest && (!isOwn || (i == 0 && resource.Type?.EndsWith("/Object", StringComparison.Ordinal) != true)))
                gaps.Add(EstateGap.Grant($"the allow policy of {name}"));
        }
        return allow;
    }

    private JsonArray Deny(List<string> ancestors, List<EstateGap> gaps)
    {
        var deny = new JsonArray();
        foreach (var policy in Exports.Denies.Where(d => ancestors.Contains(Hierarchy.Attachment(d.AttachedTo))))
        {
            if (policy.Rules is null)
                gaps.Add(EstateGap.Deny($"the rules of deny policy {policy.Name} (`gcloud iam policies get --kind=denypolicies`)"));
            else
                deny.Add(new JsonObject { ["name"] = policy.Name, ["attachedTo"] = Hierarchy.Attachment(policy.AttachedTo), ["rules"] = GcpReadable.Rules(policy.Name, Hierarchy.Attachment(policy.AttachedTo), policy.Rules, gaps) });
        }
        return deny;
    }

    private JsonArray Boundaries(List<EstateGap> gaps)
    {
        var boundaries = new JsonArray();
        foreach (var (name, details) in Exports.Boundaries)
        {
            var bindings = Exports.BoundaryBindings.Where(b => b.Text("policy") == name).Select(b => (JsonNode)b.Only("name", "policyKind", "target", "condition")).ToArray();
            if (bindings.Length == 0 && Exports.BoundaryBindings.Count == 0)
                gaps.Add(EstateGap.Deny($"the bindings of {name} (`gcloud iam policy-bindings list`)"));
            var boundary = new JsonObject { ["name"] = name, ["details"] = Canonical(details), ["bindings"] = new JsonArray(bindings) };
            if (bindings.Length > 0 && GcpReadable.Boundary(name, boundary, gaps))
                boundaries.Add((JsonNode)boundary);
        }
        foreach (var binding in Exports.BoundaryBindings.Where(b => b.Text("policy") is { } policy && !Exports.Boundaries.ContainsKey(policy)))
            gaps.Add(EstateGap.Deny($"the principal access boundary {binding.Text("policy")}"));
        return boundaries;
    }

    private JsonNode Canonical(JsonElement details)
    {
        var copy = details.Node();
        foreach (var rule in copy.Get("rules").List().OfType<JsonObject>())
        {
            if (rule["resources"] is JsonArray resources)
                rule["resources"] = ExportJson.Array(resources.Texts().Select(r => "//cloudresourcemanager.googleapis.com/" + Hierarchy.Attachment(r)));
        }
        return copy;
    }

    /// <summary>Of the roles that are bound: what they contain, or nothing where the export does not say, which is unknown.</summary>
    private JsonObject Roles(JsonArray allow)
    {
        var roles = new JsonObject();
        foreach (var role in allow.SelectMany(p => p.Get("bindings").List()).Select(b => b.Get("role").Text()).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            roles[role] = Exports.Roles.TryGetValue(role, out var content) ? content?.DeepClone() : null;
        return roles;
    }
}
