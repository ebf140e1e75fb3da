using System.Text;
using System.Text.Json;
using Nullius.Server.Api.Decisions;
using Nullius.State;

namespace Nullius.Server.Api.Views;

/// <summary>What the trail has about one request.</summary>
internal sealed record WrittenRecords(JsonElement? Decision, long? Sequence, string? Resource, DecisionCompletion? Completion)
{
    public static WrittenRecords None { get; } = new(null, null, null, null);
}

/// <summary>
/// Finds the records of a recent request in the trail's files. Bounded: the newest segments, from their end. The records are
/// shown, not verified: that is the verifier's work.
/// </summary>
internal sealed class AuditRecords(DataDirectory data)
{
    private const int MostBytes = 32 * 1024 * 1024;
    private const int NewestSegments = 2;
    private const int MostLine = 256 * 1024;

    public Task<WrittenRecords> FindAsync(string reference, CancellationToken cancellation) =>
        Task.Run(() => Find(data.Audit, reference), cancellation);

    internal static WrittenRecords Find(string folder, string reference)
    {
        if (reference.Length is 0 or > 100 || !reference.All(char.IsAsciiLetterOrDigit) || !Directory.Exists(folder))
            return WrittenRecords.None;
        var needle = Encoding.ASCII.GetBytes($"\"uid\":\"{reference}\"");
        var found = WrittenRecords.None;
        var segments = Directory.EnumerateFiles(folder, "*.jsonl", SearchOption.AllDirectories)
            .Where(path => Path.GetFileNameWithoutExtension(path).All(char.IsAsciiDigit)).OrderDescending(StringComparer.Ordinal).Take(NewestSegments);
        foreach (var segment in segments)
        {
            foreach (var line in Lines(Tail(segment), needle))
                found = Merge(found, line, reference);
        }

        return found;
    }

    private static byte[] Tail(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var length = (int)Math.Min(file.Length, MostBytes);
        var bytes = new byte[length];
        file.Seek(-length, SeekOrigin.End);
        var read = file.ReadAtLeast(bytes, length, throwOnEndOfStream: false);
        return read == length ? bytes : bytes[..read];
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Lines(ReadOnlyMemory<byte> text, byte[] needle)
    {
        for (var at = text.Span.IndexOf(needle); at >= 0;)
        {
            var start = text.Span[..at].LastIndexOf((byte)'\n') + 1;
            var length = text.Span[start..].IndexOf((byte)'\n');
            // A line without its end is being written: it is not a record yet.
            if (length < 0)
                yield break;
            if (length <= MostLine)
                yield return text.Slice(start, length);
            var next = text.Span[(start + length)..].IndexOf(needle);
            at = next < 0 ? -1 : start + length + next;
        }
    }

    private static WrittenRecords Merge(WrittenRecords found, ReadOnlyMemory<byte> line, string reference)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            if (root.GetProperty("metadata").GetProperty("uid").GetString() != reference || !root.TryGetProperty("nullius", out var own))
                return found;
            return own.GetProperty("stage").GetString() switch
            {
                "decision" => found with { Decision = root.Clone(), Sequence = root.GetProperty("audit").GetProperty("seq").GetInt64(), Resource = Resource(root) },
                "completion" => found with { Completion = Completion(root, own) },
                _ => found,
            };
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // An altered or foreign line: the verifier speaks of it, this page shows what it can.
            return found;
        }
    }

    private static string? Resource(JsonElement root) =>
        root.TryGetProperty("resources", out var resources) && resources.GetArrayLength() > 0 ? resources[0].GetProperty("name").GetString() : null;

    private static DecisionCompletion Completion(JsonElement root, JsonElement own) => new(
        root.GetProperty("http_response").GetProperty("code").GetInt32(), root.GetProperty("http_response").GetProperty("length").GetInt64(),
        root.GetProperty("duration").GetDouble(), own.TryGetProperty("closed", out var closed) ? closed.GetString() : null);
}
