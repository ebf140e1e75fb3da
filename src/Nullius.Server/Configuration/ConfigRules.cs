using Nullius.Gateway.Config;

namespace Nullius.Server.Configuration;

/// <summary>What must hold between the values of a file, and between it and the disk.</summary>
internal static class ConfigRules
{
    public static void Check(NulliusConfig config, ConfigReport report)
    {
        CheckHosts(config, report);
        CheckRoutes(config.Gate, report);
        CheckFiles(config.Gate, report);
        CheckDecisionPoint(config.Gate, report);
    }

    private static void CheckHosts(NulliusConfig config, ConfigReport report)
    {
        var gate = config.Gate;
        var platform = new (string Key, string Host)[] { ("signIn", gate.SignInHost), ("console", gate.ConsoleHost), ("devices", gate.DeviceHost) };
        if (gate.DecisionPoint is { } point) platform = [.. platform, ("decisionPoint", point.Host)];
        foreach (var twice in platform.GroupBy(p => p.Host).Where(g => g.Count() > 1))
        {
            report.Error(1, "same-host", $"`hosts.{string.Join("` and `hosts.", twice.Select(t => t.Key))}` are both `{twice.Key}`: expected a host for each");
        }
        // Sign-in hands sessions to hosts of one site: a foreign one could not be reached by the browser's cookies and passkeys.
        foreach (var (key, host) in platform.Where(p => !IsBelow(p.Host, config.Domain)))
        {
            report.Error(1, "foreign-host", $"`hosts.{key}` is `{host}`: expected a host below `{config.Domain}`");
        }
        foreach (var route in gate.Routes.Where(r => !IsBelow(r.Host, config.Domain) && r.Name.Length > 0))
        {
            report.Error(route.At, "foreign-host", $"route `{route.Name}` has host `{route.Host}`: expected a host below `{config.Domain}`");
        }
    }

    private static void CheckRoutes(GateConfig gate, ConfigReport report)
    {
        foreach (var twice in gate.Routes.Where(r => r.Name.Length > 0).GroupBy(r => r.Name, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
        {
            report.Error(twice.Last().At, "duplicate-route", $"route `{twice.Key}` is there already (line {twice.First().At.Line}): expected names that differ by more than case");
        }
        var claims = gate.Routes.SelectMany(r => r.Paths.Select(p => (Route: r, Key: (r.Host, Path: p))));
        foreach (var twice in claims.GroupBy(c => c.Key).Where(g => g.Count() > 1))
        {
            report.Error(
                twice.Last().Route.At, "duplicate-path",
                $"`{twice.Key.Host}{twice.Key.Path}` belongs to route `{twice.First().Route.Name}` already: expected one route for a host and path");
        }
        foreach (var route in gate.Routes)
        {
            var ours = route.Host == gate.ConsoleHost;
            if (route.Name == RouteReader.ConsoleRoute && !ours) report.Error(route.At, "console-elsewhere", $"route `console` has host `{route.Host}`: expected `{gate.ConsoleHost}`");
            else if (ours && route.Name != RouteReader.ConsoleRoute) report.Error(route.At, "console-taken", $"route `{route.Name}` has the console's host `{route.Host}`: expected another");
            else if (route.Host == gate.SignInHost || route.Host == gate.DeviceHost) report.Error(route.At, "host-taken", $"route `{route.Name}` has the platform's own host `{route.Host}`: expected another");
            else if (ours && route.Upstream is not null) report.Error(route.At, "console-upstream", "route `console` has an `upstream`: expected none, the console is part of the platform");
            else if (route.EnforcedElsewhere && route.Upstream is not null) report.Error(route.At, "two-enforcers", $"route `{route.Name}` is enforced elsewhere and has an `upstream`: expected one of both");
            else if (ours && route.EnforcedElsewhere) report.Error(route.At, "console-elsewhere", "route `console` is enforced elsewhere: expected the gate to enforce it");
            else if (!ours && !route.EnforcedElsewhere && route.Upstream is null && route.Name.Length > 0) report.Error(route.At, "missing-key", $"route `{route.Name}` has no `upstream`: expected a map with `url`");
        }
    }

    private static void CheckDecisionPoint(GateConfig gate, ConfigReport report)
    {
        if (gate.DecisionPoint is not { } point) return;
        var errors = new List<ConfigDiagnostic>();
        DecisionPointValidator.Validate(gate, point, errors);
        foreach (var error in errors) report.Error(error.At, error.Code, error.Message);
    }

    private static void CheckFiles(GateConfig gate, ConfigReport report)
    {
        foreach (var binding in gate.Bindings.Where(b => b.Policy.Length > 0)) MustExist(binding.At, binding.Policy, "policy");
        foreach (var file in gate.Guardrails.SelectMany(level => level)) MustExist(report.At(0), file, "guardrail");
        foreach (var file in gate.ConditionalAccess) MustExist(report.At(0), file, "conditional access policy");
        foreach (var file in gate.NamedLocations) MustExist(report.At(0), file, "named location");
        foreach (var file in gate.Candidate?.Files ?? []) MustExist(report.At(0), file, "candidate policy");
        foreach (var route in gate.Routes)
        {
            if (route.ResourcePolicy is { } resource) MustExist(route.At, resource, "resource policy");
            if (route.Upstream?.CaFile is { } roots) MustExist(route.At, roots, "root certificate");
            if (route.Inject?.BasicPasswordFile is { } password) MustExist(route.At, password, "password");
        }

        void MustExist(SourcePosition at, string file, string what)
        {
            if (!File.Exists(Path.Combine(gate.BaseDirectory, file)))
            {
                report.Error(at, "missing-file", $"the {what} file `{ConfigReport.Quote(file)}` is missing: expected it at `{Path.GetFullPath(Path.Combine(gate.BaseDirectory, file))}`");
            }
        }
    }

    private static bool IsBelow(string host, string domain) => host.EndsWith("." + domain, StringComparison.Ordinal);
}
