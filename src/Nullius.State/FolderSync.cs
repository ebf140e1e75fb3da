using System.Runtime.InteropServices;

namespace Nullius.State;

/// <summary>Makes a rename or a new file durable: on Linux the folder's entry has to be flushed as well as the file.</summary>
internal static partial class FolderSync
{
    private const int ReadOnlyFolder = 0x10000 | 0x80000; // O_DIRECTORY | O_CLOEXEC on Linux x64; arm64 differs in O_DIRECTORY
    private const int ReadOnlyFolderArm = 0x4000 | 0x80000;

    public static void Flush(string folder)
    {
        if (!OperatingSystem.IsLinux())
            return;
        var flags = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? ReadOnlyFolderArm : ReadOnlyFolder;
        var descriptor = Open(folder, flags);
        if (descriptor < 0)
            throw new IOException($"folder `{folder}` cannot be opened to flush it (errno {Marshal.GetLastPInvokeError()})");
        var result = Fsync(descriptor);
        var error = Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        if (result != 0)
            throw new IOException($"folder `{folder}` cannot be flushed (errno {error})");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
