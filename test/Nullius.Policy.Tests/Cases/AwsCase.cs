using System.Text.Json;
using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Tests.Cases;

/// <summary>Reads the AWS half of a case document: the schema of <c>nullius simulate</c>. A context value of <c>null</c> is unknown.</summary>
internal static class AwsCase
{
    internal static AwsRequest Request(JsonElement json)
    {
        var request = new AwsRequest
        {
            Principal = json.GetProperty("principal").GetString()!,
            Action = json.GetProperty("action").GetString()!,
            Resource = json.GetProperty("resource").GetString()!,
            ResourceAccount = json.TryGetProperty("resourceAccount", out var account) ? account.GetString() : null,
        };
        if (!json.TryGetProperty("context", out var context))
            return request;
        foreach (var pair in context.EnumerateObject())
            Set(request.Context, ConditionKey.Of(pair.Name), pair.Value);
        return request;
    }

    private static void Set(RequestContext context, ConditionKey key, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                context.SetUnknown(key);
                break;
            case JsonValueKind.Array:
                context.Set(key, value.EnumerateArray().Select(v => v.GetString()!).ToArray());
                break;
            case JsonValueKind.True:
            case JsonValueKind.False:
                context.Set(key, value.GetBoolean());
                break;
            case JsonValueKind.Number:
                context.Set(key, value.GetInt64());
                break;
            default:
                context.Set(key, value.GetString()!);
                break;
        }
    }

    internal static AwsPolicySet Policies(JsonElement json)
    {
        var resource = List(json, "resource");
        return AwsPolicySet.Compile(new AwsPolicyLayers
        {
            Identity = List(json, "identity"),
            Boundary = List(json, "boundary"),
            Session = List(json, "session"),
            Resource = resource?.Single(),
            Endpoint = List(json, "endpoint"),
            Guardrails = Levels(json, "scp"),
            ResourceControls = Levels(json, "rcp"),
        });
    }

    private static List<AwsPolicyDocument>? List(JsonElement json, string name)
    {
        if (!json.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        return value.ValueKind == JsonValueKind.Array ? Documents(value, name) : [Document(value, name)];
    }

    private static List<List<AwsPolicyDocument>>? Levels(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select((level, i) => Documents(level, $"{name}-{i}"))]
            : null;

    private static List<AwsPolicyDocument> Documents(JsonElement array, string name) =>
        [.. array.EnumerateArray().Select((document, i) => Document(document, $"{name}-{i}"))];

    private static AwsPolicyDocument Document(JsonElement json, string name)
    {
        var diagnostics = new List<PolicyDiagnostic>();
        var document = AwsPolicyDocument.Parse(System.Text.Encoding.UTF8.GetBytes(json.GetRawText()), name, diagnostics);
        return document ?? throw new InvalidOperationException(string.Join('\n', diagnostics));
    }
}
