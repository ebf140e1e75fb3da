using Nullius.Policy.Dialects.Entra.Locations;
using Nullius.Policy.Documents;

namespace Nullius.Policy.Lint.Entra;

/// <summary>
/// Named locations that policies name and no document defines: policies are often looked at without them. What such a location covers matters to no
/// rule, that it is not there is told.
/// </summary>
internal static class AssumedLocations
{
    internal static List<(string Source, LocatedValue Root)> Of(
        IEnumerable<(string Source, LocatedValue Root)> policies, IEnumerable<(string Source, LocatedValue Root)> locations, List<LintFinding> findings)
    {
        var defined = new HashSet<string>(locations.Select(l => l.Root.Find("id")?.Text).OfType<string>(), StringComparer.OrdinalIgnoreCase) { "All", "AllTrusted", ElsewhereLocation.MfaTrusted };
        var assumed = new List<(string, LocatedValue)>();
        foreach (var (source, policy) in policies)
        {
            foreach (var id in Named(policy).Where(id => defined.Add(id.Text!)))
            {
                findings.Add(new LintFinding("unknown-location", LintSeverity.Info, source, id.Line, policy.Find("id")?.Text ?? "",
                    $"location `{PolicyDiagnostic.Quote(id.Text!)}` is in no document: what it covers is not known here"));
                assumed.Add((source, Location(id)));
            }
        }
        return assumed;
    }

    private static IEnumerable<LocatedValue> Named(LocatedValue policy)
    {
        if (policy.Kind != LocatedKind.Object || policy.Find("conditions") is not { Kind: LocatedKind.Object } conditions || conditions.Find("locations") is not { Kind: LocatedKind.Object } places)
            return [];
        return new[] { "includeLocations", "excludeLocations" }.Select(places.Find).OfType<LocatedValue>()
            .Where(l => l.Kind == LocatedKind.Array).SelectMany(l => l.Items).Where(i => i is { Kind: LocatedKind.Text, Text.Length: > 0 });
    }

    /// <summary>A location of one address that nobody has.</summary>
    private static LocatedValue Location(LocatedValue id)
    {
        LocatedValue Text(string text) => new(LocatedKind.Text, id.Line, text);
        var range = new LocatedValue(LocatedKind.Object, id.Line, null);
        range.Members.Add(new LocatedMember("cidrAddress", id.Line, Text("0.0.0.0/32")));
        var ranges = new LocatedValue(LocatedKind.Array, id.Line, null);
        ranges.Items.Add(range);
        var location = new LocatedValue(LocatedKind.Object, id.Line, null);
        location.Members.Add(new LocatedMember("id", id.Line, Text(id.Text!)));
        location.Members.Add(new LocatedMember("ipRanges", id.Line, ranges));
        return location;
    }
}
