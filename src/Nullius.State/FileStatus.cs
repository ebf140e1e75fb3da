using System.Runtime.InteropServices;

namespace Nullius.State;

/// <summary>What the kernel says of a file beyond its mode: whose it is, and whether reading it comes to an end.</summary>
public static partial class FileStatus
{
    private const int CurrentFolder = -100;
    private const uint BasicStatus = 0x7ff;
    private const int SizeOfStatus = 256;
    private const int OwnerAt = 20;
    private const int ModeAt = 28;
    private const int KindMask = 0xF000;
    private const int Regular = 0x8000;

    /// <summary>
    /// Fails for a pipe, a device, a socket or a folder: opening a pipe waits for somebody who writes, and a device has no end. A link is followed.
    /// A file that is missing is left to whoever opens it.
    /// </summary>
    /// <exception cref="IOException">It is no regular file.</exception>
    public static void RequireRegular(string path)
    {
        if (Read(path) is { } status && (status.Mode & KindMask) != Regular)
            throw new IOException($"`{path}` is no regular file");
    }

    /// <summary>True when the file belongs to another user than this process runs as; false where that cannot be told.</summary>
    public static bool IsAnothers(string path) => Read(path) is { } status && status.Owner != EffectiveUser();

    // statx has one layout on every architecture (man 2 statx), which stat has not.
    private static (uint Owner, int Mode)? Read(string path)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        var status = new byte[SizeOfStatus];
        return Statx(CurrentFolder, path, 0, BasicStatus, status) == 0
            ? (BitConverter.ToUInt32(status, OwnerAt), BitConverter.ToUInt16(status, ModeAt))
            : null;
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int folder, string path, int flags, uint mask, [Out] byte[] status);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint EffectiveUser();
}
