using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nullius.Policy.Cel;
using Nullius.Policy.Cel.Values;
using Nullius.Policy.Dialects.Gcp;
using Nullius.Policy.Dialects.Gcp.Documents;
using Nullius.Policy.Dialects.Gcp.Principals;
using Nullius.Policy.Documents;

namespace Nullius.Policy.Simulation.Gcp;

/// <summary>The request and the policies of one case, read strictly. <c>null</c> is a value that is not established.</summary>
internal sealed class GcpCase
{
    private GcpCase(GcpRequest request, GcpPolicySet policies, IReadOnlyList<GcpProblem> notes)
    {
        Request = request;
        Policies = policies;
        Notes = notes;
    }

    internal GcpRequest Request { get; }

    internal GcpPolicySet Policies { get; }

    /// <summary>What was accepted though the provider writes it otherwise.</summary>
    internal IReadOnlyList<GcpProblem> Notes { get; }

    /// <param name="diagnostics">Takes everything that is wrong, with its line in the case, before the first of it is thrown; null when nobody asks.</param>
    /// <exception cref="SimulationInputException">The case is malformed.</exception>
    internal static GcpCase Read(JsonElement json, ICollection<PolicyDiagnostic>? diagnostics = null)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw Wrong(json, "$", "an object");
        JsonDuplicates.Refuse(json, "$");
        var request = ReadRequest(Required(json, "request", "$"));
        var policies = Required(json, "policies", "$");
        if (policies.ValueKind != JsonValueKind.Object)
            throw Wrong(policies, "$.policies", "an object");
        var problems = new GcpProblems("case");
        var set = Load(Encoding.UTF8.GetBytes(json.GetRawText()), problems);
        if (set is not null)
            return new GcpCase(request, set, [.. problems.Notes]);
        if (diagnostics is not null)
            problems.CopyTo(diagnostics);
        var first = problems.Errors.First();
        var more = problems.Errors.Count() - 1;
        throw new SimulationInputException(first.Code, more == 0 ? first.Message : $"{first.Message} (and {more} more)", first.Path);
    }

    /// <summary>Reads the policies out of the whole case, so that lines count from its beginning.</summary>
    private static GcpPolicySet? Load(ReadOnlySpan<byte> json, GcpProblems problems)
    {
        var syntax = new List<PolicyDiagnostic>();
        var root = LocatedJsonReader.Read(json, new DiagnosticSink("case", syntax));
        foreach (var problem in syntax)
            problems.Error(problem.Path ?? "$", problem.Line, problem.Code, problem.Message);
        return root is null || problems.HasErrors ? null : GcpLoader.Load(root.Find("policies")!, problems, "$.policies");
    }

    private static GcpRequest ReadRequest(JsonElement json)
    {
        Members(json, "$.request", "principal", "groups", "unknownGroups", "permission", "resource", "time", "accessLevels", "attributes");
        var resource = Required(json, "resource", "$.request");
        Members(resource, "$.request.resource", "name", "type", "service", "ancestors", "tags");
        var request = new GcpRequest
        {
            Principal = Text(Required(json, "principal", "$.request"), "$.request.principal")!,
            Groups = Texts(json, "groups", "$.request"),
            UnknownGroups = Texts(json, "unknownGroups", "$.request") ?? [],
            Permission = Text(Required(json, "permission", "$.request"), "$.request.permission")!,
            ResourceName = Text(Required(resource, "name", "$.request.resource"), "$.request.resource.name")!,
            ResourceType = resource.TryGetProperty("type", out var type) ? Text(type, "$.request.resource.type") : null,
            ResourceService = resource.TryGetProperty("service", out var service) ? Text(service, "$.request.resource.service") : null,
            Ancestors = Texts(resource, "ancestors", "$.request.resource") ?? throw Wrong(resource, "$.request.resource.ancestors", "an array of strings"),
            Tags = Tags(resource),
            Time = json.TryGetProperty("time", out var time) ? Time(time) : null,
            AccessLevels = Texts(json, "accessLevels", "$.request"),
            Attributes = Attributes(json),
        };
        if (GcpMemberParser.ParseCaller(request.Principal, out var expected) is null)
            throw new SimulationInputException("bad-principal", $"`{PolicyDiagnostic.Quote(request.Principal)}` is no principal, expected {expected}", "$.request.principal");
        if (request.Permission.Contains('*', StringComparison.Ordinal) || GcpPermission.ToRoleForm(request.Permission) is null)
            throw new SimulationInputException("bad-permission", $"`{PolicyDiagnostic.Quote(request.Permission)}` is no permission, expected `service.resource.verb`", "$.request.permission");
        return request;
    }

    private static void Members(JsonElement json, string path, params string[] known)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw Wrong(json, path, "an object");
        foreach (var member in json.EnumerateObject())
        {
            if (!known.Contains(member.Name, StringComparer.Ordinal))
                throw new SimulationInputException("unknown-field", $"unknown field `{PolicyDiagnostic.Quote(member.Name)}`, expected one of {string.Join(", ", known)}", $"{path}.{member.Name}");
        }
    }

    private static JsonElement Required(JsonElement json, string name, string path) => json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
        ? value
        : throw new SimulationInputException("missing-field", $"`{name}` is missing", path);

    private static string? Text(JsonElement json, string path) => json.ValueKind switch
    {
        JsonValueKind.String => json.GetString(),
        JsonValueKind.Null => null,
        _ => throw Wrong(json, path, "a string"),
    };

    /// <summary>Null for <c>null</c>; empty when absent.</summary>
    private static string[]? Texts(JsonElement json, string name, string path)
    {
        if (!json.TryGetProperty(name, out var list))
            return [];
        if (list.ValueKind == JsonValueKind.Null)
            return null;
        if (list.ValueKind != JsonValueKind.Array)
            throw Wrong(list, $"{path}.{name}", "an array of strings");
        return [.. list.EnumerateArray().Select((item, i) => Text(item, $"{path}.{name}[{i}]") ?? throw Wrong(item, $"{path}.{name}[{i}]", "a string"))];
    }

    private static Dictionary<string, string?>? Tags(JsonElement resource)
    {
        var tags = new Dictionary<string, string?>(StringComparer.Ordinal);
        if (!resource.TryGetProperty("tags", out var json))
            return tags;
        if (json.ValueKind == JsonValueKind.Null)
            return null;
        if (json.ValueKind != JsonValueKind.Object)
            throw Wrong(json, "$.request.resource.tags", "an object");
        foreach (var tag in json.EnumerateObject())
            tags[tag.Name] = Text(tag.Value, $"$.request.resource.tags['{tag.Name}']");
        return tags;
    }

    private static DateTimeOffset? Time(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Null)
            return null;
        var text = Text(json, "$.request.time")!;
        var parsed = CelTime.ParseTimestamp(text);
        return parsed.Kind == CelKind.Timestamp
            ? DateTimeOffset.FromUnixTimeSeconds(parsed.Seconds).AddTicks(parsed.Nanos / 100)
            : throw new SimulationInputException("bad-value", $"`{PolicyDiagnostic.Quote(text)}` is no instant, expected RFC 3339 like 2026-01-31T08:00:00Z", "$.request.time");
    }

    private static Dictionary<string, CelValue> Attributes(JsonElement request)
    {
        var attributes = new Dictionary<string, CelValue>(StringComparer.Ordinal);
        if (!request.TryGetProperty("attributes", out var json) || json.ValueKind == JsonValueKind.Null)
            return attributes;
        if (json.ValueKind != JsonValueKind.Object)
            throw Wrong(json, "$.request.attributes", "an object");
        foreach (var attribute in json.EnumerateObject())
            Add(attributes, attribute.Name, attribute.Value);
        foreach (var map in s_maps.Where(m => !attributes.ContainsKey(m)))
            Gather(attributes, map, json);
        return attributes;
    }

    /// <summary>An object under one of the objects of conditions is read as its members too: <c>{"origin":{"ip":…}}</c> is <c>origin.ip</c>.</summary>
    private static void Add(Dictionary<string, CelValue> attributes, string name, JsonElement value)
    {
        attributes[name] = value.ValueKind == JsonValueKind.Null ? CelValue.Unknown(name) : CelJson.Read(value);
        if (value.ValueKind != JsonValueKind.Object || !s_objects.Contains(name))
            return;
        foreach (var member in value.EnumerateObject())
            Add(attributes, $"{name}.{member.Name}", member.Value);
    }

    /// <summary>A map whose members are given one by one, by dotted names (<c>request.auth.claims.crd_str.mfa</c>).</summary>
    private static void Gather(Dictionary<string, CelValue> attributes, string map, JsonElement json)
    {
        var root = new JsonObject();
        foreach (var member in json.EnumerateObject().Where(m => m.Name.StartsWith(map + ".", StringComparison.Ordinal) && m.Value.ValueKind != JsonValueKind.Null))
        {
            var steps = member.Name[(map.Length + 1)..].Split('.');
            var at = root;
            foreach (var step in steps[..^1])
                at = at[step] as JsonObject ?? (JsonObject)(at[step] = new JsonObject());
            at[steps[^1]] = JsonNode.Parse(member.Value.GetRawText());
        }
        if (root.Count > 0)
            attributes[map] = CelJson.Read(JsonElement.Parse(root.ToJsonString()));
    }

    private static readonly string[] s_maps = ["request.auth.claims", "device.vendors"];

    private static readonly HashSet<string> s_objects = new(StringComparer.Ordinal) { "origin", "device", "destination", "request", "request.auth", "compute" };

    private static SimulationInputException Wrong(JsonElement json, string path, string expected) =>
        new("wrong-type", $"found {Describe(json)}, expected {expected}", path);

    private static string Describe(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => $"the string `{PolicyDiagnostic.Quote(json.GetString()!)}`",
        JsonValueKind.Number => $"the number `{PolicyDiagnostic.Quote(json.GetRawText())}`",
        _ => $"`{json.GetRawText()}`",
    };
}
