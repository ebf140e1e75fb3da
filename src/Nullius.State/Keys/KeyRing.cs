using System.Security.Cryptography;
using System.Text;

namespace Nullius.State.Keys;

/// <summary>
/// Wraps every stored secret under the one key-encryption key of the data directory (law 10): AES-256-GCM, the purpose
/// as associated data, the KEK's id in front, so that it can be rotated. Thread-safe.
/// </summary>
public sealed class KeyRing
{
    // A blob: format (1) | kid (8) | nonce (12) | tag (16) | ciphertext. Format, kid and purpose are authenticated.
    private const byte Format = 1;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int Overhead = 1 + KeyEncryptionKey.IdBytes + NonceBytes + TagBytes;

    private readonly DataDirectory _directory;
    private readonly RandomSource _random;
    private readonly Lock _rotation = new();

    // INVARIANT: never empty, newest last, replaced as a whole.
    private volatile KeyEncryptionKey[] _keys;

    private KeyRing(DataDirectory directory, RandomSource random, KeyEncryptionKey[] keys)
    {
        _directory = directory;
        _random = random;
        _keys = keys;
    }

    /// <summary>Id of the key that wraps now.</summary>
    public string CurrentKeyId => _keys[^1].Id;

    /// <summary>Ids of all keys that unwrap, oldest first.</summary>
    public IReadOnlyList<string> KeyIds => [.. _keys.Select(key => key.Id)];

    /// <summary>Opens the key at <see cref="DataDirectory.KeyEncryptionKey"/>, creating it owner-only when the store is new. Refuses a key that others may read.</summary>
    /// <exception cref="DataDirectoryException">The key is readable by others, damaged, or missing beside a store that was written with it.</exception>
    public static KeyRing Open(DataDirectory directory, RandomSource random)
    {
        directory.Prepare();
        if (File.Exists(directory.KeyEncryptionKey))
            return new KeyRing(directory, random, KeyFile.Read(directory.KeyEncryptionKey));

        // A new key beside an old store would make every stored secret unreadable without a word.
        if (File.Exists(directory.Database))
            throw new DataDirectoryException(
                $"key-encryption key `{directory.KeyEncryptionKey}` is missing but the store `{directory.Database}` exists: restore the key from backup");

        KeyEncryptionKey[] keys = [KeyEncryptionKey.Create(random)];
        KeyFile.Write(directory.KeyEncryptionKey, keys);
        return new KeyRing(directory, random, keys);
    }

    /// <summary>Encrypts <paramref name="secret"/> for one purpose under the newest key.</summary>
    public byte[] Wrap(ReadOnlySpan<byte> secret, string purpose)
    {
        var key = _keys[^1];
        var blob = new byte[Overhead + secret.Length];
        var parts = new Parts(blob);
        blob[0] = Format;
        key.IdBits.CopyTo(parts.KeyId);
        _random.Fill(parts.Nonce);
        using var aes = new AesGcm(key.Secret, TagBytes);
        aes.Encrypt(parts.Nonce, secret, parts.Ciphertext, parts.Tag, AssociatedData(parts.Header, purpose));
        return blob;
    }

    /// <summary>The secret in a blob that <see cref="Wrap"/> made, under whichever key of the ring it was made.</summary>
    /// <exception cref="CryptographicException">The blob was altered, belongs to another purpose, or its key is not in the ring.</exception>
    public byte[] Unwrap(ReadOnlySpan<byte> blob, string purpose)
    {
        if (blob.Length < Overhead || blob[0] != Format)
            throw new CryptographicException("wrapped secret: not a blob of this format");
        var parts = new ReadOnlyParts(blob);
        var key = Find(parts.KeyId);
        var secret = new byte[parts.Ciphertext.Length];
        using var aes = new AesGcm(key.Secret, TagBytes);
        try
        {
            aes.Decrypt(parts.Nonce, parts.Ciphertext, parts.Tag, secret, AssociatedData(parts.Header, purpose));
        }
        catch (AuthenticationTagMismatchException fault)
        {
            throw new CryptographicException($"wrapped secret for `{purpose}`: altered, or made for another purpose", fault);
        }

        return secret;
    }

