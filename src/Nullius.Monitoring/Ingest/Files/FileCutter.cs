using System.Buffers;
using System.Text.Json;

namespace Nullius.Monitoring.Ingest.Files;

/// <summary>Cuts a stream into batches: at line ends where a record is a line, else along the structure of the JSON.</summary>
internal sealed class FileCutter(string file, Action<RecordBatch> emit, Action<IngestNote> note)
{
    private const int BlockBytes = 1024 * 1024;
    private const int BatchBytes = 256 * 1024;
    private const int LinesLookedAt = 20;
    private const int BytesLookedAt = 64 * 1024;

    internal void Cut(Stream stream, CancellationToken cancellation)
    {
        var block = ArrayPool<byte>.Shared.Rent(BlockBytes * 2);
        var filled = Fill(stream, block, 0, BlockBytes);
        if (IsLines(block.AsSpan(0, filled)))
            CutLines(stream, block, filled, cancellation);
        else
            CutStructure(stream, block, filled, cancellation);
    }

    /// <summary>True when one of the first lines is a whole record by itself; wrappers are not, and a line within a value is none.</summary>
    private static bool IsLines(ReadOnlySpan<byte> block)
    {
        if (BeginsOverLines(block))
            return false;
        for (var looked = 0; looked < LinesLookedAt && !block.IsEmpty; looked++)
        {
            var end = block.IndexOf((byte)'\n');
            var line = (end < 0 ? block : block[..end]).Trim(" \t\r"u8);
            if (line is [(byte)'{', .., (byte)'}'] && IsRecord(line))
                return true;
            if (end < 0)
                return false;
            block = block[(end + 1)..];
        }
        return false;
    }

    /// <summary>True when the block is the beginning of well-formed JSON whose first value goes over the end of its line.</summary>
    private static bool BeginsOverLines(ReadOnlySpan<byte> block)
    {
        block = block[..Math.Min(block.Length, BytesLookedAt)].TrimStart(" \t\r\n"u8);
        var end = block.IndexOf((byte)'\n');
        if (end < 0)
            return false;
        try
        {
            var reader = new Utf8JsonReader(block, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = 256 }));
            while (reader.Read())
            {
                if (reader.CurrentDepth == 0 && reader.TokenType is (JsonTokenType.EndObject or JsonTokenType.EndArray))
                    return reader.BytesConsumed > end;
            }
            return true;
        }
        catch (JsonException)
        {
            // A line that is cut short, or what follows the first value: each line is judged by itself.
            return false;
        }
    }

    private static bool IsRecord(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            reader.Read();
            var members = 0;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                members++;
                reader.Read();
                // A wrapper with one list is cut along its structure; among other members a list is a record's own.
                if (members == 1 && reader.TokenType == JsonTokenType.StartArray)
                {
                    reader.Skip();
                    return reader.Read() && reader.TokenType != JsonTokenType.EndObject;
                }
                reader.Skip();
            }
            return members > 0;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private void CutLines(Stream stream, byte[] block, int filled, CancellationToken cancellation)
    {
        var line = 1L;
        while (filled > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            var last = block.AsSpan(0, filled).LastIndexOf((byte)'\n');
            if (last < 0 && filled > RecordSplitter.LongestRecord)
            {
                note(new IngestNote(file, line, $"the line has more than {RecordSplitter.LongestRecord} bytes and is left out"));
                (filled, var more) = SkipLine(stream, block);
                line++;
                if (!more)
                    break;
                continue;
            }
            var before = filled;
            if (last < 0)
            {
                filled = Fill(stream, block, filled, BlockBytes * 2);
                if (filled > before)
                    continue;
                emit(new RecordBatch(file, block, filled, line, null));
                return;
            }
            var next = ArrayPool<byte>.Shared.Rent(BlockBytes * 2);
            var rest = filled - last - 1;
            block.AsSpan(last + 1, rest).CopyTo(next);
            var lines = block.AsSpan(0, last + 1).Count((byte)'\n');
            emit(new RecordBatch(file, block, last, line, null));
            line += lines;
            block = next;
            filled = Fill(stream, block, rest, Math.Max(BlockBytes, rest));
            if (filled == rest && rest == 0)
                break;
            if (filled == rest)
                filled = Fill(stream, block, rest, BlockBytes * 2);
        }
        ArrayPool<byte>.Shared.Return(block);
    }

    /// <summary>Passes over the rest of a line; what follows it stands at the block's beginning.</summary>
    private static (int Filled, bool More) SkipLine(Stream stream, byte[] block)
    {
        while (true)
        {
            var read = stream.Read(block.AsSpan(0, BlockBytes));
            if (read == 0)
                return (0, false);
            var end = block.AsSpan(0, read).IndexOf((byte)'\n');
            if (end < 0)
                continue;
            var rest = read - end - 1;
            block.AsSpan(end + 1, rest).CopyTo(block);
            var filled = Fill(stream, block, rest, BlockBytes);
            return (filled, filled > 0);
        }
    }

    private static int Fill(Stream stream, byte[] block, int from, int upTo)
    {
        while (from < upTo)
        {
            var read = stream.Read(block.AsSpan(from, upTo - from));
            if (read == 0)
                break;
            from += read;
        }
        return from;
    }

    private void CutStructure(Stream stream, byte[] block, int filled, CancellationToken cancellation)
    {
        var batch = new Batching(file, emit);
        var splitter = new RecordSplitter(batch.Add, (line, message) => note(new IngestNote(file, line, message)));
        while (filled > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            splitter.Write(block.AsSpan(0, filled));
            filled = Fill(stream, block, 0, BlockBytes);
        }
        splitter.Complete();
        batch.Flush();
        ArrayPool<byte>.Shared.Return(block);
    }

    private sealed class Batching(string file, Action<RecordBatch> emit)
    {
        private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BatchBytes);
        private List<RecordSpan> _records = [];
        private int _length;

        internal void Add(ReadOnlySpan<byte> record, long line)
        {
            if (_length + record.Length > _buffer.Length)
            {
                Flush();
                if (record.Length > _buffer.Length)
                    _buffer = ArrayPool<byte>.Shared.Rent(record.Length);
            }
            record.CopyTo(_buffer.AsSpan(_length));
            _records.Add(new RecordSpan(_length, record.Length, line));
            _length += record.Length;
        }

        internal void Flush()
        {
            if (_records.Count > 0)
                emit(new RecordBatch(file, _buffer, _length, 1, _records));
            _buffer = ArrayPool<byte>.Shared.Rent(BatchBytes);
            _records = [];
            _length = 0;
        }
    }
}
