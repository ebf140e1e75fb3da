using System.Text.Json;
using System.Text.Json.Nodes;
using Nullius.Policy.Documents;

namespace Nullius.Policy.Simulation.Estate;

/// <summary>Reads the JSON of exports leniently: what is not there is null, what has another type is not there.</summary>
internal static class ExportJson
{
    internal static string? Text(this JsonElement json, string name) =>
        json.Find(name) is { ValueKind: JsonValueKind.String } value && value.GetString() is { Length: > 0 } text ? text : null;

    internal static JsonElement? Find(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    internal static bool Has(this JsonElement json, string name) => json.Find(name) is not null;

    internal static bool IsTrue(this JsonElement json, string name) => json.Find(name) is { ValueKind: JsonValueKind.True };

    /// <summary>A number or a string of digits, as text.</summary>
    internal static string? Number(this JsonElement json, string name) =>
        json.Find(name) is { ValueKind: JsonValueKind.Number } value ? value.GetRawText() : json.Text(name);

    internal static IEnumerable<JsonElement> Items(this JsonElement json, string name) =>
        json.Find(name) is { ValueKind: JsonValueKind.Array } value ? value.EnumerateArray() : [];

    internal static JsonNode Node(this JsonElement json) => JsonNode.Parse(json.GetRawText())!;

    /// <summary>A copy without the members that the loader of policies does not read.</summary>
    internal static JsonObject Only(this JsonElement json, params ReadOnlySpan<string> names)
    {
        var copy = new JsonObject();
        foreach (var name in names)
        {
            if (json.Find(name) is { } value)
                copy[name] = value.Node();
        }
        return copy;
    }

    /// <summary>A member of an object; null of anything else.</summary>
    internal static JsonNode? Get(this JsonNode? node, string name) => node is JsonObject json ? json[name] : null;

    /// <summary>A string; null for anything else.</summary>
    internal static string? Text(this JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>The items of an array; none of anything else.</summary>
    internal static IEnumerable<JsonNode?> List(this JsonNode? node) => node is JsonArray list ? list : [];

    /// <summary>The strings of an array.</summary>
    internal static IEnumerable<string> Texts(this JsonNode? node) => node.List().Select(Text).OfType<string>();

    internal static JsonArray Array(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode)t)]);

    /// <summary>
    /// The documents of one file: one, or one after the other (newline-delimited JSON), or YAML as `gcloud` prints it.
    /// </summary>
    /// <exception cref="SimulationInputException">It is not JSON; the message begins with the line, and <see cref="SimulationInputException.JsonPath"/> is empty.</exception>
    internal static List<JsonElement> Read(ReadOnlySpan<byte> bytes)
    {
        var problems = new List<PolicyDiagnostic>();
        if (!PolicyText.TryReadJson(bytes, "", problems, out bytes))
            throw new SimulationInputException(problems[0].Code, $"{problems[0].Line}: {problems[0].Message}", "");
        var documents = new List<JsonElement>();
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { AllowMultipleValues = true, MaxDepth = LocatedJsonReader.MaxDepth + 8 });
        try
        {
            while (reader.Read())
                documents.Add(JsonElement.ParseValue(ref reader));
        }
        catch (JsonException fault)
        {
            throw new SimulationInputException("bad-json", $"{(fault.LineNumber ?? 0) + 1}: not valid JSON", "");
        }
        foreach (var document in documents)
            JsonDuplicates.Refuse(document, "$");
        return documents;
    }
}
