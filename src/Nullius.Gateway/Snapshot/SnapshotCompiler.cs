using System.Collections.Frozen;
using Nullius.Gateway.Config;
using Nullius.Gateway.Forwarding;
using Nullius.Gateway.Live;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws;

namespace Nullius.Gateway.Snapshot;

/// <summary>Compiles a configuration into a snapshot, or says everything that is wrong with it. Reads files; used off the hot path.</summary>
internal sealed class SnapshotCompiler(UpstreamPool upstreams, Func<string, LiveSet> liveOf)
{
    private readonly PolicyFileCache _files = new();
    private PolicyCatalog? _last;
    private PolicyCatalog? _lastCandidate;

    /// <summary>Route of the decision point: what the scopes of a client's key name.</summary>
    public const string DecisionPointRoute = "pdp";

    /// <summary>Null when there are errors, all of which are then in <paramref name="diagnostics"/>.</summary>
    public GateSnapshot? Compile(GateConfig config, long generation, List<ConfigDiagnostic> diagnostics)
    {
        config = WithSystemRoutes(config);
        // What is wrong with both, who share everything but policies, is told once.
        var found = new List<ConfigDiagnostic>();
        var candidate = config.Candidate is { } tried ? Compile(tried.Over(config), generation, _lastCandidate, null, found) : null;
        var snapshot = Compile(config, generation, _last, candidate, diagnostics);
        diagnostics.AddRange(found.Except(diagnostics).ToList());
        _files.NextRound();
        if (snapshot is null || diagnostics.Count > 0)
            return null;
        _last?.Forget();
        _lastCandidate?.Forget();
        (_last, _lastCandidate) = (snapshot.Policies, candidate?.Policies);
        upstreams.Keep([.. snapshot.Routes.Select(route => route.Upstream).OfType<Upstream>()]);
        return snapshot;
    }

    private GateSnapshot? Compile(GateConfig config, long generation, PolicyCatalog? before, GateSnapshot? candidate, List<ConfigDiagnostic> diagnostics)
    {
        ConfigValidator.Validate(config, diagnostics);
        var files = new PolicyFiles(config.BaseDirectory, _files, diagnostics);
        var everyone = files.BuiltIn();
        var catalog = new PolicyCatalog(before)
        {
            Everyone = everyone,
            Bindings = [.. config.Bindings.Select(binding => (binding, document: files.Aws(binding.Policy, binding.Kind == BindingKind.Boundary ? PolicyLayer.Boundary : PolicyLayer.Identity, binding.At))).Where(pair => pair.document is not null)
                .Select(pair => new BoundPolicy(pair.binding, pair.document!))],
            Guardrails = Guardrails(config, files),
            ConditionalAccess = files.Entra(config.ConditionalAccess, config.NamedLocations),
        };
        var routes = config.Routes.Select((route, index) => Route(config, route, index, files, diagnostics)).ToArray();
        return diagnostics.Count > 0 ? null : new GateSnapshot
        {
            Config = config,
            Generation = generation,
            Routes = routes,
            Hosts = Hosts(config, routes),
            Policies = catalog,
            PolicyVersion = files.Version(config),
            Mentioned = MentionedKeys.Of(files.Mentioned),
            Candidate = candidate,
        };
    }

    private static GateConfig WithSystemRoutes(GateConfig config)
    {
        var at = new SourcePosition("built-in", 0);
        (string Name, string Host, GrantingDialect Granting)[] system =
        [
            .. config.DecisionPoint is { } point ? [(DecisionPointRoute, point.Host, GrantingDialect.Authenticated)] : Array.Empty<(string, string, GrantingDialect)>(),
            ("signin", config.SignInHost, GrantingDialect.Authenticated),
            ("console", config.ConsoleHost, GrantingDialect.Aws),
            ("devices", config.DeviceHost, GrantingDialect.Authenticated),
        ];
        var missing = system.Where(entry => !config.Routes.Any(route => string.Equals(route.Host, entry.Host, StringComparison.OrdinalIgnoreCase)))
            .Select(entry => new RouteConfig { At = at, Name = entry.Name, Host = entry.Host, Granting = entry.Granting });
        return config with { Routes = [.. config.Routes, .. missing] };
    }

