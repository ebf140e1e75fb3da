using System.Net;
using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Entra;
using Nullius.Policy.Dialects.Entra.Conditions;
using Nullius.Policy.Documents;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Simulation.Entra;

/// <summary>Reads the request of an Entra case. A member that is absent or <c>null</c> where a value could stand is not known.</summary>
internal static class EntraCaseRequest
{
    private static readonly string[] s_clientApps = ["browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "easSupported", "other"];
    private static readonly string[] s_platforms = ["android", "iOS", "windows", "windowsPhone", "macOS", "linux"];
    private static readonly string[] s_risks = ["none", "low", "medium", "high", "hidden"];
    private static readonly string[] s_insiderRisks = ["none", "minor", "moderate", "elevated"];
    private static readonly string[] s_guests =
        ["internalGuest", "b2bCollaborationGuest", "b2bCollaborationMember", "b2bDirectConnectUser", "otherExternalUser", "serviceProvider"];
    private static readonly string[] s_flows = ["none", "deviceCodeFlow", "authenticationTransfer"];

    internal static EntraRequest Read(CaseReader reader, EntraPolicySet policies)
    {
        var request = new EntraRequest
        {
            User = reader.Text("user") ?? "",
            Groups = reader.Texts("groups"),
            Roles = reader.Texts("roles"),
            UnknownGroups = [.. reader.Texts("unknownGroups"), .. IsUnknown(reader, "groups") ? Named(policies, s => s.Groups) : []],
            UnknownRoles = [.. reader.Texts("unknownRoles"), .. IsUnknown(reader, "roles") ? Named(policies, s => s.Roles) : []],
            Guest = reader.Flag("guest") ?? reader.Field("guestType") is not null,
            GuestType = reader.Choice("guestType", s_guests),
            GuestTenant = reader.Text("guestTenant"),
            ServicePrincipal = reader.Text("servicePrincipal"),
            ServicePrincipalRisk = reader.Choice("servicePrincipalRisk", s_risks),
            InsiderRisk = reader.Choice("insiderRisk", s_insiderRisks),
            Application = reader.Text("application"),
            ApplicationAttributes = ReadCustomAttributes(reader, "applicationAttributes"),
            ServicePrincipalAttributes = ReadCustomAttributes(reader, "servicePrincipalAttributes"),
            UserAction = reader.Text("userAction"),
            ClientApp = reader.Raw("clientApp") is null ? "browser" : reader.Choice("clientApp", s_clientApps),
            AuthenticationContexts = reader.Texts("authenticationContexts"),
            AuthenticationFlow = reader.Raw("authenticationFlow") is null ? "none" : reader.Choice("authenticationFlow", s_flows),
            UserRisk = reader.Choice("userRisk", s_risks),
            SignInRisk = reader.Choice("signInRisk", s_risks),
            Satisfied = reader.Texts("satisfied"),
        };
        if (request.User.Length == 0 && request.ServicePrincipal is null)
            reader.RequiredText("user", "the user's id, or `servicePrincipal` for a workload");
        ReadDevice(reader.Object("device"), request);
        ReadLocation(reader.Object("location"), request);
        ReadInstants(reader, request);
        reader.Close();
        return request;
    }

    private static bool IsUnknown(CaseReader reader, string name) => reader.Raw(name) is { IsNull: true };

    /// <summary>Memberships that are <c>null</c> could be any that a policy names.</summary>
    private static string[] Named(EntraPolicySet policies, Func<UserScope, NameSet> of) =>
        [.. policies.Policies.SelectMany(p => new[] { p.Conditions.IncludedUsers, p.Conditions.ExcludedUsers }).SelectMany(s => of(s).Names).Distinct(StringComparer.OrdinalIgnoreCase)];

    private static void ReadDevice(CaseReader? reader, EntraRequest request)
    {
        if (reader is null)
            return;
        request.Platform = ReadPlatform(reader);
        request.DeviceCompliant = reader.Flag("compliant");
        if (reader.Object("attributes") is { } attributes)
            request.DeviceAttributes = ReadAttributes(attributes);
        request.DeviceHybridJoined = reader.Flag("hybridJoined")
            ?? (request.DeviceAttributes?.TryGetValue("trustType", out var trust) == true && trust.Equals("ServerAD", StringComparison.OrdinalIgnoreCase));
        // Only a registered device can be compliant or joined, and only of one does the directory say anything.
        request.DeviceRegistered = reader.Flag("registered")
            ?? (request.DeviceCompliant == true || request.DeviceHybridJoined || request.DeviceAttributes?.Count > 0);
        reader.Close();
    }

    /// <summary>A platform that policies do not name, such as Chrome OS, is one all the same: of no kind.</summary>
    private static string? ReadPlatform(CaseReader reader)
    {
        var text = reader.Text("platform");
        if (text is { Length: 0 or > 64 } || string.Equals(text, "all", StringComparison.OrdinalIgnoreCase))
            throw CaseReader.BadValue(reader.Field("platform")!, "`platform`", $"one of {string.Join(", ", s_platforms)}, another system's name, or `null` where it is not known");
        return Array.Find(s_platforms, p => p.Equals(text, StringComparison.OrdinalIgnoreCase)) ?? text;
    }

    private static Dictionary<string, IReadOnlyList<string>>? ReadCustomAttributes(CaseReader reader, string name)
    {
        if (reader.Object(name) is not { } attributes)
            return null;
        var found = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);
        foreach (var member in attributes.Value.Members.Where(m => !m.Value.IsNull))
            found[member.Name] = member.Value.Kind == LocatedKind.Text ? [attributes.Text(member.Name)!] : attributes.Texts(member.Name);
        return found;
    }

