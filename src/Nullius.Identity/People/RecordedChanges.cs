using Microsoft.EntityFrameworkCore;

namespace Nullius.Identity.People;

/// <summary>
/// Commits a change with its audit records. INVARIANT: a record of success stands in the trail only where the store took the change, and
/// nothing that cannot be recorded is committed: the store checks everything first, then the records are written, then the store commits. A
/// commit that fails after that is recorded as a failure of its own, right behind; one that the process did not live to see, at the next start.
/// </summary>
internal static class RecordedChanges
{
    public static Task SaveRecordedAsync(this IdentityDb db, IAccountEvents events, AccountEvent happened, CancellationToken cancellation) =>
        db.SaveRecordedAsync(events, [happened], () => Task.CompletedTask, cancellation);

    /// <param name="db">With the pending changes.</param>
    /// <param name="events">The trail.</param>
    /// <param name="happened">What is recorded of it.</param>
    /// <param name="more">Changes that belong to the same commit, made inside its transaction.</param>
    /// <param name="cancellation">Ends the wait; not any more once the records are written.</param>
    public static async Task SaveRecordedAsync(this IdentityDb db, IAccountEvents events, IReadOnlyList<AccountEvent> happened, Func<Task> more, CancellationToken cancellation)
    {
        var change = await UnfinishedChanges.BeginAsync(db, happened, cancellation);
        // Whether a record of success stands that nothing behind it takes back.
        var stands = false;
        try
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
            try
            {
                await more();
                await db.SaveChangesAsync(cancellation);
                await UnfinishedChanges.StrikeAsync(db, change, cancellation);
            }
            catch (DbUpdateException)
            {
                RecordFailures(events, happened, "refused by the store");
                throw;
            }

            catch (DirectoryException refused)
            {
                RecordFailures(events, happened, refused.Message);
                throw;
            }

            foreach (var one in happened)
            {
                events.Record(one);
                stands = true;
            }

            try
            {
                await transaction.CommitAsync(CancellationToken.None);
            }
            catch
            {
                RecordFailures(events, happened, "not committed: the record before does not hold");
                stands = false;
                throw;
            }
        }
        catch (Exception) when (!stands)
        {
            await UnfinishedChanges.TryStrikeAsync(db, change);
            throw;
        }
    }

    public static void RecordFailures(IAccountEvents events, IReadOnlyList<AccountEvent> happened, string why)
    {
        foreach (var one in happened)
            events.Record(one with { Success = false, Detail = one.Detail is null ? why : $"{one.Detail} ({why})" });
    }
}
