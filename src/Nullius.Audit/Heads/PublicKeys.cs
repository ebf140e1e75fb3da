using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Nullius.Audit.Heads;

/// <summary>The file of public keys (a JWK set) beside the segments: every key that has ever signed a head of this node.</summary>
internal sealed class PublicKeys : IDisposable
{
    private const int MostBytes = 1024 * 1024;
    private const int MostGiven = 16;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly Dictionary<string, ECDsa> _keys = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> KeyIds => _keys.Keys;

    /// <summary>Reads the set; a key whose id is not its own thumbprint is left out, so that its signatures do not verify.</summary>
    /// <exception cref="FormatException">The file is not a JWK set.</exception>
    public static PublicKeys Read(string path)
    {
        var keys = new PublicKeys();
        if (!File.Exists(path))
            return keys;
        if (new FileInfo(path).Length > MostBytes)
            throw new FormatException($"{path}: expected at most {MostBytes} bytes");
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            foreach (var key in document.RootElement.GetProperty("keys").EnumerateArray())
                keys.Add(key.GetProperty("x").GetString() ?? "", key.GetProperty("y").GetString() ?? "", key.GetProperty("kid").GetString() ?? "");
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new FormatException($"{path}: expected a JWK set of P-256 keys", fault);
        }

        return keys;
    }

    /// <summary>Adds the key to the file when it is not there yet.</summary>
    public static void Publish(string path, AuditSigningKey key)
    {
        IReadOnlyList<AuditPublicKey> present;
        using (var keys = Read(path))
        {
            if (keys._keys.ContainsKey(key.KeyId))
                return;
            present = keys.Export(keys.KeyIds);
        }

        Write(path, [.. present, new AuditPublicKey(key.KeyId, key.X, key.Y)]);
    }

    /// <summary>The keys of a proof.</summary>
    public static PublicKeys Of(IReadOnlyList<AuditPublicKey> given)
    {
        var keys = new PublicKeys();
        foreach (var key in given.Take(MostGiven))
        {
            try
            {
                keys.Add(key.X, key.Y, key.Kid);
            }
            catch (FormatException)
            {
                // What is no key signs nothing.
            }
        }

        return keys;
    }

    /// <summary>The public points of these keys.</summary>
    public IReadOnlyList<AuditPublicKey> Export(IEnumerable<string> keyIds)
    {
        var exported = new List<AuditPublicKey>();
        foreach (var keyId in keyIds.Distinct(StringComparer.Ordinal))
        {
            var point = _keys[keyId].ExportParameters(includePrivateParameters: false).Q;
            exported.Add(new AuditPublicKey(keyId, Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y)));
        }

        return exported;
    }

    public bool Verify(string keyId, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        _keys.TryGetValue(keyId, out var key) && key.VerifyData(data, signature, HashAlgorithmName.SHA256);

    public void Dispose()
    {
        foreach (var key in _keys.Values)
            key.Dispose();
    }

    private void Add(string x, string y, string kid)
    {
        if (AuditSigningKey.Thumbprint(x, y) != kid || _keys.ContainsKey(kid))
            return;
        try
        {
            _keys.Add(kid, ECDsa.Create(new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint { X = Base64Url.DecodeFromChars(x), Y = Base64Url.DecodeFromChars(y) },
            }));
        }
        catch (CryptographicException fault)
        {
            throw new FormatException("a point that is not on P-256", fault);
        }
    }

    private static void Write(string path, IReadOnlyList<AuditPublicKey> keys)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteStartArray("keys");
            foreach (var key in keys)
            {
                json.WriteStartObject();
                json.WriteString("kty", key.Kty);
                json.WriteString("crv", key.Crv);
                json.WriteString("use", "sig");
                json.WriteString("kid", key.Kid);
                json.WriteString("x", key.X);
                json.WriteString("y", key.Y);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        var next = path + ".next";
        File.Delete(next);
        using (var file = new FileStream(next, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        {
            file.Write(text.ToArray());
            file.Flush(flushToDisk: true);
        }

        File.Move(next, path, overwrite: true);
    }
}
