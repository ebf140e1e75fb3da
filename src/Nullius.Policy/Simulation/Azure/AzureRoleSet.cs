using Nullius.Policy.Conditions;
using Nullius.Policy.Documents;

namespace Nullius.Policy.Simulation.Azure;

/// <summary>What one block of a role's permissions covers: actions without not-actions.</summary>
internal sealed record AzurePermission(string[] Actions, string[] NotActions, string[] DataActions, string[] NotDataActions)
{
    internal bool Covers(string action, bool isData) => isData
        ? Matches(DataActions, action) && !Matches(NotDataActions, action)
        : Matches(Actions, action) && !Matches(NotActions, action);

    private static bool Matches(string[] patterns, string action) => Array.Exists(patterns, p => Glob.MatchesFolded(p, action));
}

/// <param name="Role">The last part of the definition's id.</param>
/// <param name="RoleName">As the assignment says it; null where it does not.</param>
internal sealed record AzureAssignment(string Principal, string Role, string? RoleName, string Scope, bool HasCondition, bool IsGroups);

internal sealed record AzureDeny(string Name, string Scope, bool OnlyHere, AzurePermission[] Permissions, string[] Principals, string[] Excluded, bool HasCondition);

/// <summary>Role assignments of Azure with the roles' content (reference: Azure RBAC, how a user's access is determined).</summary>
internal sealed class AzureRoleSet
{
    /// <summary>Stands for everybody in a deny assignment.</summary>
    private const string Everyone = "00000000-0000-0000-0000-000000000000";

    private readonly List<AzureAssignment> _assignments = [];
    private readonly Dictionary<string, (string Name, AzurePermission[] Permissions)> _roles = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<AzureDeny> _denies = [];

    /// <summary>Management groups above the scope; null when they are not known.</summary>
    private List<string>? _ancestors;

    internal static AzureRoleSet Read(CaseReader reader)
    {
        var set = new AzureRoleSet();
        foreach (var item in Items(reader, "roleAssignments"))
        {
            var isGroups = item.Text("principalType") == "Group";
            set._assignments.Add(new AzureAssignment(
                item.RequiredText("principalId", "an object id"), Last(item.RequiredText("roleDefinitionId", "the id of a role definition")), item.Text("roleDefinitionName"),
                item.RequiredText("scope", "a scope such as `/subscriptions/…`"), !string.IsNullOrEmpty(item.Text("condition")), isGroups));
            item.Close();
        }
        foreach (var item in Items(reader, "roleDefinitions"))
        {
            item.Raw("assignableScopes");
            set._roles[Last(item.RequiredText("id", "the id of the role definition"))] = (item.RequiredText("roleName", "a name"), Permissions(item));
            item.Close();
        }
        foreach (var item in Items(reader, "denyAssignments"))
        {
            set._denies.Add(new AzureDeny(
                item.RequiredText("denyAssignmentName", "a name"), item.RequiredText("scope", "a scope"), item.Flag("doNotApplyToChildScopes") ?? false, Permissions(item),
                Ids(item, "principals"), Ids(item, "excludePrincipals"), !string.IsNullOrEmpty(item.Text("condition"))));
            item.Close();
        }
        set._ancestors = reader.Raw("ancestors") is null ? null : reader.Texts("ancestors");
        return set;
    }

    private static List<CaseReader> Items(CaseReader reader, string name)
    {
        if (reader.Field(name) is not { } value)
            return [];
        if (value.Kind != LocatedKind.Array)
            throw CaseReader.WrongType(value, $"`{name}`", "an array");
        return [.. value.Items.Select(i => CaseReader.Open(i, $"a member of `{name}`"))];
    }

    private static AzurePermission[] Permissions(CaseReader reader) => [.. Items(reader, "permissions").Select(p =>
    {
        p.Raw("condition");
        p.Raw("conditionVersion");
        var permission = new AzurePermission(Patterns(p, "actions"), Patterns(p, "notActions"), Patterns(p, "dataActions"), Patterns(p, "notDataActions"));
        p.Close();
        return permission;
    })];

    private static string[] Patterns(CaseReader reader, string name) => [.. reader.Texts(name).Select(AzureAction.Encode)];

    private static string[] Ids(CaseReader reader, string name) => [.. Items(reader, name).Select(i => i.RequiredText("id", "an object id"))];

    private static string Last(string id) => id[(id.LastIndexOf('/') + 1)..];

    /// <summary>Whether a role assignment grants, and nothing that is assigned denies; names what is not known.</summary>
    /// <param name="groupsKnown">Whether <paramref name="principals"/> holds every group that the caller is in.</param>
    internal AzureOutcome Evaluate(IReadOnlyCollection<string> principals, string action, bool isData, string scope, bool groupsKnown = true)
    {
        var outcome = new AzureOutcome();
        foreach (var deny in _denies)
        {
            if (!(groupsKnown ? Concerns(deny, principals) : MayConcern(deny, principals)) || !Array.Exists(deny.Permissions, p => p.Covers(action, isData)))
                continue;
            var applies = deny.OnlyHere ? TernaryLogic.Of(Same(deny.Scope, scope)) : Covers(deny.Scope, scope, outcome.Unknown);
            if (!groupsKnown && applies != Ternary.False && !Certainly(deny, principals))
                applies = Note(outcome.Unknown, $"the groups that deny assignment {deny.Name} names");
            if (deny.HasCondition && applies != Ternary.False)
                applies = Note(outcome.Unknown, $"the condition of deny assignment {deny.Name}");
            if (applies > outcome.Denied)
                (outcome.Denied, outcome.Deny) = (applies, deny);
        }
        foreach (var assignment in _assignments)
        {
            var isCallers = principals.Contains(assignment.Principal, StringComparer.OrdinalIgnoreCase);
            if (!isCallers && (groupsKnown || !assignment.IsGroups))
                continue;
            var grants = Grants(assignment, action, isData, scope, outcome.Unknown);
            if (!isCallers && grants != Ternary.False)
                grants = Note(outcome.Unknown, $"the members of group {assignment.Principal}");
            if (grants > outcome.Granted)
                (outcome.Granted, outcome.Assignment, outcome.RoleName) = (grants, assignment, NameOf(assignment));
        }
        return outcome;
    }

