using System.Text.Json.Nodes;

namespace Nullius.Policy.Intent.Proof;

/// <summary>A request that the compiled documents decide otherwise than the intent says.</summary>
/// <param name="Request">The request in no cloud's words, and what it became in the dialect's.</param>
/// <param name="IntentAllows">What the intent says.</param>
/// <param name="Decided">What the engine decided on the documents.</param>
public sealed record IntentCounterexample(JsonNode Request, bool IntentAllows, string Decided);

/// <summary>What comparing an intent with its documents in one dialect came to.</summary>
/// <param name="Requests">How many requests were decided.</param>
/// <param name="Total">How many there are.</param>
/// <param name="Except">Members of the intent that the dialect cannot say: they were held met, and are not claimed.</param>
/// <param name="Counterexample">The first request that is decided otherwise; null when there is none.</param>
/// <param name="Fault">Why the documents could not be decided on; null when they could.</param>
public sealed record IntentProof(IntentDialect Dialect, long Requests, long Total, IReadOnlyList<string> Except, IntentCounterexample? Counterexample, string? Fault)
{
    /// <summary>No request was found that the documents decide otherwise.</summary>
    public bool Holds => Counterexample is null && Fault is null;

    /// <summary><c>equivalent</c>, <c>equivalent but for …</c> or <c>not equivalent</c>.</summary>
    public string Claim => !Holds ? "not equivalent" : Except.Count == 0 ? "equivalent" : "equivalent but for " + string.Join(", ", Except);

    /// <summary>Decides generated requests on the documents by the engines themselves, and compares each with the intent.</summary>
    /// <param name="most">The most requests to decide in each dialect.</param>
    public static IReadOnlyList<IntentProof> Run(CompiledIntent compiled, long most) =>
        [.. compiled.Documents.Select(d => d.Dialect).Distinct().Select(d => Run(compiled, d, most))];

    private static IntentProof Run(CompiledIntent compiled, IntentDialect dialect, long most)
    {
        string[] except = [.. compiled.Limits.Where(l => l.Dialect == dialect && l.Condition is not null).Select(l => l.Condition!).Distinct(StringComparer.Ordinal)];
        if (Load(compiled, dialect, out var fault) is not { } decider)
            return new IntentProof(dialect, 0, 0, except, null, fault);
        var points = new IntentPoints(compiled.Intent, decider.Indices, decider.HasOutside, except.Contains);
        var decided = 0L;
        foreach (var point in points.Take(most))
        {
            decided++;
            var expected = point.IsAllowedBy(compiled.Intent);
            var (allows, word, request) = decider.Decide(point);
            if (allows != expected)
            {
                var shown = point.ToJson();
                shown["as"] = request();
                return new IntentProof(dialect, decided, points.Count, except, new IntentCounterexample(shown, expected, word), null);
            }
        }
        return new IntentProof(dialect, decided, points.Count, except, null, null);
    }

    private static IIntentDecider? Load(CompiledIntent compiled, IntentDialect dialect, out string? fault)
    {
        var diagnostics = new List<PolicyDiagnostic>();
        IIntentDecider? decider = null;
        try
        {
            decider = dialect switch
            {
                IntentDialect.Aws => AwsIntentDecider.Load(compiled, diagnostics),
                IntentDialect.Entra => EntraIntentDecider.Load(compiled, diagnostics),
                IntentDialect.Gcp => GcpIntentDecider.Load(compiled, diagnostics),
            };
        }
        catch (Simulation.SimulationInputException error)
        {
            diagnostics.Add(new PolicyDiagnostic(dialect.ToString(), 0, DiagnosticSeverity.Error, error.Code, error.Message));
        }
        fault = decider is null ? "the documents do not load: " + diagnostics.Find(d => d.Severity == DiagnosticSeverity.Error) : null;
        return decider;
    }
}

/// <summary>Decides points on the documents of one dialect, by its engine.</summary>
internal interface IIntentDecider
{
    /// <summary>How many callers or resources there are to go through.</summary>
    int Indices { get; }

    /// <summary>Whether there is a resource that the intent is not about.</summary>
    bool HasOutside { get; }

    /// <summary>Whether the engine allows, its word, and the request as the dialect has it.</summary>
    (bool Allows, string Word, Func<JsonNode> Request) Decide(IntentPoint point);
}
