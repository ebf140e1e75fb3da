namespace Nullius.Audit.Segments;

/// <summary>One process writes a trail: whoever holds its lock file.</summary>
internal static class WriterLock
{
    /// <exception cref="AuditUnavailableException">Another process holds it.</exception>
    public static FileStream Take(string folder)
    {
        try
        {
            return new FileStream(Path.Combine(folder, SegmentFiles.WriterLock), new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        catch (IOException fault)
        {
            throw new AuditUnavailableException($"audit trail `{folder}` is written by another process", fault);
        }
    }
}
