using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Nullius.Identity.Devices;
using Nullius.Identity.People;
using Nullius.State;

namespace Nullius.Identity;

/// <summary>The records of one change, and the note that outlives a process which does not.</summary>
/// <param name="Count">How many records.</param>
/// <param name="Begin">Notes what is about to be recorded and committed, in a commit of its own; returns the note's number.</param>
/// <param name="Strike">Strikes out the note; within a transaction, only if that commits.</param>
/// <param name="Record">Writes the record of that place into the trail.</param>
/// <param name="Fail">Writes all of them as failures, for that reason.</param>
internal sealed record Recording(
    int Count, Func<CancellationToken, Task<long>> Begin, Func<long, CancellationToken, Task> Strike, Action<int> Record, Action<string> Fail);

/// <summary>
/// Commits a change with its audit records. INVARIANT: a record of success stands in the trail only where the store took the change, and
/// nothing that cannot be recorded is committed: the store checks everything first, then the records are written, then the store commits. A
/// commit that fails after that is recorded as a failure of its own, right behind; one that the process did not live to see, at the next start.
/// </summary>
internal static class RecordedCommit
{
    /// <summary>Why a change that an earlier process left half way is told as a failure.</summary>
    public const string Unfinished = "not committed: the process ended first, and a record of success before does not hold";

    /// <param name="db">With the pending changes.</param>
    /// <param name="recording">What is recorded of them.</param>
    /// <param name="more">Changes that belong to the same commit, made inside its transaction.</param>
    /// <param name="cancellation">Ends the wait; not any more once the records are written.</param>
    public static async Task SaveAsync(DbContext db, Recording recording, Func<Task> more, CancellationToken cancellation)
    {
        var change = await recording.Begin(cancellation);
        // Whether a record of success stands that nothing behind it takes back.
        var stands = false;
        try
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
            await PrepareAsync(db, recording, change, more, cancellation);
            for (var at = 0; at < recording.Count; at++)
            {
                recording.Record(at);
                stands = true;
            }

            try
            {
                await transaction.CommitAsync(CancellationToken.None);
            }
            catch
            {
                recording.Fail("not committed: the record before does not hold");
                stands = false;
                throw;
            }
        }
        catch (Exception) when (!stands)
        {
            await TryStrikeAsync(recording, change);
            throw;
        }
    }

    private static async Task PrepareAsync(DbContext db, Recording recording, long change, Func<Task> more, CancellationToken cancellation)
    {
        try
        {
            await more();
            await db.SaveChangesAsync(cancellation);
            await recording.Strike(change, cancellation);
        }
        catch (DbUpdateException)
        {
            recording.Fail("refused by the store");
            throw;
        }
        catch (Exception refused) when (refused is DirectoryException or DeviceRefusedException)
        {
            recording.Fail(refused.Message);
            throw;
        }
    }

    /// <summary>For a change that was given up. Where it fails, the next start tells of the change once more.</summary>
    private static async Task TryStrikeAsync(Recording recording, long change)
    {
        try
        {
            await recording.Strike(change, CancellationToken.None);
        }
        catch (Exception fault) when (fault is DbException or StoreUnavailableException or InvalidOperationException or IOException)
        {
            // The store is in trouble, and its caller learns of it by the fault that brought us here.
        }
    }
}
