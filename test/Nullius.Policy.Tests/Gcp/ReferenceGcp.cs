using System.Net;

namespace Nullius.Policy.Tests.Gcp;

/// <summary>IAM's rules, one after the other over every policy: slow, obvious, and without a line of the compiled evaluator.</summary>
internal static class ReferenceGcp
{
    /// <summary><c>allow</c>, <c>deny</c> or <c>unknown</c>.</summary>
    internal static string Decide(ReferenceCase facts)
    {
        var denied = Or(facts.Denies.Select(d => Applies(d, facts)));
        var eligible = Eligible(facts);
        var granted = Or(facts.Bindings.Select(b => Grants(b, facts)));
        return And([Not(denied), eligible, granted]) switch
        {
            true => "allow",
            false => "deny",
            null => "unknown",
        };
    }

    private static bool? Or(IEnumerable<bool?> parts)
    {
        var all = parts.ToList();
        return all.Contains(true) ? true : all.Contains(null) ? null : false;
    }

    private static bool? And(IEnumerable<bool?> parts)
    {
        var all = parts.ToList();
        return all.Contains(false) ? false : all.Contains(null) ? null : true;
    }

    private static bool? Not(bool? value) => value is { } known ? !known : null;

    private static bool? Grants(ReferenceBinding binding, ReferenceCase facts)
    {
        if (!facts.Within(binding.On))
            return false;
        bool? has = facts.Roles.TryGetValue(binding.Role, out var permissions) ? permissions.Contains(facts.Permission) : null;
        bool? holds = binding.Condition?.Evaluate(facts) switch
        {
            null or Truth.True => true,
            Truth.Unknown => null,
            _ => false,
        };
        return And([Or(binding.Members.Select(m => IsMember(m, facts))), has, holds]);
    }

    private static bool? Applies(ReferenceDeny rule, ReferenceCase facts)
    {
        if (!facts.Within(rule.On) || !rule.Permissions.Any(p => Names(p, facts.Permission)) || rule.ExceptedPermissions.Any(p => Names(p, facts.Permission)))
            return false;
        bool? holds = rule.Condition?.Evaluate(facts) switch
        {
            Truth.False => false,
            Truth.Unknown => null,
            _ => true,
        };
        return And([Or(rule.Denied.Select(m => IsMember(Translate(m), facts))), Not(Or(rule.Excepted.Select(m => IsMember(Translate(m), facts)))), holds]);
    }

    /// <summary><c>storage.googleapis.com/objects.get</c> and its groups against <c>storage.objects.get</c>.</summary>
    private static bool Names(string entry, string permission)
    {
        var wanted = entry.Replace(".googleapis.com/", ".", StringComparison.Ordinal).Split('.');
        var asked = permission.Split('.');
        return wanted.Zip(asked).All(p => p.First == "*" || p.First == p.Second);
    }

    private static string Translate(string principal)
    {
        if (principal == "principalSet://goog/public:all")
            return "allUsers";
        if (principal.StartsWith("principal://goog/subject/", StringComparison.Ordinal))
            return "user:" + principal["principal://goog/subject/".Length..];
        if (principal.StartsWith("principalSet://goog/group/", StringComparison.Ordinal))
            return "group:" + principal["principalSet://goog/group/".Length..];
        const string Account = "principal://iam.googleapis.com/projects/-/serviceAccounts/";
        return principal.StartsWith(Account, StringComparison.Ordinal) ? "serviceAccount:" + principal[Account.Length..] : principal;
    }

    private static bool? IsMember(string member, ReferenceCase facts)
    {
        var isUser = facts.Principal.StartsWith("user:", StringComparison.Ordinal);
        var isAccount = facts.Principal.StartsWith("serviceAccount:", StringComparison.Ordinal);
        var isAnonymous = facts.Principal == "anonymous";
        if (member == "allUsers")
            return true;
        if (member == "allAuthenticatedUsers")
            return isUser || isAccount;
        if (member.StartsWith("deleted:", StringComparison.Ordinal))
            return false;
        if (member.StartsWith("group:", StringComparison.Ordinal))
            return isAnonymous && facts.Groups is null ? false : facts.Groups?.Contains(member[6..]);
        if (member.StartsWith("domain:", StringComparison.Ordinal))
            return isUser && facts.Principal.EndsWith("@" + member[7..], StringComparison.Ordinal);
        if (member.StartsWith("principalSet://goog/cloudIdentityCustomerId/", StringComparison.Ordinal))
            return facts.Groups?.Contains(member) == true ? true : isUser || isAccount ? null : false;
        if (member.EndsWith("/type/ServiceAccount", StringComparison.Ordinal))
            return facts.Groups?.Contains(member) == true ? true : isAccount ? null : false;
        if (member.StartsWith("project", StringComparison.Ordinal))
            return HasProjectRole(member, facts);
        return member.StartsWith("principalSet://", StringComparison.Ordinal) ? IsInPool(member, facts) : member == facts.Principal;
    }

