using Nullius.Policy.Dialects.Entra;
using Nullius.Policy.Dialects.Entra.Conditions;
using Nullius.Policy.Dialects.Entra.Controls;

namespace Nullius.Policy.Lint.Entra;

/// <summary>The common mistakes of Conditional Access: in one policy, and in what a set of them leaves open.</summary>
internal static class EntraLint
{
    private const int ManyExclusions = 5;

    internal static void Check(EntraPolicySet set, List<LintFinding> findings)
    {
        foreach (var policy in set.Policies)
            Check(policy, findings);
        CheckSet(set, findings);
    }

    internal static void Add(EntraPolicy policy, string rule, LintSeverity severity, string message, List<LintFinding> findings) =>
        findings.Add(new LintFinding(rule, severity, policy.Reference.Source, policy.Reference.Line, policy.Reference.Id, message));

    private static void Check(EntraPolicy policy, List<LintFinding> findings)
    {
        var conditions = policy.Conditions;
        if (policy.State == EntraPolicyState.ReportOnly)
            Add(policy, "report-only", LintSeverity.Medium, "is report-only and enforces nothing: enable it, or delete it", findings);
        if (policy.State == EntraPolicyState.Disabled)
            Add(policy, "disabled", LintSeverity.Info, "is disabled", findings);
        if (policy.IsEmpty)
            Add(policy, "empty-policy", LintSeverity.Medium, "has neither grant nor session controls and does nothing", findings);
        CheckExclusions(policy, findings);
        CheckScope(policy, findings);
        CheckControls(policy, findings);
        EntraTraps.Check(policy, findings);
        if (conditions.UserRisk is not null && conditions.SignInRisk is not null)
            Add(policy, "and-where-or-is-meant", LintSeverity.High, "applies only where user risk and sign-in risk are both at the levels: conditions are ANDed, write one policy for each", findings);
    }

    private static void CheckExclusions(EntraPolicy policy, List<LintFinding> findings)
    {
        var excluded = policy.Conditions.ExcludedUsers;
        var count = excluded.Users.Count + excluded.Groups.Count + excluded.Roles.Count;
        if (excluded.Users.HasAll)
            Add(policy, "excludes-all", LintSeverity.High, "excludes all users and applies to nobody", findings);
        else if (count > ManyExclusions)
            Add(policy, "broad-exclusion", LintSeverity.Medium, $"excludes {count} users, groups and roles: exclusions win over everything, keep them to emergency access", findings);
        if (policy.Conditions.IncludedUsers.Users.HasAll && count == 0 && policy.Grant is not null && policy.Conditions.Workloads is null)
            Add(policy, "no-break-glass", LintSeverity.High, "applies to all users without exception: exclude an emergency access account or group, or a mistake locks everyone out", findings);
        if (excluded.Users.Contains("GuestsOrExternalUsers"))
            Add(policy, "guests-excluded", LintSeverity.Medium, "excludes all guests and external users", findings);
        if (policy.Conditions.Locations is { Exclude: var excludedPlaces } && (excludedPlaces.AllTrusted || excludedPlaces.Locations.Any(l => l.Trusted)) && policy.Grant is { Blocks: false } grant && grant.Names.Any(IsMfa))
            Add(policy, "trusted-network-without-mfa", LintSeverity.Medium, "asks for no second factor on trusted networks: an address is not a factor", findings);
    }

    private static void CheckScope(EntraPolicy policy, List<LintFinding> findings)
    {
        var everyApp = policy.Conditions.Applications.Include.HasAll;
        var everyone = policy.Conditions.IncludedUsers.Users.HasAll;
        if (everyApp && !everyone && policy.Conditions.Workloads is null && policy.Conditions.IncludedUsers is { Groups.IsEmpty: true, Roles.IsEmpty: true, Guests: null })
            Add(policy, "all-apps-not-all-users", LintSeverity.Medium, "covers all apps but only listed users: whoever is added later is not covered, include all users or a group", findings);
        if (everyApp && policy.Conditions.Applications.Exclude.Count > ManyExclusions)
            Add(policy, "broad-exclusion", LintSeverity.Medium, $"excludes {policy.Conditions.Applications.Exclude.Count} apps", findings);
    }

