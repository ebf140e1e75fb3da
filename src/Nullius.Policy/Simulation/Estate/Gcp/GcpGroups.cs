using System.Text.Json;

namespace Nullius.Policy.Simulation.Estate.Gcp;

/// <summary>
/// Groups of Cloud Identity, from <c>gcloud identity groups memberships list</c> with <c>groups describe</c> or <c>search</c> for the addresses, or from
/// <c>search-transitive-groups</c> of a member, whose address is in the file's name.
/// </summary>
internal sealed class GcpGroups
{
    private const int MaxDepth = 32;

    private sealed class Group
    {
        internal string? Address { get; set; }

        internal HashSet<string> Members { get; } = new(StringComparer.OrdinalIgnoreCase);

        /// <summary>Members whose membership ends: whether it has ended is not known.</summary>
        internal HashSet<string> Passing { get; } = new(StringComparer.OrdinalIgnoreCase);

        internal HashSet<string> Nested { get; } = new(StringComparer.OrdinalIgnoreCase);

        /// <summary>All members, also those of nested groups, were listed.</summary>
        internal bool IsTransitive { get; set; }

        internal bool IsListed { get; set; }

        internal bool IsTruncated { get; set; }
    }

    private readonly Dictionary<string, Group> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _groupsOf = new(StringComparer.OrdinalIgnoreCase);

    private Group At(string id)
    {
        if (!_groups.TryGetValue(id, out var group))
            _groups[id] = group = new Group();
        return group;
    }

    internal bool Add(JsonElement row, string file, bool isTruncated)
    {
        var name = row.Text("name") ?? "";
        var parts = name.Split('/');
        if (parts is ["groups", var of, "memberships", _] && row.Find("preferredMemberKey") is { ValueKind: JsonValueKind.Object } key && key.Text("id") is { } member)
        {
            var group = At(of);
            group.IsListed = true;
            group.IsTruncated |= isTruncated;
            (row.Text("type") == "GROUP" ? group.Nested : row.Items("roles").Any(r => r.Has("expiryDetail")) ? group.Passing : group.Members).Add(member);
            return true;
        }
        if (parts is ["groups", var id] && row.Find("groupKey")?.Text("id") is { } address)
        {
            At(id).Address = address.ToLowerInvariant();
            return true;
        }
        return AddTransitive(row, file, isTruncated);
    }

    private bool AddTransitive(JsonElement row, string file, bool isTruncated)
    {
        if (row.Text("group") is { } of && row.Find("groupKey")?.Text("id") is { } address && (row.Has("relationType") || row.Has("membership")))
        {
            At(of["groups/".Length..]).Address = address.ToLowerInvariant();
            if (ExportFile.Address(file) is not { } caller || isTruncated || !row.Has("relationType"))
                return true;
            if (!_groupsOf.TryGetValue(caller, out var groups))
                _groupsOf[caller] = groups = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            groups.Add(address);
            return true;
        }
        if (!row.Has("member") || !row.Has("relationType") || row.Find("preferredMemberKey") is not { ValueKind: JsonValueKind.Array } keys)
            return false;
        if ((row.Text("group") ?? ExportFile.Address(file)) is not { } group)
            return true;
        var listed = At(group.ToLowerInvariant());
        listed.Address = group.ToLowerInvariant();
        listed.IsListed = listed.IsTransitive = true;
        listed.IsTruncated |= isTruncated;
        foreach (var key in keys.EnumerateArray())
        {
            if (key.Text("id") is { } id)
                listed.Members.Add(id);
        }
        return true;
    }

    private Group? Find(string address) => _groups.Values.FirstOrDefault(g => g.Address == address.ToLowerInvariant() && g.IsListed) ?? _groups.Values.FirstOrDefault(g => g.Address == address.ToLowerInvariant());

    /// <summary>Every group, by address, that the caller is known to be in.</summary>
    internal HashSet<string> Of(string address)
    {
        var found = new HashSet<string>(_groupsOf.GetValueOrDefault(address) ?? [], StringComparer.OrdinalIgnoreCase);
        var open = new Queue<string>([address]);
        while (open.TryDequeue(out var member))
        {
            foreach (var group in _groups.Values.Where(g => g.Address is not null && (g.Members.Contains(member) || g.Nested.Contains(member))))
            {
                if (found.Add(group.Address!))
                    open.Enqueue(group.Address!);
            }
        }
        return found;
    }

    /// <summary>Whether it can be told that the caller is not in the group.</summary>
    internal bool CanExclude(string address, string group) => _groupsOf.ContainsKey(address) || IsWhole(group, address, 0);

    private bool IsWhole(string address, string caller, int depth) =>
        depth < MaxDepth && Find(address) is { IsListed: true, IsTruncated: false } group && !group.Passing.Contains(caller)
        && (group.IsTransitive || group.Nested.All(n => IsWhole(n, caller, depth + 1)));
}
