using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Nullius.Identity.People;

namespace Nullius.Identity.Sessions;

/// <summary>Keeps when sessions were last used; <see cref="SessionUpkeep"/> writes it in batches. A crash loses at most one batch.</summary>
internal sealed class SessionActivity(IDbContextFactory<IdentityDb> contexts) : ISessionActivity
{
    private const int Batch = 500;
    private const long Resolution = 1000;

    private ConcurrentDictionary<string, long> _seen = new(StringComparer.Ordinal);

    public void Seen(string sessionId, DateTimeOffset at)
    {
        // Reading first keeps the common case free of locks: within a second nothing new is said.
        var now = at.ToUnixTimeMilliseconds();
        var seen = Volatile.Read(ref _seen);
        if (!seen.TryGetValue(sessionId, out var before) || now - before >= Resolution)
            seen[sessionId] = now;
    }

    /// <summary>When it was used since the last batch; null when it was not.</summary>
    public DateTimeOffset? Of(string sessionId) =>
        Volatile.Read(ref _seen).TryGetValue(sessionId, out var at) ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;

    public async Task FlushAsync(CancellationToken cancellation)
    {
        var seen = Interlocked.Exchange(ref _seen, new ConcurrentDictionary<string, long>(StringComparer.Ordinal));
        try
        {
            foreach (var batch in seen.Keys.Chunk(Batch))
                await WriteAsync(batch, seen, cancellation);
        }
        catch (Exception)
        {
            foreach (var (id, at) in seen)
                Volatile.Read(ref _seen).TryAdd(id, at);
            throw;
        }
    }

    private async Task WriteAsync(string[] ids, ConcurrentDictionary<string, long> seen, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        foreach (var session in await db.Sessions.Where(session => ids.Contains(session.Id)).ToListAsync(cancellation))
        {
            var at = DateTimeOffset.FromUnixTimeMilliseconds(seen[session.Id]);
            if (at > session.LastSeenAt)
                session.LastSeenAt = at;
        }

        await db.SaveChangesAsync(cancellation);
    }
}
