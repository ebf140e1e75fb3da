using System.Globalization;
using System.Text.Json;
using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Gcp.Evaluation;

namespace Nullius.Policy.Simulation.Gcp;

/// <summary>Decides a case of dialect <c>gcp</c>: an object with the members <c>request</c> and <c>policies</c>.</summary>
public static class GcpSimulation
{
    /// <summary>
    /// Writes the members of the answer into the object that is open: <c>decision</c> (allow, deny, unknown), <c>binding</c>, <c>denyRule</c>, <c>unknown</c>;
    /// <c>principalAccessBoundary</c>, <c>validUntil</c> and <c>notes</c> where there is something to say.
    /// </summary>
    /// <param name="simulationCase">The whole case.</param>
    /// <param name="writer">Has an object open.</param>
    /// <param name="diagnostics">Takes every error of the policies, with its line in the case; null when nobody asks.</param>
    /// <exception cref="SimulationInputException">The case is malformed.</exception>
    public static void Decide(JsonElement simulationCase, Utf8JsonWriter writer, ICollection<PolicyDiagnostic>? diagnostics = null)
    {
        var read = GcpCase.Read(simulationCase, diagnostics);
        Write(read, GcpEvaluator.Evaluate(read.Policies, read.Request), writer);
    }

    /// <summary>As <see cref="Decide"/>, with the same arguments, and then a member <c>explanation</c>: every layer, the nearest binding, and what would change the outcome.</summary>
    /// <exception cref="SimulationInputException">The case is malformed.</exception>
    public static void Explain(JsonElement simulationCase, Utf8JsonWriter writer, ICollection<PolicyDiagnostic>? diagnostics = null)
    {
        var read = GcpCase.Read(simulationCase, diagnostics);
        Write(read, GcpEvaluator.Evaluate(read.Policies, read.Request), writer);
        writer.WritePropertyName("explanation");
        GcpExplanation.Of(read.Policies, read.Request).WriteTo(writer);
    }

    private static void Write(GcpCase read, GcpOutcome outcome, Utf8JsonWriter writer)
    {
        writer.WriteString("decision", outcome.Result switch
        {
            Ternary.True => "allow",
            Ternary.False => "deny",
            Ternary.Unknown => "unknown",
        });
        WriteBinding(outcome, writer);
        WriteRule(outcome, writer);
        writer.WriteStartArray("unknown");
        foreach (var name in outcome.Unknown)
            writer.WriteStringValue(name);
        writer.WriteEndArray();
        if (outcome.Boundary is { } boundary)
            writer.WriteString("principalAccessBoundary", boundary.Name);
        if (outcome.ValidUntil is { } until)
            writer.WriteString("validUntil", until.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture));
        if (read.Notes.Count == 0)
            return;
        writer.WriteStartArray("notes");
        foreach (var note in read.Notes)
        {
            writer.WriteStartObject();
            writer.WriteString("code", note.Code);
            writer.WriteString("message", note.Message);
            writer.WriteString("path", note.Path);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    /// <summary>One line for a person, out of an answer.</summary>
    internal static string Detail(JsonElement answer)
    {
        if (answer.GetProperty("denyRule") is { ValueKind: JsonValueKind.Object } rule)
            return $"by rule {rule.GetProperty("index").GetInt32() + 1} of {(rule.TryGetProperty("policy", out var policy) ? policy : rule.GetProperty("attachedTo"))}";
        if (answer.TryGetProperty("principalAccessBoundary", out var boundary))
            return $"by principal access boundary {boundary}";
        if (answer.GetProperty("unknown").GetArrayLength() > 0)
            return "not known: " + string.Join(", ", answer.GetProperty("unknown").EnumerateArray());
        return answer.GetProperty("binding") is { ValueKind: JsonValueKind.Object } binding ? $"{binding.GetProperty("role")} on {binding.GetProperty("attachedTo")}" : "no binding grants it";
    }

    /// <summary>The binding that grants, or that would if what is unknown were in its favour.</summary>
    private static void WriteBinding(GcpOutcome outcome, Utf8JsonWriter writer)
    {
        if (outcome.Binding is not { } binding)
        {
            writer.WriteNull("binding");
            return;
        }
        writer.WriteStartObject("binding");
        writer.WriteString("attachedTo", binding.AttachedTo);
        writer.WriteNumber("index", binding.Index);
        writer.WriteString("role", binding.Role);
        writer.WriteString("member", outcome.GrantedAs!.Text);
        if (binding.Condition is { } condition)
            writer.WriteString("condition", condition.Title ?? condition.Text);
        writer.WriteEndObject();
    }

    private static void WriteRule(GcpOutcome outcome, Utf8JsonWriter writer)
    {
        if (outcome.DenyRule is not { } rule)
        {
            writer.WriteNull("denyRule");
            return;
        }
        writer.WriteStartObject("denyRule");
        writer.WriteString("attachedTo", rule.AttachedTo);
        if (rule.Policy is { } policy)
            writer.WriteString("policy", policy);
        writer.WriteNumber("index", rule.Index);
        writer.WriteString("principal", outcome.DeniedAs!.Text);
        writer.WriteEndObject();
    }
}