    /// <summary>
    /// A key derived for one purpose (HMAC of handoff state, sealing of replayed forms): HKDF-SHA256 from the newest KEK.
    /// It changes when the KEK is rotated: a key that must outlive that is generated and wrapped instead.
    /// </summary>
    public byte[] Derive(string purpose, int bytes = 32) => _keys[^1].Derive(purpose, bytes);

    /// <summary>The derived keys of every KEK in the ring, newest first, to verify what was made before a rotation.</summary>
    public IReadOnlyList<byte[]> DeriveAll(string purpose, int bytes = 32) => [.. _keys.Reverse().Select(key => key.Derive(purpose, bytes))];

    /// <summary>Adds a new key, which wraps from now on; the older ones still unwrap. Durable when it returns.</summary>
    /// <returns>The new key's id.</returns>
    public string Rotate()
    {
        lock (_rotation)
        {
            KeyEncryptionKey[] keys = [.. _keys, KeyEncryptionKey.Create(_random)];
            KeyFile.Write(_directory.KeyEncryptionKey, keys);
            _keys = keys;
            return keys[^1].Id;
        }
    }

    /// <summary>Whether the blob was wrapped under an older key and should be wrapped again.</summary>
    public bool IsStale(ReadOnlySpan<byte> blob) =>
        blob.Length < Overhead || !new ReadOnlyParts(blob).KeyId.SequenceEqual(_keys[^1].IdBits);

    /// <summary>The same secret under the newest key.</summary>
    /// <exception cref="CryptographicException">As <see cref="Unwrap"/>.</exception>
    public byte[] Rewrap(ReadOnlySpan<byte> blob, string purpose)
    {
        var secret = Unwrap(blob, purpose);
        try
        {
            return Wrap(secret, purpose);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>Removes an older key, once nothing is wrapped under it any more. The newest cannot be removed.</summary>
    /// <exception cref="ArgumentException">The id is the newest key's, or not in the ring.</exception>
    public void Retire(string keyId)
    {
        lock (_rotation)
        {
            if (string.Equals(keyId, CurrentKeyId, StringComparison.Ordinal) || !_keys.Any(key => key.Id == keyId))
                throw new ArgumentException($"key `{keyId}` cannot be retired: expected an older key of the ring", nameof(keyId));
            KeyEncryptionKey[] keys = [.. _keys.Where(key => key.Id != keyId)];
            KeyFile.Write(_directory.KeyEncryptionKey, keys);
            _keys = keys;
        }
    }

    private KeyEncryptionKey Find(ReadOnlySpan<byte> keyId)
    {
        foreach (var key in _keys)
        {
            if (keyId.SequenceEqual(key.IdBits))
                return key;
        }

        throw new CryptographicException("wrapped secret: its key-encryption key is not in the ring");
    }

    private static byte[] AssociatedData(ReadOnlySpan<byte> header, string purpose)
    {
        var data = new byte[header.Length + Encoding.UTF8.GetByteCount(purpose)];
        header.CopyTo(data);
        Encoding.UTF8.GetBytes(purpose, data.AsSpan(header.Length));
        return data;
    }

    private readonly ref struct Parts(Span<byte> blob)
    {
        public Span<byte> Header { get; } = blob[..(1 + KeyEncryptionKey.IdBytes)];
        public Span<byte> KeyId { get; } = blob.Slice(1, KeyEncryptionKey.IdBytes);
        public Span<byte> Nonce { get; } = blob.Slice(1 + KeyEncryptionKey.IdBytes, NonceBytes);
        public Span<byte> Tag { get; } = blob.Slice(1 + KeyEncryptionKey.IdBytes + NonceBytes, TagBytes);
        public Span<byte> Ciphertext { get; } = blob[Overhead..];
    }

    private readonly ref struct ReadOnlyParts(ReadOnlySpan<byte> blob)
    {
        public ReadOnlySpan<byte> Header { get; } = blob[..(1 + KeyEncryptionKey.IdBytes)];
        public ReadOnlySpan<byte> KeyId { get; } = blob.Slice(1, KeyEncryptionKey.IdBytes);
        public ReadOnlySpan<byte> Nonce { get; } = blob.Slice(1 + KeyEncryptionKey.IdBytes, NonceBytes);
        public ReadOnlySpan<byte> Tag { get; } = blob.Slice(1 + KeyEncryptionKey.IdBytes + NonceBytes, TagBytes);
        public ReadOnlySpan<byte> Ciphertext { get; } = blob[Overhead..];
    }
}
