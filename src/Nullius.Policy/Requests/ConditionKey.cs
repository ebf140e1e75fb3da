using System.Collections.Concurrent;

namespace Nullius.Policy.Requests;

/// <summary>
/// A condition key, interned: one instance per name, names compared without case. <see cref="Index"/> is dense, so a
/// request keeps its values in an array. A tag key carries its suffix (<c>aws:PrincipalTag/Device</c>) as part of the name.
/// </summary>
/// <remarks>
/// A key lives while a policy, a producer or a request holds it; then its name is forgotten and its index used again, so that
/// a process that loads policies for years does not keep every name that any of them had.
/// </remarks>
public sealed class ConditionKey
{
    private static readonly ConcurrentDictionary<string, WeakReference<ConditionKey>> Known = new(StringComparer.OrdinalIgnoreCase);
    private static readonly Lock Changing = new();
    private static readonly SortedSet<int> s_free = [];
    private static int s_count;

    private readonly WeakReference<ConditionKey> _own;

    private ConditionKey(string name, int index)
    {
        Name = name;
        Index = index;
        _own = new WeakReference<ConditionKey>(this);
    }

    // INVARIANT: two keys that somebody holds never have the same index: it is given back here, when nobody holds the key any more.
    ~ConditionKey()
    {
        lock (Changing)
        {
            Known.TryRemove(new KeyValuePair<string, WeakReference<ConditionKey>>(Name, _own));
            s_free.Add(Index);
        }
    }

    public string Name { get; }

    internal int Index { get; }

    /// <summary>How many indexes are or were in use: values of a request need an array of at most so many.</summary>
    internal static int Count => Volatile.Read(ref s_count);

    /// <summary>The key of that name. INVARIANT: called with names that we or policies define, never with names from a request.</summary>
    public static ConditionKey Of(string name)
    {
        if (Find(name) is { } known)
            return known;
        lock (Changing)
        {
            if (Find(name) is { } made)
                return made;
            var key = new ConditionKey(name, NextIndex());
            // In place of one that nobody holds any more, if there is one: it then takes back its index alone.
            Known[name] = key._own;
            return key;
        }
    }

    /// <summary>The key of that name if any policy or producer has named it; a request may be asked with this.</summary>
    public static ConditionKey? Find(string name) => Known.TryGetValue(name, out var held) && held.TryGetTarget(out var key) ? key : null;

    public override string ToString() => Name;

    private static int NextIndex()
    {
        if (s_free.Count == 0)
            return s_count++;
        var index = s_free.Min;
        s_free.Remove(index);
        return index;
    }
}
