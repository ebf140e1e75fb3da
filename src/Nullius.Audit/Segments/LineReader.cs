using Microsoft.Win32.SafeHandles;

namespace Nullius.Audit.Segments;

/// <summary>
/// Reads the lines of one file forward from an offset, in bounded memory. What follows the last line feed is not a line
/// but the tail: <see cref="TailLength"/>.
/// </summary>
internal sealed class LineReader : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly int _mostBytes;
    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;
    private long _fileOffset;
    private bool _ended;

    public LineReader(string path, long offset, int mostBytes)
    {
        _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        _mostBytes = mostBytes;
        _fileOffset = offset;
        Offset = offset;
    }

    /// <summary>Where the line last returned begins; after the end, where the tail begins.</summary>
    public long Offset { get; private set; }

    /// <summary>Where the next line begins.</summary>
    public long Next => _fileOffset - (_end - _start);

    /// <summary>Bytes after the last line feed, once <see cref="TryRead"/> has returned false.</summary>
    public long TailLength { get; private set; }

    /// <summary>The next line without its line feed; valid until the next call. A line longer than the bound is returned cut, with <paramref name="tooLong"/> set.</summary>
    public bool TryRead(out ReadOnlySpan<byte> line, out bool tooLong)
    {
        tooLong = false;
        Offset = Next;
        var searched = 0;
        while (true)
        {
            var found = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (found >= 0)
            {
                line = _buffer.AsSpan(_start, searched + found);
                _start += searched + found + 1;
                return true;
            }

            searched = _end - _start;
            if (searched > _mostBytes)
            {
                line = _buffer.AsSpan(_start, _mostBytes);
                tooLong = SkipLine();
                return tooLong;
            }

            if (_ended || !Fill())
            {
                line = default;
                TailLength = _end - _start;
                return false;
            }
        }
    }

    /// <summary>Lets a follower try again after the end was met.</summary>
    public void Resume() => _ended = false;

    public void Dispose() => _file.Dispose();

    // The cut line stays in place: what is skipped is read into scratch space. False when there is no line feed: then it is the tail.
    private bool SkipLine()
    {
        var scratch = new byte[64 * 1024];
        while (true)
        {
            var read = RandomAccess.Read(_file, scratch, _fileOffset);
            if (read == 0)
            {
                _ended = true;
                _start = _end;
                TailLength = _fileOffset - Offset;
                return false;
            }

            var found = scratch.AsSpan(0, read).IndexOf((byte)'\n');
            if (found >= 0)
            {
                _fileOffset += found + 1;
                _start = _end;
                return true;
            }

            _fileOffset += read;
        }
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);
        var read = RandomAccess.Read(_file, _buffer.AsSpan(_end), _fileOffset);
        _end += read;
        _fileOffset += read;
        _ended = read == 0;
        return read > 0;
    }
}
