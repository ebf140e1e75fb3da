using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Nullius.Policy.Decisions;

namespace Nullius.Policy.Simulation;

/// <summary>One answer under construction; the same calls give the same bytes.</summary>
internal sealed class AnswerWriter : IDisposable
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte> _buffer = new(512);

    internal AnswerWriter(string? name)
    {
        Json = new Utf8JsonWriter(_buffer, s_options);
        Json.WriteStartObject();
        Json.WriteString("name", name);
    }

    internal Utf8JsonWriter Json { get; }

    internal void Texts(string property, IEnumerable<string> values)
    {
        Json.WriteStartArray(property);
        foreach (var value in values)
            Json.WriteStringValue(value);
        Json.WriteEndArray();
    }

    internal void Statements(string property, IEnumerable<StatementRef> statements)
    {
        Json.WriteStartArray(property);
        foreach (var statement in statements)
            Statement(statement);
        Json.WriteEndArray();
    }

    internal void Statement(string property, StatementRef? statement)
    {
        Json.WritePropertyName(property);
        if (statement is null)
            Json.WriteNullValue();
        else
            Statement(statement);
    }

    private void Statement(StatementRef statement)
    {
        Json.WriteStartObject();
        Json.WriteString("layer", Explain.AwsExplainer.Name(statement.Layer));
        Json.WriteString("policy", statement.Source);
        Json.WriteString("statement", statement.Id);
        Json.WriteString("effect", statement.Effect == Effect.Deny ? "Deny" : "Allow");
        Json.WriteEndObject();
    }

    /// <summary>What was accepted with a remark; nothing where there is none. What is not enforced at the gate still stands in the answer.</summary>
    internal void Notes(IReadOnlyList<PolicyDiagnostic> diagnostics)
    {
        var notes = diagnostics.Where(d => d.Severity == DiagnosticSeverity.Note && d.Code != "not-enforced").ToList();
        if (notes.Count == 0)
            return;
        Json.WriteStartArray("notes");
        foreach (var note in notes)
        {
            Json.WriteStartObject();
            Json.WriteString("code", note.Code);
            Json.WriteString("message", note.Message);
            Json.WriteString("path", note.Path ?? "$");
            Json.WriteEndObject();
        }
        Json.WriteEndArray();
    }

    internal ReadOnlyMemory<byte> Finish()
    {
        Json.WriteEndObject();
        Json.Flush();
        return _buffer.WrittenMemory;
    }

    public void Dispose() => Json.Dispose();
}
