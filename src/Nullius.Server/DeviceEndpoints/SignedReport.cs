using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Nullius.Server.DeviceEndpoints;

/// <summary>A posture report as an agent signs it (compact JWS, ES256): for devices that this program plays itself.</summary>
internal static class SignedReport
{
    /// <param name="facts">Fact → <c>yes</c>, <c>no</c> or <c>unknown</c>.</param>
    /// <param name="evidence">Stands beside each.</param>
    /// <param name="nonce">At least 16 characters, never used before.</param>
    public static string Of(string deviceId, IReadOnlyDictionary<string, string> facts, string evidence, string nonce, DateTimeOffset now, ECDsa key)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(new
        {
            deviceId,
            at = now.ToString("O", CultureInfo.InvariantCulture),
            nonce,
            facts = facts.ToDictionary(fact => fact.Key, fact => new { state = fact.Value, evidence }),
        });
        var signed = $"{Base64Url.EncodeToString("""{"alg":"ES256"}"""u8)}.{Base64Url.EncodeToString(payload)}";
        return $"{signed}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }
}
