using System.Collections.Concurrent;
using System.Security.Cryptography;
using Nullius.State;

namespace Nullius.Gateway.Answers;

/// <summary>A form that was posted when more proof was needed, on its way back.</summary>
internal sealed record ReturnedForm(string Target, string ContentType, byte[] Body);

/// <summary>
/// Keeps the bodies of forms that met a sign-in or step-up: sealed under a key that lives as long as the process, for ten
/// minutes, bounded in number and size. A form comes back once, on the host where it was posted, and only to the person
/// who posted it; one that was posted before sign-in, to the session that was made of it.
/// </summary>
internal sealed class HeldForms(RandomSource random, TimeProvider time) : IDisposable
{
    public const int MostBytes = 64 * 1024;

    private const int MostHeld = 512;
    private const long MostHeldBytes = 16 * 1024 * 1024;
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, Held> _held = new(StringComparer.Ordinal);
    private readonly AesGcm _key = new(NewKey(random), TagSize);
    private long _heldBytes;

    public static bool IsForm(string? contentType) => contentType is not null
        && (contentType.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) || contentType.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase));

    /// <summary>Keeps the request's form; null when it has none that can be kept.</summary>
    public async Task<string?> HoldAsync(GateRequest request, CancellationToken cancellation)
    {
        var http = request.Http.Request;
        if (request.Canonical.Method != "POST" || !IsForm(http.ContentType) || http.ContentLength is not (> 0 and <= MostBytes))
            return null;
        Expire();
        if (_held.Count >= MostHeld || Volatile.Read(ref _heldBytes) + http.ContentLength > MostHeldBytes)
            return null;
        var body = new byte[(int)http.ContentLength];
        await http.Body.ReadExactlyAsync(body, cancellation);
        var id = random.NextToken();
        var sealedBody = Seal(id, body);
        CryptographicOperations.ZeroMemory(body);
        _held[id] = new Held(sealedBody, request.Canonical.Authority, request.Canonical.Target, http.ContentType!, request.Person?.Id, null, time.GetUtcNow() + Lifetime);
        return id;
    }

    /// <summary>The handoff has come back with a session: from now on the form is that session's. False when it is not there, or another person's.</summary>
    public bool Bind(string id, string authority, string sessionId, string? personId)
    {
        if (!_held.TryGetValue(id, out var held) || held.Authority != authority || held.SessionId is not null || held.PersonId is not null && held.PersonId != personId)
            return false;
        return _held.TryUpdate(id, held with { SessionId = sessionId }, held);
    }

    /// <summary>Takes a form out, once. Null when it is not this session's on this host, or too old.</summary>
    public ReturnedForm? Take(string id, string authority, string sessionId)
    {
        if (!_held.TryGetValue(id, out var held) || held.Authority != authority || held.SessionId != sessionId || !_held.TryRemove(id, out held))
            return null;
        Interlocked.Add(ref _heldBytes, -held.Sealed.Length);
        if (time.GetUtcNow() >= held.Until)
            return null;
        return new ReturnedForm(held.Target, held.ContentType, Open(id, held));
    }

    /// <summary>Takes every form out, in the clear, for the process that comes next: what is taken here is not given back here any more.</summary>
    public byte[] TakeAll()
    {
        Expire();
        var forms = new List<Passed>();
        foreach (var id in _held.Keys)
        {
            if (_held.TryRemove(id, out var held))
                forms.Add(new Passed(id, Open(id, held), held.Authority, held.Target, held.ContentType, held.PersonId, held.SessionId, held.Until));
        }

        Volatile.Write(ref _heldBytes, 0);
        return System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(forms);
    }

    /// <summary>Takes over what the process before passed on; bounded as ever.</summary>
    public void PutBack(ReadOnlySpan<byte> forms)
    {
        foreach (var form in System.Text.Json.JsonSerializer.Deserialize<IReadOnlyList<Passed>>(forms) ?? [])
        {
            if (form.Until <= time.GetUtcNow() || form.Body.Length > MostBytes || _held.Count >= MostHeld)
                continue;
            _held[form.Id] = new Held(Seal(form.Id, form.Body), form.Authority, form.Target, form.ContentType, form.PersonId, form.SessionId, form.Until);
        }
    }

    public void Dispose() => _key.Dispose();

    private byte[] Seal(string id, ReadOnlySpan<byte> body)
    {
        var sealedBody = new byte[NonceSize + TagSize + body.Length];
        random.Fill(sealedBody.AsSpan(0, NonceSize));
        _key.Encrypt(sealedBody.AsSpan(0, NonceSize), body, sealedBody.AsSpan(NonceSize + TagSize), sealedBody.AsSpan(NonceSize, TagSize), System.Text.Encoding.UTF8.GetBytes(id));
        Interlocked.Add(ref _heldBytes, sealedBody.Length);
        return sealedBody;
    }

    private byte[] Open(string id, Held held)
    {
        var body = new byte[held.Sealed.Length - NonceSize - TagSize];
        _key.Decrypt(held.Sealed.AsSpan(0, NonceSize), held.Sealed.AsSpan(NonceSize + TagSize), held.Sealed.AsSpan(NonceSize, TagSize), body, System.Text.Encoding.UTF8.GetBytes(id));
        return body;
    }

    private void Expire()
    {
        var now = time.GetUtcNow();
        foreach (var (id, held) in _held)
        {
            if (now >= held.Until && _held.TryRemove(id, out _))
                Interlocked.Add(ref _heldBytes, -held.Sealed.Length);
        }
    }

    private static byte[] NewKey(RandomSource random)
    {
        var key = new byte[32];
        random.Fill(key);
        return key;
    }

    private sealed record Held(byte[] Sealed, string Authority, string Target, string ContentType, string? PersonId, string? SessionId, DateTimeOffset Until);

    /// <param name="Body">In the clear: whoever passes it on wraps it.</param>
    private sealed record Passed(string Id, byte[] Body, string Authority, string Target, string ContentType, string? PersonId, string? SessionId, DateTimeOffset Until);
}
