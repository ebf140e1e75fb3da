using Nullius.Gateway.Asking;

namespace Nullius.Gateway.Config;

/// <summary>Checks who may ask the decision point, and about what.</summary>
public static class DecisionPointValidator
{
    /// <summary>Adds every error to <paramref name="diagnostics"/>.</summary>
    public static void Validate(GateConfig config, DecisionPointConfig point, List<ConfigDiagnostic> diagnostics)
    {
        string[] system = [config.SignInHost, config.ConsoleHost, config.DeviceHost];
        if (system.Contains(point.Host, StringComparer.OrdinalIgnoreCase))
            diagnostics.Add(new(point.At, "same-host", $"the decision point has the platform's own host `{point.Host}`: expected a host of its own"));
        foreach (var route in config.Routes.Where(route => string.Equals(route.Host, point.Host, StringComparison.OrdinalIgnoreCase) && route.Name != Snapshot.SnapshotCompiler.DecisionPointRoute))
            diagnostics.Add(new(route.At, "host-taken", $"route `{route.Name}` has the decision point's host `{route.Host}`: expected another"));
        if (point.Clients.Count == 0)
            diagnostics.Add(new(point.At, "no-clients", "the decision point has no clients: expected at least one"));
        foreach (var client in point.Clients)
            Client(config, client, system, diagnostics);
        Twice(point, diagnostics, "client", client => [client.Name]);
        // Who is two clients at once has no single list of what may be asked.
        Twice(point, diagnostics, "user", client => client.Users);
        Twice(point, diagnostics, "device", client => client.Devices);
    }

    private static void Client(GateConfig config, DecisionClientConfig client, string[] system, List<ConfigDiagnostic> diagnostics)
    {
        void Error(string code, string message) => diagnostics.Add(new(client.At, code, $"client `{client.Name}` {message}"));

        if (client.Users.Count + client.Devices.Count == 0)
            Error("nobody", "is nobody: expected `users` or `devices`");
        if (client.Users.Contains("*", StringComparer.Ordinal))
            Error("everybody", "is everybody: expected names of users, without wildcards");
        if (client.Routes.Count == 0)
            Error("no-routes", "may ask about nothing: expected at least one route");
        foreach (var name in client.Routes)
        {
            var route = config.Routes.FirstOrDefault(route => string.Equals(route.Name, name, StringComparison.OrdinalIgnoreCase));
            if (route is null)
                Error("unknown-route", $"names `{name}`, which is no route: expected one of {string.Join(", ", config.Routes.Where(known => !system.Contains(known.Host, StringComparer.OrdinalIgnoreCase)).Take(12).Select(known => $"`{known.Name}`"))}");
            else if (system.Contains(route.Host, StringComparer.OrdinalIgnoreCase))
                Error("system-route", $"names `{name}`, a part of the platform: expected a route of an application");
        }

        foreach (var key in client.States.Where(key => !StatableKeys.Contains(key)))
            Error("own-key", $"states `{key}`, which the platform establishes itself or which is no condition key: expected a key like `aws:MultiFactorAuthPresent`");
    }

    private static void Twice(DecisionPointConfig point, List<ConfigDiagnostic> diagnostics, string what, Func<DecisionClientConfig, IEnumerable<string>> names)
    {
        foreach (var twice in point.Clients.SelectMany(client => names(client).Distinct(StringComparer.OrdinalIgnoreCase), (client, name) => (client, name)).GroupBy(pair => pair.name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
            diagnostics.Add(new(twice.Last().client.At, "duplicate-" + what, $"{what} `{twice.Key}` is already at {twice.First().client.At}: expected each once"));
    }
}