    private static void CheckControls(EntraPolicy policy, List<LintFinding> findings)
    {
        if (policy.Grant is not { Blocks: false, All: false, Names.Count: > 1 } grant || grant.Names.FirstOrDefault(IsMfa) is not { } factor)
            return;
        var others = string.Join(", ", grant.Names.Where(n => n != factor).Select(n => $"`{n}`"));
        Add(policy, "or-where-and-is-meant", LintSeverity.Medium, $"`{factor}` OR {others}: either alone lets people in, use AND if both are meant", findings);
    }

    /// <summary>What no enforced policy does. Told once, at the first policy's file.</summary>
    private static void CheckSet(EntraPolicySet set, List<LintFinding> findings)
    {
        if (set.IsEmpty)
            return;
        EntraPolicy[] enforced = [.. set.Policies.Where(p => p.State == EntraPolicyState.Enabled && !p.IsEmpty)];
        var source = set.Policies[0].Reference.Source;
        void Missing(string rule, LintSeverity severity, string message) => findings.Add(new LintFinding(rule, severity, source, 0, "", message));

        if (!enforced.Any(p => Blocks(p) && p.Conditions.ClientApps is { } apps && apps.Contains("other") && apps.Contains("exchangeActiveSync")))
            Missing("legacy-authentication", LintSeverity.High, "no enforced policy blocks legacy authentication (`exchangeActiveSync` and `other`): it cannot do a second factor");
        if (!enforced.Any(p => Blocks(p) && p.Conditions.AuthenticationFlows is { } flows && flows.Contains("deviceCodeFlow")))
            Missing("device-code-flow", LintSeverity.Medium, "no enforced policy blocks the device code flow: it is phished with");
        if (!enforced.Any(p => p.Conditions.IncludedUsers.Users.HasAll && p.Conditions.Applications.Include.HasAll && AsksForMfa(p)))
            Missing("mfa-not-for-all", LintSeverity.High, "no enforced policy asks all users for a second factor on all apps");
        if (!enforced.Any(p => (p.Conditions.IncludedUsers.Users.HasAll || p.Conditions.IncludedUsers.Users.Contains("GuestsOrExternalUsers") || p.Conditions.IncludedUsers.Guests is not null)
            && !p.Conditions.ExcludedUsers.Users.Contains("GuestsOrExternalUsers")))
            Missing("guests-forgotten", LintSeverity.High, "no enforced policy covers guests and external users");
    }

    internal static bool IsMfa(string control) => control == "mfa" || control.StartsWith(AuthenticationStrength.Prefix, StringComparison.Ordinal);

    /// <summary>Blocks everybody everywhere, but for what the caller looks at.</summary>
    private static bool Blocks(EntraPolicy policy) =>
        policy.Grant is { Blocks: true } && policy.Conditions.IncludedUsers.Users.HasAll && policy.Conditions.Applications.Include.HasAll
        && policy.Conditions is { UserRisk: null, SignInRisk: null, InsiderRisk: null, Platforms: null, Devices: null } && IsEverywhere(policy.Conditions);

    private static bool IsEverywhere(EntraConditions conditions) => conditions.Locations is null or { Include.All: true };

    private static bool AsksForMfa(EntraPolicy policy) =>
        policy.Grant is { Blocks: false } grant && (grant.All || grant.Names.Count == 1)
        && grant.Names.Any(IsMfa)
        && policy.Conditions is { UserRisk: null, SignInRisk: null, InsiderRisk: null, Platforms: null, Devices: null, AuthenticationFlows: null }
        && IsEverywhere(policy.Conditions)
        && policy.Conditions.ClientApps is var apps && (apps is null || (apps.Contains("browser") && apps.Contains("mobileAppsAndDesktopClients")));
}
