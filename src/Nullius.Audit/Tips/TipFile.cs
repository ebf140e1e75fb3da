using System.IO.MemoryMappedFiles;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Nullius.Audit.Heads;
using Nullius.Audit.Segments;

namespace Nullius.Audit.Tips;

/// <summary>
/// The writing end of the tip: a file of one page with two marks and two signed statements, each pair written in turn.
/// Where the file system overwrites in place the page is mapped, so that a mark costs no system call; elsewhere a full
/// disk could fault a mapped page, and it is written. Marks are made under the trail's gate, statements under its flush gate.
/// </summary>
internal sealed class TipFile : IDisposable
{
    public const int FileBytes = 4096;
    public const int StatementBytes = 1024;
    private const int FirstStatement = 1024;

    private static readonly string[] InPlace = ["ext2", "ext3", "ext4", "ext2/ext3", "tmpfs", "ramfs"];

    private readonly SafeFileHandle _file;
    private readonly MemoryMappedFile? _map;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly byte[] _mark = new byte[TipMark.Bytes];
    private readonly UInt128 _boot = BootId.Current;
    private IncrementalHash _mac;
    private ulong _keyTag;
    private int _slot;
    private int _statement;

    private TipFile(SafeFileHandle file, bool mapped, string path, AuditSigningKey key)
    {
        _file = file;
        _mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key.TipKey);
        _keyTag = key.Tag;
        if (!mapped)
            return;
        _map = MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, FileBytes);
        _view = _map.CreateViewAccessor(0, FileBytes);
    }

    /// <summary>Opens the file, making it with all its blocks, and marks the position in it.</summary>
    public static TipFile Open(string folder, AuditSigningKey key, TrailPosition position, TrailDisk disk)
    {
        var path = Path.Combine(folder, SegmentFiles.Tip);
        var file = disk.Open(path);
        try
        {
            if (RandomAccess.GetLength(file) != FileBytes)
            {
                disk.Write(file, new byte[FileBytes], 0);
                disk.Truncate(file, FileBytes);
                disk.Flush(file);
            }

            var tip = new TipFile(file, InPlace.Contains(new DriveInfo(folder).DriveFormat, StringComparer.Ordinal), path, key);
            // Both, so that no mark of an earlier process stands beside the first ones of this.
            tip.Mark(position, 0);
            tip.Mark(position, 1);
            return tip;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Marks where the trail ends now. Allocates nothing.</summary>
    public void Mark(TrailPosition position) => Mark(position, _slot ^= 1);

    /// <summary>Keeps a signed statement of what is durable.</summary>
    public void Keep(ReadOnlySpan<byte> line)
    {
        Span<byte> statement = stackalloc byte[StatementBytes];
        statement.Clear();
        if (line.Length >= StatementBytes)
            throw new AuditUnavailableException($"audit tip: a statement of {line.Length} bytes, expected fewer than {StatementBytes}");
        line.CopyTo(statement);
        statement[line.Length] = (byte)'\n';
        _statement ^= 1;
        Write(statement, FirstStatement + (_statement * StatementBytes));
    }

    /// <summary>Marks with another key from here on.</summary>
    public void ChangeKey(AuditSigningKey key, TrailPosition position)
    {
        _mac.Dispose();
        _mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key.TipKey);
        _keyTag = key.Tag;
        Mark(position, 0);
        Mark(position, 1);
    }

    public void Dispose()
    {
        _view?.Dispose();
        _map?.Dispose();
        _file.Dispose();
        _mac.Dispose();
    }

    /// <summary>Where a statement stands in the file.</summary>
    public static int StatementOffset(int index) => FirstStatement + (index * StatementBytes);

    private void Mark(TrailPosition position, int slot)
    {
        new TipMark(position.Sequence, position.Last, position.Segment, position.Offset, _boot, _keyTag).Write(_mark, _mac);
        Write(_mark, slot * TipMark.Bytes);
    }

    private void Write(ReadOnlySpan<byte> bytes, int offset)
    {
        if (_view is null)
            RandomAccess.Write(_file, bytes, offset);
        else
            _view.SafeMemoryMappedViewHandle.WriteSpan((ulong)(_view.PointerOffset + offset), bytes);
    }
}
