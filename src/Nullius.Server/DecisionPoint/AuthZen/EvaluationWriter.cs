using System.Text.Json;
using Nullius.Gateway.Asking;

namespace Nullius.Server.DecisionPoint.AuthZen;

/// <summary>Writes decisions (AuthZEN 1.0, decision). The context says why not, and the record to quote.</summary>
internal static class EvaluationWriter
{
    public static void Write(Utf8JsonWriter json, Verdict verdict)
    {
        json.WriteStartObject();
        json.WriteBoolean("decision", verdict.Allowed);
        json.WriteStartObject("context");
        json.WriteString("reference", verdict.Reference);
        if (verdict.Code is { } code)
            json.WriteString("reason", code);
        if (verdict.Reasons.Count > 0)
            WriteList(json, "reasons", verdict.Reasons);
        if (verdict.RequiredControls.Count > 0)
        {
            json.WriteStartArray("required_controls");
            foreach (var alternatives in verdict.RequiredControls)
                WriteList(json, null, alternatives);
            json.WriteEndArray();
        }

        if (verdict.Observed)
            json.WriteBoolean("observed", true);
        if (verdict.ValidUntil is { } until)
            json.WriteString("valid_until", until);
        if (verdict.Error is { } error)
            WriteError(json, error, verdict.Reasons is [var reason, ..] ? reason : verdict.Code ?? "");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>An evaluation that could not be read; decisions default to closed.</summary>
    public static void WriteMalformed(Utf8JsonWriter json, string message)
    {
        json.WriteStartObject();
        json.WriteBoolean("decision", false);
        json.WriteStartObject("context");
        WriteError(json, StatusCodes.Status400BadRequest, message);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteError(Utf8JsonWriter json, int status, string message)
    {
        json.WriteStartObject("error");
        json.WriteNumber("status", status);
        json.WriteString("message", message);
        json.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter json, string? name, IReadOnlyList<string> values)
    {
        if (name is null)
            json.WriteStartArray();
        else
            json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
