using Nullius.Policy.Decisions;
using Nullius.Policy.Explain;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Simulation.Aws;

/// <summary>Decides AWS cases.</summary>
internal sealed class AwsSimulation(bool explain)
{
    private readonly AwsRequest _request = new();
    private readonly Decision _decision = new();

    internal SimulationAnswer Decide(string? name, CaseReader request, CaseReader policies, List<PolicyDiagnostic> diagnostics)
    {
        var set = AwsCasePolicies.Read(policies, diagnostics);
        AwsCaseRequest.Read(request, _request);
        set.Decide(_request, _decision);
        var word = Word(_decision.Basis);
        using var writer = new AnswerWriter(name);
        writer.Json.WriteString("decision", word);
        writer.Texts("blockedBy", _decision.BlockedBy.Select(AwsExplainer.Name));
        writer.Statements("statements", _decision.Statements);
        writer.Texts("missingContext", _decision.MissingContext);
        writer.Notes(diagnostics);
        if (explain)
            ExplanationWriter.Write(set.Explain(_request), writer);
        return new SimulationAnswer(name, writer.Finish(), Outcome(_decision.Basis), word, Detail(_decision), []);
    }

    private static string Word(DecisionBasis basis) => basis switch
    {
        DecisionBasis.Allowed => "allow",
        DecisionBasis.ExplicitDeny => "explicitDeny",
        DecisionBasis.Unknown => "unknown",
        DecisionBasis.ImplicitDeny or DecisionBasis.ControlsMissing or DecisionBasis.None => "implicitDeny",
    };

    private static SimulationOutcome Outcome(DecisionBasis basis) => basis switch
    {
        DecisionBasis.Allowed => SimulationOutcome.Allow,
        DecisionBasis.Unknown => SimulationOutcome.Unknown,
        DecisionBasis.ExplicitDeny or DecisionBasis.ImplicitDeny or DecisionBasis.ControlsMissing or DecisionBasis.None => SimulationOutcome.Deny,
    };

    private static string Detail(Decision decision)
    {
        var by = string.Join(", ", decision.BlockedBy.Select(AwsExplainer.Name));
        var statements = string.Join(", ", decision.Statements.Select(s => s.Id));
        return by.Length == 0 ? statements : statements.Length == 0 ? "by " + by : $"by {by}: {statements}";
    }
}
