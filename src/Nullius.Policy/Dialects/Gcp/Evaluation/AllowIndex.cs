using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Gcp.Principals;

namespace Nullius.Policy.Dialects.Gcp.Evaluation;

/// <summary>A binding that may grant: how sure it is that it names the principal and that its role has the permission.</summary>
internal readonly record struct GcpCandidate(GcpBinding Binding, GcpMember Member, Ternary IsMember, Ternary HasPermission);

/// <summary>
/// Bindings by the resource they are attached to, then by member, then by role; roles by permission. Candidates are found by
/// looking keys up, never by walking over all bindings of a policy.
/// </summary>
internal sealed class AllowIndex
{
    private readonly Dictionary<string, Attachment> _attachments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _rolesByPermission = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unknownRoles = new(StringComparer.Ordinal);

    private sealed class Attachment
    {
        internal Dictionary<string, Dictionary<string, List<(GcpBinding Binding, GcpMember Member)>>> Keyed { get; } = new(StringComparer.Ordinal);

        /// <summary>Members that no key finds: sets of the directory, roles of projects.</summary>
        internal List<(GcpBinding Binding, GcpMember Member)> Others { get; } = [];
    }

    internal AllowIndex(IReadOnlyList<GcpBinding> bindings, IReadOnlyDictionary<string, GcpRole> roles, IEnumerable<string> attachedTo)
    {
        Bindings = bindings;
        Roles = roles;
        foreach (var name in attachedTo)
            _attachments.TryAdd(name, new Attachment());
        foreach (var role in roles.Values)
        {
            foreach (var permission in role.Permissions ?? [])
                Get(_rolesByPermission, permission).Add(role.Name);
        }
        foreach (var binding in bindings)
            Add(binding);
    }

    internal IReadOnlyList<GcpBinding> Bindings { get; }

    internal IReadOnlyDictionary<string, GcpRole> Roles { get; }

    private static TValue Get<TValue>(Dictionary<string, TValue> map, string key)
        where TValue : new()
    {
        if (!map.TryGetValue(key, out var value))
            map[key] = value = new TValue();
        return value;
    }

    private void Add(GcpBinding binding)
    {
        if (!Roles.TryGetValue(binding.Role, out var role) || role.Permissions is null)
            _unknownRoles.Add(binding.Role);
        var attachment = Get(_attachments, binding.AttachedTo);
        foreach (var member in binding.Members)
        {
            if (member.Kind == GcpMemberKind.Keyed)
            {
                if (!attachment.Keyed.TryGetValue(member.Key, out var byRole))
                    attachment.Keyed[member.Key] = byRole = new(StringComparer.Ordinal);
                Get(byRole, binding.Role).Add((binding, member));
            }
            else if (member.Kind != GcpMemberKind.Deleted)
            {
                attachment.Others.Add((binding, member));
            }
        }
    }

    /// <summary>True when the role has the permission, unknown when its content is not given.</summary>
    internal Ternary Has(string role, string permission)
    {
        if (_unknownRoles.Contains(role))
            return Ternary.Unknown;
        return TernaryLogic.Of(Roles.TryGetValue(role, out var known) && known.Permissions!.Contains(permission));
    }

    /// <summary>Nearest resource first; within one, in the order of the subject's keys.</summary>
    internal IEnumerable<GcpCandidate> Candidates(string permission, GcpSubject subject, IReadOnlyList<string> chain)
    {
        var roles = _rolesByPermission.GetValueOrDefault(permission);
        foreach (var resource in chain)
        {
            if (!_attachments.TryGetValue(resource, out var attachment))
                continue;
            foreach (var key in subject.Keys)
            {
                if (!attachment.Keyed.TryGetValue(key, out var byRole))
                    continue;
                foreach (var (binding, member, has) in InRoles(byRole, roles, permission))
                    yield return new GcpCandidate(binding, member, Ternary.True, has);
            }
            foreach (var candidate in Uncertain(attachment, permission, subject))
                yield return candidate;
        }
    }

    /// <summary>Looks up whichever are fewer: the member's roles or the permission's.</summary>
    private IEnumerable<(GcpBinding, GcpMember, Ternary)> InRoles(
        Dictionary<string, List<(GcpBinding, GcpMember)>> byRole, List<string>? roles, string permission)
    {
        if (byRole.Count <= (roles?.Count ?? 0) + _unknownRoles.Count)
        {
            foreach (var (role, bindings) in byRole)
            {
                var has = Has(role, permission);
                if (has == Ternary.False)
                    continue;
                foreach (var (binding, member) in bindings)
                    yield return (binding, member, has);
            }
            yield break;
        }
        foreach (var (names, has) in new[] { ((IEnumerable<string>?)roles ?? [], Ternary.True), (_unknownRoles, Ternary.Unknown) })
        {
            foreach (var role in names)
            {
                foreach (var (binding, member) in byRole.GetValueOrDefault(role) ?? [])
                    yield return (binding, member, has);
            }
        }
    }

    private IEnumerable<GcpCandidate> Uncertain(Attachment attachment, string permission, GcpSubject subject)
    {
        foreach (var (binding, member) in attachment.Others)
        {
            var isMember = IsMember(member, subject);
            var has = isMember == Ternary.False ? Ternary.False : Has(binding.Role, permission);
            if (has != Ternary.False)
                yield return new GcpCandidate(binding, member, isMember, has);
        }
        if (!subject.MayHaveKeys)
            yield break;
        foreach (var (binding, member) in attachment.Keyed.Values.SelectMany(r => r.Values).SelectMany(b => b))
        {
            var has = subject.Is(member) == Ternary.Unknown ? Has(binding.Role, permission) : Ternary.False;
            if (has != Ternary.False)
                yield return new GcpCandidate(binding, member, Ternary.Unknown, has);
        }
    }

    /// <summary>Whether the subject is the member; the basic role of a project is looked up in that project's own policy.</summary>
    internal Ternary IsMember(GcpMember member, GcpSubject subject)
    {
        if (member.Kind != GcpMemberKind.ProjectRole)
            return subject.Is(member);
        if (!_attachments.TryGetValue(member.Project, out var project))
            return Ternary.Unknown;
        var result = Ternary.False;
        foreach (var key in subject.Keys)
        {
            if (project.Keyed.TryGetValue(key, out var byRole) && byRole.ContainsKey(member.Role))
                return Ternary.True;
        }
        foreach (var (binding, other) in project.Others)
        {
            if (binding.Role == member.Role && other.Kind != GcpMemberKind.ProjectRole)
                result = result.Or(subject.Is(other));
        }
        if (subject.MayHaveKeys && project.Keyed.Values.Any(r => r.TryGetValue(member.Role, out var bindings) && bindings.Exists(b => subject.Is(b.Member) == Ternary.Unknown)))
            result = result.Or(Ternary.Unknown);
        return result;
    }
}
