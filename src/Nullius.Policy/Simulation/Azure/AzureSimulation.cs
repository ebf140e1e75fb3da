using Nullius.Policy.Conditions;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Entra;
using Nullius.Policy.Simulation.Entra;

namespace Nullius.Policy.Simulation.Azure;

/// <summary>Decides cases of dialect <c>azure</c>: role assignments grant, Conditional Access at the operation's application takes away.</summary>
internal sealed class AzureSimulation(bool explain)
{
    private readonly Decision _decision = new();

    internal SimulationAnswer Decide(string? name, CaseReader request, CaseReader policies, List<PolicyDiagnostic> diagnostics)
    {
        var roles = AzureRoleSet.Read(policies);
        var set = EntraSimulation.ReadPolicies(policies, diagnostics);
        var action = request.RequiredText("action", "an operation such as `Microsoft.Compute/virtualMachines/start/action`");
        var scope = request.RequiredText("scope", "the id of a resource, resource group or subscription");
        var isData = request.Flag("dataAction") ?? AzureAction.IsData(action);
        var subject = EntraCaseRequest.Read(request, set);
        string[] principals = [subject.ServicePrincipal ?? subject.User, .. subject.Groups];
        var outcome = roles.Evaluate(principals, action, isData, scope);
        set.Decide(subject, _decision);
        var access = EntraSimulation.Word(_decision);
        var word = Word(outcome, access);
        using var writer = new AnswerWriter(name);
        writer.Json.WriteString("decision", word);
        WriteRoles(outcome, writer);
        WriteAccess(access, writer);
        writer.Texts("missingContext", word == "unknown" ? outcome.Unknown.Concat(_decision.MissingContext).Distinct(StringComparer.Ordinal) : []);
        writer.Notes(diagnostics);
        if (explain)
            WriteExplanation(outcome, roles, set.Explain(subject), principals, action, isData, scope, writer);
        return new SimulationAnswer(name, writer.Finish(), Outcome(word), word, Detail(outcome, word), []);
    }

    private static string Word(AzureOutcome outcome, string access)
    {
        if (outcome.Result == Ternary.False)
            return "deny";
        if (access == "block")
            return "block";
        return outcome.Result == Ternary.Unknown ? "unknown" : access;
    }

    private static SimulationOutcome Outcome(string word) => word switch
    {
        "allow" => SimulationOutcome.Allow,
        "challenge" => SimulationOutcome.Challenge,
        "unknown" => SimulationOutcome.Unknown,
        _ => SimulationOutcome.Deny,
    };

    private static void WriteRoles(AzureOutcome outcome, AnswerWriter writer)
    {
        if (outcome.Assignment is { } assignment)
        {
            writer.Json.WriteStartObject("roleAssignment");
            writer.Json.WriteString("role", outcome.RoleName);
            writer.Json.WriteString("principal", assignment.Principal);
            writer.Json.WriteString("scope", assignment.Scope);
            writer.Json.WriteEndObject();
        }
        else
        {
            writer.Json.WriteNull("roleAssignment");
        }
        writer.Json.WriteString("denyAssignment", outcome.Deny?.Name);
    }

    private void WriteAccess(string word, AnswerWriter writer)
    {
        writer.Json.WriteStartObject("conditionalAccess");
        writer.Json.WriteString("decision", word);
        EntraSimulation.WriteRequired(_decision, writer);
        writer.Texts("applied", _decision.Statements.Select(s => s.Id));
        writer.Json.WriteEndObject();
    }

    private static void WriteExplanation(
        AzureOutcome outcome, AzureRoleSet roles, Explain.EntraExplanation access, string[] principals, string action, bool isData, string scope, AnswerWriter writer)
    {
        string[] near = [.. outcome.Granted == Ternary.True ? [] : roles.Near(principals, action, isData, scope)];
        var changes = new List<string>();
        if (outcome.Granted == Ternary.False)
            changes.Add($"a role that covers `{PolicyDiagnostic.Quote(action)}` were assigned at `{PolicyDiagnostic.Quote(scope)}` or above it");
        if (outcome.Deny is { } deny)
            changes.Add($"deny assignment `{PolicyDiagnostic.Quote(deny.Name)}` excluded the caller");
        changes.AddRange(outcome.Result == Ternary.True ? [] : outcome.Unknown.Select(u => $"{u} were known"));
        writer.Json.WriteStartObject("explanation");
        writer.Json.WriteString("summary", outcome.Result == Ternary.True ? $"granted by `{outcome.RoleName}`; Conditional Access: {access.Summary}"
            : outcome.Deny is not null ? "denied by a deny assignment" : outcome.Result == Ternary.Unknown ? "not decided: something is not established" : "no role assignment grants it");
        writer.Texts("nearest", near);
        writer.Texts("changes", changes);
        writer.Json.WriteEndObject();
    }

    private string Detail(AzureOutcome outcome, string word) => word switch
    {
        "deny" => outcome.Deny is { } deny ? $"by deny assignment {deny.Name}" : "no role assignment grants it",
        "challenge" => "requires " + string.Join(" and ", _decision.RequiredControls.Select(r => string.Join(r.All ? "+" : "|", r.Controls))),
        "block" => "by " + string.Join(", ", _decision.Statements.Select(s => s.Id)),
        _ => outcome.RoleName ?? "",
    };
}
