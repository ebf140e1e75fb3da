using System.Text.Json;
using Nullius.Policy.Simulation.Estate;

namespace Nullius.Policy.Simulation.Person;

/// <summary>Finds a person in each cloud: as a file says, or by address, user name or tag; how is named, so that a wrong match is seen.</summary>
internal static class PersonMatch
{
    private static readonly string[] s_tags = ["email", "e-mail", "mail", "upn", "userPrincipalName", "owner-email"];

    internal static PersonIdentity Find(Estate.Estate estate, EstateCloud cloud, string person, PeopleMap? people)
    {
        if (people?.Find(person, cloud.ToString().ToLowerInvariant()) is { } named)
            return new PersonIdentity(cloud, named, "named in the file of people");
        return cloud switch
        {
            EstateCloud.Aws => Aws(estate, person),
            EstateCloud.Entra => Entra(estate, person),
            EstateCloud.Gcp => new PersonIdentity(cloud, person.Contains('@', StringComparison.Ordinal) ? ["user:" + person.ToLowerInvariant()] : [], person.Contains('@', StringComparison.Ordinal) ? "by address" : "no address"),
        };
    }

    private static PersonIdentity Aws(Estate.Estate estate, string person)
    {
        PersonIdentity? Users(Func<JsonElement, bool> isThey, string match)
        {
            string[] found = [.. estate.Aws.Users.Where(isThey).Select(u => u.Text("Arn")!).Order(StringComparer.Ordinal)];
            return found.Length == 0 ? null : new PersonIdentity(EstateCloud.Aws, found, match);
        }
        var found = Users(u => Same(u.Text("UserName"), person), "by user name")
            ?? Users(u => u.Items("Tags").Any(t => s_tags.Contains(t.Text("Key"), StringComparer.OrdinalIgnoreCase) && Same(t.Text("Value"), person)), "by tag");
        var sessions = estate.Aws.IdentityCenter.SessionsOf(person, estate.Aws.Roles);
        if (found is not null && sessions is { Count: > 0 })
            return found with { Principals = [.. found.Principals, .. sessions], Match = found.Match + " and Identity Center" };
        if (found is not null)
            return found;
        if (sessions is not null)
            return new PersonIdentity(EstateCloud.Aws, sessions, sessions.Count > 0 ? "by Identity Center" : "in Identity Center, without an assignment whose role is in the export");
        var at = person.IndexOf('@', StringComparison.Ordinal);
        return (at > 0 ? Users(u => Same(u.Text("UserName"), person[..at]), "by user name, which is the address without its domain") : null)
            ?? new PersonIdentity(EstateCloud.Aws, [], "not found");
    }

    private static PersonIdentity Entra(Estate.Estate estate, string person)
    {
        foreach (var (field, match) in new[] { ("userPrincipalName", "by user principal name"), ("mail", "by mail") })
        {
            string[] found = [.. estate.Entra.Directory.Users.Values.Where(u => Same(u.Json.Text(field), person)).Select(u => u.Id).Order(StringComparer.Ordinal)];
            if (found.Length > 0)
                return new PersonIdentity(EstateCloud.Entra, found, match);
        }
        string[] other = [.. estate.Entra.Directory.Users.Values.Where(u => u.Json.Items("otherMails").Any(m => Same(m.ToString(), person))
            || u.Json.Items("proxyAddresses").Any(p => Same(p.ToString(), "smtp:" + person))).Select(u => u.Id)];
        return new PersonIdentity(EstateCloud.Entra, other, other.Length > 0 ? "by another address of the user" : "not found");
    }

    private static bool Same(string? left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}
