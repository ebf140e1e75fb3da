namespace Nullius.Server.Configuration;

/// <summary>Every key that <c>nullius.yaml</c> may hold, in the order of the documentation.</summary>
internal static class ConfigSchema
{
    private const string Map = "a map";
    private const string Text = "text";
    private const string Texts = "a list of texts";
    private const string Host = "a host name";
    private const string File = "a file, relative to this one";
    private const string Files = "a list of files, relative to this one";
    private const string Time = "a time like `30s`, `15m`, `12h` or `7d`";
    private const string Size = "a size like `64KB` or `10MB`";
    private const string Truth = "`true` or `false`";

    public static SchemaKey Root { get; } = new("", Map, "The configuration of one instance.")
    {
        Keys =
        [
            new("domain", Host, "The domain under which sign-in, console, devices and applications have their hosts.") { Required = true },
            new("account", "twelve digits in quotes", "Stands in principals and resource names.", "\"000000000000\""),
            Listen,
            Hosts,
            Identity,
            Tokens,
            Devices,
            Policies,
            DecisionPoint,
            new("routes", "a list of maps", "The applications behind the gate.", "[]") { Keys = Route },
        ],
    };

    private static SchemaKey Listen => new("listen", Map, "Where the gate listens.")
    {
        Keys =
        [
            new("address", "`any`, `loopback` or an IP address", "Addresses on which the gate accepts connections.", "loopback"),
            new("port", "a port from 1 to 65534", "HTTPS port; plain HTTP on the port above is redirected to it. `--port` overrides it.", "8443"),
            new("allowTls12", Truth, "Also speak TLS 1.2, for clients that cannot do better.", "false"),
            new("maxConnections", "a whole number from 10 to 1000000", "Open connections above this number are refused.", "20000"),
            new("handshakeTimeout", Time, "A TLS handshake that takes longer is ended.", "10s"),
            new("headersTimeout", Time, "A request head that takes longer to arrive is ended.", "10s"),
        ],
    };

    private static SchemaKey Hosts => new("hosts", Map, "Hosts of the platform itself.")
    {
        Keys =
        [
            new("signIn", Host, "Sign-in, enrolment and account pages.", "auth.<domain>"),
            new("console", Host, "Console and its API.", "console.<domain>"),
            new("devices", Host, "Enrolment and posture of devices.", "devices.<domain>"),
        ],
    };

    private static SchemaKey Identity => new("identity", Map, "People and their sessions.")
    {
        Keys =
        [
            new("session", Map, "How long a browser stays signed in.")
            {
                Keys =
                [
                    new("idle", Time, "Unused for this long, a session ends.", "1h"),
                    new("absolute", Time, "A session ends after this long in any case.", "12h"),
                ],
            },
            new("freshFactor", Time, "How recent the second factor must be to change factors and passwords and to make tokens and keys.", "10m"),
            new("password", Map, "Passwords that people choose; common ones are refused in any case.")
            {
                Keys =
                [
                    new("minLength", "a whole number from 8 to 64", "Characters that a new password has at least. No rules of composition (NIST SP 800-63B).", "12"),
                    new("codeLifetime", Time, "How long a one-time code for setting a password is good; at most 30d.", "3d"),
                ],
            },
            new("lockout", Map, "Failures in a row lock name and browser for a while; counts survive a restart.")
            {
                Keys =
                [
                    new("attempts", "a whole number from 3 to 20", "Failures that lead to the first lock.", "5"),
                    new("duration", Time, "How long the first lock lasts; each further failure doubles it.", "30s"),
                    new("maxDuration", Time, "No lock is longer; at most 1h, so that nobody is locked out for good by others.", "15m"),
                    new("triesPerAddress", "a whole number from 5 to 10000", "Failed tries that an address (an IPv6 network of 64 bits) has at once, and again in each minute.", "30"),
                ],
            },
        ],
    };

    private static SchemaKey Tokens => new("tokens", Map, "Credentials of scripts.")
    {
        Keys =
        [
            new("maxLifetime", Time, "Longest lifetime of a device-bound token, from 1m to 24h.", "12h"),
            new("maxKeyLifetime", Time, "Longest lifetime of an API key, from 1d to 365d.", "90d"),
        ],
    };

