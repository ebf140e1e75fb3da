using System.Text.Json;

namespace Nullius.Policy.Simulation.Estate.Aws;

/// <summary>
/// IAM Identity Center: <c>identitystore list-users</c> and <c>list-group-memberships</c>, <c>sso-admin list-account-assignments</c> (or <c>…-for-principal</c>) and
/// <c>describe-permission-set</c>. An assignment is a role of the account, named after the permission set.
/// </summary>
internal sealed class AwsIdentityCenter
{
    private readonly Dictionary<string, JsonElement> _users = new(StringComparer.Ordinal);
    private readonly List<(string Group, string User)> _memberships = [];
    private readonly List<JsonElement> _assignments = [];
    private readonly Dictionary<string, string> _sets = new(StringComparer.Ordinal);

    internal bool Add(JsonElement json)
    {
        var known = false;
        foreach (var user in json.Items("Users").Where(u => u.Text("UserId") is not null && !u.Has("Arn")))
        {
            _users[user.Text("UserId")!] = user;
            known = true;
        }
        foreach (var membership in json.Items("GroupMemberships"))
        {
            if (membership.Text("GroupId") is { } group && membership.Find("MemberId")?.Text("UserId") is { } user)
                _memberships.Add((group, user));
            known = true;
        }
        foreach (var assignment in json.Items("AccountAssignments").Where(a => a.Has("PermissionSetArn")))
        {
            _assignments.Add(assignment);
            known = true;
        }
        if (json.Find("PermissionSet") is { ValueKind: JsonValueKind.Object } set && set.Text("PermissionSetArn") is { } arn && set.Text("Name") is { } name)
        {
            _sets[arn] = name;
            known = true;
        }
        return known;
    }

    /// <summary>The sessions that a person can start, by user name or e-mail; null when the person is not in the store.</summary>
    internal List<string>? SessionsOf(string person, IReadOnlyCollection<JsonElement> roles)
    {
        var user = _users.Values.FirstOrDefault(u => Is(u, person));
        if (user.Text("UserId") is not { } id)
            return null;
        var ids = _memberships.Where(m => m.User == id).Select(m => m.Group).Append(id).ToHashSet(StringComparer.Ordinal);
        var sessions = new List<string>();
        foreach (var assignment in _assignments.Where(a => ids.Contains(a.Text("PrincipalId") ?? "")))
        {
            if (!_sets.TryGetValue(assignment.Text("PermissionSetArn") ?? "", out var name) || assignment.Text("AccountId") is not { } account)
                continue;
            var role = roles.Select(r => r.Text("Arn") ?? "").FirstOrDefault(a => AwsEstate.AccountOf(a) == account && a.Contains($"/AWSReservedSSO_{name}_", StringComparison.Ordinal));
            if (role is not null)
                sessions.Add($"arn:aws:sts::{account}:assumed-role/{role[(role.LastIndexOf('/') + 1)..]}/{user.Text("UserName") ?? person}");
        }
        return [.. sessions.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    private static bool Is(JsonElement user, string person) =>
        string.Equals(user.Text("UserName"), person, StringComparison.OrdinalIgnoreCase) || user.Items("Emails").Any(e => string.Equals(e.Text("Value"), person, StringComparison.OrdinalIgnoreCase));
}
