using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Nullius.Identity.Devices;

/// <summary>A posture report whose signature was verified. Facts by name: <c>yes|no|unknown</c>, or a text for the operating system.</summary>
internal sealed record PostureReport(string DeviceId, DateTimeOffset At, string Nonce, IReadOnlyDictionary<string, DeviceFact> Facts)
{
    public const int MostCharacters = 32 * 1024;
    private const int MostFacts = 32;
    private const int MostNonce = 64;
    private const int MostEvidence = 500;
    private const int MostText = 100;
    private static readonly (string Member, string Fact)[] OperatingSystemFacts =
        [("id", "osId"), ("name", "osName"), ("version", "osVersion"), ("build", "osBuild"), ("kernel", "osKernel"), ("architecture", "osArchitecture")];

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 6, AllowDuplicateProperties = false };

    /// <summary>Reads a compact JWS (RFC 7515) and verifies it with the key of the certificate that the device presented.</summary>
    /// <exception cref="DeviceRefusedException">Malformed, too large, or not signed by that key.</exception>
    public static PostureReport Read(string jws, X509Certificate2 certificate)
    {
        if (jws.Length > MostCharacters)
            throw Refused($"it is larger than {MostCharacters} characters");
        try
        {
            var parts = jws.Split('.', 4);
            if (parts.Length != 3)
                throw Refused("expected a compact JWS of three parts");
            using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[0]), Strict);
            Verify(header.RootElement, parts, certificate);
            using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]), Strict);
            return Parse(payload.RootElement);
        }
        catch (Exception fault) when (fault is FormatException or JsonException or InvalidOperationException or CryptographicException)
        {
            throw Refused("it is malformed", fault);
        }
    }

    // The algorithm follows from the key; the header may only agree. Keys that a header brings along are never looked at.
    private static void Verify(JsonElement header, string[] parts, X509Certificate2 certificate)
    {
        if (header.ValueKind != JsonValueKind.Object || header.TryGetProperty("crit", out _))
            throw Refused("its header is not one that is understood");
        var algorithm = header.TryGetProperty("alg", out var value) ? value.GetString() : null;
        var signed = System.Text.Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}");
        var signature = Base64Url.DecodeFromChars(parts[2]);
        using var ec = certificate.GetECDsaPublicKey();
        using var rsa = ec is null ? certificate.GetRSAPublicKey() : null;
        var (expected, genuine) = (ec?.KeySize, rsa) switch
        {
            (256, _) => ("ES256", ec!.VerifyData(signed, signature, HashAlgorithmName.SHA256)),
            (384, _) => ("ES384", ec!.VerifyData(signed, signature, HashAlgorithmName.SHA384)),
            (null, not null) => ("PS256", rsa.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss)),
            _ => throw Refused("the certificate's key cannot verify it"),
        };
        if (algorithm != expected || !genuine)
            throw Refused($"it is not signed with {expected} by the device's key");
    }

    private static PostureReport Parse(JsonElement body)
    {
        var nonce = Text(body, "nonce", MostNonce);
        if (nonce.Length < 16)
            throw Refused("its `nonce` is shorter than 16 characters");
        var at = DateTimeOffset.Parse(Text(body, "at", 40), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        if (!body.TryGetProperty("facts", out var given) || given.ValueKind != JsonValueKind.Object)
            throw Refused("it has no `facts`");

        var facts = new Dictionary<string, DeviceFact>(StringComparer.Ordinal);
        foreach (var fact in given.EnumerateObject())
        {
            if (fact.Name == "os")
                AddOperatingSystem(facts, fact.Value);
            else
                Add(facts, Name(fact.Name), Fact(fact));
        }

        return new PostureReport(Text(body, "deviceId", MostText), at, nonce, facts);
    }

    private static DeviceFact Fact(JsonProperty fact)
    {
        var state = Text(fact.Value, "state", MostText);
        if (state is not ("yes" or "no" or "unknown"))
            throw Refused($"its fact `{fact.Name}` is neither yes, no nor unknown");
        var evidence = fact.Value.TryGetProperty("evidence", out var given) && given.ValueKind == JsonValueKind.String ? given.GetString() : null;
        return new DeviceFact(state, evidence?.Length > MostEvidence ? evidence[..MostEvidence] : evidence);
    }

    // os: { name, version, … } becomes osName, osVersion, …: texts. Only these members, so that none can pose as a fact of yes and no.
    private static void AddOperatingSystem(Dictionary<string, DeviceFact> facts, JsonElement os)
    {
        foreach (var (member, name) in OperatingSystemFacts)
        {
            if (!os.TryGetProperty(member, out var value) || value.ValueKind == JsonValueKind.Null)
                continue;
            var text = value.GetString() ?? "";
            if (text.Length > MostText || text.Any(char.IsControl))
                throw Refused($"its `os.{member}` is not a text of at most {MostText} characters");
            Add(facts, name, new DeviceFact(text, null));
        }
    }

    private static void Add(Dictionary<string, DeviceFact> facts, string name, DeviceFact fact)
    {
        if (!facts.TryAdd(name, fact))
            throw Refused($"its fact `{name}` is given twice");
        if (facts.Count > MostFacts)
            throw Refused($"it has more than {MostFacts} facts");
    }

    private static string Name(string name) =>
        name.Length is > 0 and <= 40 && char.IsAsciiLetterLower(name[0]) && name.All(char.IsAsciiLetterOrDigit)
            ? name
            : throw Refused("the name of a fact is not of letters and digits, at most 40");

    private static string Text(JsonElement body, string member, int most) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(member, out var value) && value.GetString() is { } text && text.Length <= most && !text.Any(char.IsControl)
            ? text
            : throw Refused($"its `{member}` is missing or longer than {most} characters");

    private static DeviceRefusedException Refused(string why, Exception? cause = null) =>
        new(DeviceRefusal.InvalidReport, $"posture report refused: {why}", cause);
}
