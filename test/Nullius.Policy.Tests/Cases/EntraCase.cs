using System.Net;
using System.Text;
using System.Text.Json;
using Nullius.Policy.Dialects.Entra;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Tests.Cases;

/// <summary>Reads the Entra half of a case document: the schema of <c>nullius simulate</c>, and instants for sign-in frequency.</summary>
internal static class EntraCase
{
    internal static EntraRequest Request(JsonElement json)
    {
        var device = json.TryGetProperty("device", out var d) ? d : default;
        var location = json.TryGetProperty("location", out var l) ? l : default;
        return new EntraRequest
        {
            User = Text(json, "user") ?? "",
            Groups = Texts(json, "groups"),
            Roles = Texts(json, "roles"),
            Guest = Flag(json, "guest") ?? false,
            Application = Text(json, "application"),
            UserAction = Text(json, "userAction"),
            ClientApp = Text(json, "clientApp") ?? "browser",
            AuthenticationContexts = Texts(json, "authenticationContexts"),
            AuthenticationFlow = json.TryGetProperty("authenticationFlow", out var flow) ? flow.GetString() : "none",
            Platform = Text(device, "platform"),
            DeviceCompliant = Flag(device, "compliant"),
            DeviceHybridJoined = Flag(device, "hybridJoined") ?? false,
            DeviceRegistered = Flag(device, "registered") ?? false,
            DeviceAttributes = Find(device, "attributes") is { ValueKind: JsonValueKind.Object } attributes
                ? attributes.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!) : null,
            Address = Text(location, "ip") is { } ip ? IPAddress.Parse(ip) : null,
            Country = Text(location, "country"),
            UserRisk = Text(json, "userRisk"),
            SignInRisk = Text(json, "signInRisk"),
            Satisfied = Texts(json, "satisfied"),
            AuthenticatedAt = Instant(json, "authenticatedAt"),
            MfaAt = Instant(json, "mfaAt"),
            Now = Instant(json, "now") ?? new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero),
        };
    }

    internal static EntraPolicySet Policies(JsonElement json)
    {
        var diagnostics = new List<PolicyDiagnostic>();
        var set = EntraPolicySet.Load(Documents(json, "conditionalAccess"), Documents(json, "namedLocations"), diagnostics);
        return set ?? throw new InvalidOperationException(string.Join('\n', diagnostics));
    }

    private static IEnumerable<(string, ReadOnlyMemory<byte>)> Documents(JsonElement json, string name) =>
        Find(json, name) is { } list ? [(name, Encoding.UTF8.GetBytes(list.GetRawText()))] : [];

    private static JsonElement? Find(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string? Text(JsonElement json, string name) => Find(json, name)?.GetString();

    private static bool? Flag(JsonElement json, string name) => Find(json, name)?.GetBoolean();

    private static DateTimeOffset? Instant(JsonElement json, string name) => Find(json, name)?.GetDateTimeOffset();

    private static string[] Texts(JsonElement json, string name) =>
        Find(json, name) is { } list ? [.. list.EnumerateArray().Select(v => v.GetString()!)] : [];
}
