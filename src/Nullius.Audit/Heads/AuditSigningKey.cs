using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Nullius.Audit;

/// <summary>The key that signs a node's heads: EC P-256, used for nothing else. Its id is the thumbprint of RFC 7638.</summary>
public sealed class AuditSigningKey : IDisposable
{
    private const int MostFileBytes = 4096;
    private const UnixFileMode OwnerOnlyFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly ECDsa _key;

    /// <summary>Takes over a P-256 key with its private part.</summary>
    /// <exception cref="CryptographicException">The key is of another curve.</exception>
    public AuditSigningKey(ECDsa key)
    {
        _key = key;
        var point = key.ExportParameters(includePrivateParameters: false);
        if (point.Q.X is not { Length: 32 } x || point.Q.Y is not { Length: 32 } y)
            throw new CryptographicException("audit signing key: expected a key on P-256");
        X = Base64Url.EncodeToString(x);
        Y = Base64Url.EncodeToString(y);
        KeyId = Thumbprint(X, Y);
    }

    /// <summary>RFC 7638 thumbprint of the public key.</summary>
    public string KeyId { get; }

    internal string X { get; }

    internal string Y { get; }

    /// <summary>Makes a new key.</summary>
    public static AuditSigningKey Create() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>
    /// Opens the wrapped key of a node, making it when it is missing. Beside heads that exist already a new key is made as
    /// well: the verifier then sees two keys and names both.
    /// </summary>
    /// <param name="path">Where the wrapped PKCS#8 lies; see <see cref="AuditOptions.SigningKeyFile"/>.</param>
    /// <param name="wrap">Encrypts under the key-encryption key.</param>
    /// <param name="unwrap">Reverses <paramref name="wrap"/>.</param>
    /// <exception cref="CryptographicException">The file does not unwrap, or holds no P-256 key.</exception>
    public static AuditSigningKey Open(string path, Func<byte[], byte[]> wrap, Func<byte[], byte[]> unwrap)
    {
        if (File.Exists(path))
        {
            if (new FileInfo(path).Length > MostFileBytes)
                throw new CryptographicException($"audit signing key `{path}`: expected at most {MostFileBytes} bytes");
            return Import(unwrap(File.ReadAllBytes(path)));
        }

        var key = Create();
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, OwnerOnlyFolder);
        var secret = key._key.ExportPkcs8PrivateKey();
        try
        {
            var next = path + ".next";
            File.Delete(next);
            using (var file = new FileStream(next, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnlyFile }))
            {
                file.Write(wrap(secret));
                file.Flush(flushToDisk: true);
            }

            File.Move(next, path);
            return key;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    public void Dispose() => _key.Dispose();

    internal byte[] Sign(ReadOnlySpan<byte> data) => _key.SignData(data, HashAlgorithmName.SHA256);

    internal static string Thumbprint(string x, string y) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{x}}","y":"{{y}}"}""")));

    private static AuditSigningKey Import(byte[] secret)
    {
        try
        {
            var key = ECDsa.Create();
            key.ImportPkcs8PrivateKey(secret, out _);
            return new AuditSigningKey(key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }
}
