using System.Collections.Frozen;
using Nullius.Gateway.Config;
using Nullius.Gateway.Forwarding;
using Nullius.Gateway.Live;
using Nullius.Policy.Dialects.Aws;

namespace Nullius.Gateway.Snapshot;

/// <summary>A compiled route: immutable, of one generation of the configuration.</summary>
public sealed class RouteModel
{
    private readonly FrozenDictionary<string, string> _methodActions;
    private readonly (OperationConfig Config, string Action)[] _operations;
    private readonly FrozenDictionary<string, string[]> _contexts;
    private readonly string[] _prefixes;
    private readonly StringComparison _paths;

    internal RouteModel(RouteConfig config, int index, GateConfig gate, SystemHost system, LiveSet live)
    {
        Live = live;
        Config = config;
        Index = index;
        System = system;
        _paths = config.CaseInsensitivePaths ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        _prefixes = [.. config.Paths.OrderByDescending(path => path.Length)];
        _methodActions = Methods.Known.Append(Methods.Connect).ToFrozenDictionary(method => method, method => $"{config.Name}:{method}", StringComparer.Ordinal);
        _operations = [.. config.Operations.Select(operation => (operation, $"{config.Name}:{operation.Name}"))];
        _contexts = config.AuthenticationContexts.SelectMany(context => context.Operations, (context, operation) => (context.Id, Action: $"{config.Name}:{operation}"))
            .GroupBy(pair => pair.Action, pair => pair.Id, StringComparer.Ordinal).ToFrozenDictionary(ids => ids.Key, ids => ids.Distinct(StringComparer.Ordinal).ToArray(), StringComparer.Ordinal);
        ResourcePrefix = $"arn:nullius:{config.Name}::{gate.Account}:";
        Account = gate.Account;
        Application = config.Application ?? config.Name;
        Authority = gate.HttpsPort == 443 ? config.Host : FormattableString.Invariant($"{config.Host}:{gate.HttpsPort}");
        Origin = $"https://{Authority}";
        Audience = config.Assertion.Audience ?? $"https://{config.Host}";
        TrustedOrigins = config.AllowedOrigins.Concat(config.Cors?.Origins ?? []).Append(Origin).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        CorsOrigins = (config.Cors?.Origins ?? []).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>What the user wrote.</summary>
    public RouteConfig Config { get; }

    /// <summary>Stands in actions, resource names and records.</summary>
    public string Name => Config.Name;

    /// <summary>True for the platform's own hosts, whose requests are dispatched in-process.</summary>
    public bool InProcess => Upstream is null;

    internal int Index { get; }

    internal SystemHost System { get; }

    internal string Account { get; }

    internal string ResourcePrefix { get; }

    internal string Application { get; }

    /// <summary>Host with port where it is not 443.</summary>
    internal string Authority { get; }

    internal string Origin { get; }

    internal string Audience { get; }

    /// <summary>Origins from which unsafe methods and upgrades are accepted: the route's own and those that the user lists.</summary>
    internal FrozenSet<string> TrustedOrigins { get; }

    internal FrozenSet<string> CorsOrigins { get; }

    internal AwsPolicyDocument? ResourcePolicy { get; init; }

    internal Upstream? Upstream { get; init; }

    internal CredentialInjection? Injection { get; init; }

    internal LiveSet Live { get; }

    /// <summary>The longest of the route's prefixes that covers the path; -1 when none does.</summary>
    internal int PrefixLength(string path)
    {
        foreach (var prefix in _prefixes)
        {
            if (!path.StartsWith(prefix, _paths))
                continue;
            // `/api` covers `/api` and `/api/x`, not `/apix`.
            if (prefix.EndsWith('/') || path.Length == prefix.Length || path[prefix.Length] == '/')
                return prefix.Length;
        }

        return -1;
    }

    /// <summary>The action that a request is, in the words of policies: <c>route:Operation</c>.</summary>
    internal string ActionFor(string method, string path, bool grpc)
    {
        foreach (var (operation, action) in _operations)
        {
            if (Names(operation, method) && Wildcard.Matches(operation.Path, path, _paths))
                return action;
        }

        if (grpc)
            return string.Concat(Name, ":", path.AsSpan(1));
        return _methodActions.TryGetValue(method, out var found) ? found : $"{Name}:{method}";
    }

    /// <summary>The authentication contexts that an action asks for; usually none.</summary>
    internal IReadOnlyList<string> AuthenticationContextsOf(string action) => _contexts.TryGetValue(action, out var ids) ? ids : [];

    private static bool Names(OperationConfig operation, string method)
    {
        if (operation.Methods.Count == 0)
            return true;
        for (var i = 0; i < operation.Methods.Count; i++)
        {
            if (string.Equals(operation.Methods[i], method, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}

/// <summary>The methods that the gate knows; matched exactly (law 2).</summary>
internal static class Methods
{
    /// <summary>The operation of upgrades and tunnels.</summary>
    public const string Connect = "Connect";

    public static readonly string[] Known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

    public static bool IsKnown(string method) => Array.IndexOf(Known, method) >= 0;

    /// <summary>RFC 9110, section 9.2.1.</summary>
    public static bool IsSafe(string method) => method is "GET" or "HEAD" or "OPTIONS";
}
