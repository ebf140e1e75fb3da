using System.Buffers.Text;
using System.Security.Cryptography;
using Nullius.State;
using Nullius.State.Keys;

namespace Nullius.Identity.Sessions;

/// <summary>
/// Seals small values that pass through a browser: AES-256-GCM under a key of its own for each message (HKDF of a key derived
/// for the purpose and a random salt), so that no number of messages wears the key out.
/// </summary>
public sealed class Sealer
{
    private const int SaltBytes = 16;
    private const int TagBytes = 16;
    private const int MostCharacters = 16 * 1024;
    private static readonly byte[] Nonce = new byte[12];

    private readonly byte[] _key;
    private readonly RandomSource _random;

    /// <param name="keys">Key ring of the data directory.</param>
    /// <param name="random">Where salts come from.</param>
    /// <param name="purpose">What is sealed for one purpose opens for no other.</param>
    public Sealer(KeyRing keys, RandomSource random, string purpose) => (_key, _random) = (keys.Derive(purpose), random);

    /// <summary>Base64url of salt, ciphertext and tag.</summary>
    public string Seal(ReadOnlySpan<byte> value)
    {
        var message = new byte[SaltBytes + value.Length + TagBytes];
        var salt = message.AsSpan(0, SaltBytes);
        _random.Fill(salt);
        using var cipher = Cipher(salt);
        // INVARIANT: one key, one message: the nonce may be constant.
        cipher.Encrypt(Nonce, value, message.AsSpan(SaltBytes, value.Length), message.AsSpan(SaltBytes + value.Length));
        return Base64Url.EncodeToString(message);
    }

    /// <summary>Null when it was altered, sealed for something else, or is no sealed value at all.</summary>
    public byte[]? Open(string? text)
    {
        if (text is null || text.Length > MostCharacters || !Base64Url.IsValid(text, out var length) || length < SaltBytes + TagBytes)
            return null;
        var message = Base64Url.DecodeFromChars(text);
        var value = new byte[message.Length - SaltBytes - TagBytes];
        using var cipher = Cipher(message.AsSpan(0, SaltBytes));
        try
        {
            cipher.Decrypt(Nonce, message.AsSpan(SaltBytes, value.Length), message.AsSpan(SaltBytes + value.Length), value);
            return value;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    private AesGcm Cipher(ReadOnlySpan<byte> salt)
    {
        Span<byte> key = stackalloc byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, key, salt, "nullius sealed value"u8);
        return new AesGcm(key, TagBytes);
    }
}
