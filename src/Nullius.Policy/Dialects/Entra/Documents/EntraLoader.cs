using Nullius.Policy.Dialects.Entra.Locations;
using Nullius.Policy.Documents;

namespace Nullius.Policy.Dialects.Entra.Documents;

/// <summary>Reads exports: one object, an array of them, or Graph's <c>value</c> list.</summary>
internal static class EntraLoader
{
    internal static EntraPolicySet? Load(
        IEnumerable<(string Source, ReadOnlyMemory<byte> Json)> policies,
        IEnumerable<(string Source, ReadOnlyMemory<byte> Json)> namedLocations,
        ICollection<PolicyDiagnostic> diagnostics)
    {
        var failed = false;
        return Load(Read(policies), Read(namedLocations), diagnostics) is { } set && !failed ? set : null;

        List<(string Source, LocatedValue Root)> Read(IEnumerable<(string Source, ReadOnlyMemory<byte> Json)> documents)
        {
            var roots = new List<(string, LocatedValue)>();
            foreach (var (source, json) in documents)
            {
                if (LocatedJsonReader.Read(json.Span, new DiagnosticSink(source, diagnostics)) is { } root)
                    roots.Add((source, root));
                else
                    failed = true;
            }
            return roots;
        }
    }

    internal static EntraPolicySet? Load(
        IEnumerable<(string Source, LocatedValue Root)> policies,
        IEnumerable<(string Source, LocatedValue Root)> namedLocations,
        ICollection<PolicyDiagnostic> diagnostics)
    {
        var failed = false;
        var locations = new Dictionary<string, NamedLocation>(StringComparer.OrdinalIgnoreCase);
        foreach (var (source, root) in namedLocations)
        {
            var sink = new DiagnosticSink(source, diagnostics);
            foreach (var (item, _) in ReadItems(root, sink))
                NamedLocationParser.Parse(item, locations, sink);
            failed |= sink.HasErrors;
        }
        var parsed = new List<EntraPolicy>();
        foreach (var (source, root) in policies)
        {
            var sink = new DiagnosticSink(source, diagnostics);
            foreach (var (item, ordinal) in ReadItems(root, sink))
            {
                if (EntraPolicyParser.Parse(item, ordinal, locations, sink) is { } policy)
                    parsed.Add(policy);
            }
            failed |= sink.HasErrors;
        }
        return failed ? null : new EntraPolicySet([.. parsed]);
    }

    private static IEnumerable<(LocatedValue Item, int Ordinal)> ReadItems(LocatedValue root, DiagnosticSink sink)
    {
        if (root.Kind == LocatedKind.Array)
            return root.Items.Select((item, i) => (item, i + 1));
        if (root.Kind == LocatedKind.Object && root.Find("value") is { Kind: LocatedKind.Array } list && root.Find("conditions") is null)
        {
            foreach (var member in root.Members)
            {
                if (!string.Equals(member.Name, "value", StringComparison.Ordinal) && !member.Name.Contains('@', StringComparison.Ordinal))
                    sink.UnknownField(member, "a list", ["value"]);
            }
            return list.Items.Select((item, i) => (item, i + 1));
        }
        return [(root, 1)];
    }
}
