using System.Globalization;

namespace Nullius.State;

/// <summary>The folder under <c>--data</c>: owner-only, one instance at a time.</summary>
public sealed class DataDirectory
{
    /// <summary>Mode of every folder that the platform makes.</summary>
    public const UnixFileMode OwnerOnlyFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Mode of every file that the platform makes.</summary>
    public const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode OthersMay =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute |
        UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Names the folder; touches nothing on the disk.</summary>
    public DataDirectory(string path) => Root = Path.GetFullPath(path);

    /// <summary>Absolute path.</summary>
    public string Root { get; }

    public string Database => Path.Combine(Root, "state.db");

    public string KeyEncryptionKey => Path.Combine(Root, "keys", "kek");

    public string Audit => Path.Combine(Root, "audit");

    /// <summary>Owner-only Unix socket of the running instance.</summary>
    public string ControlSocket => Path.Combine(Root, "control.sock");

    private string LockFile => Path.Combine(Root, "instance.lock");

    // Beside the lock, because the kernel's lock keeps others from opening that file even to read.
    private string HolderFile => Path.Combine(Root, "instance.pid");

    /// <summary>Creates the folder owner-only when it is missing; refuses one that group or others may enter. Safe to call again.</summary>
    /// <exception cref="DataDirectoryException">The folder cannot be made, is a file, is open to others, or belongs to another user.</exception>
    public void Prepare()
    {
        try
        {
            Directory.CreateDirectory(Root, OwnerOnlyFolder);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new DataDirectoryException($"data directory `{Root}` cannot be created: {fault.Message}", fault);
        }

        RefuseWhatOthersMayRead(Root, "data directory", "chmod 700");
        // Also for root: whoever owns the folder can enter it, and put other files in the place of these.
        if (FileStatus.IsAnothers(Root))
            throw new DataDirectoryException($"data directory `{Root}` belongs to another user: expected the one who runs this; run as its owner, or `chown` it");
    }

    /// <summary>
    /// Holds the folder for this process until the result is disposed or the process ends, however it ends
    /// (an advisory lock of the kernel, so that a crash leaves nothing to clean up).
    /// </summary>
    /// <exception cref="DataDirectoryException">Another instance runs on this folder.</exception>
    public IDisposable Lock()
    {
        Prepare();
        try
        {
            var file = new FileStream(LockFile, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = OwnerOnlyFile,
                BufferSize = 0,
            });
            File.WriteAllText(HolderFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return file;
        }
        catch (IOException fault)
        {
            throw new DataDirectoryException($"data directory `{Root}` is in use by another instance{Holder()}: stop it, or give another --data", fault);
        }
        catch (UnauthorizedAccessException fault)
        {
            throw new DataDirectoryException($"data directory `{Root}` cannot be locked: {fault.Message}", fault);
        }
    }

    /// <summary>Refuses a file or folder whose mode gives group or others any right.</summary>
    /// <param name="path">What is looked at; must exist.</param>
    /// <param name="what">How the message calls it.</param>
    /// <param name="remedy">The command that sets it right, without the path.</param>
    /// <exception cref="DataDirectoryException">The mode is too open.</exception>
    public static void RefuseWhatOthersMayRead(string path, string what, string remedy)
    {
        var mode = File.GetUnixFileMode(path);
        if ((mode & OthersMay) != UnixFileMode.None)
            throw new DataDirectoryException(
                $"{what} `{path}` has mode {Convert.ToString((int)mode, 8)}, expected owner-only: run `{remedy} {path}`");
    }

    private string Holder()
    {
        try
        {
            var pid = File.ReadAllText(HolderFile).Trim();
            return pid.Length is > 0 and < 12 ? $" (process {pid})" : "";
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}

/// <summary>The data directory cannot be used as it is; the message says what to change.</summary>
public sealed class DataDirectoryException(string message, Exception? cause = null) : Exception(message, cause);
