namespace Nullius.Gateway.Config;

/// <summary>Where in <c>nullius.yaml</c> a value was written.</summary>
public readonly record struct SourcePosition(string File, int Line)
{
    public override string ToString() => Line > 0 ? $"{File}:{Line}" : File;
}

public enum RouteMode
{
    /// <summary>Denials are recorded and shown, and the request is forwarded.</summary>
    Observe,
    Enforce,
}

public enum GrantingDialect
{
    Aws,
    /// <summary>Anyone signed in whom no restricting policy stops.</summary>
    Authenticated,
}

public enum ClientCertificateMode
{
    None,
    /// <summary>Asked for at the handshake; a client without one proceeds as an unmanaged device.</summary>
    Request,
    Require,
}

/// <summary>A route as the user wrote it in <c>nullius.yaml</c>; null means not written.</summary>
public sealed record RouteConfig
{
    public required SourcePosition At { get; init; }
    /// <summary>Letters, digits, hyphen; stands in actions (<c>name:GET</c>) and in resource names.</summary>
    public required string Name { get; init; }
    public required string Host { get; init; }
    /// <summary>Path prefixes; the longest match wins. Default <c>/</c>.</summary>
    public IReadOnlyList<string> Paths { get; init; } = ["/"];
    /// <summary><c>https://host:port</c> or, where <see cref="UpstreamConfig.AllowPlain"/> says so, <c>http://</c>. Null for in-process routes.</summary>
    public UpstreamConfig? Upstream { get; init; }
    /// <summary>Another proxy stands before the application and asks the decision point: the gate forwards nothing on this route.</summary>
    public bool EnforcedElsewhere { get; init; }
    public GrantingDialect Granting { get; init; } = GrantingDialect.Aws;
    /// <summary>File of a resource policy, relative to the configuration file.</summary>
    public string? ResourcePolicy { get; init; }
    public RouteMode Mode { get; init; } = RouteMode.Enforce;
    /// <summary>Gradual roll-out: enforced only for these groups, observed for the rest. Empty: <see cref="Mode"/> holds for everyone.</summary>
    public IReadOnlyList<string> EnforceForGroups { get; init; } = [];
    public IReadOnlyList<OperationConfig> Operations { get; init; } = [];
    /// <summary>Operations that ask for an authentication context, by which Conditional Access policies include them.</summary>
    public IReadOnlyList<AuthenticationContextConfig> AuthenticationContexts { get; init; } = [];
    public bool CaseInsensitivePaths { get; init; }
    public CorsConfig? Cors { get; init; }
    /// <summary>Origins besides the route's own from which unsafe methods and upgrades are accepted.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];
    public ClientCertificateMode ClientCertificate { get; init; } = ClientCertificateMode.Request;
    /// <summary>Cloud-app id in Conditional Access policies; default the route's name.</summary>
    public string? Application { get; init; }
    public TimeSpan MaxSnapshotAge { get; init; } = TimeSpan.FromSeconds(10);
    /// <summary>fsync each decision record before forwarding.</summary>
    public bool DurableSync { get; init; }
    public AssertionConfig Assertion { get; init; } = new();
    public InjectConfig? Inject { get; init; }
    /// <summary>Largest request body in bytes; null for no limit (bodies always stream).</summary>
    public long? MaxRequestBody { get; init; }
}

public sealed record UpstreamConfig
{
    public required string Url { get; init; }
    public bool AllowPlain { get; init; }
    /// <summary>PEM file of the only roots that are trusted; default the system's, and the built-in CA's in the demo.</summary>
    public string? CaFile { get; init; }
    /// <summary>Name the certificate must carry, where it differs from the URL's host.</summary>
    public string? ServerName { get; init; }
    /// <summary><c>1.1</c> or <c>2</c>. gRPC needs 2.</summary>
    public string HttpVersion { get; init; } = "1.1";
    /// <summary>Host header that the application sees; default the client's.</summary>
    public string? Host { get; init; }
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);
    /// <summary>Time without any byte after which a request that is not live ends.</summary>
    public TimeSpan ActivityTimeout { get; init; } = TimeSpan.FromSeconds(100);
}

/// <summary>Names an operation for policies: action <c>route:Name</c>.</summary>
/// <param name="Methods">Exact methods; empty for any.</param>
/// <param name="Path">Canonical path with <c>*</c> wildcards.</param>
public sealed record OperationConfig(SourcePosition At, string Name, IReadOnlyList<string> Methods, string Path);

/// <summary>Protected operations: what a policy demands of an authentication context, it demands of these.</summary>
/// <param name="Id">The provider's class reference: <c>c1</c> to <c>c99</c>.</param>
/// <param name="Operations">Names as they stand in actions, without the route.</param>
public sealed record AuthenticationContextConfig(SourcePosition At, string Id, IReadOnlyList<string> Operations);

public sealed record CorsConfig
{
    public IReadOnlyList<string> Origins { get; init; } = [];
    public IReadOnlyList<string> Methods { get; init; } = ["GET", "HEAD", "POST"];
    public IReadOnlyList<string> Headers { get; init; } = [];
    public IReadOnlyList<string> ExposedHeaders { get; init; } = [];
    public bool Credentials { get; init; } = true;
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromMinutes(10);
}

public sealed record AssertionConfig
{
    public string Header { get; init; } = "X-Nullius-Assertion";
    /// <summary>Audience of the token; default <c>https://{host}</c>.</summary>
    public string? Audience { get; init; }
    public bool Enabled { get; init; } = true;
}

/// <summary>Credentials put into the forwarded request for an application that knows nothing better.</summary>
public sealed record InjectConfig
{
    /// <summary>Header that carries the user name, e.g. <c>X-Remote-User</c>.</summary>
    public string? UserHeader { get; init; }
    public string? GroupsHeader { get; init; }
    public string? BasicUser { get; init; }
    /// <summary>File with the password: owner-only; never in the YAML.</summary>
    public string? BasicPasswordFile { get; init; }
}
