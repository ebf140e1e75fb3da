using Nullius.Policy.Cel.Values;
using Nullius.Policy.Conditions;

namespace Nullius.Policy.Dialects.Gcp.Principals;

/// <summary>The principal of one request: every key under which a policy may name it.</summary>
internal sealed class GcpSubject
{
    private const string Manager = "//cloudresourcemanager.googleapis.com/";

    private readonly HashSet<string> _keys;
    private readonly List<string> _unknownKeys = [];
    private readonly HashSet<string> _unknownGroups = new(StringComparer.Ordinal);
    private readonly bool _groupsKnown;

    internal GcpSubject(GcpRequest request)
    {
        Key = GcpMemberParser.ParseCaller(request.Principal, out _) ?? throw new ArgumentException($"`{request.Principal}` is no principal", nameof(request));
        _groupsKnown = request.Groups is not null;
        _keys = new HashSet<string>(6 + (request.Groups?.Count ?? 0), StringComparer.Ordinal);
        _keys.Add("allUsers");
        _keys.Add(Key);
        if (IsAccount)
            _keys.Add("allAuthenticatedUsers");
        if (Key.StartsWith("user:", StringComparison.Ordinal))
            _keys.Add("domain:" + Key[(Key.IndexOf('@', StringComparison.Ordinal) + 1)..]);
        if (Pool is { } pool)
            AddPool(pool, request);
        foreach (var group in request.Groups ?? [])
            _keys.Add(GroupKey(group));
        foreach (var group in request.UnknownGroups)
            _unknownGroups.Add(GroupKey(group));
    }

    /// <summary>The normalised identifier; <c>allUsers</c> for an anonymous caller.</summary>
    internal string Key { get; }

    internal IReadOnlyCollection<string> Keys => _keys;

    /// <summary>Keys that the principal may have: the attribute's value is unknown.</summary>
    internal bool MayHaveKeys => _unknownKeys.Count > 0 || _unknownGroups.Count > 0 || !_groupsKnown;

    /// <summary>A Google account or service account: what <c>allAuthenticatedUsers</c> means; federated identities are not in it.</summary>
    private bool IsAccount => Key.StartsWith("user:", StringComparison.Ordinal) || IsServiceAccount;

    private bool IsServiceAccount => Key.StartsWith("serviceAccount:", StringComparison.Ordinal);

    /// <summary>The pool of a federated principal, as <c>//iam.googleapis.com/…Pools/POOL</c>.</summary>
    internal string? Pool
    {
        get
        {
            if (!Key.StartsWith("principal://iam.googleapis.com/", StringComparison.Ordinal))
                return null;
            var end = Key.IndexOf("/subject/", StringComparison.Ordinal);
            return end < 0 ? null : Key["principal:".Length..end];
        }
    }

    /// <summary>The kind of principal as <c>principal.type</c> gives it; null for anonymous callers and others that have none.</summary>
    internal string? Type => IsServiceAccount ? "iam.googleapis.com/ServiceAccount"
        : Key.StartsWith("user:", StringComparison.Ordinal) ? "iam.googleapis.com/WorkspaceIdentity"
        : Pool is not { } pool ? null
        : pool.Contains("/workforcePools/", StringComparison.Ordinal) ? "iam.googleapis.com/WorkforcePoolIdentity" : "iam.googleapis.com/WorkloadPoolIdentity";

    /// <summary>The address or the subject attribute, as <c>principal.subject</c> gives it.</summary>
    internal string? Subject => IsAccount ? Key[(Key.IndexOf(':', StringComparison.Ordinal) + 1)..]
        : Pool is { } pool ? Key["principal:".Length..][(pool.Length + "/subject/".Length)..] : null;

    private void AddPool(string pool, GcpRequest request)
    {
        var set = "principalSet:" + pool;
        _keys.Add(set + "/*");
        foreach (var group in request.Groups ?? [])
        {
            if (!group.Contains("://", StringComparison.Ordinal))
                _keys.Add($"{set}/group/{group}");
        }
        foreach (var (name, value) in request.Attributes)
        {
            if (!name.StartsWith("attribute.", StringComparison.Ordinal))
                continue;
            if (value.Kind == CelKind.Unknown)
                _unknownKeys.Add($"{set}/{name}/");
            else
                AddAttribute($"{set}/{name}/", value);
        }
        AddKubernetes(set, pool);
    }

    private void AddAttribute(string prefix, in CelValue value)
    {
        if (value.Kind == CelKind.String)
            _keys.Add(prefix + value.AsString);
        if (value.Kind != CelKind.List)
            return;
        foreach (var item in value.Items)
        {
            if (item.Kind == CelKind.String)
                _keys.Add(prefix + item.AsString);
        }
    }

