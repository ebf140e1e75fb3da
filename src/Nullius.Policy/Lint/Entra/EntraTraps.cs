using Nullius.Policy.Dialects.Entra;
using Nullius.Policy.Dialects.Entra.Conditions;
using Nullius.Policy.Dialects.Entra.Devices;

namespace Nullius.Policy.Lint.Entra;

/// <summary>Policies that apply to nobody or lock out everybody, controls where the provider refuses them, filters that a device's owner can steer.</summary>
internal static class EntraTraps
{
    /// <summary>What the owner of a device can change on it (reference: Conditional Access: Filter for devices).</summary>
    private static readonly HashSet<string> s_ownersProperties =
        new(["displayName", "model", "manufacturer", "operatingSystem", "operatingSystemVersion"], StringComparer.Ordinal);

    internal static void Check(EntraPolicy policy, List<LintFinding> findings)
    {
        CheckReach(policy, findings);
        CheckLockout(policy, findings);
        CheckPasswordChange(policy, findings);
        CheckDevices(policy, findings);
        CheckPlatforms(policy, findings);
        if (policy.Grant is { } grant && grant.Names.Contains("approvedApplication") && !(grant.Names.Contains("compliantApplication") && !grant.All))
            EntraLint.Add(policy, "retired-control", LintSeverity.Medium, "asks for an approved client app, a control that is retired: ask for `compliantApplication`, or for either", findings);
        if (policy.SessionControls.Any(c => c.Name == "persistentBrowser") && !policy.Conditions.Applications.Include.HasAll)
            EntraLint.Add(policy, "persistent-browser-scope", LintSeverity.Low, "sets a persistent browser session for some apps: the session is one for all apps, include all of them", findings);
    }

    private static void CheckReach(EntraPolicy policy, List<LintFinding> findings)
    {
        var conditions = policy.Conditions;
        var users = conditions.IncludedUsers;
        if (conditions.Workloads is null && IsNobody(users.Users) && users.Groups.IsEmpty && users.Roles.IsEmpty && users.Guests is null)
            EntraLint.Add(policy, "includes-nobody", LintSeverity.Medium, "includes no user, group or role and applies to nobody", findings);
        var applications = conditions.Applications;
        if (IsNobody(applications.Include) && applications is { UserActions.IsEmpty: true, AuthenticationContexts.IsEmpty: true, Filter: null })
            EntraLint.Add(policy, "includes-nothing", LintSeverity.Medium, "includes no application, user action or authentication context and applies to nothing", findings);
        if (conditions.Locations is { Exclude.All: true } || conditions.Platforms is { Exclude.HasAll: true } || applications.Exclude.HasAll)
            EntraLint.Add(policy, "excludes-all", LintSeverity.High, "excludes all locations, platforms or applications and never applies", findings);
        else if (conditions.Platforms is { Include: { HasAll: false } included, Exclude: var excluded } && included.Names.All(excluded.Contains))
            EntraLint.Add(policy, "excludes-all", LintSeverity.High, "excludes every platform that it includes and never applies", findings);
    }

    private static bool IsNobody(NameSet names) => names.IsEmpty || names.IsOnly("None");

    /// <summary>A block of everybody from everything, with no condition that spares anyone.</summary>
    private static void CheckLockout(EntraPolicy policy, List<LintFinding> findings)
    {
        var conditions = policy.Conditions;
        var narrowed = conditions is not { ClientApps: null, Platforms: null, Devices: null, UserRisk: null, SignInRisk: null, InsiderRisk: null, AuthenticationFlows: null }
            || conditions.Locations is { Include.All: false } or { Exclude: { All: true } or { AllTrusted: true } or { Locations.Length: > 0 } };
        if (policy.Grant is { Blocks: true } && !narrowed && conditions.IncludedUsers.Users.HasAll && !conditions.ExcludedUsers.Users.HasAll
            && conditions.Applications.Include.HasAll && conditions.Applications.Filter is null && conditions.Applications.Exclude.IsEmpty)
        {
            EntraLint.Add(policy, "locks-everyone-out", LintSeverity.Critical, "blocks all users from all apps, whatever the circumstances: only who is excluded still gets in", findings);
        }
    }

    /// <summary>The rules under which the provider takes the control (reference: conditionalAccessGrantControls, passwordChange).</summary>
    private static void CheckPasswordChange(EntraPolicy policy, List<LintFinding> findings)
    {
        if (policy.Grant is not { } grant || !grant.Names.Contains("passwordChange"))
            return;
        var conditions = policy.Conditions;
        var others = conditions is not { SignInRisk: null, Platforms: null, Locations: null, Devices: null, AuthenticationFlows: null, InsiderRisk: null, ClientApps: null };
        var wrong = new List<string>();
        if (!grant.Names.Any(EntraLint.IsMfa) || !grant.All)
            wrong.Add("has no second factor beside it (AND)");
        if (conditions.UserRisk is null)
            wrong.Add("has no user risk");
        if (!conditions.Applications.Include.HasAll || !conditions.Applications.Exclude.IsEmpty)
            wrong.Add("does not cover all apps");
        if (others)
            wrong.Add("has other conditions");
        if (wrong.Count > 0)
            EntraLint.Add(policy, "password-change-rules", LintSeverity.Medium, $"asks for a password change and {string.Join(", ", wrong)}: the provider refuses it or a risk is cleared by whoever caused it", findings);
    }

    private static void CheckDevices(EntraPolicy policy, List<LintFinding> findings)
    {
        if (policy.Conditions.Devices is not { } devices)
            return;
        List<DeviceTest> tests = [.. Tests(devices.Rule)];
        if (tests.TrueForAll(t => s_ownersProperties.Contains(t.Property)))
            EntraLint.Add(policy, "filter-by-owner", LintSeverity.Medium, "tells devices apart by properties alone that their owners can change: add one such as `isCompliant` or `trustType`", findings);
        if (!devices.Exclude && tests.TrueForAll(t => !t.Negated && !t.Values.Contains(null)) && !HasNot(devices.Rule) && policy.Grant is not null)
            EntraLint.Add(policy, "filter-misses-unregistered", LintSeverity.Low, "includes devices by positive operators alone: a device that is not registered has no properties and is never covered", findings);
    }

    private static IEnumerable<DeviceTest> Tests(DeviceRule rule) => rule switch
    {
        DeviceTest test => [test],
        DeviceNot not => Tests(not.Operand),
        DeviceAnd and => Tests(and.Left).Concat(Tests(and.Right)),
        DeviceOr or => Tests(or.Left).Concat(Tests(or.Right)),
        _ => [],
    };

    private static bool HasNot(DeviceRule rule) => rule switch
    {
        DeviceNot => true,
        DeviceAnd and => HasNot(and.Left) || HasNot(and.Right),
        DeviceOr or => HasNot(or.Left) || HasNot(or.Right),
        _ => false,
    };

    /// <summary>The platform is what the client says that it is.</summary>
    private static void CheckPlatforms(EntraPolicy policy, List<LintFinding> findings)
    {
        if (policy.Conditions.Platforms is not { } platforms || policy.Grant is not { Blocks: false })
            return;
        if (!platforms.Include.HasAll || !platforms.Exclude.IsEmpty)
            EntraLint.Add(policy, "platform-is-a-claim", LintSeverity.Low, "asks for its controls on some platforms only: a client says itself which it is on, cover all platforms or block the others", findings);
    }
}
