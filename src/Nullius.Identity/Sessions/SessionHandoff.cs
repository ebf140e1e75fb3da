using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Nullius.Identity.People;
using Nullius.State;
using Nullius.State.Keys;

namespace Nullius.Identity.Sessions;

/// <summary>Seals where a person was going, and brings a session to an application host by a code that is good for one minute, one host, one browser, one use.</summary>
internal sealed class SessionHandoff(IDbContextFactory<IdentityDb> contexts, SessionStore sessions, KeyRing keys, RandomSource random, TimeProvider time) : IHandoff
{
    private static readonly TimeSpan RequestLifetime = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan CodeLifetime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ClockSlack = TimeSpan.FromSeconds(5);

    private readonly Sealer _sealer = new(keys, random, "nullius handoff request");

    public string Seal(HandoffRequest request) => _sealer.Seal(JsonSerializer.SerializeToUtf8Bytes(request));

    public HandoffRequest? Open(string sealedRequest)
    {
        if (_sealer.Open(sealedRequest) is not { } json || JsonSerializer.Deserialize<HandoffRequest>(json) is not { } request)
            return null;
        var age = time.GetUtcNow() - request.At;
        return age < RequestLifetime && age > -ClockSlack ? request : null;
    }

    public async Task<string> IssueCodeAsync(string sessionId, HandoffRequest request, CancellationToken cancellation)
    {
        var code = random.NextToken();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        db.HandoffCodes.Add(new HandoffCode
        {
            Hash = HashOf(code),
            SessionId = sessionId,
            Request = JsonSerializer.Serialize(request),
            ExpiresAt = time.GetUtcNow() + CodeLifetime,
        });
        await db.SaveChangesAsync(cancellation);
        return code;
    }

    public async Task<HostSession?> RedeemAsync(string code, string host, string nonce, CancellationToken cancellation)
    {
        if (code.Length > 100 || nonce.Length > 200)
            return null;
        var now = time.GetUtcNow();
        var hash = HashOf(code);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        if (await db.HandoffCodes.SingleOrDefaultAsync(row => row.Hash == hash, cancellation) is not { } row)
            return null;

        // INVARIANT: the code goes in the same transaction in which its cookie comes; of two that redeem it at once the second
        // finds nothing to remove and gets nothing. A wrong host or browser uses it up as well.
        db.HandoffCodes.Remove(row);
        var request = JsonSerializer.Deserialize<HandoffRequest>(row.Request)!;
        var session = await db.Sessions.Include(one => one.Credentials).SingleOrDefaultAsync(one => one.Id == row.SessionId, cancellation);
        var person = session is null ? null : await db.Users.SingleAsync(one => one.Id == session.PersonId, cancellation);
        var right = row.ExpiresAt > now
            && string.Equals(request.Host, host, StringComparison.Ordinal)
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(request.NonceHash), Encoding.UTF8.GetBytes(HashOf(nonce)))
            && session is not null && person is not null && sessions.Honoured(session, person, now);
        var secret = right ? sessions.Replace(db, session!, host) : "";
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateConcurrencyException)
        {
            return null;
        }

        return right ? new HostSession(session!.Id, await sessions.CookieAsync(secret, cancellation), request) : null;
    }

    private static string HashOf(string secret) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
