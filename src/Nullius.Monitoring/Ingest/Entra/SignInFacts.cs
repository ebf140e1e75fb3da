using System.Net;
using System.Text.Json;
using Nullius.Monitoring.Ingest.Fields;
using Nullius.Policy.Replay;

namespace Nullius.Monitoring.Ingest.Entra;

/// <summary>
/// What a sign-in record tells, under the names that <c>nullius simulate</c> gives the members of a request. Groups, roles and the
/// user's risk are in no sign-in record and stay unknown: both of its risks are the sign-in's, of which policies read the one at
/// that moment.
/// </summary>
internal sealed class SignInFacts(TextPool pool)
{
    private const int Most = 200_000;

    private static readonly FieldMap s_policy = new("result", "enforcedGrantControls");

    private readonly Dictionary<string, RecordedContext> _contexts = new(StringComparer.Ordinal);
    private readonly FieldSlot[] _slots = new FieldSlot[s_policy.Count];

    internal RecordedContext Of(in RecordFields fields, bool isService)
    {
        var facts = new List<ContextFact>(24);
        AddWho(facts, fields, isService);
        AddWhere(facts, fields);
        AddDevice(facts, fields);
        AddRisk(facts, "signInRisk", SignInFormat.Of(fields, SignInFormat.SignInRisk));
        AddRisk(facts, "signInRiskAggregated", SignInFormat.Of(fields, SignInFormat.AggregatedRisk));
        AddSatisfied(facts, fields);
        AddFlow(facts, fields);
        var key = string.Join('\n', facts);
        if (_contexts.TryGetValue(key, out var known))
            return known;
        var context = new RecordedContext(facts);
        if (_contexts.Count < Most)
            _contexts[key] = context;
        return context;
    }

    private static void AddWho(List<ContextFact> facts, in RecordFields fields, bool isService)
    {
        if (isService)
            facts.Add(ContextFact.Of("servicePrincipal", SignInFormat.Of(fields, SignInFormat.ServicePrincipal)!));
        if (SignInFormat.Of(fields, SignInFormat.UserName) is { } name)
            facts.Add(ContextFact.Of("userPrincipalName", name));
        if (SignInFormat.Of(fields, SignInFormat.AppId) is { } app)
            facts.Add(ContextFact.Of("application", app));
        if (SignInFormat.Of(fields, SignInFormat.AppName) is { } appName)
            facts.Add(ContextFact.Of("applicationName", appName));
        if (SignInFormat.Of(fields, SignInFormat.UserType) is { } type)
            facts.Add(ContextFact.Of("guest", type.Equals("guest", StringComparison.OrdinalIgnoreCase)));
        var cross = SignInFormat.Of(fields, SignInFormat.CrossTenant);
        if (cross is "b2bCollaboration")
            facts.Add(ContextFact.Of("guestType", "b2bCollaborationGuest"));
        else if (cross is "b2bDirectConnect")
            facts.Add(ContextFact.Of("guestType", "b2bDirectConnectUser"));
        else if (cross is "serviceProvider")
            facts.Add(ContextFact.Of("guestType", "serviceProvider"));
        if (SignInFormat.Of(fields, SignInFormat.HomeTenant) is { } tenant)
            facts.Add(ContextFact.Of("guestTenant", tenant));
        if (SignInFormat.Of(fields, SignInFormat.Session) is { } session)
            facts.Add(ContextFact.Of("session", session));
    }

    private static void AddWhere(List<ContextFact> facts, in RecordFields fields)
    {
        if (SignInFormat.AddressOf(fields) is { } address && IPAddress.TryParse(address, out var parsed))
            facts.Add(ContextFact.Of("location.ip", parsed));
        if (SignInFormat.CountryOf(fields) is { } country)
            facts.Add(ContextFact.Of("location.country", country));
        if (SignInFormat.Of(fields, SignInFormat.City) is { } city)
            facts.Add(ContextFact.Of("location.city", city));
        if (SignInFormat.Of(fields, SignInFormat.Latitude) is { } latitude && SignInFormat.Of(fields, SignInFormat.Longitude) is { } longitude)
            facts.Add(ContextFact.Of("location.coordinates", $"{latitude},{longitude}"));
        if (SignInFormat.Of(fields, SignInFormat.Asn) is { } asn)
            facts.Add(ContextFact.Of("location.asn", asn));
        if (SignInFormat.Of(fields, SignInFormat.Agent) is { } agent)
            facts.Add(ContextFact.Of("userAgent", agent));
        if (ClientApp(SignInFormat.Of(fields, SignInFormat.ClientApp)) is { } client)
            facts.Add(ContextFact.Of("clientApp", client));
    }

