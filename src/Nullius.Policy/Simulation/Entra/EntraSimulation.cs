using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Entra;
using Nullius.Policy.Dialects.Entra.Documents;
using Nullius.Policy.Documents;
using Nullius.Policy.Explain;

namespace Nullius.Policy.Simulation.Entra;

/// <summary>Decides Conditional Access cases, and says like the provider's what-if why a policy did not apply.</summary>
internal sealed class EntraSimulation(bool explain)
{
    private readonly Decision _decision = new();

    internal SimulationAnswer Decide(string? name, CaseReader request, CaseReader policies, List<PolicyDiagnostic> diagnostics)
    {
        var set = ReadPolicies(policies, diagnostics);
        var subject = EntraCaseRequest.Read(request, set);
        set.Decide(subject, _decision);
        var explanation = set.Explain(subject);
        var word = Word(_decision);
        using var writer = new AnswerWriter(name);
        writer.Json.WriteString("decision", word);
        WriteRequired(_decision, writer);
        EntraSessionWriter.Write(set, subject, writer);
        WriteReportOnly(writer);
        writer.Texts("applied", _decision.Statements.Select(s => s.Id));
        WriteNotApplied(explanation, writer);
        writer.Texts("missingContext", _decision.MissingContext);
        writer.Notes(diagnostics);
        if (explain)
            EntraExplanationWriter.Write(explanation, writer);
        return new SimulationAnswer(name, writer.Finish(), Outcome(word), word, Detail(), []);
    }

    internal static EntraPolicySet ReadPolicies(CaseReader reader, List<PolicyDiagnostic> diagnostics)
    {
        var policies = Documents(reader, "conditionalAccess");
        var locations = Documents(reader, "namedLocations");
        reader.Close();
        var set = EntraLoader.Load(policies, locations, diagnostics);
        PolicySimulator.ThrowFirst(diagnostics);
        return set!;
    }

    private static (string Source, LocatedValue Root)[] Documents(CaseReader reader, string name) =>
        reader.Field(name) is { } value ? [(name, value)] : [];

    internal static string Word(Decision decision) => decision.Basis switch
    {
        DecisionBasis.Allowed => "allow",
        DecisionBasis.ControlsMissing => "challenge",
        DecisionBasis.Unknown => "unknown",
        DecisionBasis.ExplicitDeny or DecisionBasis.ImplicitDeny or DecisionBasis.None => "block",
    };

    private static SimulationOutcome Outcome(string word) => word switch
    {
        "allow" => SimulationOutcome.Allow,
        "challenge" => SimulationOutcome.Challenge,
        "unknown" => SimulationOutcome.Unknown,
        _ => SimulationOutcome.Deny,
    };

    internal static void WriteRequired(Decision decision, AnswerWriter writer)
    {
        writer.Json.WriteStartArray("required");
        foreach (var requirement in decision.RequiredControls)
        {
            writer.Json.WriteStartArray();
            foreach (var control in requirement.Controls)
                writer.Json.WriteStringValue(control);
            writer.Json.WriteEndArray();
        }
        writer.Json.WriteEndArray();
    }

    private void WriteReportOnly(AnswerWriter writer)
    {
        writer.Json.WriteStartArray("reportOnly");
        foreach (var outcome in _decision.ReportOnly)
        {
            writer.Json.WriteStartObject();
            writer.Json.WriteString("policy", outcome.Policy.Id);
            writer.Json.WriteString("result", "reportOnly" + outcome.Result);
            writer.Json.WriteEndObject();
        }
        writer.Json.WriteEndArray();
    }

    private static void WriteNotApplied(EntraExplanation explanation, AnswerWriter writer)
    {
        writer.Json.WriteStartArray("notApplied");
        foreach (var policy in explanation.NotApplied)
        {
            writer.Json.WriteStartObject();
            writer.Json.WriteString("policy", policy.Policy.Id);
            writer.Json.WriteString("reason", policy.ReasonName);
            writer.Json.WriteEndObject();
        }
        writer.Json.WriteEndArray();
    }

    private string Detail()
    {
        if (_decision.Effect == Effect.Challenge)
            return "requires " + string.Join(" and ", _decision.RequiredControls.Select(r => string.Join(r.All ? "+" : "|", r.Controls)));
        return string.Join(", ", _decision.Statements.Select(s => s.Id));
    }
}
