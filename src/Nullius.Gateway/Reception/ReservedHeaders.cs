using System.Buffers;
using System.Collections.Frozen;

namespace Nullius.Gateway.Reception;

/// <summary>Which request headers are the gate's to set, in every spelling that some server folds onto them.</summary>
internal static class ReservedHeaders
{
    // Prefixes after folding: lower case, `_` read as `-`. What the gate sets, and what proxies, identity products and clouds set for applications behind them.
    private static readonly string[] ExtensionPrefixes =
    [
        "x-amzn-mtls-", "x-amzn-oidc-", "x-apigateway-api-", "x-appengine-", "x-arr-", "x-auth-request-", "x-authelia-", "x-authenticated-", "x-authentik-", "x-azure-", "x-client-",
        "x-consumer-", "x-credential-", "x-endpoint-api-", "x-envoy-", "x-forward-", "x-forwarded-", "x-goog-authenticated-", "x-goog-iap-", "x-host-", "x-http-destination", "x-http-host-",
        "x-http-method", "x-http-path-", "x-jwt-", "x-ms-client-principal", "x-mtls-", "x-nullius-", "x-original-", "x-originating-", "x-override-", "x-pomerium-", "x-proxyuser-", "x-real-",
        "x-remote-", "x-rewrite-", "x-ssl-", "x-tls-", "x-token-", "x-user-", "x-vouch-", "x-webauth-",
    ];

    private static readonly string[] OtherPrefixes =
    [
        "cf-access-", "cf-connecting-", "client-cert", "cloudfront-viewer-", "fly-client-", "iv-", "oam-", "proxy-client-", "remote-", "shib-", "sm-", "ssl-client-", "tailscale-user-",
        "tls-client-", "wl-proxy-",
    ];

    private static readonly SearchValues<char> Foldable = SearchValues.Create("_!#$%&'*+.^`|~");

    private static readonly FrozenSet<string> Names = new[]
    {
        "forwarded", "x-forwarded", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip", "remote-user", "remote-groups",
        "x-user", "x-username", "x-webauth-user", "x-email", "x-groups", "x-account", "x-role", "x-roles", "x-http-method", "x-http-method-override", "x-method-override", "x-request-id", "x-content-length",
        "x-host", "x-proxy-user", "ssl-client-cert", "ssl-client-verify", "client-cert", "client-cert-chain", "x-client-cert", "x-forwarded-client-cert",
        "proxy", "proxy-authorization", "trailer", "x-envoy-original-path", "x-envoy-external-address", "x-appengine-user-ip", "fastly-client-ip",
        "front-end-https", "x-https", "x-scheme", "x-url-scheme", "x-protocol", "x-port", "x-method", "x-backend-host", "x-server-name", "x-proxy-url", "x-proxy-host", "x-real-ip", "x-url", "x-uri", "x-path",
        "x-true-client-ip", "x-source-ip", "x-remote-ip", "x-custom-ip-authorization", "x-cdn-src-ip", "client-ip", "http-client-ip", "http-host", "request-uri", "base-url", "via", "x-via",
        "x-userid", "x-uid", "x-subject", "x-principal", "x-identity", "x-login", "x-admin", "x-is-admin", "x-id-token", "x-aws-ec2-metadata-token", "metadata-flavor", "max-forwards",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>True when no client's copy of the header may reach an application.</summary>
    public static bool IsReserved(string name)
    {
        return IsReservedFolded(IsFoldable(name) ? Folded(name) : name);
    }

    /// <summary>True for a spelling, with an underscore or the like, of a header that the gate sets: servers disagree on whether both are one.</summary>
    public static bool IsCollision(string name) => IsFoldable(name) && IsReservedFolded(Folded(name));

    /// <summary>True for a name that some server reads as another one: CGI makes an underscore of a hyphen, and some of its heirs of everything that is no letter or digit.</summary>
    public static bool IsFoldable(string name) => name.AsSpan().ContainsAny(Foldable);

    /// <summary>The name with hyphens for whatever is folded.</summary>
    public static string Folded(string name) => string.Create(name.Length, name, static (folded, name) =>
    {
        for (var i = 0; i < name.Length; i++)
            folded[i] = Fold(name[i]);
    });

    /// <summary>A hyphen for whatever is no letter or digit.</summary>
    public static char Fold(char c) => char.IsAsciiLetterOrDigit(c) ? c : '-';

    private static bool IsReservedFolded(string name)
    {
        if (name.Length == 0)
            return false;
        var first = (char)(name[0] | 0x20);
        if (first is not ('x' or 'f' or 't' or 'r' or 's' or 'c' or 'p' or 'i' or 'o' or 'w' or 'h' or 'b' or 'v' or 'm'))
            return false;
        if (Names.Contains(name))
            return true;
        foreach (var prefix in first == 'x' ? ExtensionPrefixes : OtherPrefixes)
        {
            if (name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}
