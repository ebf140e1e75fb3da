using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nullius.Policy.Intent;

/// <summary>How compiled documents are written.</summary>
internal static class IntentJson
{
    private static readonly JsonSerializerOptions s_options = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };

    internal static IntentDocument Document(IntentDialect dialect, string file, JsonNode json) => new(dialect, file, json.ToJsonString(s_options) + "\n");

    internal static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode)t)]);

    internal static string Instant(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>An id that is the same for the same text: policies name locations by it, and whoever creates them puts the provider's in its place.</summary>
    internal static string Id(string text) => new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16)).ToString();
}
