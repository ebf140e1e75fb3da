using Nullius.Policy.Documents;
using Nullius.Policy.Intent;

namespace Nullius.Policy.Simulation.Person;

/// <summary>
/// Who is who: a mapping of a person to <c>aws</c> (users, roles or sessions by ARN or name), <c>entra</c> and <c>gcp</c>, each one text or a list. YAML as intents have
/// it, or JSON.
/// </summary>
public sealed class PeopleMap
{
    private readonly Dictionary<string, Dictionary<string, string[]>> _people = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Null on errors, all of which are in <paramref name="diagnostics"/>.</summary>
    public static PeopleMap? Parse(ReadOnlySpan<byte> text, string source, ICollection<PolicyDiagnostic> diagnostics)
    {
        var sink = new DiagnosticSink(source, diagnostics);
        var root = LocatedJsonReader.Read(text, sink);
        if (root is null || sink.HasErrors)
            return null;
        var map = new PeopleMap();
        if (root.Kind != LocatedKind.Object)
            sink.WrongType(root, "the file", "a mapping of people");
        foreach (var person in root.Members)
            map._people[person.Name] = Read(person, sink);
        return sink.HasErrors ? null : map;
    }

    private static Dictionary<string, string[]> Read(LocatedMember person, DiagnosticSink sink)
    {
        string[] known = ["aws", "entra", "gcp"];
        var clouds = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (person.Value.Kind != LocatedKind.Object)
            sink.WrongType(person.Value, $"`{PolicyDiagnostic.Quote(person.Name)}`", "a mapping with aws, entra, gcp");
        foreach (var cloud in person.Value.Members)
        {
            if (!known.Contains(cloud.Name))
                sink.UnknownField(cloud, "a person", known);
            var items = cloud.Value.Kind == LocatedKind.Array ? cloud.Value.Items : [cloud.Value];
            foreach (var item in items.Where(i => i.Kind != LocatedKind.Text))
                sink.WrongType(item, $"`{cloud.Name}`", "a string");
            clouds[cloud.Name] = [.. items.Select(i => i.Text).OfType<string>()];
        }
        return clouds;
    }

    /// <summary>Null when the file does not say.</summary>
    internal string[]? Find(string person, string cloud) => _people.GetValueOrDefault(person)?.GetValueOrDefault(cloud);
}
