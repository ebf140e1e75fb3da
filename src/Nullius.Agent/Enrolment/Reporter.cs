using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Nullius.Agent.Facts;

namespace Nullius.Agent.Enrolment;

/// <summary>Sends posture: a report signed by the device's key (compact JWS, RFC 7515), over a connection that presents its certificate.</summary>
internal sealed class Reporter(AgentFolder folder, TimeProvider time)
{
    private const int MostEvidence = 500;
    private const int NonceBytes = 16;

    /// <summary>What the server made of the report.</summary>
    public async Task<(string State, IReadOnlyList<string> Reasons)> ReportAsync(Posture posture, CancellationToken cancellation)
    {
        var identity = folder.Identity();
        using var key = folder.Key();
        using var connection = new ServerConnection(identity.Server, folder.Roots(), folder.Certificate());
        var jws = Sign(Payload(identity.DeviceId, posture), key);
        var answer = await connection.PostAsync("posture", jws, "application/jose", cancellation).ConfigureAwait(false);
        if (answer.ValueKind is not JsonValueKind.Object || !answer.TryGetProperty("state", out var state) || state.ValueKind is not JsonValueKind.String)
            return ("accepted", []);
        var reasons = answer.TryGetProperty("reasons", out var given) && given.ValueKind is JsonValueKind.Array
            ? given.EnumerateArray().Where(reason => reason.ValueKind is JsonValueKind.String).Select(reason => reason.GetString()!).ToList()
            : [];
        return (state.GetString()!, reasons);
    }

    internal static string Sign(byte[] payload, ECDsa key)
    {
        var signed = Base64Url.EncodeToString("""{"alg":"ES256"}"""u8) + "." + Base64Url.EncodeToString(payload);
        return signed + "." + Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256));
    }

    internal byte[] Payload(string deviceId, Posture posture)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteString("deviceId", deviceId);
            json.WriteString("at", time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("nonce", Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(NonceBytes)));
            json.WritePropertyName("facts");
            PostureJson.Write(json, posture, MostEvidence);
            json.WriteEndObject();
        }

        return text.ToArray();
    }
}
