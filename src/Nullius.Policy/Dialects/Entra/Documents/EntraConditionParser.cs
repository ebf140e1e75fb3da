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
    private static readonly string[] s_flows = ["none", "deviceCodeFlow", "authenticationTransfer"];

    internal static EntraConditions? Parse(GraphReader reader, Dictionary<string, NamedLocation> locations, DiagnosticSink sink)
    {
        reader.Refuse("times", "deviceStates", "insiderRiskLevels", "agentIdRiskLevels");
        var workloads = reader.Object("clientApplications");
        reader.Ignore("servicePrincipalRiskLevels");
        var users = reader.Object("users");
        var applications = reader.Object("applications");
        if (users is null && workloads is null)
            sink.Error(reader.Value, "missing-field", "`conditions` has no `users`, expected whom the policy is about");
        if (applications is null)
            sink.Error(reader.Value, "missing-field", "`conditions` has no `applications`, expected what the policy is about");
        var conditions = new EntraConditions
        {
            IncludedUsers = users is null ? ReadUsers(null, "include", sink) : ReadUsers(users, "include", sink),
            ExcludedUsers = ReadUsers(users, "exclude", sink),
            Applications = ReadApplications(applications),
            ClientApps = ReadChoices(reader, "clientAppTypes", s_clientApps),
            Platforms = ReadPlatforms(reader.Object("platforms")),
            Locations = ReadLocations(reader.Object("locations"), locations, sink),
            Devices = ReadDevices(reader.Object("devices"), sink),
            UserRisk = ReadChoices(reader, "userRiskLevels", s_risks),
            SignInRisk = ReadChoices(reader, "signInRiskLevels", s_risks),
            AuthenticationFlows = ReadFlows(reader.Object("authenticationFlows"), sink),
            WorkloadsOnly = workloads is not null && users is null,
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
            return new UserScope(NameSet.Empty, NameSet.Empty, NameSet.Empty, GuestScope.None);
        return new UserScope(
            ReadNames(reader, side + "Users"), ReadNames(reader, side + "Groups"), ReadNames(reader, side + "Roles"),
            ReadGuests(reader.Object(side + "GuestsOrExternalUsers"), sink));
    }

    private static GuestScope ReadGuests(GraphReader? reader, DiagnosticSink sink)
    {
        if (reader is null)
            return GuestScope.None;
        var types = reader.Text("guestOrExternalUserTypes");
        if (string.IsNullOrEmpty(types))
            sink.Error(reader.Value, "missing-field", "guests are configured without `guestOrExternalUserTypes`, expected their kinds");
        var tenants = reader.Object("externalTenants");
        var some = false;
        if (tenants is not null)
        {
            some = tenants.Text("membershipKind") == "enumerated";
            tenants.Texts("members");
            tenants.Close();
        }
        reader.Close();
        return types == "none" ? GuestScope.None : some ? GuestScope.SomeTenants : GuestScope.All;
    }

    private static ApplicationScope ReadApplications(GraphReader? reader)
    {
        if (reader is null)
            return new ApplicationScope(NameSet.Empty, NameSet.Empty, NameSet.Empty, NameSet.Empty);
        reader.Refuse("applicationFilter", "networkAccess", "globalSecureAccess");
        var scope = new ApplicationScope(
            ReadNames(reader, "includeApplications"), ReadNames(reader, "excludeApplications"),
            ReadNames(reader, "includeUserActions"), ReadNames(reader, "includeAuthenticationContextClassReferences"));
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
        var all = false;
        var found = new List<NamedLocation>();
        foreach (var id in ids)
        {
            if (id.Text!.Equals("All", StringComparison.OrdinalIgnoreCase))
                all = true;
            else if (id.Text.Equals("AllTrusted", StringComparison.OrdinalIgnoreCase))
                found.AddRange(locations.Values.Where(l => l.Trusted).OrderBy(l => l.Id, StringComparer.Ordinal));
            else if (locations.TryGetValue(id.Text, out var location))
                found.Add(location);
            else
                sink.Error(id, "unknown-location", $"location `{PolicyDiagnostic.Quote(id.Text)}` is not defined, expected the id of a named location, `All` or `AllTrusted`");
        }
        return new LocationList(all, [.. found]);
    }

    private static DeviceScope? ReadDevices(GraphReader? reader, DiagnosticSink sink)
    {
        if (reader is null)
            return null;
        reader.Refuse("includeDevices", "excludeDevices", "includeDeviceStates", "excludeDeviceStates");
        var filter = reader.Object("deviceFilter");
        reader.Close();
        if (filter is null)
            return null;
        var mode = filter.Text("mode");
        if (mode is not ("include" or "exclude"))
            sink.Error(filter.Value, "bad-value", $"`mode` of a device filter is `{PolicyDiagnostic.Quote(mode ?? "null")}`, expected `include` or `exclude`");
        var text = filter.Field("rule");
        filter.Close();
        if (text is not { Kind: LocatedKind.Text })
        {
            sink.Error(filter.Value, "missing-field", "a device filter has no `rule`, expected one such as `device.isCompliant -eq True`");
            return null;
        }
        var rule = DeviceRuleParser.Parse(text.Text!, out var error);
        if (rule is null)
            sink.Error(text, "bad-rule", $"the device filter `{PolicyDiagnostic.Quote(text.Text!)}` cannot be read: {error}");
        return rule is null ? null : new DeviceScope(rule, mode == "exclude");
    }

    private static NameSet? ReadFlows(GraphReader? reader, DiagnosticSink sink)
    {
        if (reader is null)
            return null;
        var methods = reader.Text("transferMethods");
        reader.Close();
        if (string.IsNullOrEmpty(methods))
            return null;
        var names = methods.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (var name in names)
        {
            if (!s_flows.Contains(name))
                sink.Error(reader.Value, "bad-value", $"transfer method `{PolicyDiagnostic.Quote(name)}` is unknown, expected one of {string.Join(", ", s_flows)}");
        }
        return new NameSet(names.Where(n => n != "none"));
    }
}
