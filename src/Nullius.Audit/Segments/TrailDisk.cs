using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nullius.Audit.Segments;

/// <summary>What the trail asks of the file system; tests stand in a disk that is full or failing.</summary>
internal class TrailDisk
{
    private const int NoSpace = 28; // ENOSPC
    private const int OverQuota = 122; // EDQUOT
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static TrailDisk Real { get; } = new();

    public static bool IsFull(IOException fault) => (fault.HResult & 0xFFFF) is NoSpace or OverQuota;

    public virtual SafeFileHandle Open(string path)
    {
        // File.OpenHandle cannot give a mode: the stream creates the file owner-only, the handle then writes it.
        using (new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite,
            UnixCreateMode = OwnerOnly,
            BufferSize = 0,
        }))
        {
        }

        return File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
    }

    public virtual void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(file, bytes, offset);

    public virtual void Truncate(SafeFileHandle file, long length) => RandomAccess.SetLength(file, length);

    public virtual void Flush(SafeFileHandle file) => RandomAccess.FlushToDisk(file);

    public virtual long AvailableBytes(string folder) => new DriveInfo(folder).AvailableFreeSpace;

    /// <summary>Makes or resizes the reserve so that its blocks are really taken.</summary>
    public virtual void Reserve(string path, long bytes)
    {
        if (bytes == 0)
        {
            File.Delete(path);
            return;
        }

        var present = File.Exists(path) ? new FileInfo(path).Length : 0;
        if (present == bytes)
            return;
        if (present > bytes)
        {
            using var shrink = new FileStream(path, FileMode.Open, FileAccess.Write);
            shrink.SetLength(bytes);
            return;
        }

        File.Delete(path);
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            PreallocationSize = bytes,
            UnixCreateMode = OwnerOnly,
        });
        file.SetLength(bytes);
    }

    /// <summary>Makes new names in a folder durable.</summary>
    public virtual void FlushFolder(string folder)
    {
        if (!OperatingSystem.IsLinux())
            return;
        var directory = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x4000 : 0x10000; // O_DIRECTORY
        var descriptor = NativeOpen(folder, directory | 0x80000); // O_CLOEXEC
        if (descriptor < 0)
            throw new IOException($"folder `{folder}` cannot be opened to flush it (errno {Marshal.GetLastPInvokeError()})");
        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        if (NativeFsync(descriptor) != 0)
            throw new IOException($"folder `{folder}` cannot be flushed (errno {Marshal.GetLastPInvokeError()})");
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NativeOpen([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NativeFsync(int descriptor);
}
