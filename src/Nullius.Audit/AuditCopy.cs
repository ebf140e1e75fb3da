using Nullius.Audit.Segments;

namespace Nullius.Audit;

/// <summary>
/// Copies the trail of a node while it may be written, so that the copy verifies: the tip first, then the heads, then the
/// lines. What is copied later has grown, never shrunk. Keys that sign are not copied.
/// </summary>
public static class AuditCopy
{
    /// <summary>Copies <paramref name="from"/> (a node's folder) into the folder <paramref name="to"/>, which must be empty or missing.</summary>
    /// <exception cref="IOException">The target holds something, or a file cannot be read or written.</exception>
    public static async Task MakeAsync(string from, string to, CancellationToken cancellation = default)
    {
        if (!Directory.Exists(from))
            throw new DirectoryNotFoundException($"audit trail `{from}` does not exist");
        if (Directory.Exists(to) && Directory.EnumerateFileSystemEntries(to).Any())
            throw new IOException($"`{to}` is not empty: expected a new folder for the copy");
        Directory.CreateDirectory(to, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var name in (string[])[SegmentFiles.Tip, SegmentFiles.Heads, SegmentFiles.Keys, .. SegmentFiles.Indexes(from).Select(SegmentFiles.Name)])
        {
            var source = Path.Combine(from, name);
            if (File.Exists(source))
                await CopyAsync(source, Path.Combine(to, name), cancellation).ConfigureAwait(false);
        }

        // A segment that was begun meanwhile: the heads may count its lines.
        foreach (var name in SegmentFiles.Indexes(from).Select(SegmentFiles.Name).Where(name => !File.Exists(Path.Combine(to, name))))
            await CopyAsync(Path.Combine(from, name), Path.Combine(to, name), cancellation).ConfigureAwait(false);
    }

    private static async Task CopyAsync(string from, string to, CancellationToken cancellation)
    {
        var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        await using (source.ConfigureAwait(false))
        {
            var target = new FileStream(to, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            await using (target.ConfigureAwait(false))
                await source.CopyToAsync(target, cancellation).ConfigureAwait(false);
        }
    }
}
