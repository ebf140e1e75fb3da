using System.Net;
using System.Text.Json;

namespace Nullius.Policy.Tests.Reference;

/// <summary>
/// Conditional Access as its documentation tells it, over the JSON of policies and request: every policy, every
/// assignment, one after the other. Shares no code with the compiled evaluator. Null is unknown.
/// </summary>
internal sealed class ReferenceEntra(JsonElement policies, JsonElement request)
{
    internal sealed record Result(string Word, List<string> Required, List<string> ReportOnly, List<string> NotApplied);

    private readonly JsonElement[] _locations = Items(policies, "namedLocations");

    internal Result Decide()
    {
        bool? blocked = false;
        var result = new Result("", [], [], []);
        foreach (var policy in Items(policies, "conditionalAccess"))
        {
            var id = policy.GetProperty("id").GetString()!;
            var state = policy.GetProperty("state").GetString();
            var (applies, reason) = state == "disabled" ? (false, "policyNotEnabled") : Applies(policy);
            if (applies == false)
                result.NotApplied.Add($"{id}: {reason}");
            if (state == "enabledForReportingButNotEnforced")
                result.ReportOnly.Add($"{id}: {Report(policy, applies)}");
            if (state != "enabled" || applies == false)
                continue;
            if (Controls(policy).Contains("block"))
                blocked = Logic.Or(blocked, applies);
            else if (Missing(policy) is { Count: > 0 } missing)
                result.Required.Add(string.Join(",", missing));
        }
        if (blocked != false)
            result.Required.Clear();
        return result with { Word = blocked == true ? "block" : blocked is null ? "unknown" : result.Required.Count > 0 ? "challenge" : "allow" };
    }

    private static JsonElement? Find(JsonElement? json, string name) =>
        json is { ValueKind: JsonValueKind.Object } o && o.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static JsonElement[] Items(JsonElement? json, string name) => Find(json, name) is { } list ? [.. list.EnumerateArray()] : [];

    private static string[] Texts(JsonElement? json, string name) => [.. Items(json, name).Select(v => v.GetString()!)];

    private string? Text(string name) => Find(request, name)?.GetString();

    private static bool Holds(string[] list, string? value) => value is not null && list.Contains(value, StringComparer.OrdinalIgnoreCase);

    private static bool HasAll(string[] list) => Holds(list, "All");

    private (bool? Applies, string Reason) Applies(JsonElement policy)
    {
        var conditions = policy.GetProperty("conditions");
        if (Controls(policy).Length == 0 && Find(policy, "sessionControls") is null)
            return (false, "emptyPolicy");
        bool? result = true;
        foreach (var (reason, check) in new (string, Func<JsonElement, bool?>)[]
        {
            ("users", Users), ("application", Applications), ("clientApp", ClientApp), ("platform", Platform), ("location", Location),
            ("userRisk", c => Risk(c, "userRiskLevels", "userRisk")), ("signInRisk", c => Risk(c, "signInRiskLevels", "signInRisk")),
            ("insiderRisk", Insider), ("authenticationFlow", Flow), ("device", Device),
        })
        {
            var one = check(conditions);
            if (one == false)
                return (false, reason);
            result = Logic.And(result, one);
        }
        return (result, "");
    }

    private bool? Users(JsonElement conditions)
    {
        var users = Find(conditions, "users");
        return Logic.And(Named(users, "include"), Logic.Not(Named(users, "exclude")));
    }

    private bool? Named(JsonElement? users, string side)
    {
        var guest = Find(request, "guest")?.GetBoolean() ?? false;
        var ids = Texts(users, side + "Users");
        if (HasAll(ids) || Holds(ids, Text("user")) || (guest && Holds(ids, "GuestsOrExternalUsers")))
            return true;
        if (Texts(request, "groups").Any(g => Holds(Texts(users, side + "Groups"), g)) || Texts(request, "roles").Any(r => Holds(Texts(users, side + "Roles"), r)))
            return true;
        if (!guest || Find(users, side + "GuestsOrExternalUsers") is not { } scope)
            return false;
        var kinds = scope.GetProperty("guestOrExternalUserTypes").GetString()!.Split(',');
        if (Text("guestType") is { } kind && !kinds.Contains(kind))
            return false;
        if (Find(scope, "externalTenants") is not { } tenants || tenants.GetProperty("membershipKind").GetString() == "all")
            return true;
        return Text("guestTenant") is { } tenant ? Holds(Texts(tenants, "members"), tenant) : null;
    }

    private bool? Applications(JsonElement conditions)
    {
        var scope = Find(conditions, "applications");
        if (Text("userAction") is { } action)
            return Holds(Texts(scope, "includeUserActions"), action);
        if (Texts(request, "authenticationContexts").Any(c => Holds(Texts(scope, "includeAuthenticationContextClassReferences"), c)))
            return true;
        return Logic.And(Application(Texts(scope, "includeApplications")), Logic.Not(Application(Texts(scope, "excludeApplications"))));
    }

    private bool? Application(string[] ids)
    {
        if (HasAll(ids))
            return true;
        if (ids.Length == 0 || (ids.Length == 1 && Holds(ids, "None")))
            return false;
        return Text("application") is { } application ? Holds(ids, application) : null;
    }

    private bool? ClientApp(JsonElement conditions)
    {
        var types = Texts(conditions, "clientAppTypes");
        return types.Length == 0 || HasAll(types) || Holds(types, Text("clientApp") ?? "browser");
    }

