using System.Text.Json;
using Nullius.Policy.Dialects.Gcp;

namespace Nullius.Policy.Simulation.Gcp;

/// <summary>Why a GCP decision came out as it did: made on demand, immutable, the same for the same input.</summary>
/// <param name="Decision"><c>allow</c>, <c>deny</c> or <c>unknown</c>.</param>
/// <param name="Layers">Deny policies, principal access boundaries, allow policies.</param>
/// <param name="Nearest">Where no binding grants: the one that comes closest; else null.</param>
/// <param name="Changes">What would turn the outcome into an allow, the smallest change of each layer; empty when it is allowed.</param>
/// <param name="Unknown">What was not established.</param>
/// <param name="Summary">One line for a person.</param>
public sealed record GcpExplanation(
    string Decision,
    IReadOnlyList<GcpLayerExplanation> Layers,
    GcpNearBinding? Nearest,
    IReadOnlyList<string> Changes,
    IReadOnlyList<string> Unknown,
    string Summary)
{
    /// <summary>Explains one request.</summary>
    /// <exception cref="ArgumentException">The request's principal or permission is malformed.</exception>
    public static GcpExplanation Of(GcpPolicySet policies, GcpRequest request) => new GcpExplainer(policies, request).Explain();

    /// <summary>Writes the explanation as one JSON object.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("summary", Summary);
        writer.WriteStartArray("layers");
        foreach (var layer in Layers)
        {
            writer.WriteStartObject();
            writer.WriteString("layer", layer.Layer);
            writer.WriteString("verdict", layer.Verdict);
            WriteTexts(writer, "matched", layer.Matched);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        if (Nearest is { } nearest)
        {
            writer.WriteStartObject("nearest");
            writer.WriteString("binding", nearest.Binding);
            writer.WriteString("role", nearest.Role);
            WriteTexts(writer, "missing", nearest.Missing);
            writer.WriteEndObject();
        }
        WriteTexts(writer, "changes", Changes);
        WriteTexts(writer, "unknown", Unknown);
        writer.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter writer, string name, IReadOnlyList<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts)
            writer.WriteStringValue(text);
        writer.WriteEndArray();
    }
}

/// <param name="Layer"><c>denyPolicy</c>, <c>principalAccessBoundary</c> or <c>allowPolicy</c>.</param>
/// <param name="Verdict"><c>permits</c>, <c>blocks</c> or <c>unknown</c>.</param>
/// <param name="Matched">The rules, boundaries or bindings that matter, each in one line.</param>
public sealed record GcpLayerExplanation(string Layer, string Verdict, IReadOnlyList<string> Matched);

/// <param name="Binding">Where it is: the resource and its ordinal there.</param>
/// <param name="Missing">What of it does not match, each in one line.</param>
public sealed record GcpNearBinding(string Binding, string Role, IReadOnlyList<string> Missing);
