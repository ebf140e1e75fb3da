using System.Text;
using System.Text.Json;

namespace Nullius.Monitoring.Ingest.Fields;

/// <summary>Where one wanted value stands in a record's bytes.</summary>
internal struct FieldSlot
{
    internal int Start;
    internal int Length;
    internal JsonTokenType Type;
    internal bool Escaped;
}

/// <summary>
/// The wanted members of a kind of record, found in one pass over its bytes: a tree of names with a slot at each leaf. Path
/// segments are separated by <c>&gt;</c>, since names themselves hold dots and slashes.
/// </summary>
internal sealed class FieldMap
{
    private readonly Node _root = new([]);

    internal FieldMap(params string[] paths)
    {
        Count = paths.Length;
        for (var slot = 0; slot < paths.Length; slot++)
        {
            var node = _root;
            foreach (var name in paths[slot].Split('>'))
                node = node.Child(Encoding.UTF8.GetBytes(name));
            node.Slot = slot;
        }
    }

    internal int Count { get; }

    /// <summary>Fills the slots from the object on which the reader stands; slots of what is missing keep length 0.</summary>
    /// <param name="offset">Of the reader's first byte in the record, so that slots count from the record's beginning.</param>
    internal void Read(ref Utf8JsonReader reader, int offset, FieldSlot[] slots)
    {
        Array.Clear(slots, 0, Count);
        ReadObject(ref reader, _root, offset, slots);
    }

    private static void ReadObject(ref Utf8JsonReader reader, Node node, int offset, FieldSlot[] slots)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var child = node.Find(reader.ValueSpan);
            reader.Read();
            if (child is null)
                reader.Skip();
            else if (reader.TokenType == JsonTokenType.StartObject && child.HasChildren)
                Descend(ref reader, child, offset, slots);
            else if (child.Slot >= 0)
                Capture(ref reader, offset, ref slots[child.Slot]);
            else
                reader.Skip();
        }
    }

    /// <summary>An object may be wanted itself, beside members of it.</summary>
    private static void Descend(ref Utf8JsonReader reader, Node node, int offset, FieldSlot[] slots)
    {
        var start = (int)reader.TokenStartIndex;
        ReadObject(ref reader, node, offset, slots);
        if (node.Slot < 0)
            return;
        ref var slot = ref slots[node.Slot];
        (slot.Type, slot.Escaped, slot.Start, slot.Length) = (JsonTokenType.StartObject, false, offset + start, (int)reader.BytesConsumed - start);
    }

    private static void Capture(ref Utf8JsonReader reader, int offset, ref FieldSlot slot)
    {
        slot.Type = reader.TokenType;
        var start = (int)reader.TokenStartIndex;
        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            slot.Escaped = false;
            reader.Skip();
            slot.Start = offset + start;
            slot.Length = (int)reader.BytesConsumed - start;
            return;
        }
        var quoted = reader.TokenType == JsonTokenType.String ? 1 : 0;
        slot.Escaped = quoted == 1 && reader.ValueIsEscaped;
        slot.Start = offset + start + quoted;
        slot.Length = reader.ValueSpan.Length;
    }

    private sealed class Node(byte[] name)
    {
        // INVARIANT: at most half full; most names of a record are wanted by nobody, and one look tells.
        private Node?[] _table = new Node?[Least];
        private int _count;

        private const int Least = 8;

        private byte[] Name { get; } = name;

        internal int Slot { get; set; } = -1;

        internal bool HasChildren => _count > 0;

        internal Node Child(byte[] wanted)
        {
            if (Find(wanted) is { } there)
                return there;
            var child = new Node(wanted);
            if (++_count * 4 > _table.Length)
            {
                var old = _table;
                _table = new Node?[old.Length * 2];
                foreach (var known in old.OfType<Node>())
                    Place(known);
            }
            Place(child);
            return child;
        }

        private void Place(Node child)
        {
            var at = Bucket(child.Name);
            while (_table[at] is not null)
                at = (at + 1) & (_table.Length - 1);
            _table[at] = child;
        }

        private int Bucket(ReadOnlySpan<byte> wanted) =>
            wanted.IsEmpty ? 0 : (wanted.Length * 31 + wanted[0] * 7 + wanted[^1] * 13 + wanted[wanted.Length / 2]) & (_table.Length - 1);

        internal Node? Find(ReadOnlySpan<byte> wanted)
        {
            for (var at = Bucket(wanted); _table[at] is { } child; at = (at + 1) & (_table.Length - 1))
            {
                if (wanted.SequenceEqual(child.Name))
                    return child;
            }
            return null;
        }
    }
}
