using System.Collections.Frozen;

namespace Nullius.Gateway.Reception;

/// <summary>Which request headers are the gate's to set, in every spelling that some server folds onto them.</summary>
internal static class ReservedHeaders
{
    // Prefixes after folding: lower case, `_` read as `-`.
    private static readonly string[] Prefixes =
    [
        "x-nullius-", "x-remote-", "x-forwarded-", "x-original-", "x-rewrite-", "x-auth-request-", "x-authenticated-", "x-goog-authenticated-",
        "x-goog-iap-", "x-amzn-oidc-", "x-amzn-mtls-", "x-ms-client-principal", "x-pomerium-", "x-ssl-", "x-arr-", "x-envoy-", "x-client-", "ssl-client-", "cf-access-", "cf-connecting-",
    ];

    private static readonly FrozenSet<string> Names = new[]
    {
        "forwarded", "x-forwarded", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip", "remote-user", "remote-groups",
        "x-user", "x-username", "x-webauth-user", "x-email", "x-groups", "x-account", "x-role", "x-roles", "x-http-method", "x-http-method-override", "x-method-override", "x-request-id", "x-content-length",
        "x-host", "x-proxy-user", "ssl-client-cert", "ssl-client-verify", "client-cert", "client-cert-chain", "x-client-cert", "x-forwarded-client-cert",
        "proxy", "proxy-authorization", "trailer", "x-envoy-original-path", "x-envoy-external-address", "x-appengine-user-ip", "fastly-client-ip",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>True when no client's copy of the header may reach an application.</summary>
    public static bool IsReserved(string name)
    {
        if (name.Contains('_', StringComparison.Ordinal))
            return IsReservedFolded(name.Replace('_', '-'));
        return IsReservedFolded(name);
    }

    /// <summary>True for a spelling with an underscore of a header that the gate sets: servers disagree on whether both are one.</summary>
    public static bool IsCollision(string name) => name.Contains('_', StringComparison.Ordinal) && IsReservedFolded(name.Replace('_', '-'));

    private static bool IsReservedFolded(string name)
    {
        var first = (char)(name[0] | 0x20);
        if (first is not ('x' or 'f' or 't' or 'r' or 's' or 'c' or 'p'))
            return false;
        if (Names.Contains(name))
            return true;
        foreach (var prefix in Prefixes)
        {
            if (name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}
