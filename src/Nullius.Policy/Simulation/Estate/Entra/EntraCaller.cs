using System.Text.Json;

namespace Nullius.Policy.Simulation.Estate.Entra;

/// <summary>The user or service principal that a question is about.</summary>
internal sealed class EntraCaller
{
    private EntraCaller(EntraObject found, bool isServicePrincipal)
    {
        Id = found.Id;
        Json = found.Json;
        IsServicePrincipal = isServicePrincipal;
    }

    internal string Id { get; }

    internal JsonElement Json { get; }

    internal bool IsServicePrincipal { get; }

    internal string Label => Json.Text("userPrincipalName") ?? Json.Text("displayName") ?? Id;

    /// <summary>Every name under which lists may hold the caller.</summary>
    internal IReadOnlyList<string> Names => [.. new[] { Id, Json.Text("userPrincipalName"), Json.Text("mail") }.OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase)];

    internal IReadOnlyCollection<string> Groups { get; set; } = [];

    /// <summary>By id, user principal name, mail or display name; a service principal by id, application id or display name.</summary>
    internal static EntraCaller Find(EntraEstate estate, string principal, string? openPage)
    {
        var directory = estate.Directory;
        if (directory.Users.TryGetValue(principal, out var user) || One(directory.Users.Values, principal, "userPrincipalName", "mail", "displayName") is { } named && (user = named) is not null)
            return new EntraCaller(user, isServicePrincipal: false);
        if (directory.ServicePrincipals.TryGetValue(principal, out var service) || One(directory.ServicePrincipals.Values, principal, "appId", "displayName") is { } other && (service = other) is not null)
            return new EntraCaller(service, isServicePrincipal: true);
        throw new SimulationInputException("unknown-principal", $"`{PolicyDiagnostic.Quote(principal)}` is no user and no service principal of the export, expected a name or an id that is in it"
            + (openPage is null ? "" : $"; the next page of {openPage} is missing"), "$.request.principal");
    }

    private static EntraObject? One(IEnumerable<EntraObject> objects, string text, params string[] fields)
    {
        foreach (var field in fields)
        {
            EntraObject[] found = [.. objects.Where(o => string.Equals(o.Json.Text(field), text, StringComparison.OrdinalIgnoreCase))];
            if (found.Length > 1)
                throw new SimulationInputException("ambiguous-principal", $"`{PolicyDiagnostic.Quote(text)}` is the {field} of {found.Length} objects, expected an id", "$.request.principal");
            if (found.Length == 1)
                return found[0];
        }
        return null;
    }
}
