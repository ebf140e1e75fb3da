using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nullius.Policy.Dialects.Aws;

namespace Nullius.Policy.Generation;

/// <summary>
/// An identity policy out of what was seen: one statement for the actions of a service that were seen on the same resources,
/// so that no action is granted on a resource (or pattern) that it was not seen on.
/// </summary>
public static class AwsGenerator
{
    /// <summary>Characters without white space that a managed policy may have (reference: IAM and STS quotas).</summary>
    private const int LongestManaged = 6144;

    private const char PatternMark = '\0';

    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] s_passing = ["lambda:CreateFunction", "ec2:RunInstances", "ecs:RegisterTaskDefinition", "ecs:RunTask", "glue:CreateJob", "states:CreateStateMachine", "codebuild:CreateProject", "cloudformation:CreateStack", "sagemaker:CreateTrainingJob", "events:PutTargets"];

    /// <param name="existing">Documents that the principal has now; what they grant and was not seen is reported.</param>
    public static GeneratedPolicy Generate(Observations observed, GenerationOptions options, IReadOnlyList<AwsPolicyDocument>? existing = null)
    {
        var known = observed.Allowed.Where(o => (o.Resource ?? o.Pattern) is not null).ToList();
        var statements = Statements(known, options.Several);
        var offers = observed.Shared.Offers();
        var document = Write(statements, options.WithConditions ? offers : []);
        var left = observed.Unmapped.Select(o => Left(o, "no permission is known for the event"))
            .Concat(observed.Allowed.Where(o => (o.Resource ?? o.Pattern) is null).Select(o => Left(o, "the records do not tell which resource it was")))
            .Concat(observed.Denied.Select(o => Left(o, "it was refused"))).OrderBy(l => l.Reason, StringComparer.Ordinal).ThenBy(l => l.Permission, StringComparer.Ordinal).ThenBy(l => l.Resource, StringComparer.Ordinal).ToList();
        return new GeneratedPolicy(
            document,
            [.. statements.SelectMany(s => s.Actions.Select(a => EvidenceOf(s.Sid, a)))],
            [.. statements.SelectMany(s => GeneralisedIn(s))],
            offers,
            left,
            existing is null ? [] : UnusedGrants.Of(existing, observed.Allowed),
            Notes(observed, document));
    }

    private sealed record Statement(string Sid, List<(string Name, List<Observation> Seen)> Actions, List<string> Patterns, Dictionary<string, string> PatternOf);

    private static List<Statement> Statements(List<Observation> observed, int several)
    {
        var statements = new List<Statement>();
        foreach (var service in observed.GroupBy(o => o.Action[..o.Action.IndexOf(':', StringComparison.Ordinal)], StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            // Patterns are made for each action by itself: that many objects were read does not let anybody write them.
            var actions = service.GroupBy(o => o.Action, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g =>
            {
                var seen = g.OrderBy(o => o.Resource ?? o.Pattern, StringComparer.Ordinal).ToList();
                var patterns = ResourceGrouping.Patterns([.. seen.Select(o => o.Resource).OfType<string>()], several);
                // A pattern of the records is written as it is: the mark keeps it from being taken for a name.
                foreach (var pattern in seen.Where(o => o.Resource is null).Select(o => PatternMark + o.Pattern).Distinct(StringComparer.Ordinal))
                    patterns[pattern] = pattern;
                return (Name: g.Key, Seen: seen, Patterns: patterns, Set: string.Join('\n', patterns.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)));
            }).ToList();
            var number = 0;
            foreach (var group in actions.GroupBy(a => a.Set, StringComparer.Ordinal))
            {
                var patternOf = group.SelectMany(a => a.Patterns).DistinctBy(p => p.Key, StringComparer.Ordinal).ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);
                statements.Add(new Statement(Sid(service.Key, ++number), [.. group.Select(a => (a.Name, a.Seen))], [.. group.Key.Split('\n')], patternOf));
            }
        }
        return statements;
    }

    private static string Sid(string service, int number) =>
        string.Concat(service.Where(char.IsAsciiLetterOrDigit).Select((c, i) => i == 0 ? char.ToUpperInvariant(c) : c)) + "Observed" + number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Write(List<Statement> statements, IReadOnlyList<OfferedCondition> conditions)
    {
        var list = new JsonArray();
        foreach (var statement in statements)
        {
            var json = new JsonObject { ["Sid"] = statement.Sid, ["Effect"] = "Allow" };
            json["Action"] = Texts(statement.Actions.Select(a => a.Name));
            json["Resource"] = Texts(statement.Patterns.Select(p => Escaped(p, !statement.PatternOf.ContainsKey(p) || statement.PatternOf[p] != p)).Distinct(StringComparer.Ordinal));
            if (conditions.Count > 0)
                json["Condition"] = Condition(conditions);
            list.Add(json);
        }
        if (list.Count == 0)
            list.Add(new JsonObject { ["Sid"] = "NothingObserved", ["Effect"] = "Deny", ["Action"] = "*", ["Resource"] = "*" });
        return new JsonObject { ["Version"] = "2012-10-17", ["Statement"] = list }.ToJsonString(s_indented);
    }

    private static JsonObject Condition(IReadOnlyList<OfferedCondition> conditions)
    {
        var block = new JsonObject();
        foreach (var group in conditions.GroupBy(c => c.Operator, StringComparer.Ordinal))
            block[group.Key] = new JsonObject(group.Select(c => KeyValuePair.Create(c.Key, (JsonNode?)Texts(c.Values))));
        return block;
    }

    private static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(t => (JsonNode)t)];

    /// <summary>What stands in a name and would be a wildcard or a variable in a policy is written so that it is itself (reference: policy variables, escapes).</summary>
    private static string Escaped(string pattern, bool generalised)
    {
        if (pattern == "*")
            return pattern;
        if (pattern[0] == PatternMark)
            return pattern[1..];
        // What EC2 has no id for yet is authorised as `instance/*`: that is the provider's own way to write it.
        var keepsStar = generalised || (pattern.StartsWith("arn:aws", StringComparison.Ordinal) && pattern.Contains(":ec2:", StringComparison.Ordinal) && pattern.EndsWith("/*", StringComparison.Ordinal));
        var text = keepsStar ? pattern[..^1] : pattern;
        var fifth = 0;
        for (var colons = 0; fifth < text.Length && colons < 5; fifth++)
            colons += text[fifth] == ':' ? 1 : 0;
        var name = text[fifth..].Replace("$", "\u0001", StringComparison.Ordinal).Replace("*", "${*}", StringComparison.Ordinal).Replace("?", "${?}", StringComparison.Ordinal).Replace("\u0001", "${$}", StringComparison.Ordinal);
        return text[..fifth] + name + (keepsStar ? "*" : "");
    }

    private static Evidence EvidenceOf(string sid, (string Name, List<Observation> Seen) action)
    {
        var first = action.Seen.MinBy(o => (o.First, o.Sample))!;
        return new Evidence(sid, action.Name, action.Seen.Count, action.Seen.Sum(o => o.Count), first.First, action.Seen.Max(o => o.Last), first.Sample);
    }

    private static IEnumerable<Generalised> GeneralisedIn(Statement statement) =>
        statement.PatternOf.Where(p => p.Key != p.Value).GroupBy(p => p.Value, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new Generalised(statement.Sid, g.Key, g.Count(), [.. g.Select(p => p.Key).Order(StringComparer.Ordinal).Take(3)]));

    internal static LeftOut Left(Observation observation, string reason) =>
        new(observation.Action, observation.Resource, observation.Count, observation.First, observation.Last, observation.Sample, reason);

    private static List<string> Notes(Observations observed, string document)
    {
        var notes = new List<string>();
        if (observed.Allowed.Count == 0)
            notes.Add("no successful request of the principal was seen: the document grants nothing");
        var partly = observed.Allowed.Count(o => o.Pattern is not null);
        if (partly > 0)
            notes.Add($"of {partly} resources the records tell only a part of the name: the provider's own addition, or what was below a path, is a wildcard");
        if (observed.Allowed.Any(o => s_passing.Contains(o.Action, StringComparer.OrdinalIgnoreCase)))
            notes.Add("`iam:PassRole` is never recorded as a call: it is here for the roles that calls named by ARN, add it for others that they handed to services");
        if (observed.Allowed.Any(o => o.Action.StartsWith("kms:", StringComparison.Ordinal)))
            notes.Add("KMS keys have policies of their own: they must let the account decide, or name the principal");
        var length = document.Count(c => !char.IsWhiteSpace(c));
        if (length > LongestManaged)
            notes.Add($"the document has {length} characters without white space, a managed policy may have {LongestManaged}: attach it in parts");
        if (observed.NotKept > 0)
            notes.Add($"{observed.NotKept} requests came after too many different ones and are in no statement: narrow the records down");
        return notes;
    }
}
