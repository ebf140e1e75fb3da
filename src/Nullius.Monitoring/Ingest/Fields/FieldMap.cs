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
        private Node[] _children = [];

        internal int Slot { get; set; } = -1;

        internal bool HasChildren => _children.Length > 0;

        internal Node Child(byte[] wanted)
        {
            if (Find(wanted) is { } known)
                return known;
            var child = new Node(wanted);
            _children = [.. _children, child];
            return child;
        }

        internal Node? Find(ReadOnlySpan<byte> wanted)
        {
            foreach (var child in _children)
            {
                if (child.Is(wanted))
                    return child;
            }
            return null;
        }

        private bool Is(ReadOnlySpan<byte> wanted) => name.Length == wanted.Length && wanted.SequenceEqual(name);
    }
}
