using System.Collections.Concurrent;

namespace Nullius.Policy.Requests;

/// <summary>
/// A condition key, interned: one instance per name, names compared without case. <see cref="Index"/> is dense, so a
/// request keeps its values in an array. A tag key carries its suffix (<c>aws:PrincipalTag/Device</c>) as part of the name.
/// </summary>
public sealed class ConditionKey
{
    private static readonly ConcurrentDictionary<string, ConditionKey> Known = new(StringComparer.OrdinalIgnoreCase);
    private static readonly Lock Growing = new();
    private static int s_count;

    private ConditionKey(string name, int index)
    {
        Name = name;
        Index = index;
    }

    public string Name { get; }

    internal int Index { get; }

    internal static int Count => Volatile.Read(ref s_count);

    /// <summary>The key of that name. INVARIANT: called at load or start-up with names we or policies define, never with names from a request, so the table is bounded.</summary>
    public static ConditionKey Of(string name)
    {
        if (Known.TryGetValue(name, out var key))
            return key;
        lock (Growing)
        {
            if (Known.TryGetValue(name, out key))
                return key;
            key = new ConditionKey(name, s_count);
            Known[name] = key;
            Volatile.Write(ref s_count, s_count + 1);
            return key;
        }
    }

    /// <summary>The key of that name if any policy or producer has named it; a request may be asked with this.</summary>
    public static ConditionKey? Find(string name) => Known.GetValueOrDefault(name);

    public override string ToString() => Name;
}
