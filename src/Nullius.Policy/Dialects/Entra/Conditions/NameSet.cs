namespace Nullius.Policy.Dialects.Entra.Conditions;

/// <summary>Ids as Graph lists them, compared without case.</summary>
internal sealed class NameSet
{
    internal static readonly NameSet Empty = new([]);

    private readonly HashSet<string> _names;

    internal NameSet(IEnumerable<string> names)
    {
        _names = new HashSet<string>(names, StringComparer.OrdinalIgnoreCase);
        HasAll = _names.Contains("All");
    }

    internal bool HasAll { get; }

    internal int Count => _names.Count;

    /// <summary>Whether it holds that name alone: Graph writes <c>None</c> for nobody and nothing.</summary>
    internal bool IsOnly(string name) => _names.Count == 1 && _names.Contains(name);

    internal bool IsEmpty => _names.Count == 0;

    internal IEnumerable<string> Names => _names.Order(StringComparer.OrdinalIgnoreCase);

    internal bool Contains(string name) => _names.Contains(name);

    internal bool ContainsAny(IReadOnlyList<string> names)
    {
        if (_names.Count == 0)
            return false;
        for (var i = 0; i < names.Count; i++)
        {
            if (_names.Contains(names[i]))
                return true;
        }
        return false;
    }
}
