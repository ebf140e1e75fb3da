using System.Text;

namespace Nullius.Monitoring.Ingest.Fields;

/// <summary>
/// Values by their bytes, made once: records repeat their principals, actions, resources and circumstances. Bounded: when it
/// is full, what is new is made each time. Not thread-safe.
/// </summary>
internal sealed class BytesCache<T>(int most)
    where T : class
{
    // INVARIANT: a power of two, at most half full, so that a probe ends.
    private Entry[] _entries = new Entry[1024];
    private int _count;

    internal bool TryGet(ReadOnlySpan<byte> key, out int hash, out T? value)
    {
        // Seeded per process: nobody who writes log lines can choose names that collide.
        var code = default(HashCode);
        code.AddBytes(key);
        hash = code.ToHashCode();
        for (var i = hash & (_entries.Length - 1); _entries[i].Value is { } candidate; i = (i + 1) & (_entries.Length - 1))
        {
            if (_entries[i].Hash == hash && key.SequenceEqual(_entries[i].Key))
            {
                value = candidate;
                return true;
            }
        }
        value = null;
        return false;
    }

    internal void Add(ReadOnlySpan<byte> key, int hash, T value)
    {
        if (_count >= most)
            return;
        if (_count * 2 >= _entries.Length)
            Grow();
        Place(new Entry(hash, key.ToArray(), value));
        _count++;
    }

    private void Grow()
    {
        var old = _entries;
        _entries = new Entry[old.Length * 2];
        foreach (var entry in old)
        {
            if (entry.Value is not null)
                Place(entry);
        }
    }

    private void Place(Entry entry)
    {
        var i = entry.Hash & (_entries.Length - 1);
        while (_entries[i].Value is not null)
            i = (i + 1) & (_entries.Length - 1);
        _entries[i] = entry;
    }

    private readonly record struct Entry(int Hash, byte[] Key, T? Value);
}

/// <summary>Strings by their UTF-8 bytes, each made once. Not thread-safe.</summary>
internal sealed class TextPool
{
    private const int Most = 500_000;
    private const int LongestKept = 2048;

    private readonly BytesCache<string> _texts = new(Most);

    internal string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
            return "";
        if (utf8.Length > LongestKept)
            return Encoding.UTF8.GetString(utf8);
        if (_texts.TryGet(utf8, out var hash, out var known))
            return known!;
        var text = Encoding.UTF8.GetString(utf8);
        _texts.Add(utf8, hash, text);
        return text;
    }

    /// <summary>The one string that equals this one.</summary>
    internal string Get(string text)
    {
        Span<byte> bytes = stackalloc byte[512];
        return Encoding.UTF8.TryGetBytes(text, bytes, out var written) ? Get(bytes[..written]) : text;
    }
}
