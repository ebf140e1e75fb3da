using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Nullius.State.Feed;
using Nullius.State.Keys;

namespace Nullius.Identity.People;

/// <summary>
/// Counts failures in a row and locks for growing times, never for ever. The same rows are written whether the account exists
/// or not, so that neither answer nor timing tells. Kept in the store: a restart is no way out.
/// </summary>
internal sealed class FailureLedger(IDbContextFactory<IdentityDb> contexts, KeyRing keys, PeopleOptions options, TimeProvider time)
{
    private const int MostRows = 100_000;
    private static readonly TimeSpan Forgotten = TimeSpan.FromHours(12);

    private readonly byte[] _key = keys.Derive("nullius failure ledger");

    /// <summary>
    /// Takes a try before it is checked, so that tries at the same time count too. Null: go on, and <see cref="ClearAsync"/>
    /// when it succeeds. Otherwise it is locked until then.
    /// </summary>
    public async Task<DateTimeOffset?> BeginAsync(string subject, CancellationToken cancellation)
    {
        var key = Key(subject);
        var now = time.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var row = await db.Failures.FindAsync([key], cancellation);
        if (row is null)
            db.Failures.Add(row = new FailureCount { Key = key });
        if (row.LockedUntil > now)
        {
            var longest = now + LockOf(row.Count);
            if (row.LockedUntil <= longest)
                return row.LockedUntil;
            // A clock that was set back does not lengthen a lock.
            (row.LockedUntil, row.LastAt) = (longest, now);
            await db.SaveChangesAsync(cancellation);
            await transaction.CommitAsync(cancellation);
            return longest;
        }

        row.Count = now - row.LastAt > Forgotten ? 1 : Math.Min(row.Count + 1, 1000);
        row.LastAt = now;
        row.LockedUntil = row.Count < options.LockoutAttempts ? null : now + LockOf(row.Count);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return null;
    }

    /// <summary>True when the last try locked it.</summary>
    public async Task<bool> IsLockedAsync(string subject, CancellationToken cancellation)
    {
        var key = Key(subject);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await db.Failures.AsNoTracking().SingleOrDefaultAsync(failure => failure.Key == key, cancellation);
        return row?.LockedUntil > time.GetUtcNow();
    }

    public async Task ClearAsync(string subject, CancellationToken cancellation)
    {
        var key = Key(subject);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await db.Failures.Where(failure => failure.Key == key).TagWith(ChangeFeedModel.NotTrust).ExecuteDeleteAsync(cancellation);
    }

    /// <summary>Removes what is forgotten, and the oldest of what is too many.</summary>
    public async Task PurgeAsync(CancellationToken cancellation)
    {
        var before = time.GetUtcNow() - Forgotten;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await db.Failures.Where(failure => failure.LastAt < before).TagWith(ChangeFeedModel.NotTrust).ExecuteDeleteAsync(cancellation);
        var excess = await db.Failures.CountAsync(cancellation) - MostRows;
        if (excess > 0)
        {
            var oldest = db.Failures.OrderBy(failure => failure.LastAt).Take(excess).Select(failure => failure.Key);
            await db.Failures.Where(failure => oldest.Contains(failure.Key)).TagWith(ChangeFeedModel.NotTrust).ExecuteDeleteAsync(cancellation);
        }
    }

    private TimeSpan LockOf(int count)
    {
        var doublings = Math.Min(count - options.LockoutAttempts, 10);
        var length = options.LockoutFirst * (1 << doublings);
        return length < options.LockoutLongest ? length : options.LockoutLongest;
    }

    private string Key(string subject) => Convert.ToBase64String(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(subject)));
}