    private bool? Platform(JsonElement conditions)
    {
        if (Find(conditions, "platforms") is not { } scope)
            return true;
        var platform = Find(Find(request, "device"), "platform")?.GetString();
        bool? In(string[] list) => HasAll(list) ? true : list.Length == 0 ? false : platform is null ? null : Holds(list, platform);
        return Logic.And(In(Texts(scope, "includePlatforms")), Logic.Not(In(Texts(scope, "excludePlatforms"))));
    }

    private bool? Location(JsonElement conditions)
    {
        if (Find(conditions, "locations") is not { } scope)
            return true;
        return Logic.And(Inside(Texts(scope, "includeLocations")), Logic.Not(Inside(Texts(scope, "excludeLocations"))));
    }

    private bool? Inside(string[] ids)
    {
        if (HasAll(ids))
            return true;
        bool? result = false;
        foreach (var location in _locations)
        {
            var trusted = Find(location, "isTrusted")?.GetBoolean() ?? false;
            if (Holds(ids, location.GetProperty("id").GetString()) || (trusted && Holds(ids, "AllTrusted")))
                result = Logic.Or(result, Inside(location));
        }
        return result;
    }

    private bool? Inside(JsonElement location)
    {
        var at = Find(request, "location");
        var ip = Find(at, "ip")?.GetString();
        if (Find(location, "countriesAndRegions") is null)
            return ip is null ? null : Items(location, "ipRanges").Any(r => IPNetwork.Parse(r.GetProperty("cidrAddress").GetString()!).Contains(IPAddress.Parse(ip)));
        var unknown = Find(location, "includeUnknownCountriesAndRegions")?.GetBoolean() ?? false;
        if (Find(at, "country")?.GetString() is { } country)
            return Holds(Texts(location, "countriesAndRegions"), country);
        var unmapped = ip is not null && at!.Value.TryGetProperty("country", out _);
        return unknown ? true : unmapped ? false : null;
    }

    private bool? Risk(JsonElement conditions, string field, string name)
    {
        var levels = Texts(conditions, field);
        return levels.Length == 0 ? true : Text(name) is { } level ? Holds(levels, level) : null;
    }

    private bool? Insider(JsonElement conditions) =>
        Find(conditions, "insiderRiskLevels")?.GetString() is not { } levels ? true : Text("insiderRisk") is { } level ? levels.Split(',').Contains(level) : null;

    private bool? Flow(JsonElement conditions)
    {
        if (Find(Find(conditions, "authenticationFlows"), "transferMethods")?.GetString() is not { } methods)
            return true;
        if (request.TryGetProperty("authenticationFlow", out var flow) && flow.ValueKind == JsonValueKind.Null)
            return null;
        return methods.Split(',').Contains(Text("authenticationFlow") ?? "none") && Text("authenticationFlow") is not (null or "none");
    }

    /// <summary>Rules of the generated shape only: one comparison.</summary>
    private bool? Device(JsonElement conditions)
    {
        if (Find(Find(conditions, "devices"), "deviceFilter") is not { } filter)
            return true;
        var words = filter.GetProperty("rule").GetString()!.Split(' ');
        var match = Test(words[0]["device.".Length..], words[1], words[2]);
        return filter.GetProperty("mode").GetString() == "exclude" ? Logic.Not(match) : match;
    }

    private bool? Test(string property, string operation, string wanted)
    {
        var device = Find(request, "device");
        var compliant = Find(device, "compliant")?.GetBoolean();
        var hybrid = Find(device, "hybridJoined")?.GetBoolean() ?? false;
        var known = Find(device, "attributes") is { } said && said.EnumerateObject().Any();
        var registered = Find(device, "registered")?.GetBoolean() ?? (compliant == true || hybrid || known);
        string? value = null;
        if (registered && property == "isCompliant")
        {
            if (compliant is null)
                return null;
            value = compliant.ToString();
        }
        else if (registered)
        {
            value = Find(Find(device, "attributes"), property)?.GetString();
            if (value is null && property == "trustType" && hybrid)
                value = "ServerAD";
            if (value is null && Find(device, "attributes") is null)
                return null;
        }
        var equal = value is not null && value.Equals(wanted.Trim('"'), StringComparison.OrdinalIgnoreCase);
        return operation == "-eq" ? equal : !equal;
    }

    private static string[] Controls(JsonElement policy) => Texts(Find(policy, "grantControls"), "builtInControls");

    private List<string> Missing(JsonElement policy)
    {
        var controls = Controls(policy);
        List<string> missing = [.. controls.Where(c => !IsSatisfied(c))];
        var all = Find(Find(policy, "grantControls"), "operator")?.GetString() != "OR";
        return all || missing.Count == controls.Length ? missing : [];
    }

    private bool IsSatisfied(string control) => control switch
    {
        "compliantDevice" => Find(Find(request, "device"), "compliant")?.GetBoolean() ?? false,
        "domainJoinedDevice" => Find(Find(request, "device"), "hybridJoined")?.GetBoolean() ?? false,
        _ => Texts(request, "satisfied").Contains(control),
    };

    private string Report(JsonElement policy, bool? applies)
    {
        if (applies == false)
            return "reportOnlyNotApplied";
        if (Controls(policy).Contains("block"))
            return "reportOnlyFailure";
        var missing = Missing(policy);
        if (missing.Count == 0)
            return "reportOnlySuccess";
        bool Promptable(string control) => control is "mfa" or "passwordChange";
        var all = Find(Find(policy, "grantControls"), "operator")?.GetString() != "OR";
        return (all ? missing.All(Promptable) : missing.Any(Promptable)) ? "reportOnlyInterrupted" : "reportOnlyFailure";
    }
}
