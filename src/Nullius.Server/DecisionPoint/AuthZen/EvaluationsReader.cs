using System.Text.Json;

namespace Nullius.Server.DecisionPoint.AuthZen;

/// <summary>How the evaluations of one request belong together (AuthZEN 1.0, evaluations semantics).</summary>
internal enum EvaluationsSemantic
{
    ExecuteAll,
    DenyOnFirstDeny,
    PermitOnFirstPermit,
}

/// <summary>Reads what holds a request with several evaluations together.</summary>
internal static class EvaluationsReader
{
    private const int MostEvaluations = 100;

    /// <summary>Null when there are none: then the request is itself one evaluation.</summary>
    public static IReadOnlyList<JsonElement>? Evaluations(JsonElement request)
    {
        if (!request.TryGetProperty("evaluations", out var evaluations))
            return null;
        if (evaluations.ValueKind != JsonValueKind.Array)
            throw new MalformedEvaluationException("`evaluations` is not an array");
        if (evaluations.GetArrayLength() > MostEvaluations)
            throw new MalformedEvaluationException($"`evaluations` has more than {MostEvaluations} elements");
        return evaluations.GetArrayLength() == 0 ? null : [.. evaluations.EnumerateArray()];
    }

    public static EvaluationsSemantic Semantic(JsonElement request)
    {
        if (!request.TryGetProperty("options", out var options))
            return EvaluationsSemantic.ExecuteAll;
        if (options.ValueKind != JsonValueKind.Object)
            throw new MalformedEvaluationException("`options` is not an object");
        if (!options.TryGetProperty("evaluations_semantic", out var semantic))
            return EvaluationsSemantic.ExecuteAll;
        return (semantic.ValueKind == JsonValueKind.String ? EvaluationReader.TextOf(semantic, "options") : "") switch
        {
            "execute_all" => EvaluationsSemantic.ExecuteAll,
            "deny_on_first_deny" => EvaluationsSemantic.DenyOnFirstDeny,
            "permit_on_first_permit" => EvaluationsSemantic.PermitOnFirstPermit,
            _ => throw new MalformedEvaluationException("`options.evaluations_semantic` is none of `execute_all`, `deny_on_first_deny`, `permit_on_first_permit`"),
        };
    }
}
