namespace Nullius.Policy.Cel.Values;

/// <summary>A map: keys in the order in which they were written, so that results are the same every time.</summary>
internal sealed class CelMap
{
    private readonly Dictionary<CelValue, CelValue> _entries;
    private readonly List<CelValue> _keys;

    internal CelMap(int capacity)
    {
        _entries = new Dictionary<CelValue, CelValue>(capacity, CelEquality.Keys);
        _keys = new List<CelValue>(capacity);
    }

    internal IReadOnlyList<CelValue> Keys => _keys;

    internal int Count => _keys.Count;

    /// <summary>Booleans, integers and strings (specification: maps).</summary>
    internal static bool IsKey(CelKind kind) => kind is CelKind.Bool or CelKind.Int or CelKind.Uint or CelKind.String;

    /// <summary>False when an equal key is there already.</summary>
    internal bool TryAdd(in CelValue key, in CelValue value)
    {
        if (!_entries.TryAdd(key, value))
            return false;
        _keys.Add(key);
        return true;
    }

    /// <summary>Numbers find keys of other numeric types that are equal.</summary>
    internal bool TryGet(in CelValue key, out CelValue value) => _entries.TryGetValue(key, out value);

    internal bool TryGet(string key, out CelValue value) => _entries.TryGetValue(CelValue.Of(key), out value);

    internal CelValue this[in CelValue key] => _entries[key];

    internal bool IsEqualTo(CelMap other)
    {
        if (Count != other.Count)
            return false;
        foreach (var key in _keys)
        {
            if (!other.TryGet(key, out var value) || !CelEquality.AreEqual(_entries[key], value))
                return false;
        }
        return true;
    }
}
