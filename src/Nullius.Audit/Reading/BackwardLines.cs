using Microsoft.Win32.SafeHandles;

namespace Nullius.Audit.Reading;

/// <summary>Reads the whole lines of one file from an end towards the front; half a line at the end is left out.</summary>
internal sealed class BackwardLines : IDisposable
{
    private const int ChunkBytes = 64 * 1024;

    private readonly SafeFileHandle _file;

    // INVARIANT: _buffer[.._length] holds the bytes of the file from _start on, and ends with a line feed or is empty.
    private byte[] _buffer = new byte[ChunkBytes];
    private int _length;
    private long _start;

    public BackwardLines(string path, long end)
    {
        _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        _start = Math.Min(end, RandomAccess.GetLength(_file));
        while (Extend())
        {
            var last = _buffer.AsSpan(0, _length).LastIndexOf((byte)'\n');
            if (last < 0)
                continue;
            _length = last + 1;
            break;
        }

        if (_length > 0 && _buffer[_length - 1] != '\n')
            _length = 0;
        End = _start + _length;
    }

    /// <summary>Where the last whole line ends.</summary>
    public long End { get; }

    public bool TryRead(out byte[] line, out long offset)
    {
        while (_length > 0)
        {
            var before = _buffer.AsSpan(0, _length - 1).LastIndexOf((byte)'\n');
            if (before < 0 && Extend())
                continue;
            line = _buffer.AsSpan(before + 1, _length - 1 - (before + 1)).ToArray();
            offset = _start + before + 1;
            _length = before + 1;
            if (_length == 0)
                Extend();
            return true;
        }

        line = [];
        offset = 0;
        return false;
    }

    public void Dispose() => _file.Dispose();

    private bool Extend()
    {
        if (_start == 0)
            return false;
        var size = (int)Math.Min(ChunkBytes, _start);
        if (_length + size > _buffer.Length)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + size));
        _buffer.AsSpan(0, _length).CopyTo(_buffer.AsSpan(size));
        var read = 0;
        while (read < size)
        {
            var got = RandomAccess.Read(_file, _buffer.AsSpan(read, size - read), _start - size + read);
            if (got == 0)
                return false;
            read += got;
        }

        _start -= size;
        _length += size;
        return true;
    }
}
