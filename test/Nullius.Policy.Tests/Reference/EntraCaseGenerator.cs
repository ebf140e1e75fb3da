using System.Text.Json.Nodes;

namespace Nullius.Policy.Tests.Reference;

/// <summary>Conditional Access cases from a seed: small vocabularies, so that policies and requests meet.</summary>
internal sealed class EntraCaseGenerator(int seed)
{
    private static readonly string[] s_guests = ["internalGuest", "b2bCollaborationGuest", "b2bCollaborationMember", "serviceProvider"];
    private static readonly string[] s_risks = ["none", "low", "medium", "high"];
    private static readonly string[] s_platforms = ["windows", "linux", "macOS", "iOS", "android"];
    private static readonly string[] s_apps = ["browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other"];

    private uint _state = (uint)seed * 2654435761u + 1;

    private int Next(int below)
    {
        _state ^= _state << 13;
        _state ^= _state >> 17;
        _state ^= _state << 5;
        return (int)(_state % (uint)below);
    }

    private bool Chance(int percent) => Next(100) < percent;

    private T Pick<T>(params T[] values) => values[Next(values.Length)];

    private JsonArray Some(params string[] values) => new([.. values.Where(_ => Chance(50)).DefaultIfEmpty(Pick(values)).Select(v => (JsonNode)v)]);

    internal JsonObject Case()
    {
        var policies = new JsonArray();
        for (var i = 0; i <= Next(4); i++)
            policies.Add(Policy($"p{i}"));
        return new JsonObject
        {
            ["name"] = $"seed {seed}", ["dialect"] = "entra", ["request"] = Request(),
            ["policies"] = new JsonObject { ["conditionalAccess"] = policies, ["namedLocations"] = JsonNode.Parse(Locations) },
        };
    }

    private const string Locations = """
        [{"id":"hq","displayName":"HQ","isTrusted":true,"ipRanges":[{"cidrAddress":"10.0.0.0/8"},{"cidrAddress":"2001:db8::/32"}]},
         {"id":"cafe","displayName":"Cafe","isTrusted":false,"ipRanges":[{"cidrAddress":"203.0.113.0/24"}]},
         {"id":"de","displayName":"Germany","countriesAndRegions":["DE"],"includeUnknownCountriesAndRegions":false},
         {"id":"odd","displayName":"Odd","countriesAndRegions":["KP"],"includeUnknownCountriesAndRegions":true}]
        """;

    private JsonObject Request()
    {
        var request = new JsonObject
        {
            ["user"] = Pick("alice", "bob", "emergency"), ["groups"] = Chance(60) ? Some("staff", "admins") : new JsonArray(),
            ["roles"] = Chance(30) ? Some("global") : new JsonArray(), ["guest"] = Chance(30),
            ["application"] = Chance(90) ? Pick("mail", "payroll") : null, ["clientApp"] = Pick(s_apps),
            ["userRisk"] = Chance(90) ? Pick(s_risks) : null, ["signInRisk"] = Chance(90) ? Pick(s_risks) : null,
            ["satisfied"] = Chance(50) ? Some("mfa", "passwordChange") : new JsonArray(),
        };
        if (Chance(15))
            request["userAction"] = Pick("urn:user:registersecurityinfo", "urn:user:registerdevice");
        if (Chance(15))
            request["authenticationContexts"] = Some("c1", "c2");
        if (Chance(30))
            request["authenticationFlow"] = Chance(80) ? Pick("none", "deviceCodeFlow", "authenticationTransfer") : null;
        if (Chance(60))
            request["guestType"] = Pick(s_guests);
        if (Chance(60))
            request["guestTenant"] = Pick("contoso", "fabrikam");
        if (Chance(80))
            request["insiderRisk"] = Pick("none", "minor", "elevated");
        if (Chance(85))
            request["device"] = Device();
        if (Chance(85))
            request["location"] = Location();
        return request;
    }

    private JsonObject Device()
    {
        var device = new JsonObject { ["platform"] = Chance(85) ? Pick(s_platforms) : null, ["compliant"] = Pick<bool?>(true, false, null), ["hybridJoined"] = Chance(25) };
        if (Chance(70))
            device["registered"] = Chance(60);
        if (Chance(70))
            device["attributes"] = Chance(70) ? new JsonObject { ["trustType"] = Pick("AzureAD", "Workplace"), ["model"] = Pick("X1", "Y2") } : new JsonObject();
        return device;
    }

    private JsonObject Location()
    {
        var location = new JsonObject();
        if (Chance(85))
            location["ip"] = Pick("10.1.2.3", "203.0.113.7", "198.51.100.1", "2001:db8::1");
        if (Chance(85))
            location["country"] = Chance(80) ? Pick("DE", "FR", "KP") : null;
        return location;
    }

