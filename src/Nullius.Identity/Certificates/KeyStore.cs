using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.EntityFrameworkCore;
using Nullius.Identity.Devices;
using Nullius.State.Feed;
using Nullius.State.Keys;

namespace Nullius.Identity.Certificates;

/// <summary>Signing keys in the store: wrapped on the way in, unwrapped only when something is to be signed.</summary>
internal sealed class KeyStore(Func<DevicesDb> open, KeyRing ring, TimeProvider time)
{
    /// <summary>The keys of one use in the order in which they were replaced; the one that signs now is last.</summary>
    public async Task<IReadOnlyList<StoredKey>> ReadAsync(KeyUse use, CancellationToken cancellation)
    {
        await using var db = open();
        var keys = await db.Keys.AsNoTracking().Where(key => key.Use == use).ToListAsync(cancellation);
        return [.. keys.OrderBy(key => key.RetiredAt ?? long.MaxValue).ThenBy(key => key.CreatedAt)];
    }

    public StoredKey Seal(ECDsa key, KeyUse use, X509Certificate2? certificate, DateTimeOffset expires)
    {
        var kid = KeyThumbprint.Of(key);
        var secret = key.ExportPkcs8PrivateKey();
        try
        {
            return new StoredKey
            {
                Kid = kid,
                Use = use,
                CreatedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
                ExpiresAt = expires.ToUnixTimeMilliseconds(),
                Certificate = certificate?.RawData,
                Secret = ring.Wrap(secret, Purpose(use, kid)),
            };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <exception cref="CryptographicException">The blob was altered or is not this key's.</exception>
    public ECDsa Open(StoredKey stored)
    {
        var secret = ring.Unwrap(stored.Secret, Purpose(stored.Use, stored.Kid));
        var key = ECDsa.Create();
        try
        {
            key.ImportPkcs8PrivateKey(secret, out _);
            if (KeyThumbprint.Of(key) != stored.Kid)
                throw new CryptographicException($"stored key `{stored.Kid}` holds another key: the store was altered");
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>Adds keys, marks the others of their uses as retired and removes what nothing signed by can still be valid, in one transaction.</summary>
    public async Task ReplaceAsync(IReadOnlyList<StoredKey> added, IReadOnlyCollection<string> removed, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var uses = added.Select(key => key.Use).ToHashSet();
        await using var db = open();
        foreach (var old in await db.Keys.Where(key => uses.Contains(key.Use) && key.RetiredAt == null).ToListAsync(cancellation))
        {
            old.RetiredAt = now.ToUnixTimeMilliseconds();
            db.Publish(ChangeKind.Key, old.Kid, now);
        }

        foreach (var gone in await db.Keys.Where(key => removed.Contains(key.Kid)).ToListAsync(cancellation))
        {
            db.Keys.Remove(gone);
            db.Publish(ChangeKind.Key, gone.Kid, now);
        }

        foreach (var key in added)
        {
            db.Keys.Add(key);
            db.Publish(ChangeKind.Key, key.Kid, now);
        }

        await db.SaveChangesAsync(cancellation);
    }

    private static string Purpose(KeyUse use, string kid) => $"certificates/{use}/{kid}";
}