    private static SchemaKey Devices => new("devices", Map, "Devices: what makes one compliant, and its certificate.")
    {
        Keys =
        [
            new("certificateLifetime", Time, "How long a device's certificate is valid, from 1m to 90d; the agent renews it in the last third.", "30d"),
            new("compliance", Map, "Judgement of posture reports.")
            {
                Keys =
                [
                    new(
                        "required", "a list of `osPatched`, `diskEncryption`, `firewall`, `screenLock`, `endpointProtection`",
                        "Facts that a compliant device reports as `yes`; `no` and `unknown` do not satisfy them.",
                        "all five"),
                    new("staleAfter", Time, "Without a report for this long, a device is stale.", "15m"),
                ],
            },
        ],
    };

    private static SchemaKey Policies => new("policies", Map, "Which policy file binds to whom; said nowhere else.")
    {
        Keys =
        [
            new("bindings", "a list of maps", "Identity and boundary policies.", "[]") { Keys = Binding },
            new("guardrails", "a list of levels, each a list of files", "Service control policies, one list per level, root first; they hold for everyone.", "[]"),
            new("conditionalAccess", Files, "Conditional Access policies in Microsoft Graph's shape.", "[]"),
            new("namedLocations", Files, "Named locations in Microsoft Graph's shape.", "[]"),
            new("candidate", Map, "Policies to try: decided beside the live ones and counted, never enforced. A kind that is not written is the live one.")
            {
                Keys =
                [
                    new("bindings", "a list of maps", "Identity and boundary policies.", "the live ones") { Keys = Binding },
                    new("guardrails", "a list of levels, each a list of files", "Service control policies, one list per level, root first.", "the live ones"),
                    new("conditionalAccess", Files, "Conditional Access policies in Microsoft Graph's shape.", "the live ones"),
                    new("namedLocations", Files, "Named locations in Microsoft Graph's shape.", "the live ones"),
                ],
            },
        ],
    };

    private static IReadOnlyList<SchemaKey> Binding =>
    [
        new("policy", File, "An AWS policy document.") { Required = true },
        new("kind", "`identity` or `boundary`", "Whether it grants, or caps what others grant everywhere but at the pages of one's own account.", "identity"),
        new("users", Texts, "User names it binds to.", "[]"),
        new("groups", Texts, "Groups it binds to. One of both must name somebody.", "[]"),
    ];

    private static SchemaKey DecisionPoint => new("decisionPoint", Map, "Decisions for enforcement points other than the gate: AuthZEN, Envoy ext_authz, forward-auth. Without it none are given.")
    {
        Keys =
        [
            new("host", Host, "Host on which it answers.", "pdp.<domain>"),
            new("clients", "a list of maps", "Who may ask, and about what; nobody else is answered.")
            {
                Required = true,
                Keys =
                [
                    new("name", "letters, digits and hyphens", "Stands in records.") { Required = true },
                    new("users", Texts, "User names whose API keys and tokens are this client's; their scope is `pdp`.", "[]"),
                    new("devices", Texts, "Ids of devices whose client certificate alone is this client's. One of both must name somebody.", "[]"),
                    new("routes", Texts, "Routes that it may ask about.") { Required = true },
                    new("states", Texts, "Condition keys that it may state in the context of an AuthZEN request, like `aws:MultiFactorAuthPresent`.", "[]"),
                    new("forwardsCertificates", Truth, "Its proxy overwrites `X-Forwarded-Tls-Client-Cert` with the certificate that its client proved; only then is the header read.", "false"),
                ],
            },
        ],
    };

