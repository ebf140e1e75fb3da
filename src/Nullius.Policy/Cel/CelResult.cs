using System.Text.Json;
using Nullius.Policy.Cel.Values;

namespace Nullius.Policy.Cel;

/// <summary>What an expression came to.</summary>
public sealed class CelResult
{
    private readonly CelProgram _program;

    internal CelResult(CelProgram program, CelValue value)
    {
        _program = program;
        Value = value;
        Error = value.Kind == CelKind.Error ? program.Locate(value.Fault) : null;
    }

    public CelValue Value { get; }

    /// <summary>Where and why it failed; null when it did not.</summary>
    public CelError? Error { get; }

    /// <summary>
    /// Writes the members <c>value</c> and <c>type</c>; or <c>error</c> with <c>code</c>, <c>message</c>, <c>line</c>, <c>column</c>; or <c>unknown</c> with
    /// the names that were not established; then <c>check</c> with what the checker found, when it found something.
    /// </summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        if (Error is { } error)
        {
            writer.WritePropertyName("error");
            Write(writer, error);
        }
        else if (Value.Kind == CelKind.Unknown)
        {
            writer.WriteStartArray("unknown");
            foreach (var name in Value.UnknownAttributes)
                writer.WriteStringValue(name);
            writer.WriteEndArray();
        }
        else
        {
            writer.WritePropertyName("value");
            CelJson.Write(writer, Value);
            writer.WriteString("type", CelTypeNames.Of(Value));
        }
        if (_program.Problems.Length == 0)
            return;
        writer.WriteStartArray("check");
        foreach (var problem in _program.Problems)
            Write(writer, problem);
        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, CelError error)
    {
        writer.WriteStartObject();
        writer.WriteString("code", error.Code);
        writer.WriteString("message", error.Message);
        writer.WriteNumber("line", error.Line);
        writer.WriteNumber("column", error.Column);
        writer.WriteEndObject();
    }
}
