using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Entra.Conditions;
using Nullius.Policy.Dialects.Entra.Devices;
using Nullius.Policy.Dialects.Entra.Locations;
using Nullius.Policy.Documents;

namespace Nullius.Policy.Dialects.Entra.Documents;

/// <summary>Reads <c>conditionalAccessConditionSet</c>.</summary>
internal static class EntraConditionParser
{
    private static readonly string[] s_clientApps = ["all", "browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "easSupported", "other"];
    private static readonly string[] s_platforms = ["all", "android", "iOS", "windows", "windowsPhone", "macOS", "linux"];
    private static readonly string[] s_risks = ["low", "medium", "high", "none", "hidden"];
    private static readonly string[] s_insiderRisks = ["minor", "moderate", "elevated"];
    private static readonly string[] s_guests =
        ["none", "internalGuest", "b2bCollaborationGuest", "b2bCollaborationMember", "b2bDirectConnectUser", "otherExternalUser", "serviceProvider"];
    private static readonly string[] s_userLists =
        ["includeUsers", "includeGroups", "includeRoles", "includeGuestsOrExternalUsers"];
    private static readonly string[] s_flows = ["none", "deviceCodeFlow", "authenticationTransfer"];

    internal static EntraConditions? Parse(GraphReader reader, bool isShort, Dictionary<string, NamedLocation> locations, DiagnosticSink sink)
    {
        reader.Refuse("times", "deviceStates", "agentIdRiskLevels");
        var workloads = reader.Object("clientApplications");
        var users = reader.Object("users");
        var applications = reader.Object("applications");
        var cloudApps = isShort && applications is null ? reader.Object("cloudApps") : null;
        if (users is null && workloads is null && !isShort)
            sink.Error(reader.Value, "missing-field", "`conditions` has no `users`, expected whom the policy is about");
        if (applications is null && cloudApps is null)
            sink.Error(reader.Value, "missing-field", "`conditions` has no `applications`, expected what the policy is about");
        var conditions = new EntraConditions
        {
            IncludedUsers = users is null && isShort ? ShortForm.AllUsers(reader.Value, sink) : ReadUsers(users, "include", sink),
            ExcludedUsers = ReadUsers(users, "exclude", sink),
            Applications = cloudApps is not null ? ShortForm.Applications(cloudApps, sink) : ReadApplications(applications, sink),
            ClientApps = ReadChoices(reader, "clientAppTypes", s_clientApps),
            Platforms = ReadPlatforms(reader.Object("platforms")),
            Locations = ReadLocations(reader.Object("locations"), locations, sink),
            Devices = FilterParser.ReadDevices(reader.Object("devices"), sink),
            UserRisk = ReadChoices(reader, "userRiskLevels", s_risks),
            SignInRisk = ReadChoices(reader, "signInRiskLevels", s_risks),
            AuthenticationFlows = ReadFlows(reader.Object("authenticationFlows"), sink),
            Workloads = workloads is null ? null : ReadWorkloads(workloads, sink),
            NamesPeople = isShort || users is not null && !users.IsEmptyOf(s_userLists),
            ServicePrincipalRisk = ReadChoices(reader, "servicePrincipalRiskLevels", s_risks),
            InsiderRisk = ReadFlags(reader.Text("insiderRiskLevels"), "insider risk level", s_insiderRisks, reader, sink),
        };
        users?.Close();
        reader.Close();
        return sink.HasErrors ? null : conditions;
    }

    private static NameSet ReadNames(GraphReader reader, string field) => new(reader.Texts(field).Select(t => t.Text!));

    /// <summary>Null when nothing is listed, or everything.</summary>
    private static NameSet? ReadChoices(GraphReader reader, string field, string[] allowed)
    {
        var names = new NameSet(reader.Choices(field, allowed));
        return names.IsEmpty || names.HasAll ? null : names;
    }

    private static UserScope ReadUsers(GraphReader? reader, string side, DiagnosticSink sink)
    {
        if (reader is null)
            return new UserScope(NameSet.Empty, NameSet.Empty, NameSet.Empty, null);
        return new UserScope(
            ReadNames(reader, side + "Users"), ReadNames(reader, side + "Groups"), ReadNames(reader, side + "Roles"),
            ReadGuests(reader.Object(side + "GuestsOrExternalUsers"), sink));
    }

    private static GuestScope? ReadGuests(GraphReader? reader, DiagnosticSink sink)
    {
        if (reader is null)
            return null;
        var types = ReadFlags(reader.Text("guestOrExternalUserTypes"), "guest type", s_guests, reader, sink);
        if (types is null)
            sink.Error(reader.Value, "missing-field", "guests are configured without `guestOrExternalUserTypes`, expected their kinds");
        NameSet? tenants = null;
        if (reader.Object("externalTenants") is { } external)
        {
            var kind = external.Text("membershipKind");
            if (kind is not ("all" or "enumerated"))
                sink.Error(external.Value, "bad-value", $"`membershipKind` is `{PolicyDiagnostic.Quote(kind ?? "null")}`, expected `all` or `enumerated`");
            var members = ReadNames(external, "members");
            external.Close();
            tenants = kind == "enumerated" ? members : null;
        }
        reader.Close();
        return types is null ? null : new GuestScope(types, tenants);
    }

    private static WorkloadScope ReadWorkloads(GraphReader reader, DiagnosticSink sink)
    {
        reader.Refuse("includeAgentIdServicePrincipals", "excludeAgentIdServicePrincipals", "agentIdServicePrincipalFilter");
        var scope = new WorkloadScope(ReadNames(reader, "includeServicePrincipals"), ReadNames(reader, "excludeServicePrincipals"),
            FilterParser.ReadAttributes(reader.Object("servicePrincipalFilter"), DeviceRuleParser.Subject.ServicePrincipal, sink));
        reader.Close();
        return scope;
    }

    private static ApplicationScope ReadApplications(GraphReader? reader, DiagnosticSink sink)
    {
        if (reader is null)
            return new ApplicationScope(NameSet.Empty, NameSet.Empty, NameSet.Empty, NameSet.Empty);
        reader.Refuse("networkAccess", "globalSecureAccess");
        var scope = new ApplicationScope(
            ReadNames(reader, "includeApplications"), ReadNames(reader, "excludeApplications"),
            ReadNames(reader, "includeUserActions"), ReadNames(reader, "includeAuthenticationContextClassReferences"),
            FilterParser.ReadAttributes(reader.Object("applicationFilter"), DeviceRuleParser.Subject.Application, sink));
        reader.Close();
        return scope;
    }

    private static PlatformScope? ReadPlatforms(GraphReader? reader)
    {
        if (reader is null)
            return null;
        var scope = new PlatformScope(
            new NameSet(reader.Choices("includePlatforms", s_platforms)), new NameSet(reader.Choices("excludePlatforms", s_platforms)));
        reader.Close();
        return scope;
    }

    private static LocationScope? ReadLocations(GraphReader? reader, Dictionary<string, NamedLocation> locations, DiagnosticSink sink)
    {
        if (reader is null)
            return null;
        var scope = new LocationScope(
            ReadLocationList(reader.Texts("includeLocations"), locations, sink), ReadLocationList(reader.Texts("excludeLocations"), locations, sink));
        reader.Close();
        return scope;
    }

    private static LocationList ReadLocationList(List<LocatedValue> ids, Dictionary<string, NamedLocation> locations, DiagnosticSink sink)
    {
        var (all, allTrusted) = (false, false);
        var found = new List<NamedLocation>();
        foreach (var id in ids)
        {
            if (id.Text!.Equals("All", StringComparison.OrdinalIgnoreCase))
                all = true;
            else if (id.Text.Equals("AllTrusted", StringComparison.OrdinalIgnoreCase))
                allTrusted = true;
            else if (locations.TryGetValue(id.Text, out var location))
                found.Add(location);
            else if (id.Text == ElsewhereLocation.MfaTrusted)
                found.Add(new ElsewhereLocation(id.Text, "MFA trusted IPs", Trusted: true));
            else
                sink.Error(id, "unknown-location", $"location `{PolicyDiagnostic.Quote(id.Text)}` is not defined, expected the id of a named location, `All` or `AllTrusted`");
        }
        if (allTrusted)
            found.AddRange(locations.Values.Where(l => l.Trusted).OrderBy(l => l.Id, StringComparer.Ordinal));
        return new LocationList(all, allTrusted, [.. found]);
    }

    private static NameSet? ReadFlows(GraphReader? reader, DiagnosticSink sink)
    {
        if (reader is null)
            return null;
        var methods = reader.Text("transferMethods");
        reader.Close();
        if (string.IsNullOrEmpty(methods))
            return null;
        var names = ReadFlags(methods, "transfer method", s_flows, reader, sink)!;
        return new NameSet(names.Names.Where(n => n != "none"));
    }

    /// <summary>Names joined by commas, as Graph writes enumerations that may be combined. Null when there are none.</summary>
    private static NameSet? ReadFlags(string? text, string what, string[] allowed, GraphReader reader, DiagnosticSink sink)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        var names = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (var name in names)
        {
            if (!allowed.Contains(name, StringComparer.OrdinalIgnoreCase))
                sink.Error(reader.Value, "bad-value", $"{what} `{PolicyDiagnostic.Quote(name)}` is unknown, expected one of {string.Join(", ", allowed)}");
        }
        return new NameSet(names);
    }
}
