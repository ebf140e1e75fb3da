using Microsoft.Win32.SafeHandles;

namespace Nullius.Audit.Segments;

/// <summary>The segment that takes lines now, and the empty one that waits to follow it. Used under the trail's gate.</summary>
internal sealed class SegmentWriter : IDisposable
{
    private readonly TrailDisk _disk;
    private readonly string _folder;
    private SafeFileHandle? _next;

    public SegmentWriter(TrailDisk disk, string folder, int index, long offset)
    {
        _disk = disk;
        _folder = folder;
        Index = index;
        Offset = offset;
        File = disk.Open(SegmentFiles.PathOf(folder, index));
    }

    public SafeFileHandle File { get; private set; }

    public int Index { get; private set; }

    public long Offset { get; private set; }

    public bool HasNext => _next is not null;

    /// <summary>False when a failed write could not be taken back: the file's end is unknown and nothing may follow.</summary>
    public bool IsClean { get; private set; } = true;

    /// <exception cref="IOException">Nothing was written, or <see cref="IsClean"/> is false.</exception>
    public void Append(ReadOnlySpan<byte> line)
    {
        try
        {
            Write(line);
        }
        catch (UnauthorizedAccessException fault)
        {
            // A file can be made immutable under an open handle: to those who wait for the line it is a disk that refuses.
            throw new IOException(fault.Message, fault);
        }
    }

    private void Write(ReadOnlySpan<byte> line)
    {
        try
        {
            _disk.Write(File, line, Offset);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            IsClean = false;
            _disk.Truncate(File, Offset);
            IsClean = true;
            throw;
        }

        Offset += line.Length;
    }

    /// <summary>Takes over the file that follows, opened beforehand off the hot path.</summary>
    public void Prepare(SafeFileHandle next) => _next = next;

    public SafeFileHandle OpenNext() => _disk.Open(SegmentFiles.PathOf(_folder, Index + 1));

    /// <summary>Switches to the prepared file and gives back the one that is complete; the caller flushes and closes it.</summary>
    public SafeFileHandle Roll()
    {
        var complete = File;
        File = _next ?? throw new InvalidOperationException("no segment is prepared");
        _next = null;
        Index++;
        Offset = 0;
        return complete;
    }

    public void Dispose()
    {
        File.Dispose();
        _next?.Dispose();
    }
}
