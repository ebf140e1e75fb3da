using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Nullius.Policy.Simulation.Estate.Aws;

/// <summary>
/// Policies of resources, as the commands of their services print them. Many do not say of which resource: then its ARN is what all of the policy's
/// statements name, or the file's name ends in the bucket's name or the key's id.
/// </summary>
internal sealed partial class AwsResourcePolicies
{
    private static readonly string[] s_arnFields = ["ResourceArn", "ARN", "QueueArn", "TopicArn", "BackupVaultArn", "FunctionArn", "TableArn", "KeyArn", "StreamARN", "Arn"];

    private readonly Dictionary<string, (string? Account, JsonNode Document)> _policies = new(StringComparer.Ordinal);
    private readonly List<string> _unplaced = [];

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32}", RegexOptions.NonBacktracking)]
    private static partial Regex KeyId { get; }

    internal bool IsEmpty => _policies.Count == 0 && _unplaced.Count == 0;

    /// <summary>The resources whose ARN is known as a whole.</summary>
    internal IEnumerable<string> Arns => _policies.Keys.Where(k => k.StartsWith("arn:", StringComparison.Ordinal) && !k.Contains('*', StringComparison.Ordinal));

    /// <summary>Files whose policy is of a resource that they do not name.</summary>
    internal IReadOnlyList<string> Unplaced => _unplaced;

    internal bool Add(JsonElement json, string file)
    {
        var known = json.Find("ResourcePolicies") is { ValueKind: JsonValueKind.Array };
        foreach (var entry in json.Items("ResourcePolicies"))
        {
            var arn = entry.Text("ResourceArn") ?? throw new SimulationInputException("missing-field", "a member of `ResourcePolicies` has no `ResourceArn`", "$.ResourcePolicies");
            if (entry.Find("Policy") is { } policy)
                _policies[arn] = (entry.Text("Account"), AwsEstate.Document(policy, arn));
            else
                _policies[arn] = (entry.Text("Account"), new JsonObject());
        }
        return known | AddOne(json, file) | AddOne(json.Find("Attributes") ?? default, file);
    }

    private bool AddOne(JsonElement json, string file)
    {
        if (json.Text("repositoryName") is { } repository && json.Text("policyText") is { } text)
        {
            _policies[$"arn:aws:ecr:*:{json.Text("registryId")}:repository/{repository}"] = (json.Text("registryId"), AwsEstate.Document(text, repository));
            return true;
        }
        if ((json.Find("Policy") ?? json.Find("ResourcePolicy") ?? json.Find("policy")) is not { ValueKind: JsonValueKind.String } value || !value.GetString()!.Contains("Statement", StringComparison.Ordinal))
            return false;
        var document = AwsEstate.Document(value, file);
        if (ResourceOf(json, document, file) is { } arn)
            _policies[arn] = (null, document);
        else
            _unplaced.Add(file);
        return true;
    }

    private static string? ResourceOf(JsonElement json, JsonNode document, string file)
    {
        foreach (var field in s_arnFields)
        {
            if (json.Text(field) is { } arn && arn.StartsWith("arn:", StringComparison.Ordinal))
                return arn;
        }
        string[] named = [.. Resources(document).Select(Whole).Distinct(StringComparer.Ordinal)];
        if (named is [var only] && only.StartsWith("arn:", StringComparison.Ordinal) && !only.Contains('*', StringComparison.Ordinal))
            return only;
        return KeyId.Match(file) is { Success: true } match ? "key/" + match.Value : null;
    }

    private static IEnumerable<string> Resources(JsonNode document)
    {
        var statements = document.Get("Statement");
        foreach (var statement in statements is JsonArray ? statements.List() : [statements])
        {
            var resource = statement.Get("Resource");
            foreach (var one in resource.Texts().Concat(resource.Text() is { } text ? [text] : []))
                yield return one;
        }
    }

    /// <summary>A bucket for what is in it.</summary>
    private static string Whole(string arn)
    {
        var slash = arn.StartsWith("arn:aws:s3:::", StringComparison.Ordinal) ? arn.IndexOf('/', StringComparison.Ordinal) : -1;
        return slash > 0 ? arn[..slash] : arn;
    }

    /// <summary>The resources whose policy is known.</summary>
    internal IEnumerable<string> Names => _policies.Keys;

    /// <summary>What is known of the resource; a bucket's policy is about its objects too.</summary>
    internal (string? Account, JsonNode Document)? Find(string resource) => NameOf(resource) is { } name ? _policies[name] : null;

    /// <summary>The name under which the resource's policy is known; null when none is.</summary>
    internal string? NameOf(string resource)
    {
        if (_policies.ContainsKey(resource))
            return resource;
        if (Whole(resource) is var whole && _policies.ContainsKey(whole))
            return whole;
        var last = resource.LastIndexOf(":key/", StringComparison.Ordinal);
        if (last >= 0 && _policies.ContainsKey(resource[(last + 1)..]))
            return resource[(last + 1)..];
        var parts = resource.Split(':');
        return parts.Length == 6 && parts[2] == "ecr" && $"arn:aws:ecr:*:{parts[4]}:{parts[5]}" is var image && _policies.ContainsKey(image) ? image : null;
    }
}
