using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Nullius.State.Keys;

/// <summary>One key of the ring: a random id and 256 random bits.</summary>
internal sealed class KeyEncryptionKey(byte[] id, byte[] secret)
{
    public const int IdBytes = 8;
    public const int SecretBytes = 32;

    public string Id { get; } = Base64Url.EncodeToString(id);

    public ReadOnlySpan<byte> IdBits => id;

    public ReadOnlySpan<byte> Secret => secret;

    public static KeyEncryptionKey Create(RandomSource random)
    {
        var id = new byte[IdBytes];
        var secret = new byte[SecretBytes];
        random.Fill(id);
        random.Fill(secret);
        return new KeyEncryptionKey(id, secret);
    }

    public byte[] Derive(string purpose, int bytes)
    {
        var key = new byte[bytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, salt: "nullius"u8, info: Encoding.UTF8.GetBytes(purpose));
        return key;
    }
}
