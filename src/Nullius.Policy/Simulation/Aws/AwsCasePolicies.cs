using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Dialects.Aws.Documents;
using Nullius.Policy.Documents;

namespace Nullius.Policy.Simulation.Aws;

/// <summary>
/// Reads the policies of an AWS case. Each kind may be a document or an array of them; <c>scp</c> and <c>rcp</c> hold one
/// array per level, root first. A kind that is absent or <c>null</c> is not attached.
/// </summary>
internal static class AwsCasePolicies
{
    internal static AwsPolicySet Read(CaseReader reader, List<PolicyDiagnostic> diagnostics) => AwsPolicySet.Compile(ReadLayers(reader, diagnostics));

    /// <exception cref="SimulationInputException">A document does not load.</exception>
    internal static AwsPolicyLayers ReadLayers(CaseReader reader, List<PolicyDiagnostic> diagnostics)
    {
        var layers = new AwsPolicyLayers
        {
            Identity = List(reader, "identity", PolicyLayer.Identity, diagnostics),
            Boundary = List(reader, "boundary", PolicyLayer.Boundary, diagnostics),
            Session = List(reader, "session", PolicyLayer.Session, diagnostics),
            Resource = One(reader, "resource", PolicyLayer.Resource, diagnostics),
            Endpoint = List(reader, "endpoint", PolicyLayer.Endpoint, diagnostics),
            Guardrails = Levels(reader, "scp", PolicyLayer.Guardrail, diagnostics),
            ResourceControls = Levels(reader, "rcp", PolicyLayer.ResourceControl, diagnostics),
        };
        reader.Close();
        PolicySimulator.ThrowFirst(diagnostics);
        return layers;
    }

    private static List<AwsPolicyDocument>? List(CaseReader reader, string name, PolicyLayer layer, List<PolicyDiagnostic> diagnostics)
    {
        if (reader.Field(name) is not { } value)
            return null;
        var list = new List<AwsPolicyDocument>();
        if (value.Kind == LocatedKind.Array)
            AddDocuments(value, name, layer, list, diagnostics);
        else
            AddDocument(value, name, layer, list, diagnostics);
        return list;
    }

    private static AwsPolicyDocument? One(CaseReader reader, string name, PolicyLayer layer, List<PolicyDiagnostic> diagnostics)
    {
        var list = List(reader, name, layer, diagnostics);
        if (list is { Count: > 1 })
            throw CaseReader.BadValue(reader.Field(name)!, $"`{name}`", "one policy: a resource has one");
        return list is { Count: 1 } ? list[0] : null;
    }

    private static List<List<AwsPolicyDocument>>? Levels(CaseReader reader, string name, PolicyLayer layer, List<PolicyDiagnostic> diagnostics)
    {
        if (reader.Field(name) is not { } value)
            return null;
        if (value.Kind != LocatedKind.Array)
            throw CaseReader.WrongType(value, $"`{name}`", "an array with one array of policies per level, root first");
        var levels = new List<List<AwsPolicyDocument>>();
        foreach (var level in value.Items)
        {
            if (level.Kind != LocatedKind.Array)
                throw CaseReader.WrongType(level, $"a level of `{name}`", "an array of policies: write `[[{…}], [{…}]]`, one array per level, root first");
            var documents = new List<AwsPolicyDocument>();
            AddDocuments(level, $"{name}[{levels.Count}]", layer, documents, diagnostics);
            levels.Add(documents);
        }
        return levels;
    }

    private static void AddDocuments(LocatedValue array, string name, PolicyLayer layer, List<AwsPolicyDocument> into, List<PolicyDiagnostic> diagnostics)
    {
        for (var i = 0; i < array.Items.Count; i++)
            AddDocument(array.Items[i], $"{name}[{i}]", layer, into, diagnostics);
    }

    private static void AddDocument(LocatedValue value, string source, PolicyLayer layer, List<AwsPolicyDocument> into, List<PolicyDiagnostic> diagnostics)
    {
        var sink = new DiagnosticSink(source, diagnostics);
        if (PolicyWrappers.Documents(value, layer, sink) is { } wrapped)
        {
            foreach (var (inner, name) in wrapped)
                AddDocument(inner, name is null ? source : $"{source} {name}", layer, into, diagnostics);
            return;
        }
        if (AwsDocumentParser.Parse(value, sink) is not { } document)
            return;
        // A principal where none can stand is what the provider refuses; one that is missing where it should stand makes a statement that never matches.
        foreach (var statement in document.Statements)
        {
            if (statement.Principal is not null && layer is PolicyLayer.Identity or PolicyLayer.Boundary or PolicyLayer.Session or PolicyLayer.Guardrail)
                sink.Error(statement.Line, value.Path, "unexpected-principal",
                    $"statement `{PolicyDiagnostic.Quote(statement.Id)}` has a `Principal`, expected none in an {Explain.AwsExplainer.Name(layer)} policy: it is attached to its principal");
        }
        into.Add(document);
    }
}
