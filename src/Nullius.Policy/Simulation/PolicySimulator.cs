using System.Text.Json;
using Nullius.Policy.Documents;
using Nullius.Policy.Simulation.Aws;
using Nullius.Policy.Simulation.Azure;
using Nullius.Policy.Simulation.Entra;
using Nullius.Policy.Simulation.Gcp;

namespace Nullius.Policy.Simulation;

/// <summary>
/// Decides cases: a request, the policies that bind it, and a dialect. Pure: the same case gives the same bytes. Not
/// thread-safe; one instance may decide any number of cases.
/// </summary>
/// <param name="explain">Adds why, and what would change it.</param>
public sealed class PolicySimulator(bool explain = false)
{
    /// <summary>What a case may carry for its reader: passed over.</summary>
    private static readonly string[] s_annotations = ["expect", "expected", "expectError", "description", "comment", "source", "id", "tags"];

    private readonly AwsSimulation _aws = new(explain);
    private readonly EntraSimulation _entra = new(explain);
    private readonly AzureSimulation _azure = new(explain);

    /// <summary>Decides one case. A malformed one is answered with its error, never thrown.</summary>
    /// <param name="json">One case: UTF-8, or UTF-16 with a byte-order mark.</param>
    public SimulationAnswer Decide(ReadOnlySpan<byte> json)
    {
        var diagnostics = new List<PolicyDiagnostic>();
        string? name = null;
        try
        {
            var root = LocatedJsonReader.Read(json, new DiagnosticSink("case", diagnostics));
            name = root is null ? CaseName.Salvage(json) : CaseName.Of(root);
            ThrowFirst(diagnostics);
            return Decide(CaseReader.Open(root!, "a case"), json, diagnostics);
        }
        catch (SimulationInputException error)
        {
            return Refuse(name, error, diagnostics);
        }
    }

    private SimulationAnswer Decide(CaseReader reader, ReadOnlySpan<byte> json, List<PolicyDiagnostic> diagnostics)
    {
        foreach (var annotation in s_annotations)
            reader.Raw(annotation);
        var name = reader.Text("name");
        var dialect = reader.Choice("dialect", ["aws", "entra", "azure", "gcp"])
            ?? throw new SimulationInputException("missing-field", "`dialect` of a case is missing, expected `aws`, `entra`, `azure` or `gcp`", "$.dialect");
        var request = reader.RequiredObject("request", "the request to decide");
        var policies = reader.RequiredObject("policies", "the policies that bind it, `{}` where there are none");
        var missing = MissingParts.Read(reader);
        reader.Close();
        return MissingParts.Apply(dialect switch
        {
            "aws" => _aws.Decide(name, request, policies, diagnostics),
            "entra" => _entra.Decide(name, request, policies, diagnostics),
            "azure" => _azure.Decide(name, request, policies, diagnostics),
            _ => DecideGcp(name, LocatedJsonReader.ToUtf8(json), diagnostics),
        }, missing);
    }

    private SimulationAnswer DecideGcp(string? name, ReadOnlySpan<byte> utf8, List<PolicyDiagnostic> diagnostics)
    {
        var simulation = JsonElement.Parse(utf8, new JsonDocumentOptions { MaxDepth = LocatedJsonReader.MaxDepth + 8 });
        using var writer = new AnswerWriter(name);
        if (explain)
            GcpSimulation.Explain(simulation, writer.Json, diagnostics);
        else
            GcpSimulation.Decide(simulation, writer.Json, diagnostics);
        var answer = writer.Finish();
        var word = JsonElement.Parse(answer.Span).GetProperty("decision").GetString()!;
        var outcome = word switch
        {
            "allow" => SimulationOutcome.Allow,
            "deny" => SimulationOutcome.Deny,
            _ => SimulationOutcome.Unknown,
        };
        return new SimulationAnswer(name, answer, outcome, word, GcpSimulation.Detail(JsonElement.Parse(answer.Span)), []);
    }

    /// <summary>The first error that a loader found, as the case's.</summary>
    internal static void ThrowFirst(List<PolicyDiagnostic> diagnostics)
    {
        var error = diagnostics.Find(d => d.Severity == DiagnosticSeverity.Error);
        if (error is not null)
            throw new SimulationInputException(error.Code, error.Message, error.Path ?? "$");
    }

    /// <summary>The answer to a case that could not even be told apart from its neighbours, or is too large to hold.</summary>
    public static SimulationAnswer Refuse(string? name, SimulationInputException error) => Refuse(name, error, []);

    private static SimulationAnswer Refuse(string? name, SimulationInputException error, List<PolicyDiagnostic> diagnostics)
    {
        using var writer = new AnswerWriter(name);
        writer.Json.WriteStartObject("error");
        writer.Json.WriteString("code", error.Code);
        writer.Json.WriteString("message", error.Message);
        writer.Json.WriteString("path", error.JsonPath);
        writer.Json.WriteEndObject();
        List<PolicyDiagnostic> errors = [.. diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)];
        if (errors.Count == 0)
            errors.Add(new PolicyDiagnostic("case", 0, DiagnosticSeverity.Error, error.Code, error.Message) { Path = error.JsonPath });
        return new SimulationAnswer(name, writer.Finish(), SimulationOutcome.Error, "error", error.Message, errors);
    }
}
