using System.Net;
using System.Numerics;

namespace Nullius.Policy.Requests;

/// <summary>Whether a key has a value (law 1): absent is a fact, unknown is the lack of one.</summary>
public enum Presence : byte
{
    Absent,
    Present,
    Unknown,
}

/// <summary>
/// The condition keys of one request. Reusable and pooled by its owner; not thread-safe. Setting a key that already has
/// a value replaces it. Typed setters keep numbers, dates and addresses unformatted, so that deciding allocates nothing.
/// </summary>
public sealed class RequestContext
{
    private ContextValue[] _values = new ContextValue[64];

    // INVARIANT: holds the key of every value that is set, so that its index stays its own meanwhile.
    private ConditionKey[] _set = new ConditionKey[16];
    private int _setCount;

    // A bit for every 64th key: one that is not there is known without looking.
    private ulong _some;

    public void Clear()
    {
        _some = 0;
        for (var i = 0; i < _setCount; i++)
            _values[_set[i].Index] = default;
        Array.Clear(_set, 0, _setCount);
        _setCount = 0;
    }

    public void Set(ConditionKey key, string value) => Slot(key) = ContextValue.Of(value);

    public void Set(ConditionKey key, bool value) => Slot(key) = ContextValue.Of(value);

    public void Set(ConditionKey key, long value) => Slot(key) = ContextValue.Of(value);

    public void Set(ConditionKey key, DateTimeOffset value) => Slot(key) = ContextValue.Of(value);

    public void Set(ConditionKey key, IPAddress value) => Slot(key) = ContextValue.Of(value);

    /// <summary>A multivalued key. The list is kept, not copied. An empty list is present and empty.</summary>
    public void Set(ConditionKey key, IReadOnlyList<string> values) => Slot(key) = ContextValue.Of(values);

    /// <summary>The value exists but could not be established: satisfies no allow and applies every deny that reads it.</summary>
    public void SetUnknown(ConditionKey key) => Slot(key) = ContextValue.Unknown;

    /// <summary>The value of a key as text, for people; the values of a multivalued key one by one.</summary>
    public (Presence Presence, IReadOnlyList<string> Values) Describe(ConditionKey key)
    {
        var value = Get(key);
        return (value.Presence, value.Presence == Presence.Present ? value.Texts() : []);
    }

    internal ref readonly ContextValue Get(ConditionKey key)
    {
        if ((_some >> (key.Index & 63) & 1) != 0 && key.Index < _values.Length)
            return ref _values[key.Index];
        return ref ContextValue.AbsentValue;
    }

    private ref ContextValue Slot(ConditionKey key)
    {
        if (key.Index >= _values.Length)
            Array.Resize(ref _values, (int)BitOperations.RoundUpToPowerOf2((uint)key.Index + 1));
        ref var slot = ref _values[key.Index];
        if (slot.Presence == Presence.Absent)
        {
            if (_setCount == _set.Length)
                Array.Resize(ref _set, _set.Length * 2);
            _set[_setCount++] = key;
            _some |= 1UL << (key.Index & 63);
        }
        return ref slot;
    }
}
