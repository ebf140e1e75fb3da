using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nullius.Policy;
using Nullius.Policy.Dialects.Aws;

namespace Nullius.Cli.Policies;

/// <summary>AWS documents by the kind that each is attached as.</summary>
internal sealed class AwsShelf
{
    private static readonly (string Name, PolicyKind Kind)[] s_members =
    [
        ("identity", PolicyKind.Identity), ("boundary", PolicyKind.Boundary), ("session", PolicyKind.Session), ("resource", PolicyKind.Resource), ("endpoint", PolicyKind.Endpoint),
    ];

    private readonly List<(PolicyKind Kind, int Level, string Source, byte[] Json)> _documents = [];
    private int _level;

    /// <summary>False when it is no AWS document, and nothing that holds one.</summary>
    internal bool Take(PolicyFile file, JsonObject json, byte[] bytes)
    {
        if (json.ContainsKey("Statement"))
        {
            // SCPs of one argument are one level; the order of the arguments is the order of levels, root first.
            Add(file.Kind == PolicyKind.Told ? KindOf(json) : file.Kind, 10_000 + file.Argument, file.Path, bytes);
            return true;
        }
        if (json["PolicyVersion"] is JsonObject version && version["Document"] is { } versioned)
            return TakeInner(file, versioned);
        if ((json["PolicyDocument"] ?? json["Policy"] ?? json["AssumeRolePolicyDocument"]) is { } document)
            return TakeInner(file with { Kind = file.Kind == PolicyKind.Told && json.ContainsKey("AssumeRolePolicyDocument") ? PolicyKind.Resource : file.Kind }, document);
        return TakeCase(file, json);
    }

    internal AwsPolicyLayers? Layers(List<PolicyDiagnostic> diagnostics)
    {
        if (_documents.Count == 0)
            return null;
        var parsed = _documents.Select(d => (d.Kind, d.Level, Document: AwsPolicyDocument.Parse(d.Json, d.Source, diagnostics))).Where(d => d.Document is not null).ToList();
        List<AwsPolicyDocument>? Of(PolicyKind kind) => parsed.Exists(d => d.Kind == kind) ? [.. parsed.Where(d => d.Kind == kind).Select(d => d.Document!)] : null;
        List<IReadOnlyList<AwsPolicyDocument>>? Levels(PolicyKind kind) =>
            parsed.Exists(d => d.Kind == kind) ? [.. parsed.Where(d => d.Kind == kind).GroupBy(d => d.Level).OrderBy(g => g.Key).Select(g => (IReadOnlyList<AwsPolicyDocument>)[.. g.Select(d => d.Document!)])] : null;
        var resources = Of(PolicyKind.Resource);
        if (resources is { Count: > 1 })
            diagnostics.Add(new PolicyDiagnostic(resources[1].Source, 0, DiagnosticSeverity.Error, "bad-value", "is a second resource policy, expected one: with several resources give an export with `ResourcePolicies`"));
        return new AwsPolicyLayers
        {
            Identity = Of(PolicyKind.Identity),
            Boundary = Of(PolicyKind.Boundary),
            Session = Of(PolicyKind.Session),
            Endpoint = Of(PolicyKind.Endpoint),
            Resource = resources is [var only] ? only : null,
            Guardrails = Levels(PolicyKind.Scp),
            ResourceControls = Levels(PolicyKind.Rcp),
        };
    }

    private bool TakeInner(PolicyFile file, JsonNode document)
    {
        var inner = document is JsonValue text && text.TryGetValue<string>(out var encoded)
            ? JsonNode.Parse(encoded.StartsWith('%') ? Uri.UnescapeDataString(encoded) : encoded)
            : document;
        return inner is JsonObject json && Take(file, json, Encoding.UTF8.GetBytes(json.ToJsonString()));
    }

    /// <summary>The policies of a <c>simulate</c> case.</summary>
    private bool TakeCase(PolicyFile file, JsonObject json)
    {
        var known = false;
        foreach (var (name, kind) in s_members)
        {
            if (json[name] is not { } node)
                continue;
            known = true;
            foreach (var document in node is JsonArray list ? list.OfType<JsonNode>() : [node])
                Add(kind, 0, file.Path, Encoding.UTF8.GetBytes(document.ToJsonString()));
        }
        foreach (var (name, kind) in new[] { ("scp", PolicyKind.Scp), ("rcp", PolicyKind.Rcp) })
        {
            if (json[name] is not JsonArray levels)
                continue;
            known = true;
            foreach (var level in levels.OfType<JsonArray>())
            {
                var number = _level++;
                foreach (var document in level.OfType<JsonNode>())
                    Add(kind, number, file.Path, Encoding.UTF8.GetBytes(document.ToJsonString()));
            }
        }
        return known;
    }

    private void Add(PolicyKind kind, int level, string source, byte[] json) => _documents.Add((kind, level, source, json));

    private static PolicyKind KindOf(JsonObject document)
    {
        var statements = document["Statement"] is JsonArray list ? [.. list.OfType<JsonObject>()] : new[] { document["Statement"] as JsonObject }.OfType<JsonObject>().ToArray();
        return statements.Length > 0 && Array.TrueForAll(statements, s => s.ContainsKey("Principal") || s.ContainsKey("NotPrincipal")) ? PolicyKind.Resource : PolicyKind.Identity;
    }
}
