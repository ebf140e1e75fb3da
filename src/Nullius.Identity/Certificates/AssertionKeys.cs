using System.Security.Cryptography;

namespace Nullius.Identity.Certificates;

/// <summary>The keys that sign assertions to applications: ES256, rotated, public halves published as a JWK set.</summary>
public interface IAssertionKeys
{
    (string Kid, ECDsa Key) Current { get; }

    string JwksJson { get; }
}