    private static void AddDevice(List<ContextFact> facts, in RecordFields fields)
    {
        var id = SignInFormat.Of(fields, SignInFormat.DeviceId);
        var trust = SignInFormat.Of(fields, SignInFormat.Trust) ?? "";
        var compliant = SignInFormat.Of(fields, SignInFormat.Compliant);
        var told = id is not null || compliant is not null || SignInFormat.Of(fields, SignInFormat.System) is not null || SignInFormat.Of(fields, SignInFormat.Browser) is not null;
        if (Platform(SignInFormat.Of(fields, SignInFormat.System)) is { } platform)
            facts.Add(ContextFact.Of("device.platform", platform));
        if (!told)
            return;
        // The id is empty, and compliance false or null, where the device is not registered.
        facts.Add(ContextFact.Of("device.registered", id is not null));
        facts.Add(ContextFact.Of("device.compliant", string.Equals(compliant, "true", StringComparison.OrdinalIgnoreCase)));
        facts.Add(ContextFact.Of("device.hybridJoined", trust.StartsWith("Hybrid", StringComparison.OrdinalIgnoreCase) || trust.Equals("ServerAd", StringComparison.OrdinalIgnoreCase)));
        if (id is not null)
            facts.Add(ContextFact.Of("device.attributes.deviceId", id));
        if (SignInFormat.Of(fields, SignInFormat.DeviceName) is { } name)
            facts.Add(ContextFact.Of("device.attributes.displayName", name));
        if (TrustType(trust) is { } type)
            facts.Add(ContextFact.Of("device.attributes.trustType", type));
    }

    /// <summary><c>hidden</c> is a risk that the tenant's licence does not show.</summary>
    private static void AddRisk(List<ContextFact> facts, string key, string? level)
    {
        if (level is "none" or "low" or "medium" or "high")
            facts.Add(ContextFact.Of(key, level));
    }

    /// <summary>That a second factor was used is told by the requirement that was met, or by a policy that enforced it and succeeded.</summary>
    private void AddSatisfied(List<ContextFact> facts, in RecordFields fields)
    {
        var requirement = SignInFormat.Of(fields, SignInFormat.Requirement);
        var succeeded = SignInFormat.Of(fields, SignInFormat.ErrorCode) is "0";
        var satisfied = Enforced(fields);
        if (requirement == "multiFactorAuthentication" && succeeded && !satisfied.Contains("mfa"))
            satisfied.Add("mfa");
        if (satisfied.Count > 0 || requirement is not null)
            facts.Add(ContextFact.Of("satisfied", satisfied));
    }

    private List<string> Enforced(in RecordFields fields)
    {
        var satisfied = new List<string>();
        var slot = SignInFormat.Where(fields, SignInFormat.Applied);
        if (fields.TypeOf(slot) != JsonTokenType.StartArray)
            return satisfied;
        var raw = fields.Raw(slot);
        var reader = new Utf8JsonReader(raw);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            s_policy.Read(ref reader, 0, _slots);
            var policy = new RecordFields(raw, _slots, pool);
            if (!policy.Is(0, "success"u8))
                continue;
            // Of several controls one may have been enough: only a single one tells.
            var controls = policy.Texts(1);
            if (controls.Count == 1 && controls[0].Equals("Mfa", StringComparison.OrdinalIgnoreCase) && !satisfied.Contains("mfa"))
                satisfied.Add("mfa");
        }
        return satisfied;
    }

    private static void AddFlow(List<ContextFact> facts, in RecordFields fields)
    {
        var protocol = SignInFormat.Of(fields, SignInFormat.Protocol);
        var transfer = SignInFormat.Of(fields, SignInFormat.Transfer);
        if (protocol is null && transfer is null)
            return;
        facts.Add(ContextFact.Of("authenticationFlow", protocol == "deviceCode" || transfer == "deviceCodeFlow" ? "deviceCodeFlow" : transfer == "authenticationTransfer" ? "authenticationTransfer" : "none"));
    }

    private static string? ClientApp(string? used) => used switch
    {
        null => null,
        "Browser" => "browser",
        "Mobile Apps and Desktop clients" => "mobileAppsAndDesktopClients",
        "Exchange ActiveSync" => "exchangeActiveSync",
        _ => "other",
    };

    private static string? Platform(string? system) => system switch
    {
        null => null,
        _ when system.StartsWith("Windows Phone", StringComparison.OrdinalIgnoreCase) => "windowsPhone",
        _ when system.StartsWith("Windows", StringComparison.OrdinalIgnoreCase) => "windows",
        _ when system.StartsWith("mac", StringComparison.OrdinalIgnoreCase) => "macOS",
        _ when system.StartsWith("iOS", StringComparison.OrdinalIgnoreCase) || system.StartsWith("iPad", StringComparison.OrdinalIgnoreCase) => "iOS",
        _ when system.StartsWith("Android", StringComparison.OrdinalIgnoreCase) => "android",
        _ when system.StartsWith("Linux", StringComparison.OrdinalIgnoreCase) || system.StartsWith("Ubuntu", StringComparison.OrdinalIgnoreCase) => "linux",
        _ when system.StartsWith("Chrome", StringComparison.OrdinalIgnoreCase) => "chromeOS",
        _ => null,
    };

    /// <summary>As device filters spell it.</summary>
    private static string? TrustType(string trust) => trust switch
    {
        _ when trust.StartsWith("Hybrid", StringComparison.OrdinalIgnoreCase) => "ServerAD",
        _ when trust.EndsWith("registered", StringComparison.OrdinalIgnoreCase) => "Workplace",
        _ when trust.EndsWith("joined", StringComparison.OrdinalIgnoreCase) => "AzureAD",
        _ => null,
    };
}
