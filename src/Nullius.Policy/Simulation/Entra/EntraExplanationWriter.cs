using Nullius.Policy.Explain;

namespace Nullius.Policy.Simulation.Entra;

/// <summary>Writes a Conditional Access explanation as the member <c>explanation</c> of an answer.</summary>
internal static class EntraExplanationWriter
{
    internal static void Write(EntraExplanation explanation, AnswerWriter writer)
    {
        var json = writer.Json;
        json.WriteStartObject("explanation");
        json.WriteString("summary", explanation.Summary);
        json.WriteStartArray("policies");
        foreach (var policy in explanation.Policies)
        {
            json.WriteStartObject();
            json.WriteString("policy", policy.Policy.Id);
            json.WriteString("displayName", policy.Name);
            json.WriteString("state", policy.State);
            json.WriteBoolean("applied", policy.Applied);
            json.WriteString("reason", policy.ReasonName);
            writer.Texts("missing", policy.Missing);
            json.WriteString("operator", policy.MissingAll ? "AND" : "OR");
            writer.Texts("session", policy.Session);
            if (policy.ReportOnly is { } result)
                json.WriteString("reportOnly", "reportOnly" + result);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        ExplanationWriter.Write(explanation.Changes, writer);
        ExplanationWriter.WriteInstant(explanation.ValidUntil, writer);
        json.WriteEndObject();
    }
}
