using Nullius.Policy.Dialects.Gcp.Documents;
using Nullius.Policy.Dialects.Gcp.Levels;
using Nullius.Policy.Documents;

namespace Nullius.Policy.Lint.Gcp;

/// <summary>
/// Policies of Google Cloud in the forms in which commands, Asset Inventory and our own cases hold them, told from other documents by their content and
/// handed to the parsers of the dialect.
/// </summary>
internal sealed class GcpDocuments(string source)
{
    private readonly GcpProblems _problems = new(source);

    /// <summary>What an allow policy is attached to where its document does not say.</summary>
    internal const string Unattached = "resource";

    private AllowParser? _allow;
    private DenyParser? _deny;
    private RoleParser? _roles;
    private readonly List<(LocatedValue Level, string Path)> _levels = [];
    private int _boundaries;

    internal AllowParser Allow => _allow ??= new AllowParser(_problems);

    internal DenyParser Deny => _deny ??= new DenyParser(_problems);

    internal RoleParser Roles => _roles ??= new RoleParser(_problems);

    /// <summary>The lines of roles, by name.</summary>
    internal Dictionary<string, int> RoleLines { get; } = new(StringComparer.Ordinal);

    /// <summary>The lists that responses and exports have.</summary>
    internal static List<LocatedValue>? Items(LocatedValue root)
    {
        foreach (var name in new[] { "assets", "results", "policies", "roles", "accessLevels" })
        {
            if (root.Find(name) is { Kind: LocatedKind.Array } list && list.Items.TrueForAll(Is))
                return list.Items;
        }
        return null;
    }

    internal static bool Is(LocatedValue item) => item.Kind == LocatedKind.Object
        && (IsAllow(item) || PolicyOf(item) is not null || IsDeny(item) || IsCase(item) || IsRole(item) || IsBoundary(item) || IsLevel(item));

    private static bool IsAllow(LocatedValue item) => item.Find("bindings") is { Kind: LocatedKind.Array } bindings
        && item.Find("details") is null && bindings.Items.TrueForAll(b => b.Kind != LocatedKind.Object || b.Find("target") is null);

    private static LocatedValue? PolicyOf(LocatedValue item) =>
        (item.Find("policy") ?? item.Find("iamPolicy") ?? item.Find("iam_policy")) is { Kind: LocatedKind.Object } policy && IsAllow(policy) ? policy : null;

    private static bool IsDeny(LocatedValue item) => item.Find("rules") is { Kind: LocatedKind.Array } rules
        && (item.Find("kind")?.Text == "DenyPolicy" || item.Find("name")?.Text?.Contains("/denypolicies/", StringComparison.Ordinal) == true || rules.Items.Exists(r => r.Kind == LocatedKind.Object && r.Find("denyRule") is not null));

    private static bool IsCase(LocatedValue item) => new[] { "allow", "deny" }.Any(n => item.Find(n) is { Kind: LocatedKind.Array } list && list.Items.Exists(i => i.Kind == LocatedKind.Object && i.Find("attachedTo") is not null));

    private static bool IsRole(LocatedValue item) => item.Find("includedPermissions") is { Kind: LocatedKind.Array };

    private static bool IsBoundary(LocatedValue item) => item.Find("details") is { Kind: LocatedKind.Object } && item.Find("name")?.Text?.Contains("/principalAccessBoundaryPolicies/", StringComparison.Ordinal) == true;

    private static bool IsLevel(LocatedValue item) => item.Find("name")?.Text?.Contains("/accessLevels/", StringComparison.Ordinal) == true && (item.Find("basic") ?? item.Find("custom")) is not null;

    internal void Add(LocatedValue item)
    {
        if (IsCase(item))
            AddCase(item);
        else if (PolicyOf(item) is { } policy)
            Allow.Parse(Attached(policy, (item.Find("resource") ?? item.Find("name"))?.Text), policy.Path);
        else if (IsDeny(item))
            Deny.Parse(item, item.Path);
        else if (IsAllow(item))
            Allow.Parse(Attached(item, (item.Find("attachedTo") ?? item.Find("resourceId"))?.Text), item.Path);
        else if (IsRole(item))
            AddRole(item.Find("name")?.Text ?? "role", item);
        else if (IsLevel(item))
            _levels.Add((item, item.Path));
        else
            new BoundaryParser(_problems).Parse(item, item.Path, ++_boundaries);
    }

    private void AddCase(LocatedValue root)
    {
        foreach (var item in root.Find("allow")?.Items ?? [])
            Allow.Parse(item, item.Path);
        foreach (var item in root.Find("deny")?.Items ?? [])
            Deny.Parse(item, item.Path);
        foreach (var role in root.Find("roles")?.Members ?? [])
            AddRole(role.Name, role.Value);
        foreach (var item in root.Find("accessLevels")?.Items ?? [])
            _levels.Add((item, item.Path));
        foreach (var item in root.Find("principalAccessBoundary")?.Items ?? [])
            new BoundaryParser(_problems).Parse(item, item.Path, ++_boundaries);
    }

    private void AddRole(string name, LocatedValue value)
    {
        RoleLines[name] = value.Line;
        Roles.Parse(new LocatedMember(name, value.Line, value), value.Path);
    }

    /// <summary>The policy with the name of what carries it, which its own document leaves out.</summary>
    private static LocatedValue Attached(LocatedValue policy, string? name)
    {
        var attached = new LocatedValue(LocatedKind.Object, policy.Line, null);
        attached.Members.Add(new LocatedMember("attachedTo", policy.Line, new LocatedValue(LocatedKind.Text, policy.Line, name ?? Unattached)));
        attached.Members.AddRange(policy.Members.Where(m => m.Name != "attachedTo"));
        return attached;
    }

    /// <summary>None before <see cref="Close"/>, or where one of them is wrong.</summary>
    internal AccessLevelSet Levels { get; private set; } = AccessLevelSet.Empty;

    internal int LineOf(AccessLevel level) => _levels.Find(l => l.Level.Find("name")?.Text == level.Name).Level?.Line ?? 0;

    /// <summary>Everything that the parsers found wrong.</summary>
    internal List<PolicyDiagnostic> Close()
    {
        Levels = new AccessLevelParser(_problems).Parse(_levels);
        var diagnostics = new List<PolicyDiagnostic>();
        _problems.CopyTo(diagnostics);
        return diagnostics;
    }
}
