using Microsoft.Data.Sqlite;

namespace Nullius.State;

/// <summary>The store cannot be read or written now: unreachable, full, read-only, busy or damaged. What was asked for did not happen.</summary>
public sealed class StoreUnavailableException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>The fault as this exception when it, or a cause of it, says that the store as a whole is unusable; null when the fault is the request's own (a constraint, a bad statement).</summary>
    public static StoreUnavailableException? From(Exception fault)
    {
        for (var cause = fault; cause is not null; cause = cause.InnerException)
        {
            if (cause is StoreUnavailableException known)
                return known;
            if (cause is SqliteException sqlite && Reason(sqlite.SqliteErrorCode) is { } reason)
                return new StoreUnavailableException($"the store {reason}: {sqlite.Message}", fault);
            if (cause is IOException or UnauthorizedAccessException)
                return new StoreUnavailableException($"the store cannot be reached: {cause.Message}", fault);
        }

        return null;
    }

    /// <summary>Throws what <see cref="From"/> finds; returns when the fault is the request's own.</summary>
    internal static void ThrowIfUnusable(Exception fault)
    {
        if (From(fault) is { } unavailable)
            throw unavailable;
    }

    // Primary result codes of https://www.sqlite.org/rescode.html
    private static string? Reason(int code) => code switch
    {
        3 => "refuses access",
        5 or 6 => "is busy with another writer for too long",
        7 => "is out of memory",
        8 => "is read-only",
        10 => "has an I/O error",
        11 => "is damaged; restore it from backup",
        13 => "has no space left on the disk",
        14 => "cannot be opened",
        15 => "has a locking fault",
        26 => "is not a database; restore it from backup",
        _ => null,
    };
}
