using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nullius.Policy.Generation;

/// <summary>
/// Custom roles and their bindings out of what was seen: one of each per project, so that nothing is granted in a project that
/// it was not seen in. The document is of the shape that <c>nullius simulate</c> and <c>replay</c> load.
/// </summary>
public static class GcpGenerator
{
    private const string Buckets = "projects/_/buckets/";

    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static GeneratedPolicy Generate(Observations observed, GenerationOptions options)
    {
        var (allow, roles, evidence, offers) = (new JsonArray(), new JsonObject(), new List<Evidence>(), new List<OfferedCondition>());
        var member = observed.Principals.FirstOrDefault() ?? observed.Principal;
        foreach (var project in observed.Allowed.Where(o => o.Account is not null).GroupBy(o => o.Account!, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var role = $"projects/{project.Key}/roles/{RoleId(observed.Principal)}";
            var permissions = project.GroupBy(o => o.Action, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).ToList();
            roles[role] = new JsonArray([.. permissions.Select(p => (JsonNode)p.Key)]);
            evidence.AddRange(permissions.Select(p => AzureGenerator.EvidenceOf(role, p.Key, [.. p])));
            var binding = new JsonObject { ["role"] = role, ["members"] = new JsonArray((JsonNode)member) };
            if (Condition(project) is { } expression)
            {
                offers.Add(new OfferedCondition("CEL", role, [expression], "every request was to these buckets"));
                if (options.WithConditions)
                    binding["condition"] = new JsonObject { ["title"] = "observed", ["expression"] = expression };
            }
            allow.Add(new JsonObject { ["attachedTo"] = $"projects/{project.Key}", ["version"] = 3, ["bindings"] = new JsonArray(binding) });
        }
        var document = new JsonObject { ["allow"] = allow, ["roles"] = roles }.ToJsonString(s_indented);
        var left = observed.Unmapped.Select(o => AwsGenerator.Left(o, "the record names no permission")).Concat(observed.Denied.Select(o => AwsGenerator.Left(o, "it was refused")))
            .Concat(observed.Allowed.Where(o => o.Account is null).Select(o => AwsGenerator.Left(o, "the record names no project")))
            .OrderBy(l => l.Reason, StringComparer.Ordinal).ThenBy(l => l.Permission, StringComparer.Ordinal).ThenBy(l => l.Resource, StringComparer.Ordinal);
        var notes = new List<string>();
        if (observed.Allowed.Count == 0)
            notes.Add("no granted permission of the principal was seen: the document grants nothing");
        notes.Add("permissions on buckets and other resources may be bound there instead of at the project, which is narrower");
        return new GeneratedPolicy(document, evidence, [], offers, [.. left], [], notes);
    }

    /// <summary>Where everything was in a few buckets: the one resource whose name conditions can read everywhere.</summary>
    private static string? Condition(IEnumerable<Observation> observed)
    {
        var buckets = observed.Select(o => o.Resource is { } name && name.StartsWith(Buckets, StringComparison.Ordinal) ? name[Buckets.Length..].Split('/')[0] : null).Distinct(StringComparer.Ordinal).ToList();
        if (buckets.Count is 0 or > 3 || buckets.Contains(null))
            return null;
        return string.Join(" || ", buckets.Order(StringComparer.Ordinal).Select(b => $"resource.name == \"{Buckets}{b}\" || resource.name.startsWith(\"{Buckets}{b}/\")"));
    }

    /// <summary>Letters, digits, underscores and periods, 3 to 64 (reference: custom role ids).</summary>
    private static string RoleId(string principal)
    {
        var text = string.Concat(principal.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
        return "observed_" + (text.Length > 50 ? text[..50] : text);
    }
}
