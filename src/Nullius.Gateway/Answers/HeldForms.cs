using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using Nullius.State;

namespace Nullius.Gateway.Answers;

/// <summary>A form that was posted when more proof was needed, on its way back.</summary>
internal sealed record ReturnedForm(string Target, string ContentType, byte[] Body);

/// <summary>
/// Keeps the bodies of forms that met a sign-in or step-up: sealed under a key that lives as long as the process, for ten
/// minutes, bounded in number and size, and for each stranger's network. A form comes back once, on the host where it was posted,
/// and only to the person who posted it; one that was posted before sign-in, to the session that was made of it. Each is on the
/// shelf before its person is sent away and gone from there before it is sent, so that a process that dies loses none and repeats none.
/// </summary>
internal sealed class HeldForms(RandomSource random, TimeProvider time, IFormShelf? shelf) : IDisposable
{
    public const int MostBytes = 64 * 1024;

    /// <summary>How many may wait for people who are not signed in yet, of one address or IPv6 network of 64 bits.</summary>
    public const int MostOfStranger = 16;

    private const int MostHeld = 512;
    private const long MostHeldBytes = 16 * 1024 * 1024;
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, Held> _held = new(StringComparer.Ordinal);
    private readonly AesGcm _key = new(NewKey(random), TagSize);
    private readonly Lock _room = new();
    private int _arriving;
    private long _heldBytes;

    public static bool IsForm(string? contentType) => contentType is not null
        && (contentType.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) || contentType.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase));

    /// <summary>Takes over what earlier processes left on the shelf; bounded as ever.</summary>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        if (shelf is null)
            return;
        foreach (var (id, bytes) in await shelf.ReadAllAsync(cancellation))
        {
            var form = JsonSerializer.Deserialize<Shelved>(bytes);
            if (form is null || form.Until <= time.GetUtcNow() || form.Body.Length > MostBytes || !HasRoom(form.Body.Length, form.PersonId, form.Origin))
                continue;
            _held[id] = new Held(Seal(id, form.Body), form.Authority, form.Target, form.ContentType, form.PersonId, form.SessionId, form.Origin, form.Until);
            Leave(0);
        }
    }

    /// <summary>Keeps the request's form; null when it has none that can be kept.</summary>
    public async Task<string?> HoldAsync(GateRequest request, CancellationToken cancellation)
    {
        var http = request.Http.Request;
        if (request.Canonical.Method != "POST" || !IsForm(http.ContentType) || http.ContentLength is not (> 0 and <= MostBytes and var length))
            return null;
        Expire();
        var origin = OriginOf(request.Connection.Address);
        if (!HasRoom((int)length, request.Person?.Id, origin))
            return null;
        var kept = false;
        try
        {
            var body = new byte[(int)length];
            await http.Body.ReadExactlyAsync(body, cancellation);
            var id = random.NextToken();
            var held = new Held(
                Seal(id, body), request.Canonical.Authority, request.Canonical.Target, http.ContentType!, request.Person?.Id, null, origin, time.GetUtcNow() + Lifetime);
            await ShelveAsync(id, held, body, cancellation);
            CryptographicOperations.ZeroMemory(body);
            kept = _held.TryAdd(id, held);
            return id;
        }
        finally
        {
            Leave(kept ? 0 : (int)length);
        }
    }

    /// <summary>The handoff has come back with a session: from now on the form is that session's. False when it is not there, or another person's.</summary>
    public async Task<bool> BindAsync(string id, string authority, string sessionId, string? personId, CancellationToken cancellation)
    {
        if (!_held.TryGetValue(id, out var held) || held.Authority != authority || held.SessionId is not null || held.PersonId is not null && held.PersonId != personId)
            return false;
        var bound = held with { SessionId = sessionId };
        if (!_held.TryUpdate(id, bound, held))
            return false;
        if (shelf is not null)
            await ShelveAsync(id, bound, Open(id, bound), cancellation);
        return true;
    }

    /// <summary>Takes a form out, once. Null when it is not this session's on this host, or too old.</summary>
    public async Task<ReturnedForm?> TakeAsync(string id, string authority, string sessionId, CancellationToken cancellation)
    {
        if (!_held.TryGetValue(id, out var held) || held.Authority != authority || held.SessionId != sessionId || !_held.TryRemove(id, out held))
            return null;
        Forget(held);
        if (time.GetUtcNow() >= held.Until)
            return null;
        // INVARIANT: gone from the shelf before it goes to the application: no later process sends it again.
        if (shelf is not null)
            await shelf.RemoveAsync(id, cancellation);
        return new ReturnedForm(held.Target, held.ContentType, Open(id, held));
    }

    public void Dispose() => _key.Dispose();

    // Room is taken before the body is read: bodies that arrive slowly count too.
    private bool HasRoom(int length, string? personId, string origin)
    {
        lock (_room)
        {
            if (_held.Count + _arriving >= MostHeld || _heldBytes + length > MostHeldBytes)
                return false;
            if (personId is null && _held.Values.Count(held => held.PersonId is null && held.SessionId is null && held.Origin == origin) >= MostOfStranger)
                return false;
            _arriving++;
            _heldBytes += length;
            return true;
        }
    }

    private void Leave(int length)
    {
        lock (_room)
        {
            _arriving--;
            _heldBytes -= length;
        }
    }

    private void Forget(Held held)
    {
        lock (_room)
            _heldBytes -= held.Sealed.Length - NonceSize - TagSize;
    }

    private Task ShelveAsync(string id, Held held, byte[] body, CancellationToken cancellation) => shelf is null
        ? Task.CompletedTask
        : shelf.PutAsync(
            id, JsonSerializer.SerializeToUtf8Bytes(new Shelved(body, held.Authority, held.Target, held.ContentType, held.PersonId, held.SessionId, held.Origin, held.Until)),
            held.Until, cancellation);

    private static string OriginOf(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 && !address.IsIPv4MappedToIPv6
        ? Convert.ToHexString(address.GetAddressBytes(), 0, 8)
        : address.ToString();

    private byte[] Seal(string id, ReadOnlySpan<byte> body)
    {
        var sealedBody = new byte[NonceSize + TagSize + body.Length];
        random.Fill(sealedBody.AsSpan(0, NonceSize));
        _key.Encrypt(sealedBody.AsSpan(0, NonceSize), body, sealedBody.AsSpan(NonceSize + TagSize), sealedBody.AsSpan(NonceSize, TagSize), System.Text.Encoding.UTF8.GetBytes(id));
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
            if (now >= held.Until && _held.TryRemove(id, out var gone))
                Forget(gone);
        }
    }

    private static byte[] NewKey(RandomSource random)
    {
        var key = new byte[32];
        random.Fill(key);
        return key;
    }

    private sealed record Held(
        byte[] Sealed, string Authority, string Target, string ContentType, string? PersonId, string? SessionId, string Origin, DateTimeOffset Until);

    /// <param name="Body">In the clear: the shelf wraps it.</param>
    private sealed record Shelved(
        byte[] Body, string Authority, string Target, string ContentType, string? PersonId, string? SessionId, string Origin, DateTimeOffset Until);
}
