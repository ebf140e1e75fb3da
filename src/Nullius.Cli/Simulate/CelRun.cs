using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Nullius.Cli.Output;
using Nullius.Policy.Cel;
using Nullius.Policy.Simulation;

namespace Nullius.Cli.Simulate;

/// <summary>Evaluates one CEL expression and writes what it comes to, on one line.</summary>
internal static class CelRun
{
    internal static int Evaluate(Terminal terminal, string expression, string variables, Expectation? expectation)
    {
        if (CelExpression.Parse(expression, out var error) is not { } parsed)
        {
            terminal.Say($"--cel:{error}");
            Write(terminal, json => WriteError(json, error!.Code, error.Message, $"{error.Line}:{error.Column}"));
            return ExitCode.Usage;
        }
        try
        {
            using var document = JsonDocument.Parse(variables, new JsonDocumentOptions { MaxDepth = 64 });
            var result = parsed.Evaluate(document.RootElement);
            Write(terminal, result.WriteTo);
            return Meets(result, expectation) ? ExitCode.Done : ExitCode.Unmet;
        }
        catch (JsonException fault)
        {
            terminal.Say($"--vars:{(fault.LineNumber ?? 0) + 1}: not valid JSON, expected an object of variables");
            Write(terminal, json => WriteError(json, "bad-json", "the variables are not valid JSON, expected an object", "$"));
            return ExitCode.Usage;
        }
        catch (SimulationInputException fault)
        {
            terminal.Say($"--vars: {fault.Message} (`{fault.JsonPath}`)");
            Write(terminal, json => WriteError(json, fault.Code, fault.Message, fault.JsonPath));
            return ExitCode.Usage;
        }
    }

    /// <summary>True allows, false denies; an error and an unknown value meet neither.</summary>
    private static bool Meets(CelResult result, Expectation? expectation) => expectation switch
    {
        null => true,
        Expectation.Allow => Text(result) == "true",
        _ => Text(result) == "false",
    };

    private static string Text(CelResult result)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        result.WriteTo(json);
        json.WriteEndObject();
        json.Flush();
        return JsonElement.Parse(buffer.WrittenSpan).TryGetProperty("value", out var value) ? value.GetRawText() : "";
    }

    private static void WriteError(Utf8JsonWriter json, string code, string message, string path)
    {
        json.WriteStartObject("error");
        json.WriteString("code", code);
        json.WriteString("message", message);
        json.WriteString("path", path);
        json.WriteEndObject();
    }

    private static void Write(Terminal terminal, Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        terminal.Out.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }
}
