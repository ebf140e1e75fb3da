using System.Security.Cryptography;

namespace Nullius.State;

/// <summary>Where secrets and ids come from; tests inject a predictable one.</summary>
public abstract class RandomSource
{
    /// <summary>The operating system's generator.</summary>
    public static RandomSource System { get; } = new SystemRandomSource();

    public abstract void Fill(Span<byte> buffer);

    /// <summary>A base64url string that carries <paramref name="bytes"/> random bytes.</summary>
    public string NextToken(int bytes = 32)
    {
        Span<byte> buffer = stackalloc byte[bytes];
        Fill(buffer);
        return global::System.Buffers.Text.Base64Url.EncodeToString(buffer);
    }

    private sealed class SystemRandomSource : RandomSource
    {
        public override void Fill(Span<byte> buffer) => RandomNumberGenerator.Fill(buffer);
    }
}
