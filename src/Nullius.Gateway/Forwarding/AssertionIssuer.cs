using System.Buffers;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Nullius.Gateway.Deciding;
using Nullius.Identity.Certificates;
using Nullius.Identity.Trust;

namespace Nullius.Gateway.Forwarding;

/// <summary>
/// Signed statements to applications about who asks (JWT, ES256). One per session and audience serves for a minute, unless
/// anything that it states changes before.
/// </summary>
internal sealed class AssertionIssuer(IAssertionKeys keys, string issuer, TimeProvider time)
{
    /// <summary>How long an application may accept one.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(120);

    private static readonly TimeSpan ServeTime = TimeSpan.FromSeconds(60);
    private const int MostKept = 20_000;

    private readonly ConcurrentDictionary<(string Session, string Audience), Kept> _kept = new();
    private readonly Lock _signing = new();

    public string For(GateRequest request)
    {
        var key = (request.Session!.Id, request.Route!.Audience);
        var now = time.GetUtcNow();
        var kid = keys.Current.Kid;
        if (_kept.TryGetValue(key, out var kept) && now < kept.Until && now >= kept.From && kept.States(request, kid))
            return kept.Token;
        kept = new Kept(Sign(request, now), now, now + ServeTime, kid, request.Session, request.Person!, request.Device, request.DeviceState);
        // What is kept is only a saving: when there is too much of it, it starts again.
        if (_kept.Count >= MostKept)
            _kept.Clear();
        _kept[key] = kept;
        return kept.Token;
    }

    private string Sign(GateRequest request, DateTimeOffset now)
    {
        var (kid, key) = keys.Current;
        var header = Json(writer =>
        {
            writer.WriteString("alg", "ES256");
            writer.WriteString("kid", kid);
            writer.WriteString("typ", "JWT");
        });
        var payload = Json(writer => Claims(writer, request, now));
        var signed = $"{header}.{payload}";
        byte[] signature;
        lock (_signing)
            signature = key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    private void Claims(Utf8JsonWriter writer, GateRequest request, DateTimeOffset now)
    {
        var session = request.Session!;
        var person = request.Person!;
        writer.WriteString("iss", issuer);
        writer.WriteString("sub", person.Id);
        writer.WriteString("aud", request.Route!.Audience);
        writer.WriteNumber("iat", now.ToUnixTimeSeconds());
        writer.WriteNumber("nbf", now.ToUnixTimeSeconds() - 5);
        writer.WriteNumber("exp", (now + Lifetime).ToUnixTimeSeconds());
        writer.WriteString("jti", request.Reference);
        writer.WriteString("sid", session.Id);
        writer.WriteString("preferred_username", person.UserName);
        writer.WriteString("name", person.DisplayName);
        writer.WriteNumber("auth_time", session.AuthenticatedAt.ToUnixTimeSeconds());
        writer.WriteString("acr", session.MfaAt is null ? "1" : "mfa");
        WriteList(writer, "groups", person.Groups.IsDefault ? [] : person.Groups);
        WriteList(writer, "amr", session.Methods.IsDefault ? [] : session.Methods);
        writer.WriteStartObject("device");
        if (request.Device is { } device)
            writer.WriteString("id", device.Id);
        writer.WriteString("state", ContextWriter.NameOf(request.DeviceState));
        writer.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter writer, string name, IReadOnlyList<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return Base64Url.EncodeToString(buffer.WrittenSpan);
    }

    private sealed record Kept(
        string Token, DateTimeOffset From, DateTimeOffset Until, string Kid, SessionTrust Session, PersonTrust Person, DeviceTrust? Device, DeviceState State)
    {
        // INVARIANT: trust records are immutable, so the same object states the same.
        public bool States(GateRequest request, string kid) => ReferenceEquals(Session, request.Session) && ReferenceEquals(Person, request.Person)
            && ReferenceEquals(Device, request.Device) && State == request.DeviceState && string.Equals(Kid, kid, StringComparison.Ordinal);
    }
}
