using Nullius.Policy.Dialects.Entra;
using Nullius.Policy.Simulation.Estate;

namespace Nullius.Policy.Replay.Entra;

/// <summary>Who is in which groups and roles, out of a directory's exports.</summary>
public static class DirectoryMemberships
{
    /// <summary>Of every person of whom the exports tell all that the policies name, by id and by name; of others nothing is known.</summary>
    public static IReadOnlyDictionary<string, Memberships> Of(Estate estate, params IEnumerable<EntraPolicySet> policies)
    {
        var directory = estate.Entra.Directory;
        var scopes = policies.SelectMany(s => s.Policies).SelectMany(p => new[] { p.Conditions.IncludedUsers, p.Conditions.ExcludedUsers }).ToList();
        string[] groups = [.. scopes.SelectMany(s => s.Groups.Names).Distinct(StringComparer.OrdinalIgnoreCase)];
        string[] roles = [.. scopes.SelectMany(s => s.Roles.Names).Distinct(StringComparer.OrdinalIgnoreCase)];
        var people = new Dictionary<string, Memberships>(StringComparer.OrdinalIgnoreCase);
        foreach (var user in directory.Users.Values)
        {
            string[] names = [.. new[] { user.Id, user.Json.Text("userPrincipalName"), user.Json.Text("mail") }.OfType<string>()];
            var containers = directory.Containers(names);
            var held = directory.Roles(names, containers);
            if (groups.Any(g => !containers.Contains(g) && !directory.CanExclude(names, g)) || roles.Any(r => !held.Contains(r) && !directory.CanExcludeRole(names, r)))
                continue;
            foreach (var name in names)
                people[name] = new Memberships([.. containers], [.. held]);
        }
        return people;
    }
}
