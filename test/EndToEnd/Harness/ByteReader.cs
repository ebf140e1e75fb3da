using System.Globalization;
using System.Text;

namespace Nullius.EndToEnd.Harness;

/// <summary>Reads an HTTP/1.1 stream piece by piece and keeps what it has read too much.</summary>
internal sealed class ByteReader(Stream stream, CancellationToken cancellation)
{
    private byte[] _buffer = new byte[16 << 10];
    private int _start, _end;

    /// <summary>Everything up to and with <paramref name="mark"/>; null when the stream ended before its first byte.</summary>
    public async Task<byte[]?> ReadThroughAsync(byte[] mark, int most)
    {
        var searched = 0;
        while (true)
        {
            var found = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf(mark);
            if (found >= 0)
                return Take(searched + found + mark.Length);
            searched = Math.Max(0, _end - _start - mark.Length + 1);
            if (_end - _start > most)
                throw new InvalidDataException($"more than {most} bytes without a terminator");
            if (!await FillAsync())
                return _end == _start ? null : throw new IOException($"the stream ended within a line: `{Encoding.Latin1.GetString(_buffer, _start, Math.Min(200, _end - _start))}`");
        }
    }

    public async Task<byte[]> ReadExactlyAsync(int count)
    {
        while (_end - _start < count)
        {
            if (!await FillAsync())
                throw new IOException($"the stream ended {count - (_end - _start)} bytes early");
        }

        return Take(count);
    }

    public async Task<byte[]> ReadToEndAsync()
    {
        while (await FillAsync())
        {
        }

        return Take(_end - _start);
    }

    /// <summary>What is there now, or the next bytes to arrive; empty at the end of the stream.</summary>
    public async Task<byte[]> ReadSomeAsync()
    {
        if (_start == _end)
            await FillAsync();
        return Take(_end - _start);
    }

    public async Task<byte[]> ReadChunkedAsync()
    {
        var body = new MemoryStream();
        while (true)
        {
            var line = Encoding.Latin1.GetString(await ReadThroughAsync("\r\n"u8.ToArray(), 4096) ?? throw new IOException("the stream ended before a chunk"));
            var size = int.Parse(line.AsSpan(0, line.AsSpan().IndexOfAny(";\r")).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (size == 0)
                break;
            body.Write(await ReadExactlyAsync(size));
            await ReadExactlyAsync(2);
        }

        while (await ReadThroughAsync("\r\n"u8.ToArray(), 64 << 10) is { Length: > 2 })
        {
        }

        return body.ToArray();
    }

    private byte[] Take(int count)
    {
        var taken = _buffer[_start..(_start + count)];
        _start += count;
        return taken;
    }

    private async Task<bool> FillAsync()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);
        var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellation);
        _end += read;
        return read > 0;
    }
}
