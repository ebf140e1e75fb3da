using System.Security.Cryptography;
using System.Text.Json;
using Nullius.Identity.Devices;
using Nullius.State.Keys;

namespace Nullius.Identity.Certificates;

/// <summary>The keys that sign assertions to applications (ES256), and the set that applications verify with.</summary>
public interface IAssertionKeys
{
    /// <summary>The key that signs now and its id (RFC 7638 thumbprint). The key belongs to the ring: do not dispose it.</summary>
    (string Kid, ECDsa Key) Current { get; }

    /// <summary>RFC 7517 key set: the current key and those whose assertions may still be valid.</summary>
    string JwksJson { get; }
}

/// <summary>Assertion keys in the store, wrapped. A replaced key stays in the published set until nothing that it signed can be valid.</summary>
public sealed class AssertionKeys : IAssertionKeys, IDisposable
{
    internal static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);
    /// <summary>How long a replaced key stays published: an assertion's lifetime and generous clock skew.</summary>
    internal static readonly TimeSpan Retention = TimeSpan.FromMinutes(10);

    private readonly KeyStore _keys;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _change = new(1, 1);
    private volatile Ring? _ring;

    private AssertionKeys(KeyStore keys, TimeProvider time)
    {
        _keys = keys;
        _time = time;
    }

    public (string Kid, ECDsa Key) Current => (Now.Kid, Now.Key);

    public string JwksJson => Now.Jwks;

    private Ring Now => _ring ?? throw new InvalidOperationException("the assertion keys are not open");

    /// <summary>Opens the keys, making the first when the store has none.</summary>
    /// <exception cref="CryptographicException">A stored key was altered.</exception>
    public static async Task<AssertionKeys> OpenAsync(Func<DevicesDb> open, KeyRing ring, TimeProvider time, CancellationToken cancellation)
    {
        var keys = new AssertionKeys(new KeyStore(open, ring, time), time);
        await keys.LoadAsync(cancellation);
        if (keys._ring is null)
            await keys.RotateAsync(cancellation);
        return keys;
    }

    /// <summary>Signs with a new key from now on; the old one stays published while its assertions may be valid.</summary>
    public async Task RotateAsync(CancellationToken cancellation)
    {
        await _change.WaitAsync(cancellation);
        try
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var stored = _keys.Seal(key, KeyUse.Assertion, certificate: null, _time.GetUtcNow() + Lifetime);
            await _keys.ReplaceAsync([stored], await ForgottenAsync(cancellation), cancellation);
            await LoadAsync(cancellation);
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>Replaces a key past two thirds of its life and stops publishing what is no longer needed. Called by the upkeep.</summary>
    internal async Task MaintainAsync(CancellationToken cancellation)
    {
        var now = _time.GetUtcNow();
        if (now >= Now.RenewAt)
            await RotateAsync(cancellation);
        else if (now >= Now.StaleAt)
            await LoadAsync(cancellation);
    }

    public void Dispose()
    {
        _ring?.Key.Dispose();
        _change.Dispose();
    }

    private async Task<IReadOnlyList<string>> ForgottenAsync(CancellationToken cancellation)
    {
        var limit = (_time.GetUtcNow() - Retention).ToUnixTimeMilliseconds();
        return [.. (await _keys.ReadAsync(KeyUse.Assertion, cancellation)).Where(key => key.RetiredAt <= limit).Select(key => key.Kid)];
    }

    private async Task LoadAsync(CancellationToken cancellation)
    {
        var limit = (_time.GetUtcNow() - Retention).ToUnixTimeMilliseconds();
        var published = (await _keys.ReadAsync(KeyUse.Assertion, cancellation)).Where(key => key.RetiredAt is null || key.RetiredAt > limit).ToList();
        var current = published.FindLast(key => key.RetiredAt is null);
        if (current is null)
            return;
        var retired = published.Where(key => key.RetiredAt is not null).Select(key => key.RetiredAt!.Value).ToList();
        var staleAt = retired.Count == 0 ? DateTimeOffset.MaxValue : DateTimeOffset.FromUnixTimeMilliseconds(retired.Min()) + Retention;
        var renewAt = DateTimeOffset.FromUnixTimeMilliseconds(current.CreatedAt + ((current.ExpiresAt - current.CreatedAt) * 2 / 3));
        // The replaced instance may be signing at this moment: it is left to the collector.
        _ring = new Ring(current.Kid, _keys.Open(current), Jwks(published), renewAt, staleAt);
    }

    private string Jwks(IEnumerable<StoredKey> published)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("keys");
            foreach (var stored in published.Reverse())
            {
                using var key = _keys.Open(stored);
                var (curve, x, y) = KeyThumbprint.Members(key);
                json.WriteStartObject();
                json.WriteString("kty", "EC");
                json.WriteString("crv", curve);
                json.WriteString("x", x);
                json.WriteString("y", y);
                json.WriteString("kid", stored.Kid);
                json.WriteString("use", "sig");
                json.WriteString("alg", "ES256");
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }

    private sealed record Ring(string Kid, ECDsa Key, string Jwks, DateTimeOffset RenewAt, DateTimeOffset StaleAt);
}