    private static bool? HasProjectRole(string member, ReferenceCase facts)
    {
        var role = "roles/" + member[7..member.IndexOf(':', StringComparison.Ordinal)].ToLowerInvariant();
        var project = "projects/" + member[(member.IndexOf(':', StringComparison.Ordinal) + 1)..];
        var there = facts.Bindings.Where(b => b.On == project).ToList();
        if (there.Count == 0)
            return null;
        return Or(there.Where(b => b.Role == role).SelectMany(b => b.Members).Where(m => !IsProjectRole(m)).Select(m => IsMember(m, facts)));
    }

    private static bool IsProjectRole(string member) => member.StartsWith("projectOwner:", StringComparison.Ordinal)
        || member.StartsWith("projectEditor:", StringComparison.Ordinal) || member.StartsWith("projectViewer:", StringComparison.Ordinal);

    private static bool? IsInPool(string set, ReferenceCase facts)
    {
        var at = facts.Principal.IndexOf("/subject/", StringComparison.Ordinal);
        if (!facts.Principal.StartsWith("principal://", StringComparison.Ordinal) || at < 0)
            return false;
        var pool = "principalSet" + facts.Principal["principal".Length..at];
        if (!set.StartsWith(pool + "/", StringComparison.Ordinal))
            return false;
        var rest = set[(pool.Length + 1)..];
        if (rest == "*")
            return true;
        if (rest.StartsWith("group/", StringComparison.Ordinal))
            return facts.Groups is null ? null : facts.Groups.Contains(rest[6..]);
        var parts = rest.Split('/');
        if (!facts.Attributes.TryGetValue(parts[0], out var value))
            return false;
        return value is null ? null : (string)value == parts[1];
    }

    private static bool? Eligible(ReferenceCase facts)
    {
        var applying = facts.Boundaries.Select(b => (Boundary: b, Applies(b, facts).Restricts, Applies(b, facts).Permits)).ToList();
        var restricted = Or(applying.Select(a => a.Restricts));
        var reached = Or(applying.Select(a => And([a.Permits, a.Boundary.Resources.Any(facts.Within)])));
        return Or([Not(restricted), reached]);
    }

    private static (bool? Restricts, bool? Permits) Applies(ReferenceBoundary boundary, ReferenceCase facts)
    {
        if (boundary.Bindings is null)
            return (true, true);
        var restricts = boundary.Bindings.Select(b => And([IsInTarget(b.Target, facts), b.Condition?.Evaluate(facts) switch { Truth.False => false, Truth.Unknown => null, _ => true }]));
        var permits = boundary.Bindings.Select(b => And([IsInTarget(b.Target, facts), b.Condition?.Evaluate(facts) switch { null or Truth.True => true, Truth.Unknown => null, _ => false }]));
        return (Or(restricts), Or(permits));
    }

    private static bool? IsInTarget(string target, ReferenceCase facts)
    {
        if (facts.Groups?.Contains(target) == true)
            return true;
        if (target.Contains("Pools/", StringComparison.Ordinal))
            return facts.Principal.StartsWith("principal:" + target + "/subject/", StringComparison.Ordinal);
        if (facts.Principal == "anonymous")
            return false;
        // What projects and folders hold: service accounts, and the workload identities of pools in them.
        var parts = target.Split('/');
        var isWorkload = facts.Principal.Contains("/workloadIdentityPools/", StringComparison.Ordinal);
        if (parts is [.., "projects", var project] && isWorkload && project.All(char.IsAsciiDigit))
            return facts.Principal.Contains($"/projects/{project}/", StringComparison.Ordinal);
        if (parts is [.., "projects" or "folders", _] && (facts.Principal.StartsWith("user:", StringComparison.Ordinal) || facts.Principal.Contains("/workforcePools/", StringComparison.Ordinal)))
            return false;
        return null;
    }

    /// <summary>Whether the request meets a level: given, or computed from its definition.</summary>
    internal static bool? Meets(string level, ReferenceCase facts)
    {
        if (facts.Levels is null)
            return null;
        if (facts.Levels.Contains(level))
            return true;
        return facts.LevelDefinitions.Find(l => l.Name == level) is not { } defined ? false
            : defined.Or ? Or(defined.Conditions.Select(c => Meets(c, facts))) : And(defined.Conditions.Select(c => Meets(c, facts)));
    }

    private static bool? Meets(ReferenceLevelCondition condition, ReferenceCase facts)
    {
        var parts = new List<bool?>();
        if (condition.Ranges.Length > 0)
            parts.Add(Read(facts, "origin.ip", v => condition.Ranges.Any(r => IPNetwork.Parse(r).Contains(IPAddress.Parse(v)))));
        if (condition.Regions.Length > 0)
            parts.Add(Read(facts, "origin.region_code", condition.Regions.Contains));
        parts.AddRange(condition.Requires.Select(l => Meets(l, facts)));
        return condition.Negate ? Not(And(parts)) : And(parts);
    }

    private static bool? Read(ReferenceCase facts, string name, Func<string, bool> test) =>
        !facts.Attributes.TryGetValue(name, out var value) ? false : value is null ? null : test((string)value);
}