    /// <summary>A GKE workload (<c>…/subject/ns/NS/sa/SA</c>) is in its namespace, and has a legacy name.</summary>
    private void AddKubernetes(string set, string pool)
    {
        var name = pool[(pool.LastIndexOf('/') + 1)..];
        if (!name.EndsWith(".svc.id.goog", StringComparison.Ordinal) || Subject!.Split('/') is not ["ns", var space, "sa", var account])
            return;
        _keys.Add($"{set}/namespace/{space}");
        _keys.Add($"serviceAccount:{name}[{space}/{account}]");
    }

    private static string GroupKey(string group)
    {
        const string Set = "principalSet://goog/group/";
        if (group.StartsWith("group:", StringComparison.Ordinal))
            return "group:" + group[6..].ToLowerInvariant();
        if (group.StartsWith(Set, StringComparison.Ordinal))
            return "group:" + group[Set.Length..].ToLowerInvariant();
        return group.Contains("//", StringComparison.Ordinal) ? group : "group:" + group.ToLowerInvariant();
    }

    /// <summary>Whether the principal is the member or in it. Project roles are the evaluator's affair.</summary>
    internal Ternary Is(GcpMember member) => member.Kind switch
    {
        GcpMemberKind.Deleted or GcpMemberKind.ProjectRole => Ternary.False,
        GcpMemberKind.Keyed => _keys.Contains(member.Key) ? Ternary.True : MayBe(member) ? Ternary.Unknown : Ternary.False,
        GcpMemberKind.Directory => _keys.Contains(member.Key) ? Ternary.True : CanBeIn(member.Key) ? Ternary.Unknown : Ternary.False,
    };

    private bool MayBe(GcpMember member)
    {
        if (_unknownGroups.Contains(member.Key))
            return true;
        if (!_groupsKnown && member.IsGroup)
            return member.Key.StartsWith("group:", StringComparison.Ordinal) ? Key != "allUsers" : Pool is { } pool && member.Key.StartsWith("principalSet:" + pool, StringComparison.Ordinal);
        foreach (var prefix in _unknownKeys)
        {
            if (member.Key.StartsWith(prefix, StringComparison.Ordinal))
                return true;
        }
        return false;
    }

    /// <summary>Whether such a principal could be in a set that only the directory knows.</summary>
    private bool CanBeIn(string set)
    {
        if (set.EndsWith("/type/ServiceAccount", StringComparison.Ordinal) || set.EndsWith("/type/ServiceAgent", StringComparison.Ordinal))
            return IsServiceAccount;
        return Key != "allUsers" && (IsAccount || !set.StartsWith("principalSet://goog/cloudIdentityCustomerId/", StringComparison.Ordinal));
    }

    /// <summary>How a membership that is not established is named: all of them, or the one group.</summary>
    internal string UnknownName(GcpMember member) => _unknownGroups.Contains(member.Key) ? member.Key : "groups";

    /// <summary>Whether the principal is in the target of a principal access boundary's binding (<c>//…</c>).</summary>
    internal Ternary IsInTarget(string target)
    {
        if (_keys.Contains(target) || string.Equals(Pool, target, StringComparison.Ordinal))
            return Ternary.True;
        var isPool = target.Contains("/workforcePools/", StringComparison.Ordinal) || target.Contains("/workloadIdentityPools/", StringComparison.Ordinal);
        if (isPool || Key == "allUsers")
            return Ternary.False;
        return IsInProject(target) ?? (IsOfContainers || !IsProjectOrFolder(target) ? Ternary.Unknown : Ternary.False);
    }

    private static bool IsProjectOrFolder(string target) =>
        target.StartsWith(Manager + "projects/", StringComparison.Ordinal) || target.StartsWith(Manager + "folders/", StringComparison.Ordinal);

    /// <summary>The principal sets of projects and folders hold service accounts and workload identities; people and workforces are the organisation's.</summary>
    private bool IsOfContainers => IsServiceAccount || Pool is { } pool && pool.Contains("/workloadIdentityPools/", StringComparison.Ordinal) || !IsAccount && Pool is null;

    /// <summary>A workload identity says its project's number itself; null where it does not tell.</summary>
    private Ternary? IsInProject(string target)
    {
        const string Projects = "//iam.googleapis.com/projects/";
        const string Targets = Manager + "projects/";
        if (Pool is not { } pool || !pool.StartsWith(Projects, StringComparison.Ordinal) || !target.StartsWith(Targets, StringComparison.Ordinal))
            return null;
        var own = pool[Projects.Length..pool.IndexOf('/', Projects.Length)];
        // A target may name the project by its id, which says nothing of the number.
        var number = target[Targets.Length..];
        return number.AsSpan().ContainsAnyExceptInRange('0', '9') ? null : string.Equals(own, number, StringComparison.Ordinal) ? Ternary.True : Ternary.False;
    }
}
