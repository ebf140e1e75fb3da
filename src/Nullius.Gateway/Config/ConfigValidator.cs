using System.Globalization;
using System.Text.RegularExpressions;
using Nullius.Gateway.Reception;

namespace Nullius.Gateway.Config;

/// <summary>Checks what a configuration says, apart from the files that it names; reports every error.</summary>
internal static partial class ConfigValidator
{
    public static void Validate(GateConfig config, List<ConfigDiagnostic> diagnostics)
    {
        var whole = new SourcePosition(config.BaseDirectory, 0);
        if (!Account().IsMatch(config.Account))
            diagnostics.Add(new(whole, "account", $"`{config.Account}` is not an account: expected twelve digits"));
        foreach (var host in SystemHosts(config))
        {
            if (!IsHost(host))
                diagnostics.Add(new(whole, "host", $"`{host}` is not a host name: expected letters, digits, hyphens and dots, without port"));
        }

        foreach (var route in config.Routes)
            Route(config, route, diagnostics);
        foreach (var twice in config.Routes.GroupBy(route => route.Name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
            diagnostics.Add(new(twice.Last().At, "duplicate-route", $"route `{twice.Key}` is already defined at {twice.First().At}"));
        foreach (var twice in config.Routes.SelectMany(route => route.Paths.Select(path => (route, key: route.Host.ToLowerInvariant() + path))).GroupBy(pair => pair.key, StringComparer.Ordinal).Where(group => group.Count() > 1))
            diagnostics.Add(new(twice.Last().route.At, "duplicate-path", $"`{twice.Key}` already belongs to route `{twice.First().route.Name}` at {twice.First().route.At}"));
        if (config.DecisionPoint is { } decisionPoint)
            DecisionPointValidator.Validate(config, decisionPoint, diagnostics);
        foreach (var binding in config.Bindings.Where(binding => binding.Users.Count == 0 && binding.Groups.Count == 0))
            diagnostics.Add(new(binding.At, "binding", $"the binding of `{binding.Policy}` names neither users nor groups"));
    }

    private static IEnumerable<string> SystemHosts(GateConfig config)
    {
        string[] always = [config.SignInHost, config.ConsoleHost, config.DeviceHost];
        return config.DecisionPoint is { } point ? always.Append(point.Host) : always;
    }

    /// <summary>True for an absolute http or https URL without path, query or credentials.</summary>
    public static bool IsUpstreamUrl(UpstreamConfig upstream) =>
        Uri.TryCreate(upstream.Url, UriKind.Absolute, out var url) && url.Scheme is "https" or "http" && url is { PathAndQuery: "/", UserInfo: "", Fragment: "" }
        && (url.Scheme == "https" || upstream.AllowPlain);

    private static void Route(GateConfig config, RouteConfig route, List<ConfigDiagnostic> diagnostics)
    {
        void Error(string code, string message) => diagnostics.Add(new ConfigDiagnostic(route.At, code, $"route `{route.Name}`: {message}"));

        if (!Name().IsMatch(route.Name))
            Error("route-name", "expected a name of letters, digits and hyphens, at most 64");
        if (!IsHost(route.Host))
            Error("host", $"`{route.Host}` is not a host name: expected letters, digits, hyphens and dots, without port");
        if (route.Paths.Count == 0)
            Error("path", "expected at least one path");
        foreach (var path in route.Paths)
        {
            if (TargetReader.Read(path, out var canonical, out var query) != RequestFault.None || query.Length > 0 || canonical != path)
                Error("path", $"`{path}` is not a canonical path: expected an absolute path without query, dot segments and needless encoding");
        }

        var system = SystemHosts(config).Contains(route.Host, StringComparer.OrdinalIgnoreCase);
        if (route.EnforcedElsewhere && route.Upstream is not null)
            Error("upstream", "is enforced elsewhere and has an upstream: expected one of both");
        if (route.EnforcedElsewhere && system)
            Error("host", "is the platform's own host and enforced elsewhere: expected another host");
        if (!system && !route.EnforcedElsewhere && route.Upstream is null)
            Error("upstream", "expected an upstream: only the platform's own hosts are served in-process");
        if (route.Upstream is { } upstream)
            Upstream(upstream, Error);
        foreach (var origin in route.AllowedOrigins.Concat(route.Cors?.Origins ?? []))
        {
            if (!IsOrigin(origin))
                Error("origin", $"`{origin}` is not an origin: expected `https://host` or `https://host:port`, no wildcard");
        }

        foreach (var operation in route.Operations)
            Operation(operation, diagnostics);
        if (route.MaxSnapshotAge <= TimeSpan.Zero)
            Error("max-snapshot-age", "expected a positive duration");
        foreach (var header in new[] { route.Assertion.Header, route.Inject?.UserHeader, route.Inject?.GroupsHeader }.OfType<string>())
        {
            if (!Header().IsMatch(header))
                Error("header", $"`{header}` is not a header name that can be set: expected letters, digits and hyphens");
        }

        if (route.Inject is { BasicUser: not null, BasicPasswordFile: null } or { BasicUser: null, BasicPasswordFile: not null })
            Error("inject", "a Basic credential needs both a user and a password file");
        if (route.Inject?.BasicUser?.Contains(':', StringComparison.Ordinal) == true)
            Error("inject", "a Basic user name cannot contain a colon");
    }

    private static void Upstream(UpstreamConfig upstream, Action<string, string> error)
    {
        if (!IsUpstreamUrl(upstream))
            error("upstream", $"`{upstream.Url}` is not an upstream: expected `https://host:port` (or `http://` where plain is allowed), without path");
        if (upstream.HttpVersion is not ("1.1" or "2"))
            error("http-version", $"`{upstream.HttpVersion}` is not served: expected `1.1` or `2`");
        if (upstream.ConnectTimeout <= TimeSpan.Zero || upstream.ActivityTimeout <= TimeSpan.Zero)
            error("timeout", "expected positive durations");
        if (upstream.Host is { } host && !HostHeader().IsMatch(host))
            error("host", $"`{host}` is not a host header");
    }

    private static void Operation(OperationConfig operation, List<ConfigDiagnostic> diagnostics)
    {
        if (!OperationName().IsMatch(operation.Name))
            diagnostics.Add(new(operation.At, "operation", $"`{operation.Name}` is not an operation name: expected letters and digits"));
        if (!operation.Path.StartsWith('/') && operation.Path != "*")
            diagnostics.Add(new(operation.At, "operation", $"`{operation.Path}` is not a path: expected a leading slash, or `*`"));
        foreach (var method in operation.Methods.Where(method => !Snapshot.Methods.IsKnown(method) && !string.Equals(method, Snapshot.Methods.Connect, StringComparison.OrdinalIgnoreCase)))
            diagnostics.Add(new(operation.At, "method", $"`{method}` is not a method: expected {string.Join(", ", Snapshot.Methods.Known)} or Connect, in that spelling"));
    }

    private static bool IsHost(string host) => host.Length <= 253 && Host().IsMatch(host);

    private static bool IsOrigin(string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var url) && url.Scheme is "https" or "http" && url is { PathAndQuery: "/", UserInfo: "", Fragment: "" }
        && string.Equals(origin, string.Create(CultureInfo.InvariantCulture, $"{url.Scheme}://{url.Authority}"), StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex("^[0-9]{12}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Account();

    [GeneratedRegex("^[A-Za-z0-9-]{1,64}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Name();

    [GeneratedRegex("^[A-Za-z0-9]+([A-Za-z0-9.-]*[A-Za-z0-9])?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Host();

    [GeneratedRegex("^[A-Za-z0-9.:-]+$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HostHeader();

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9-]{0,63}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Header();

    [GeneratedRegex("^[A-Za-z0-9]{1,64}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OperationName();
}
