using System.Text;

namespace Nullius.EndToEnd.Harness;

/// <summary>
/// Header compression (RFC 7541) as far as a test needs it: writes literals without indexing or Huffman coding, so that any
/// name and value can be sent; reads indexed and literal fields with static and dynamic table, refusing Huffman coding.
/// </summary>
internal sealed class Hpack
{
    private static readonly (string Name, string Value)[] Static =
    [
        (":authority", ""), (":method", "GET"), (":method", "POST"), (":path", "/"), (":path", "/index.html"), (":scheme", "http"),
        (":scheme", "https"), (":status", "200"), (":status", "204"), (":status", "206"), (":status", "304"), (":status", "400"),
        (":status", "404"), (":status", "500"), ("accept-charset", ""), ("accept-encoding", "gzip, deflate"), ("accept-language", ""),
        ("accept-ranges", ""), ("accept", ""), ("access-control-allow-origin", ""), ("age", ""), ("allow", ""), ("authorization", ""),
        ("cache-control", ""), ("content-disposition", ""), ("content-encoding", ""), ("content-language", ""), ("content-length", ""),
        ("content-location", ""), ("content-range", ""), ("content-type", ""), ("cookie", ""), ("date", ""), ("etag", ""), ("expect", ""),
        ("expires", ""), ("from", ""), ("host", ""), ("if-match", ""), ("if-modified-since", ""), ("if-none-match", ""), ("if-range", ""),
        ("if-unmodified-since", ""), ("last-modified", ""), ("link", ""), ("location", ""), ("max-forwards", ""), ("proxy-authenticate", ""),
        ("proxy-authorization", ""), ("range", ""), ("referer", ""), ("refresh", ""), ("retry-after", ""), ("server", ""), ("set-cookie", ""),
        ("strict-transport-security", ""), ("transfer-encoding", ""), ("user-agent", ""), ("vary", ""), ("via", ""), ("www-authenticate", ""),
    ];

    private readonly List<(string Name, string Value)> _dynamic = [];

    public static byte[] Encode(IEnumerable<(string Name, string Value)> fields)
    {
        var block = new MemoryStream();
        foreach (var (name, value) in fields)
        {
            block.WriteByte(0);
            Write(block, name);
            Write(block, value);
        }

        return block.ToArray();
    }

    public IReadOnlyList<(string Name, string Value)> Decode(byte[] block)
    {
        var fields = new List<(string, string)>();
        var at = 0;
        while (at < block.Length)
        {
            var first = block[at];
            if ((first & 0x80) != 0)
            {
                fields.Add(Entry(Integer(block, ref at, 7)));
            }
            else if ((first & 0xe0) == 0x20)
            {
                Integer(block, ref at, 5);
            }
            else
            {
                var indexed = (first & 0x40) != 0;
                var index = Integer(block, ref at, indexed ? 6 : 4);
                var name = index == 0 ? String(block, ref at) : Entry(index).Name;
                var field = (name, String(block, ref at));
                if (indexed)
                    _dynamic.Insert(0, field);
                fields.Add(field);
            }
        }

        return fields;
    }

    private (string Name, string Value) Entry(int index) => index <= Static.Length ? Static[index - 1] : _dynamic[index - Static.Length - 1];

    private static void Write(MemoryStream block, string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        WriteInteger(block, bytes.Length, 7);
        block.Write(bytes);
    }

    private static void WriteInteger(MemoryStream block, int value, int bits)
    {
        var limit = (1 << bits) - 1;
        if (value < limit)
        {
            block.WriteByte((byte)value);
            return;
        }

        block.WriteByte((byte)limit);
        for (value -= limit; value >= 128; value >>= 7)
            block.WriteByte((byte)(value | 0x80));
        block.WriteByte((byte)value);
    }

    private static int Integer(byte[] block, ref int at, int bits)
    {
        var limit = (1 << bits) - 1;
        var value = block[at++] & limit;
        if (value < limit)
            return value;
        for (var shift = 0; ; shift += 7)
        {
            var next = block[at++];
            value += (next & 0x7f) << shift;
            if ((next & 0x80) == 0)
                return value;
        }
    }

    private static string String(byte[] block, ref int at)
    {
        if ((block[at] & 0x80) != 0)
            throw new NotSupportedException("a Huffman-coded field: this reader takes plain ones");
        var length = Integer(block, ref at, 7);
        at += length;
        return Encoding.Latin1.GetString(block, at - length, length);
    }
}
