namespace Nullius.State.Keys;

/// <summary>
/// Wraps every stored secret under the one key-encryption key of the data directory (law 10): AES-256-GCM, the purpose
/// as associated data, the KEK's id in front, so that it can be rotated. Thread-safe.
/// </summary>
public sealed class KeyRing
{
    /// <summary>Opens the key at <see cref="DataDirectory.KeyEncryptionKey"/>, creating it owner-only when the store is new. Refuses a key that others may read.</summary>
    public static KeyRing Open(DataDirectory directory, RandomSource random) => throw new NotSupportedException();

    public byte[] Wrap(ReadOnlySpan<byte> secret, string purpose) => throw new NotSupportedException();

    /// <exception cref="System.Security.Cryptography.CryptographicException">The blob was altered, belongs to another purpose, or its key is not in the ring.</exception>
    public byte[] Unwrap(ReadOnlySpan<byte> blob, string purpose) => throw new NotSupportedException();

    /// <summary>A key derived for one purpose (HMAC of handoff state, sealing of replayed forms): HKDF from the KEK.</summary>
    public byte[] Derive(string purpose, int bytes = 32) => throw new NotSupportedException();
}
