using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Nullius.Audit;

/// <summary>The key that signs a node's heads: EC P-256, used for nothing else. Its id is the thumbprint of RFC 7638.</summary>
public sealed class AuditSigningKey : IDisposable
{
    private const int MostFileBytes = 64 * 1024;
    private const string FormerSuffix = ".former";
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
        Tag = TagOf(KeyId);
        var secret = key.ExportParameters(includePrivateParameters: true).D!;
        TipKey = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, info: "nullius audit tip 1"u8.ToArray());
        CryptographicOperations.ZeroMemory(secret);
    }

    /// <summary>RFC 7638 thumbprint of the public key.</summary>
    public string KeyId { get; }

    internal string X { get; }

    internal string Y { get; }

    /// <summary>Authenticates the marks of the tip; as secret as the key it is derived from.</summary>
    internal byte[] TipKey { get; }

    /// <summary>The first bytes of the id.</summary>
    internal ulong Tag { get; }

    /// <summary>Ids of keys that this one replaced, oldest first; their heads still count.</summary>
    public IReadOnlyList<string> FormerKeyIds { get; private init; } = [];

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
        if (!File.Exists(path))
        {
            var made = Create();
            made.Store(path, wrap);
            return made;
        }

        return Import(unwrap(Bounded(path)), Former(path, unwrap));
    }

    /// <summary>
    /// Makes the key that follows the one at <paramref name="path"/> and puts it in its place; the id of the old one stays
    /// with it. The trail goes on to sign with the old one until <see cref="AuditTrail.Rotate"/>.
    /// </summary>
    /// <exception cref="CryptographicException">As <see cref="Open"/>.</exception>
    public static AuditSigningKey Replace(string path, Func<byte[], byte[]> wrap, Func<byte[], byte[]> unwrap)
    {
        using var old = Open(path, wrap, unwrap);
        var next = new AuditSigningKey(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { FormerKeyIds = [.. old.FormerKeyIds, old.KeyId] };
        // The list first: an id too many says nothing, one too few would disown heads.
        Write(path + FormerSuffix, wrap(Encoding.ASCII.GetBytes(string.Join('\n', next.FormerKeyIds))));
        next.Store(path, wrap);
        return next;
    }

    public void Dispose() => _key.Dispose();

    internal byte[] Sign(ReadOnlySpan<byte> data) => _key.SignData(data, HashAlgorithmName.SHA256);

    internal static string Thumbprint(string x, string y) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{x}}","y":"{{y}}"}""")));

    internal static ulong TagOf(string keyId)
    {
        Span<byte> thumbprint = stackalloc byte[32];
        return Base64Url.TryDecodeFromChars(keyId, thumbprint, out var length) && length == thumbprint.Length ? BinaryPrimitives.ReadUInt64BigEndian(thumbprint) : 0;
    }

    private void Store(string path, Func<byte[], byte[]> wrap)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, OwnerOnlyFolder);
        var secret = _key.ExportPkcs8PrivateKey();
        try
        {
            Write(path, wrap(secret));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private static void Write(string path, byte[] bytes)
    {
        var next = path + ".next";
        File.Delete(next);
        using (var file = new FileStream(next, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnlyFile }))
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }

        File.Move(next, path, overwrite: true);
    }

    private static byte[] Bounded(string path) => new FileInfo(path).Length <= MostFileBytes
        ? File.ReadAllBytes(path)
        : throw new CryptographicException($"audit signing key `{path}`: expected at most {MostFileBytes} bytes");

    private static string[] Former(string path, Func<byte[], byte[]> unwrap) =>
        File.Exists(path + FormerSuffix) ? Encoding.ASCII.GetString(unwrap(Bounded(path + FormerSuffix))).Split('\n') : [];

    private static AuditSigningKey Import(byte[] secret, string[] former)
    {
        try
        {
            var key = ECDsa.Create();
            key.ImportPkcs8PrivateKey(secret, out _);
            return new AuditSigningKey(key) { FormerKeyIds = former };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }
}