    private static List<IReadOnlyList<AwsPolicyDocument>>? Guardrails(GateConfig config, PolicyFiles files)
    {
        if (config.Guardrails.Count == 0)
            return null;
        var at = new SourcePosition(config.BaseDirectory, 0);
        return [.. config.Guardrails.Select(level => (IReadOnlyList<AwsPolicyDocument>)[.. level.Select(file => files.Aws(file, PolicyLayer.Guardrail, at)).OfType<AwsPolicyDocument>()])];
    }

    private RouteModel Route(GateConfig config, RouteConfig route, int index, PolicyFiles files, List<ConfigDiagnostic> diagnostics)
    {
        var system = SystemOf(config, route.Host);
        return new RouteModel(route, index, config, system, liveOf(route.Name))
        {
            ResourcePolicy = route.ResourcePolicy is null ? null : files.Aws(route.ResourcePolicy, PolicyLayer.Resource, route.At),
            Upstream = Upstream(config, route, diagnostics),
            Injection = Injection(config, route, diagnostics),
        };
    }

    private Upstream? Upstream(GateConfig config, RouteConfig route, List<ConfigDiagnostic> diagnostics)
    {
        if (route.Upstream is null || !ConfigValidator.IsUpstreamUrl(route.Upstream))
            return null;
        byte[]? pem = null;
        if (route.Upstream.CaFile is { } file)
        {
            try
            {
                State.FileStatus.RequireRegular(Path.Combine(config.BaseDirectory, file));
                pem = File.ReadAllBytes(Path.Combine(config.BaseDirectory, file));
                if (UpstreamPool.Roots(pem).Count == 0)
                    diagnostics.Add(new(route.At, "ca-file", $"`{file}` holds no certificate: expected PEM"));
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
            {
                diagnostics.Add(new(route.At, "ca-file", $"`{file}` cannot be read as certificates: {fault.Message}"));
                return null;
            }
        }

        return upstreams.For(route.Upstream, pem);
    }

    private static CredentialInjection? Injection(GateConfig config, RouteConfig route, List<ConfigDiagnostic> diagnostics)
    {
        if (route.Inject is not { } inject)
            return null;
        string? password = null;
        if (inject.BasicPasswordFile is { } file)
        {
            var path = Path.Combine(config.BaseDirectory, file);
            try
            {
                if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & (UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != UnixFileMode.None)
                    diagnostics.Add(new(route.At, "password-file", $"`{file}` can be read by others: expected owner-only permissions (chmod 600)"));
                State.FileStatus.RequireRegular(path);
                password = File.ReadAllText(path).TrimEnd('\n', '\r');
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                diagnostics.Add(new(route.At, "password-file", $"`{file}` cannot be read: {fault.Message}"));
            }
        }

        return new CredentialInjection(inject, password);
    }

    private static SystemHost SystemOf(GateConfig config, string host) =>
        string.Equals(host, config.SignInHost, StringComparison.OrdinalIgnoreCase) ? SystemHost.SignIn
        : string.Equals(host, config.ConsoleHost, StringComparison.OrdinalIgnoreCase) ? SystemHost.Console
        : string.Equals(host, config.DeviceHost, StringComparison.OrdinalIgnoreCase) ? SystemHost.Devices
        : string.Equals(host, config.DecisionPoint?.Host, StringComparison.OrdinalIgnoreCase) ? SystemHost.DecisionPoint
        : SystemHost.None;

    private static FrozenDictionary<string, HostModel> Hosts(GateConfig config, RouteModel[] routes) =>
        routes.GroupBy(route => route.Config.Host.ToLowerInvariant(), StringComparer.Ordinal).ToFrozenDictionary(
            group => group.Key,
            group =>
            {
                var system = SystemOf(config, group.Key);
                var asked = system is SystemHost.Devices or SystemHost.DecisionPoint ? ClientCertificateMode.Request : group.Max(route => route.Config.ClientCertificate);
                // A handshake serves every route of the host: it can insist only where all of them do.
                if (asked == ClientCertificateMode.Require && group.Any(route => route.Config.ClientCertificate != ClientCertificateMode.Require))
                    asked = ClientCertificateMode.Request;
                return new HostModel(group.Key, [.. group], system, asked);
            },
            StringComparer.OrdinalIgnoreCase);
}