    private string NameOf(AzureAssignment assignment) => _roles.GetValueOrDefault(assignment.Role).Name ?? assignment.RoleName ?? assignment.Role;

    /// <summary>What of the caller's assignments does not grant, one line each: the nearest first.</summary>
    internal IEnumerable<string> Near(IReadOnlyCollection<string> principals, string action, bool isData, string scope)
    {
        var lines = new List<(int Distance, string Line)>();
        foreach (var assignment in _assignments.Where(a => principals.Contains(a.Principal, StringComparer.OrdinalIgnoreCase)))
        {
            var reaches = Covers(assignment.Scope, scope, []) != Ternary.False;
            var covers = !_roles.TryGetValue(assignment.Role, out var role) || Array.Exists(role.Permissions, p => p.Covers(action, isData));
            if (!reaches && covers)
                lines.Add((1, $"`{NameOf(assignment)}` covers it, at {assignment.Scope} alone"));
            else if (reaches && !covers)
                lines.Add((2, $"`{NameOf(assignment)}` at {assignment.Scope} does not cover it{(isData && Array.Exists(role.Permissions, p => p.Covers(action, false)) ? ": its wildcards cover no operations on data" : "")}"));
        }
        return lines.OrderBy(l => l.Distance).ThenBy(l => l.Line, StringComparer.Ordinal).Select(l => l.Line).Take(MaxNear);
    }

    private const int MaxNear = 5;

    private Ternary Grants(AzureAssignment assignment, string action, bool isData, string scope, List<string> unknown)
    {
        var missing = new List<string>();
        var grants = Covers(assignment.Scope, scope, missing);
        if (grants == Ternary.False)
            return grants;
        if (!_roles.TryGetValue(assignment.Role, out var role))
            grants = Note(missing, $"role definition {NameOf(assignment)}");
        else if (!Array.Exists(role.Permissions, p => p.Covers(action, isData)))
            return Ternary.False;
        if (assignment.HasCondition)
            grants = Note(missing, $"the condition of the assignment of {NameOf(assignment)} at {assignment.Scope}, which is not modelled");
        unknown.AddRange(missing.Where(m => !unknown.Contains(m)));
        return grants;
    }

    private static Ternary Note(List<string> unknown, string what)
    {
        if (!unknown.Contains(what))
            unknown.Add(what);
        return Ternary.Unknown;
    }

    private static bool Concerns(AzureDeny deny, IReadOnlyCollection<string> principals) =>
        Array.Exists(deny.Principals, p => p == Everyone || principals.Contains(p, StringComparer.OrdinalIgnoreCase))
        && !Array.Exists(deny.Excluded, p => principals.Contains(p, StringComparer.OrdinalIgnoreCase));

    /// <summary>Of whom a deny assignment names, any could be a group that the caller is in.</summary>
    private static bool MayConcern(AzureDeny deny, IReadOnlyCollection<string> principals) =>
        deny.Principals.Length > 0 && !Array.Exists(deny.Excluded, p => principals.Contains(p, StringComparer.OrdinalIgnoreCase));

    private static bool Certainly(AzureDeny deny, IReadOnlyCollection<string> principals) => deny.Excluded.Length == 0 && Concerns(deny, principals);

    private static bool Same(string left, string right) => left.TrimEnd('/').Equals(right.TrimEnd('/'), StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a scope holds another one: the same, above it in the id, the root, or a management group above the subscription.</summary>
    private Ternary Covers(string holder, string scope, List<string> unknown)
    {
        var above = holder.TrimEnd('/');
        if (above.Length == 0 || Same(above, scope) || scope.StartsWith(above + "/", StringComparison.OrdinalIgnoreCase))
            return Ternary.True;
        if (!above.StartsWith("/providers/Microsoft.Management/managementGroups/", StringComparison.OrdinalIgnoreCase))
            return Ternary.False;
        return _ancestors is null ? Note(unknown, $"whether {scope} is in {above}") : TernaryLogic.Of(_ancestors.Contains(above, StringComparer.OrdinalIgnoreCase));
    }
}

/// <summary>What role and deny assignments came to.</summary>
internal sealed class AzureOutcome
{
    internal Ternary Granted { get; set; }

    internal Ternary Denied { get; set; }

    internal AzureAssignment? Assignment { get; set; }

    internal string? RoleName { get; set; }

    internal AzureDeny? Deny { get; set; }

    internal List<string> Unknown { get; } = [];

    internal Ternary Result => Granted.And(Denied.Not());
}
