namespace Nullius.Audit.Segments;

/// <summary>
/// Disk space held back in a preallocated file, given up slice by slice when the disk is full, so that an administrator's
/// sign-in and what they then do can still be recorded.
/// </summary>
internal sealed class SpaceReserve(TrailDisk disk, string folder, long wanted)
{
    private const long SliceBytes = 256 * 1024;

    private readonly string _path = Path.Combine(folder, SegmentFiles.Reserve);
    private long _held = File.Exists(Path.Combine(folder, SegmentFiles.Reserve)) ? new FileInfo(Path.Combine(folder, SegmentFiles.Reserve)).Length : 0;

    public bool IsFull => _held >= wanted;

    /// <summary>Gives one slice back to the file system; false when nothing is left.</summary>
    public bool Release()
    {
        if (_held == 0)
            return false;
        _held = Math.Max(0, _held - SliceBytes);
        disk.Reserve(_path, _held);
        return true;
    }

    /// <summary>Takes the whole reserve again when there is room for it and as much again; false when there is not.</summary>
    public bool TryRefill()
    {
        if (disk.AvailableBytes(folder) < Math.Max(wanted * 2, SliceBytes) - _held)
            return false;
        if (IsFull)
            return true;
        try
        {
            disk.Reserve(_path, wanted);
            _held = wanted;
            return true;
        }
        catch (IOException)
        {
            _held = File.Exists(_path) ? new FileInfo(_path).Length : 0;
            return false;
        }
    }
}
