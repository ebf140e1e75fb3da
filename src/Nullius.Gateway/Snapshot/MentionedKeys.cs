using System.Collections.Frozen;
using System.Text.Json;
using Nullius.Policy.Documents;
using Nullius.Policy.Requests;

namespace Nullius.Gateway.Snapshot;

/// <summary>The <c>nullius:Query/…</c> and <c>nullius:Header/…</c> keys that policies read, by the name that a request carries.</summary>
internal sealed class MentionedKeys
{
    private const string QueryPrefix = "nullius:Query/";
    private const string HeaderPrefix = "nullius:Header/";
    private const int MostConditions = 200;

    private MentionedKeys(IReadOnlyCollection<string> names)
    {
        Conditions = [.. names.Order(StringComparer.OrdinalIgnoreCase).DistinctBy(name => name.ToUpperInvariant()).Take(MostConditions)];
        Clock = names.Any(name => name.Equals("nullius:Hour", StringComparison.OrdinalIgnoreCase) || name.Equals("nullius:Weekday", StringComparison.OrdinalIgnoreCase));
        Query = Table(names, QueryPrefix, StringComparer.Ordinal);
        Headers = [.. Table(names, HeaderPrefix, StringComparer.OrdinalIgnoreCase).Select(pair => (pair.Key, pair.Value))];
    }

    /// <summary>Names of the keys that some condition or policy variable reads; the first 200.</summary>
    public IReadOnlyList<string> Conditions { get; }

    /// <summary>Hour or weekday: such a decision may change with the hour.</summary>
    public bool Clock { get; }

    /// <summary>By the parameter's name, which is case-sensitive on the wire.</summary>
    public FrozenDictionary<string, ConditionKey> Query { get; }

    public (string Name, ConditionKey Key)[] Headers { get; }

    /// <param name="documents">The names of each document, as <see cref="NamesIn"/> found them.</param>
    public static MentionedKeys Of(IEnumerable<IReadOnlyCollection<string>> documents)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var document in documents)
            names.UnionWith(document);
        return new MentionedKeys(names);
    }

    /// <summary>Finds the names in a policy document that was loaded: as keys of conditions and in policy variables.</summary>
    public static IReadOnlyCollection<string> NamesIn(ReadOnlySpan<byte> document)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        PolicyText.TryReadJson(document, "", [], out var json);
        Collect(JsonElement.Parse(json), names);
        return names;
    }

    /// <summary>True for a spelling with an underscore or the like of a header that some policy reads: servers disagree on whether both are one.</summary>
    public bool IsCollision(string name)
    {
        if (Headers.Length == 0 || !Reception.ReservedHeaders.IsFoldable(name))
            return false;
        var folded = Reception.ReservedHeaders.Folded(name);
        foreach (var (header, _) in Headers)
        {
            if (string.Equals(Reception.ReservedHeaders.Folded(header), folded, StringComparison.OrdinalIgnoreCase) && !string.Equals(header, name, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    private static FrozenDictionary<string, ConditionKey> Table(IEnumerable<string> names, string prefix, StringComparer comparer) =>
        names.Where(name => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            .DistinctBy(name => name[prefix.Length..], comparer)
            .ToFrozenDictionary(name => name[prefix.Length..], ConditionKey.Of, comparer);

    private static void Collect(JsonElement element, HashSet<string> names)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    Take(member.Name, names);
                    if (member.NameEquals("Condition") && member.Value.ValueKind == JsonValueKind.Object)
                        names.UnionWith(member.Value.EnumerateObject().Where(test => test.Value.ValueKind == JsonValueKind.Object).SelectMany(test => test.Value.EnumerateObject()).Select(key => key.Name));
                    Collect(member.Value, names);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                    Collect(item, names);
                break;
            case JsonValueKind.String:
                Take(element.GetString()!, names);
                break;
            default:
                break;
        }
    }

    private static void Take(string text, HashSet<string> names)
    {
        for (var at = text.IndexOf("${", StringComparison.Ordinal); at >= 0; at = text.IndexOf("${", at + 2, StringComparison.Ordinal))
        {
            var length = text.AsSpan(at + 2).IndexOfAny(',', '}');
            if (length > 2 && text.AsSpan(at + 2, length).Contains(':'))
                names.Add(text.Substring(at + 2, length).Trim());
        }

        foreach (var prefix in (ReadOnlySpan<string>)[QueryPrefix, HeaderPrefix, "nullius:Hour", "nullius:Weekday"])
        {
            for (var at = text.IndexOf(prefix, StringComparison.OrdinalIgnoreCase); at >= 0; at = text.IndexOf(prefix, at + 1, StringComparison.OrdinalIgnoreCase))
            {
                var end = text.AsSpan(at).IndexOfAny(',', '}');
                names.Add(end < 0 ? text[at..] : text.Substring(at, end));
            }
        }
    }
}