    private JsonObject Policy(string id)
    {
        var policy = new JsonObject
        {
            ["id"] = id, ["displayName"] = id, ["state"] = Pick("enabled", "enabled", "enabled", "disabled", "enabledForReportingButNotEnforced"),
            ["conditions"] = Conditions(),
        };
        if (Chance(92))
            policy["grantControls"] = Grant();
        return policy;
    }

    private JsonObject Grant() => Chance(30)
        ? new JsonObject { ["operator"] = "OR", ["builtInControls"] = new JsonArray("block") }
        : new JsonObject { ["operator"] = Pick("AND", "OR"), ["builtInControls"] = Some("mfa", "compliantDevice", "domainJoinedDevice", "passwordChange", "approvedApplication") };

    private JsonObject Conditions()
    {
        var conditions = new JsonObject
        {
            ["users"] = Users(), ["applications"] = Applications(), ["clientAppTypes"] = Chance(70) ? new JsonArray("all") : Some(s_apps),
        };
        if (Chance(20))
            conditions["platforms"] = new JsonObject { ["includePlatforms"] = Chance(50) ? new JsonArray("all") : Some(s_platforms), ["excludePlatforms"] = Chance(40) ? Some(s_platforms) : new JsonArray() };
        if (Chance(30))
            conditions["locations"] = new JsonObject { ["includeLocations"] = Chance(50) ? new JsonArray("All") : Some("hq", "cafe", "de", "odd", "AllTrusted"), ["excludeLocations"] = Chance(50) ? Some("AllTrusted", "de", "cafe") : new JsonArray() };
        if (Chance(20))
            conditions["userRiskLevels"] = Some("low", "medium", "high");
        if (Chance(20))
            conditions["signInRiskLevels"] = Some("none", "medium", "high");
        if (Chance(10))
            conditions["insiderRiskLevels"] = Pick("minor", "elevated", "minor,elevated");
        if (Chance(10))
            conditions["authenticationFlows"] = new JsonObject { ["transferMethods"] = Pick("deviceCodeFlow", "authenticationTransfer", "deviceCodeFlow,authenticationTransfer") };
        if (Chance(20))
            conditions["devices"] = new JsonObject { ["deviceFilter"] = new JsonObject { ["mode"] = Pick("include", "exclude"), ["rule"] = Rule() } };
        return conditions;
    }

    private string Rule() => Pick("device.isCompliant", "device.trustType", "device.model") switch
    {
        "device.isCompliant" => $"device.isCompliant {Pick("-eq", "-ne")} {Pick("True", "False")}",
        "device.trustType" => $"device.trustType {Pick("-eq", "-ne")} \"{Pick("AzureAD", "ServerAD", "workplace")}\"",
        _ => $"device.model {Pick("-eq", "-ne")} \"{Pick("X1", "y2")}\"",
    };

    private JsonObject Users()
    {
        var users = new JsonObject { ["includeUsers"] = Chance(50) ? new JsonArray("All") : Chance(50) ? Some("alice", "bob", "GuestsOrExternalUsers") : new JsonArray("None") };
        if (Chance(30))
            users["includeGroups"] = Some("staff", "admins");
        if (Chance(20))
            users["includeRoles"] = Some("global");
        if (Chance(20))
            users["includeGuestsOrExternalUsers"] = Guests();
        if (Chance(30))
            users["excludeUsers"] = Some("emergency", "bob", "GuestsOrExternalUsers");
        if (Chance(20))
            users["excludeGroups"] = Some("admins");
        if (Chance(15))
            users["excludeGuestsOrExternalUsers"] = Guests();
        return users;
    }

    private JsonObject Guests()
    {
        var guests = new JsonObject { ["guestOrExternalUserTypes"] = Pick("internalGuest", "b2bCollaborationGuest,b2bCollaborationMember", "serviceProvider,internalGuest") };
        if (Chance(60))
            guests["externalTenants"] = Chance(50) ? new JsonObject { ["membershipKind"] = "all" } : new JsonObject { ["membershipKind"] = "enumerated", ["members"] = Some("contoso", "northwind") };
        return guests;
    }

    private JsonObject Applications()
    {
        var applications = new JsonObject { ["includeApplications"] = Chance(60) ? new JsonArray("All") : Chance(80) ? Some("mail", "payroll") : new JsonArray("None") };
        if (Chance(25))
            applications["excludeApplications"] = Some("mail", "payroll");
        if (Chance(15))
            applications["includeUserActions"] = Some("urn:user:registersecurityinfo", "urn:user:registerdevice");
        if (Chance(15))
            applications["includeAuthenticationContextClassReferences"] = Some("c1", "c2", "c3");
        return applications;
    }
}
