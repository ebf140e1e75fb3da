using Microsoft.EntityFrameworkCore;
using Nullius.Identity.People;
using Nullius.State.Feed;
using Nullius.State.Keys;

namespace Nullius.Identity.Sessions;

/// <summary>A value that waits for something short: a sign-in under way, a request for a token, a spent answer.</summary>
internal sealed class Kept
{
    public string Purpose { get; set; } = "";

    public string Key { get; set; } = "";

    /// <summary>Whose it is: what is bounded for each.</summary>
    public string Subject { get; set; } = "";

    /// <summary>Wrapped under the key-encryption key for this purpose and key.</summary>
    public byte[] Value { get; set; } = [];

    public DateTimeOffset ExpiresAt { get; set; }
}

/// <summary>
/// Keeps what must survive a restart and is not trust: wrapped, for a bounded time and number, and taken out once where it is taken out.
/// Nothing that enforcement points follow stands here. Thread-safe.
/// </summary>
public sealed class KeptStore
{
    private readonly IDbContextFactory<IdentityDb> _contexts;
    private readonly KeyRing _keys;
    private readonly TimeProvider _time;

    internal KeptStore(IDbContextFactory<IdentityDb> contexts, KeyRing keys, TimeProvider time) => (_contexts, _keys, _time) = (contexts, keys, time);

    /// <summary>Keeps a value, in place of an earlier one of the same key.</summary>
    /// <param name="purpose">What it is for; a value kept for one purpose is not found for another.</param>
    /// <param name="key">Names it.</param>
    /// <param name="subject">Whose it is.</param>
    /// <param name="value">Up to some kilobytes.</param>
    /// <param name="until">When it is forgotten.</param>
    /// <param name="mostOfSubject">The oldest of more than so many go.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task PutAsync(string purpose, string key, string subject, byte[] value, DateTimeOffset until, int mostOfSubject, CancellationToken cancellation)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var row = await db.Kept.FindAsync([purpose, key], cancellation);
        if (row is null)
        {
            var others = db.Kept.Where(one => one.Purpose == purpose && one.Subject == subject).OrderByDescending(one => one.ExpiresAt).Skip(mostOfSubject - 1);
            db.RemoveRange(await others.ToListAsync(cancellation));
            db.Kept.Add(row = new Kept { Purpose = purpose, Key = key });
        }

        (row.Subject, row.Value, row.ExpiresAt) = (subject, Wrap(purpose, key, value), until);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Keeps a value that was not there before. False when it was: of two at once, one is told so.</summary>
    public async Task<bool> TryAddAsync(string purpose, string key, DateTimeOffset until, CancellationToken cancellation)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        if (await db.Kept.AnyAsync(row => row.Purpose == purpose && row.Key == key, cancellation))
            return false;
        db.Kept.Add(new Kept { Purpose = purpose, Key = key, ExpiresAt = until });
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    /// <summary>Null when there is none, or it is too old.</summary>
    public async Task<byte[]?> ReadAsync(string purpose, string key, CancellationToken cancellation)
    {
        var now = _time.GetUtcNow();
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var row = await db.Kept.AsNoTracking().SingleOrDefaultAsync(one => one.Purpose == purpose && one.Key == key && one.ExpiresAt > now, cancellation);
        return row is null ? null : Unwrap(row);
    }

    /// <summary>Everything of a subject, newest first.</summary>
    public async Task<IReadOnlyList<(string Key, byte[] Value)>> ReadAllAsync(string purpose, string subject, CancellationToken cancellation)
    {
        var now = _time.GetUtcNow();
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var rows = await db.Kept.AsNoTracking().Where(one => one.Purpose == purpose && one.Subject == subject && one.ExpiresAt > now)
            .OrderByDescending(one => one.ExpiresAt).ToListAsync(cancellation);
        return [.. rows.Select(row => (row.Key, Unwrap(row)))];
    }

    /// <summary>Changes a value that is there; null from <paramref name="change"/> leaves it. False when it was left, or there is none.</summary>
    public async Task<bool> ChangeAsync(string purpose, string key, Func<byte[], byte[]?> change, CancellationToken cancellation)
    {
        var now = _time.GetUtcNow();
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        // INVARIANT: the transaction is a writing one from its beginning: nobody changes the row between reading and writing it.
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var row = await db.Kept.FindAsync([purpose, key], cancellation);
        if (row is null || row.ExpiresAt <= now || change(Unwrap(row)) is not { } changed)
            return false;
        row.Value = Wrap(purpose, key, changed);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    /// <summary>Takes a value out. False when another was faster, or there is none.</summary>
    public async Task<bool> RemoveAsync(string purpose, string key, CancellationToken cancellation)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        return await db.Kept.Where(row => row.Purpose == purpose && row.Key == key).TagWith(ChangeFeedModel.NotTrust).ExecuteDeleteAsync(cancellation) == 1;
    }

    /// <summary>How many wait for a purpose.</summary>
    public async Task<int> CountAsync(string purpose, CancellationToken cancellation)
    {
        var now = _time.GetUtcNow();
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        return await db.Kept.CountAsync(row => row.Purpose == purpose && row.ExpiresAt > now, cancellation);
    }

    internal async Task PurgeAsync(CancellationToken cancellation)
    {
        var now = _time.GetUtcNow();
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        await db.Kept.Where(row => row.ExpiresAt <= now).TagWith(ChangeFeedModel.NotTrust).ExecuteDeleteAsync(cancellation);
    }

    private byte[] Wrap(string purpose, string key, byte[] value) => _keys.Wrap(value, $"nullius kept {purpose} {key}");

    private byte[] Unwrap(Kept row) => row.Value.Length == 0 ? [] : _keys.Unwrap(row.Value, $"nullius kept {row.Purpose} {row.Key}");
}
