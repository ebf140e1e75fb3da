using System.Security.Cryptography;

namespace Nullius.Identity.Certificates;

/// <summary>The keys that sign assertions to applications (ES256), and the set that applications verify with.</summary>
public interface IAssertionKeys
{
    /// <summary>The key that signs now and its id (RFC 7638 thumbprint). The key belongs to the ring: do not dispose it.</summary>
    (string Kid, ECDsa Key) Current { get; }

    /// <summary>RFC 7517 key set: the current key and those whose assertions may still be valid.</summary>
    string JwksJson { get; }
}
