using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws.Documents;
using Nullius.Policy.Dialects.Entra;
using Nullius.Policy.Dialects.Entra.Documents;
using Nullius.Policy.Documents;
using Nullius.Policy.Lint.Aws;
using Nullius.Policy.Lint.Entra;
using Nullius.Policy.Lint.Gcp;
using Nullius.Policy.Simulation.Aws;

namespace Nullius.Policy.Lint;

/// <summary>
/// Reads policy documents of AWS, Conditional Access and Google Cloud, told apart by their content, and reports what is wrong with them
/// and what they say that is easily meant otherwise. Add all documents, then ask for the findings.
/// </summary>
/// <param name="now">The instant by which conditions on time are told to have ended; null: none is.</param>
public sealed class PolicyLinter(DateTimeOffset? now = null)
{
    private readonly List<LintFinding> _findings = [];
    private readonly List<(string Source, LocatedValue Root)> _conditionalAccess = [];
    private readonly List<(string Source, LocatedValue Root)> _locations = [];

    /// <summary>Whether a document did not load.</summary>
    public bool HasSyntaxErrors { get; private set; }

    /// <summary>Reads one file: a document, an array of them, or Graph's <c>value</c> list.</summary>
    /// <param name="json">UTF-8, or UTF-16 with a byte-order mark.</param>
    public void Add(string source, ReadOnlySpan<byte> json)
    {
        var diagnostics = new List<PolicyDiagnostic>();
        var root = LocatedJsonReader.Read(json, new DiagnosticSink(source, diagnostics));
        Report(diagnostics);
        if (root is null || AddAccess(source, root.Find("policies") is { Kind: LocatedKind.Object } policies ? policies : root))
            return;
        var items = root.Kind == LocatedKind.Array ? root.Items
            : root.Find("value") is { Kind: LocatedKind.Array } list ? list.Items : GcpDocuments.Items(root) ?? [root];
        // Bindings and roles of one file are looked at together.
        AddGcp(source, items.FindAll(GcpDocuments.Is));
        foreach (var item in items.Where(i => !GcpDocuments.Is(i)))
            Add(source, item);
    }

    /// <summary>Policies with the locations that they name, as a case of <c>nullius simulate</c> and <c>nullius policy generate</c> put them.</summary>
    private bool AddAccess(string source, LocatedValue root)
    {
        if (root.Kind != LocatedKind.Object || root.Find("conditionalAccess") is not { Kind: LocatedKind.Array } access)
            return false;
        _conditionalAccess.AddRange(access.Items.Select(i => (source, i)));
        _locations.AddRange(root.Find("namedLocations")?.Items.Select(i => (source, i)) ?? []);
        return true;
    }

    private void AddGcp(string source, List<LocatedValue> items)
    {
        if (items.Count == 0)
            return;
        var documents = new GcpDocuments(source);
        foreach (var item in items)
            documents.Add(item);
        Report(documents.Close());
        GcpLint.Check(documents, now, _findings);
    }

    private void Add(string source, LocatedValue item)
    {
        if (item.Kind == LocatedKind.Object && (item.Find("conditions") ?? item.Find("grantControls") ?? item.Find("sessionControls")) is not null)
            _conditionalAccess.Add((source, item));
        else if (item.Kind == LocatedKind.Object && (item.Find("ipRanges") ?? item.Find("countriesAndRegions")) is not null)
            _locations.Add((source, item));
        else
            AddAws(source, item);
    }

    private void AddAws(string source, LocatedValue item)
    {
        // A template's resources are what their types say: those of IAM hold policies.
        if (item.Kind == LocatedKind.Object && item.Find("Resources") is { Kind: LocatedKind.Object } resources)
        {
            foreach (var resource in resources.Members.Where(r => r.Value.Find("Type")?.Text?.StartsWith("AWS::IAM::", StringComparison.Ordinal) == true))
                AddAws(source, resource.Value);
            return;
        }
        foreach (var statement in Documents(source, item))
        {
            var diagnostics = new List<PolicyDiagnostic>();
            var document = AwsDocumentParser.Parse(statement, new DiagnosticSink(source, diagnostics));
            Report(diagnostics);
            if (document is not null)
                AwsLint.Check(document, statement, now, _findings);
        }
    }

    // What exports and templates put around documents; of a role, its trust policy and its own.
    private static List<LocatedValue> Documents(string source, LocatedValue item)
    {
        var quiet = new DiagnosticSink(source, []);
        var trust = PolicyWrappers.Documents(item, PolicyLayer.Resource, quiet) ?? [];
        var identity = PolicyWrappers.Documents(item, PolicyLayer.Identity, quiet) ?? [];
        List<LocatedValue> found = [.. trust.Concat(identity).Select(pair => pair.Document).Distinct()];
        return found.Count > 0 ? found : [item];
    }

    /// <summary>Everything found, by source, line and rule.</summary>
    public IReadOnlyList<LintFinding> Findings()
    {
        LintConditionalAccess();
        return [.. _findings.Distinct().OrderBy(f => f.Source, StringComparer.Ordinal).ThenBy(f => f.Line).ThenBy(f => f.Rule, StringComparer.Ordinal)];
    }

    private void LintConditionalAccess()
    {
        if (_conditionalAccess.Count == 0)
            return;
        var diagnostics = new List<PolicyDiagnostic>();
        var set = EntraLoader.Load(_conditionalAccess, _locations, diagnostics);
        Report(diagnostics);
        if (set is not null)
            EntraLint.Check(set, _findings);
        _conditionalAccess.Clear();
    }

    private void Report(List<PolicyDiagnostic> diagnostics)
    {
        foreach (var diagnostic in diagnostics)
        {
            var isError = diagnostic.Severity == DiagnosticSeverity.Error;
            HasSyntaxErrors |= isError;
            var severity = isError ? LintSeverity.Critical : diagnostic.Code is "malformed-arn" or "malformed-action" ? LintSeverity.Medium : LintSeverity.Info;
            _findings.Add(new LintFinding(diagnostic.Code, severity, diagnostic.Source, diagnostic.Line, "", diagnostic.Message));
        }
    }
}