    private static Dictionary<string, string> ReadAttributes(CaseReader reader)
    {
        var attributes = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var member in reader.Value.Members)
        {
            if (member.Value.IsNull)
                continue;
            var text = member.Value.Kind switch
            {
                LocatedKind.Text or LocatedKind.Number => member.Value.Text!,
                LocatedKind.True => "True",
                LocatedKind.False => "False",
                LocatedKind.Array when member.Value.Items.TrueForAll(i => i.Kind == LocatedKind.Text) => string.Join('\n', member.Value.Items.Select(i => i.Text)),
                _ => throw CaseReader.WrongType(member.Value, $"device attribute `{PolicyDiagnostic.Quote(member.Name)}`", "a string, or an array of them where the attribute has several values"),
            };
            if (!attributes.TryAdd(member.Name, text))
                throw new SimulationInputException("duplicate-key", $"duplicate attribute `{PolicyDiagnostic.Quote(member.Name)}` (compared without case), expected each once", member.Value.Path);
        }
        return attributes;
    }

    private static void ReadLocation(CaseReader? reader, EntraRequest request)
    {
        if (reader is null)
            return;
        var address = reader.Text("ip");
        if (address is not null)
        {
            // The strict reading first: `10.1` is an address to the framework and to nobody else.
            if (!AddressValue.TryParse(address, out _) || !IPAddress.TryParse(address, out var parsed))
                throw CaseReader.BadValue(reader.Field("ip")!, "`ip`", "an IPv4 or IPv6 address");
            request.Address = parsed;
        }
        request.Country = reader.Text("country");
        request.CountryUnmapped = reader.Raw("country") is { IsNull: true } && request.Address is not null;
        if (request.Country is { } country && !(country.Length == 2 && country.All(char.IsAsciiLetter)))
            throw CaseReader.BadValue(reader.Field("country")!, "`country`", "two letters of ISO 3166-1, or `null` where it is not known");
        reader.Close();
    }

    /// <summary>
    /// Sign-in frequency counts from these. A case that does not give them is a fresh sign-in: the frequency then stands in
    /// <c>session</c> alone. One that gives <c>null</c> does not know when it was.
    /// </summary>
    private static void ReadInstants(CaseReader reader, EntraRequest request)
    {
        request.Now = reader.Instant("now") ?? reader.Instant("time") ?? default;
        var fresh = reader.Raw("authenticatedAt") is null;
        request.AuthenticatedAt = reader.Instant("authenticatedAt") ?? (fresh ? request.Now : null);
        request.MfaAt = reader.Instant("mfaAt") ?? (fresh ? request.Now : null);
    }
}
