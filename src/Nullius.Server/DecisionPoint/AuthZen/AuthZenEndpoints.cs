using System.Buffers;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Nullius.Gateway;
using Nullius.Gateway.Asking;

namespace Nullius.Server.DecisionPoint.AuthZen;

/// <summary>Access Evaluation and Access Evaluations of the OpenID AuthZEN Authorization API 1.0, HTTPS binding.</summary>
internal static class AuthZenEndpoints
{
    private const int MostRequestId = 256;
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    public static Task EvaluateAsync(HttpContext context, Gate gate) => AnswerAsync(context, gate, static (json, request, gate, caller) =>
        EvaluationWriter.Write(json, gate.DecisionPoint.Decide(caller, EvaluationReader.Read(null, request))));

    public static Task EvaluateManyAsync(HttpContext context, Gate gate) => AnswerAsync(context, gate, static (json, request, gate, caller) =>
    {
        var semantic = EvaluationsReader.Semantic(request);
        if (EvaluationsReader.Evaluations(request) is not { } evaluations)
        {
            EvaluationWriter.Write(json, gate.DecisionPoint.Decide(caller, EvaluationReader.Read(null, request)));
            return;
        }

        json.WriteStartObject();
        json.WriteStartArray("evaluations");
        foreach (var evaluation in evaluations)
        {
            var allowed = Evaluate(json, request, evaluation, gate, caller);
            if (semantic == EvaluationsSemantic.DenyOnFirstDeny && !allowed || semantic == EvaluationsSemantic.PermitOnFirstPermit && allowed)
                break;
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    // What is wrong with one evaluation is told in its place; the others are still decided.
    private static bool Evaluate(Utf8JsonWriter json, JsonElement request, JsonElement evaluation, Gate gate, DecisionCaller caller)
    {
        Question question;
        try
        {
            if (evaluation.ValueKind != JsonValueKind.Object)
                throw new MalformedEvaluationException("the evaluation is not an object");
            question = EvaluationReader.Read(evaluation, request);
        }
        catch (MalformedEvaluationException fault)
        {
            EvaluationWriter.WriteMalformed(json, fault.Message);
            return false;
        }

        var verdict = gate.DecisionPoint.Decide(caller, question);
        EvaluationWriter.Write(json, verdict);
        return verdict.Allowed;
    }

    private static async Task AnswerAsync(HttpContext context, Gate gate, Action<Utf8JsonWriter, JsonElement, Gate, DecisionCaller> answer)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (!TryReadId(context, out var id))
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, $"X-Request-ID is not one line of at most {MostRequestId} ASCII characters");
            return;
        }

        // Whoever numbered the request finds its number in every answer, refusals included (AuthZEN 1.0, request identification).
        if (id is not null)
            context.Response.Headers["X-Request-ID"] = id;
        if (DecisionPointMap.CallerOf(context, gate, DecisionProtocol.AuthZen, id) is not { } caller)
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, "whoever asks is not a client of this decision point");
            return;
        }

        try
        {
            using var request = await ReadAsync(context);
            var body = new ArrayBufferWriter<byte>(512);
            await using (var json = new Utf8JsonWriter(body))
                answer(json, request.RootElement, gate, caller);
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = body.WrittenCount;
            await context.Response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted);
        }
        catch (MalformedEvaluationException fault)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, fault.Message);
        }
    }

    private static async Task<JsonDocument> ReadAsync(HttpContext context)
    {
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) || !string.Equals(type.MediaType, "application/json", StringComparison.OrdinalIgnoreCase))
            throw new MalformedEvaluationException("the request is not of type `application/json`");
        var body = await BoundedBody.ReadAsync(context) ?? throw new MalformedEvaluationException($"the request is larger than {BoundedBody.Most} bytes");
        if (body.Length == 0)
            throw new MalformedEvaluationException("the request is empty: expected a JSON object");
        if (!Utf8.IsValid(body))
            throw new MalformedEvaluationException("the request is not UTF-8");
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body, Strict);
        }
        catch (JsonException fault)
        {
            throw new MalformedEvaluationException($"the request is not JSON of depth {Strict.MaxDepth} without repeated names (line {fault.LineNumber + 1})");
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object)
            return document;
        document.Dispose();
        throw new MalformedEvaluationException("the request is not a JSON object");
    }

    private static bool TryReadId(HttpContext context, out string? id)
    {
        id = null;
        var given = context.Request.Headers["X-Request-ID"];
        if (given.Count == 0 || given is [""])
            return true;
        if (given is not [{ Length: <= MostRequestId } one] || !Ascii.IsValid(one))
            return false;
        id = one;
        return true;
    }

    // The body of an error is its message (AuthZEN 1.0, error responses).
    private static Task RefuseAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(message, context.RequestAborted);
    }
}
