using Nullius.Policy.Decisions;
using Nullius.Policy.Explain;

namespace Nullius.Policy.Simulation;

/// <summary>Writes explanations as the member <c>explanation</c> of an answer.</summary>
internal static class ExplanationWriter
{
    internal static void Write(AwsExplanation explanation, AnswerWriter writer)
    {
        var json = writer.Json;
        json.WriteStartObject("explanation");
        json.WriteString("summary", explanation.Summary);
        json.WriteString("rule", explanation.Rule);
        json.WriteStartArray("layers");
        foreach (var layer in explanation.Layers)
            Write(layer, writer);
        json.WriteEndArray();
        Write(explanation.Changes, writer);
        WriteInstant(explanation.ValidUntil, writer);
        json.WriteEndObject();
    }

    private static void Write(LayerExplanation layer, AnswerWriter writer)
    {
        var json = writer.Json;
        json.WriteStartObject();
        json.WriteString("layer", AwsExplainer.Name(layer.Layer));
        if (layer.Layer is PolicyLayer.Guardrail or PolicyLayer.ResourceControl)
            json.WriteNumber("level", layer.Level);
        json.WriteString("verdict", Word(layer.Verdict.ToString()));
        writer.Statements("matched", layer.Matched);
        if (layer.Nearest is { } nearest)
            Write(nearest, writer);
        json.WriteEndObject();
    }

    private static void Write(NearMiss nearest, AnswerWriter writer)
    {
        var json = writer.Json;
        json.WriteStartObject("nearest");
        writer.Statement("statement", nearest.Statement);
        json.WriteStartArray("failed");
        foreach (var failed in nearest.Failed)
        {
            json.WriteStartObject();
            json.WriteString("element", failed.Element);
            if (failed.Operator is not null)
                json.WriteString("operator", failed.Operator);
            if (failed.Key is not null)
                json.WriteString("key", failed.Key);
            json.WriteString("actual", failed.Actual);
            writer.Texts("needed", failed.Needed);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    internal static void Write(IReadOnlyList<SuggestedChange> changes, AnswerWriter writer)
    {
        var json = writer.Json;
        json.WriteStartArray("changes");
        foreach (var change in changes)
        {
            json.WriteStartObject();
            json.WriteString("in", change.InContext ? "context" : "policy");
            json.WriteString("layer", AwsExplainer.Name(change.Layer));
            writer.Statement("statement", change.Statement);
            if (change.Key is not null)
                json.WriteString("key", change.Key);
            writer.Texts("needed", change.Needed);
            json.WriteString("text", change.Text);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    internal static void WriteInstant(DateTimeOffset? instant, AnswerWriter writer)
    {
        if (instant is { } until)
            writer.Json.WriteString("validUntil", until.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>A name of ours as the answer spells it: <c>doesNotAllow</c>.</summary>
    internal static string Word(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
