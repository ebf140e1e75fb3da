using System.IO.Compression;
using System.Text;

namespace Nullius.Monitoring.Ingest.Files;

/// <summary>Which files a path stands for, and their bytes as UTF-8.</summary>
internal static class ActivityPaths
{
    private static readonly string[] s_suffixes = [".json", ".jsonl", ".ndjson", ".log", ".txt", ".json.gz", ".jsonl.gz", ".ndjson.gz", ".log.gz", ".txt.gz"];

    /// <summary>A file is itself; of a data folder, the trail's segments; of any other folder, what looks like logs, in order of name.</summary>
    internal static List<string> Expand(string path, Action<IngestNote> note)
    {
        if (path == "-" || File.Exists(path))
            return [path];
        if (!Directory.Exists(path))
        {
            note(new IngestNote(path, 0, "there is no such file or folder"));
            return [];
        }
        var trail = Path.Combine(path, "audit");
        var files = Directory.Exists(trail) && Segments(trail, SearchOption.AllDirectories) is { Count: > 0 } all ? all
            : File.Exists(Path.Combine(path, "heads.jsonl")) ? Segments(path, SearchOption.TopDirectoryOnly) : Logs(path);
        if (files.Count == 0)
            note(new IngestNote(path, 0, "no log is in the folder, expected files like *.json, *.jsonl or *.json.gz"));
        return files;
    }

    /// <summary>Opened, uncompressed, without a byte-order mark, UTF-16 with one converted.</summary>
    internal static Stream Open(string path)
    {
        Stream stream = path == "-" ? Console.OpenStandardInput() : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.SequentialScan);
        stream = new PeekedStream(stream);
        if (((PeekedStream)stream).Head is [0x1F, 0x8B, ..])
            stream = new PeekedStream(new GZipStream(stream, CompressionMode.Decompress));
        var peeked = (PeekedStream)stream;
        switch (peeked.Head)
        {
            case [0xEF, 0xBB, 0xBF, ..]:
                peeked.SkipHead();
                return peeked;
            case [0xFF, 0xFE, ..]:
                return Encoding.CreateTranscodingStream(Skipped(peeked, 2), Encoding.Unicode, new UTF8Encoding(false));
            case [0xFE, 0xFF, ..]:
                return Encoding.CreateTranscodingStream(Skipped(peeked, 2), Encoding.BigEndianUnicode, new UTF8Encoding(false));
            default:
                return peeked;
        }
    }

    private static PeekedStream Skipped(PeekedStream stream, int bytes)
    {
        stream.Skip(bytes);
        return stream;
    }

    private static List<string> Segments(string folder, SearchOption depth) =>
        [.. Directory.EnumerateFiles(folder, "*.jsonl", depth).Where(IsSegment).Order(StringComparer.Ordinal)];

    private static bool IsSegment(string file) => Path.GetFileNameWithoutExtension(file) is { Length: 8 } name && name.All(char.IsAsciiDigit);

    private static List<string> Logs(string folder)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Hidden };
        return [.. Directory.EnumerateFiles(folder, "*", options).Where(f => Array.Exists(s_suffixes, s => f.EndsWith(s, StringComparison.OrdinalIgnoreCase))).Order(StringComparer.Ordinal)];
    }
}

/// <summary>A stream whose first three bytes were looked at.</summary>
internal sealed class PeekedStream : Stream
{
    private readonly Stream _inner;
    private readonly byte[] _head = new byte[3];
    private int _at;

    internal PeekedStream(Stream inner)
    {
        _inner = inner;
        HeadLength = inner.ReadAtLeast(_head, 3, throwOnEndOfStream: false);
    }

    internal int HeadLength { get; }

    internal ReadOnlySpan<byte> Head => _head.AsSpan(0, HeadLength);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    internal void Skip(int bytes) => _at = bytes;

    internal void SkipHead() => _at = HeadLength;

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (_at >= HeadLength)
            return _inner.Read(buffer);
        var length = Math.Min(buffer.Length, HeadLength - _at);
        _head.AsSpan(_at, length).CopyTo(buffer);
        _at += length;
        return length;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _inner.Dispose();
        base.Dispose(disposing);
    }
}
