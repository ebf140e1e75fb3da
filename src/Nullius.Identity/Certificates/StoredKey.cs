namespace Nullius.Identity.Certificates;

/// <summary>What a stored signing key may be used for; part of the purpose under which it is wrapped, so that one never serves as another.</summary>
internal enum KeyUse
{
    Root,
    Issuing,
    Assertion,
}

/// <summary>A signing key as the store keeps it: wrapped, named by its thumbprint.</summary>
internal sealed class StoredKey
{
    /// <summary>RFC 7638 thumbprint of the public key.</summary>
    public string Kid { get; set; } = "";

    public KeyUse Use { get; set; }

    /// <summary>Unix milliseconds.</summary>
    public long CreatedAt { get; set; }

    /// <summary>Unix milliseconds: end of the certificate, or the moment at which a key without one must have been replaced.</summary>
    public long ExpiresAt { get; set; }

    /// <summary>Unix milliseconds at which a newer key took over; null for the key that signs now.</summary>
    public long? RetiredAt { get; set; }

    /// <summary>DER; null for keys that have no certificate.</summary>
    public byte[]? Certificate { get; set; }

    /// <summary>PKCS #8, wrapped by the key ring.</summary>
    public byte[] Secret { get; set; } = [];
}
