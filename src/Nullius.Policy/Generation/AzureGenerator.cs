using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nullius.Policy.Generation;

/// <summary>A custom role out of what was seen (reference: Azure custom roles): actions, data actions, and the scopes that they were seen in.</summary>
public static class AzureGenerator
{
    private const int MostGroups = 5;

    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static GeneratedPolicy Generate(Observations observed)
    {
        var name = $"Observed {observed.Principal}";
        var actions = Actions(observed.Allowed, isData: false);
        var data = Actions(observed.Allowed, isData: true);
        var scopes = Scopes(observed.Allowed);
        var document = new JsonObject
        {
            ["Name"] = name,
            ["IsCustom"] = true,
            ["Description"] = $"What {observed.Principal} was seen to do",
            ["Actions"] = Texts(actions.Select(a => a.Name)),
            ["NotActions"] = new JsonArray(),
            ["DataActions"] = Texts(data.Select(a => a.Name)),
            ["NotDataActions"] = new JsonArray(),
            ["AssignableScopes"] = Texts(scopes),
        }.ToJsonString(s_indented);
        var left = observed.Unmapped.Select(o => AwsGenerator.Left(o, "no permission is known for the event")).Concat(observed.Denied.Select(o => AwsGenerator.Left(o, "it was refused")))
            .OrderBy(l => l.Reason, StringComparer.Ordinal).ThenBy(l => l.Permission, StringComparer.Ordinal).ThenBy(l => l.Resource, StringComparer.Ordinal);
        var notes = new List<string> { "the activity log has no reads: add the `…/read` actions that the principal needs" };
        if (observed.Allowed.Count == 0)
            notes.Add("no successful request of the principal was seen: the role grants nothing");
        if (scopes.Count == 0)
            notes.Add("the records name no subscription: add `AssignableScopes`, without which the role cannot be made");
        return new GeneratedPolicy(document, [.. actions.Concat(data).Select(a => EvidenceOf(name, a.Name, a.Seen))], [], [], [.. left], [], notes);
    }

    /// <summary>Names are compared without case: logs write them in capitals, roles as the provider registers them.</summary>
    private static List<(string Name, List<Observation> Seen)> Actions(IEnumerable<Observation> observed, bool isData) =>
        [.. observed.Where(o => o.IsDataAction == isData).GroupBy(o => o.Action, StringComparer.OrdinalIgnoreCase)
            .Select(g => (Name: g.Select(o => o.Action).OrderBy(a => a.Count(char.IsAsciiLetterUpper)).ThenBy(a => a, StringComparer.Ordinal).First(), Seen: g.ToList()))
            .OrderBy(a => a.Name, StringComparer.OrdinalIgnoreCase)];

    /// <summary>The resource groups where they are few, else the subscriptions.</summary>
    private static List<string> Scopes(IEnumerable<Observation> observed)
    {
        var parts = observed.Select(o => o.Resource?.Split('/', StringSplitOptions.RemoveEmptyEntries) ?? []).Where(p => p.Length >= 2 && p[0].Equals("subscriptions", StringComparison.OrdinalIgnoreCase)).ToList();
        var groups = parts.Select(p => p.Length >= 4 && p[2].Equals("resourceGroups", StringComparison.OrdinalIgnoreCase) ? $"/subscriptions/{p[1].ToLowerInvariant()}/resourceGroups/{p[3]}" : null)
            .Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        if (groups.Count <= MostGroups && !groups.Contains(null))
            return [.. groups.OfType<string>().Order(StringComparer.Ordinal)];
        return [.. parts.Select(p => $"/subscriptions/{p[1].ToLowerInvariant()}").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    private static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(t => (JsonNode)t)];

    internal static Evidence EvidenceOf(string statement, string permission, List<Observation> seen)
    {
        var first = seen.MinBy(o => (o.First, o.Sample))!;
        return new Evidence(statement, permission, seen.Select(o => o.Resource).Distinct(StringComparer.Ordinal).Count(), seen.Sum(o => o.Count), first.First, seen.Max(o => o.Last), first.Sample);
    }
}
