using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Nullius.Audit.Chain;

namespace Nullius.Audit.Heads;

/// <summary>
/// What a node says its trail is at one moment: so many lines, the last of which has this hash and ends there. A line of
/// <c>heads.jsonl</c> is this object with <c>sig</c> as its last member; what is signed are the exact bytes before
/// <c>,"sig":</c>. Heads form a chain of their own, so that one cannot be taken out of the middle.
/// </summary>
internal sealed record SignedHead(string Node, long Size, int Segment, long EndOffset, Digest Last, long At, Digest Previous, string KeyId)
{
    /// <summary>How lines are hashed and what a head holds; another version's trail is another trail.</summary>
    private const int Version = 3;

    /// <summary>The Merkle tree hash (RFC 9162) of all lines; null in a tip.</summary>
    public Digest? Root { get; init; }

    /// <summary>True for the statement in the tip file, which is no member of the chain of heads.</summary>
    public bool IsTip { get; init; }

    /// <summary>Id of the key that signs from here on, where this head ends the time of its own.</summary>
    public string? NextKeyId { get; init; }

    private static ReadOnlySpan<byte> Signature => ",\"sig\":\""u8;

    private static ReadOnlySpan<byte> End => "\"}"u8;

    public static byte[] Line(SignedHead head, AuditSigningKey key)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteNumber("v", Version);
            if (head.IsTip)
                json.WriteBoolean("tip", true);
            json.WriteString("node", head.Node);
            json.WriteNumber("size", head.Size);
            json.WriteNumber("segment", head.Segment);
            json.WriteNumber("end", head.EndOffset);
            json.WriteString("last", head.Last.ToString());
            if (head.Root is { } root)
                json.WriteString("root", root.ToString());
            json.WriteNumber("at", head.At);
            json.WriteString("prev", head.Previous.ToString());
            if (head.NextKeyId is { } next)
                json.WriteString("next", next);
            json.WriteString("kid", head.KeyId);
            json.WriteEndObject();
        }

        var signed = text.ToArray().AsSpan(0, (int)text.Length - 1);
        return [.. signed, .. Signature, .. Encoding.ASCII.GetBytes(Base64Url.EncodeToString(key.Sign(signed))), .. End];
    }

    /// <summary>True for the line of a head whose trail hashes its lines in another way: nothing can be said of them here.</summary>
    public static bool IsOfAnotherVersion(ReadOnlySpan<byte> line) =>
        line.StartsWith("{\"v\":"u8) && Utf8Parser.TryParse(line[5..], out int version, out _) && version != Version;

    /// <summary>Reads a line without its line feed; null when it is not a head or its signature does not verify.</summary>
    public static SignedHead? TryRead(ReadOnlySpan<byte> line, PublicKeys keys, out string problem)
    {
        problem = "is not a head";
        var mark = line.LastIndexOf(Signature);
        if (mark < 0 || !line.EndsWith(End))
            return null;
        var encoded = line[(mark + Signature.Length)..^End.Length];
        if (!Base64Url.IsValid(encoded, out var length) || length != 64)
            return null;
        Span<byte> signature = stackalloc byte[64];
        Base64Url.DecodeFromUtf8(encoded, signature);
        // Base64 has spare bits: only the canonical spelling is the line that was written.
        if (!Encoding.ASCII.GetBytes(Base64Url.EncodeToString(signature)).AsSpan().SequenceEqual(encoded))
            return null;
        var head = Parse(line[..mark], ref problem);
        if (head is null)
            return null;
        problem = keys.KeyIds.Contains(head.KeyId) ? "has a signature that does not verify" : $"is signed by key `{head.KeyId}`, which is not published";
        return keys.Verify(head.KeyId, line[..mark], signature) ? head : null;
    }

    private static SignedHead? Parse(ReadOnlySpan<byte> signed, ref string problem)
    {
        try
        {
            using var document = JsonDocument.Parse((byte[])[.. signed, (byte)'}']);
            var root = document.RootElement;
            if (root.GetProperty("v").GetInt32() is var version and not Version)
            {
                problem = $"is of version {version}, expected {Version}: another version of Nullius wrote the trail, and reads it";
                return null;
            }

            if (TryHash(root, "last") is not { } last || TryHash(root, "prev") is not { } previous)
                return null;
            var head = new SignedHead(
                root.GetProperty("node").GetString() ?? "",
                root.GetProperty("size").GetInt64(),
                root.GetProperty("segment").GetInt32(),
                root.GetProperty("end").GetInt64(),
                last,
                root.GetProperty("at").GetInt64(),
                previous,
                root.GetProperty("kid").GetString() ?? "")
            {
                Root = TryHash(root, "root"),
                IsTip = root.TryGetProperty("tip", out var tip) && tip.GetBoolean(),
                NextKeyId = root.TryGetProperty("next", out var next) ? next.GetString() : null,
            };
            return head.IsTip == head.Root is null ? head : null;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }

    private static Digest? TryHash(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && Digest.TryParse(Encoding.ASCII.GetBytes(value.GetString() ?? ""), out var hash) ? hash : null;
}