    private static IReadOnlyList<SchemaKey> Route =>
    [
        new("name", "letters, digits and hyphens", "Stands in actions (`name:GET`) and resource names. `console` names the console itself.") { Required = true },
        new("host", Host, "Host of the application; a name without dots is under `domain`.", "<name>.<domain>"),
        new("paths", "a list of paths", "Path prefixes; the longest match wins.", "[/]"),
        new("upstream", Map, "The application. Required, except for the platform's own routes and those enforced elsewhere.") { Keys = Upstream },
        new("enforcedElsewhere", Truth, "Another proxy, or the application, enforces and asks the decision point; the gate forwards nothing here.", "false"),
        new("granting", "`aws` or `authenticated`", "Which policies grant: AWS documents, or being signed in.", "aws"),
        new("resourcePolicy", File, "An AWS resource policy of this route."),
        new("mode", "`observe` or `enforce`", "`observe` records and shows denials, and forwards.", "enforce"),
        new("enforceForGroups", Texts, "Roll-out: enforced for these groups only, observed for everyone else.", "[]"),
        new("operations", "a list of maps", "Names for what requests do; an action is `route:Name`.", "[]")
        {
            Keys =
            [
                new("name", "letters and digits", "Name of the operation.") { Required = true },
                new("methods", "a list of methods in capitals", "Methods it stands for; empty for any.", "[]"),
                new("path", "a path with `*` wildcards", "Canonical path it stands for.", "/*"),
            ],
        },
        new("authenticationContexts", "a list of maps", "Operations that Conditional Access policies include by an authentication context: protected operations.", "[]")
        {
            Keys =
            [
                new("id", "`c1` to `c99`", "The context, as policies name it in `includeAuthenticationContextClassReferences`.") { Required = true },
                new("operations", "a list of names", "Operations of this route that ask for it.") { Required = true },
            ],
        },
        new("caseInsensitivePaths", Truth, "The application takes `/A` and `/a` for the same.", "false"),
        new("cors", Map, "Cross-origin reads, answered by the gate.")
        {
            Keys =
            [
                new("origins", "a list of origins like `https://app.example.org`", "Origins that may read answers.") { Required = true },
                new("methods", "a list of methods in capitals", "Methods they may use.", "[GET, HEAD, POST]"),
                new("headers", Texts, "Request headers they may send.", "[]"),
                new("exposedHeaders", Texts, "Answer headers they may read.", "[]"),
                new("credentials", Truth, "Whether their requests carry the session.", "true"),
                new("maxAge", Time, "How long browsers may remember the answer.", "10m"),
            ],
        },
        new("allowedOrigins", "a list of origins like `https://app.example.org`", "Other origins whose unsafe requests and upgrades are accepted.", "[]"),
        new("clientCertificate", "`none`, `request` or `require`", "Whether devices are asked for their certificate at the handshake.", "request"),
        new("application", Text, "Cloud-app id in Conditional Access policies.", "<name>"),
        new("maxSnapshotAge", Time, "Trust data older than this denies.", "10s"),
        new("durable", "`interval` or `sync`", "`sync` waits for the disk before forwarding each request.", "interval"),
        new("maxRequestBody", Size, "Larger request bodies are refused; without it bodies of any size stream."),
        new("assertion", Map, "The signed statement of who asks, sent to the application.")
        {
            Keys =
            [
                new("enabled", Truth, "Whether it is sent.", "true"),
                new("header", "a header name", "Header that carries it.", "X-Nullius-Assertion"),
                new("audience", Text, "Audience of the token.", "https://<host>"),
            ],
        },
        new("inject", Map, "Credentials for an application that knows nothing better.")
        {
            Keys =
            [
                new("userHeader", "a header name", "Header that carries the user name."),
                new("groupsHeader", "a header name", "Header that carries the groups, comma-separated."),
                new("basicUser", Text, "User of HTTP Basic authentication."),
                new("basicPasswordFile", File, "Owner-only file with its password; the password itself never stands here."),
            ],
        },
    ];

    private static IReadOnlyList<SchemaKey> Upstream =>
    [
        new("url", "`https://host:port`", "Address of the application.") { Required = true },
        new("allowPlain", Truth, "Accept an `http://` address: whoever sits between reads everything.", "false"),
        new("caFile", File, "PEM file of the only roots that are trusted.", "the system's roots"),
        new("serverName", Host, "Name that the certificate must carry.", "host of the URL"),
        new("httpVersion", "`1.1` or `2`", "gRPC needs 2, and so does an application that answers an upload while it is still under way: over 1.1 an answer is read when the upload has been sent.", "1.1"),
        new("host", Host, "Host header that the application sees.", "the client's"),
        new("connectTimeout", Time, "Longest wait for a connection.", "5s"),
        new("activityTimeout", Time, "A request without any byte for this long ends, unless it is live.", "100s"),
    ];
}
