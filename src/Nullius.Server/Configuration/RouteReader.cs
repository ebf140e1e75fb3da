using Nullius.Gateway.Config;
using Nullius.Server.Api;

namespace Nullius.Server.Configuration;

/// <summary>Reads the list of routes.</summary>
internal static class RouteReader
{
    /// <summary>The console is a route like any other; where the file does not name it, this one stands.</summary>
    public const string ConsoleRoute = ConsoleOperations.Route;

    public static IReadOnlyList<RouteConfig> Read(IReadOnlyList<SectionReader> sections, string domain, string consoleHost)
    {
        var routes = sections.Select(section => ReadRoute(section, domain, consoleHost)).ToList();
        if (!routes.Exists(r => r.Name == ConsoleRoute))
        {
            routes.Add(new RouteConfig
            {
                At = BuiltIn,
                Name = ConsoleRoute,
                Host = consoleHost,
                Operations = OperationsOfConsole,
                Assertion = new AssertionConfig { Enabled = false },
            });
        }
        return routes;
    }

    /// <summary>The console's operations belong to the program: a file that named others would leave calls without a policy that speaks of them.</summary>
    private static IReadOnlyList<OperationConfig> OperationsOfConsole =>
        [.. ConsoleOperations.All.Select(o => new OperationConfig(BuiltIn, o.Name, o.Methods, o.Path))];

    private static SourcePosition BuiltIn => new("(built in)", 0);

    private static RouteConfig ReadRoute(SectionReader section, string domain, string consoleHost)
    {
        var name = section.Text("name") ?? "";
        if (name.Length > 0 && !Names.IsName(name)) section.Refuse("name", "bad-name", $"`{ConfigReport.Quote(name)}` is not a route name: expected letters, digits and hyphens");
        var host = Names.Host(section, "host", domain) ?? (name == ConsoleRoute ? consoleHost : $"{name.ToLowerInvariant()}.{domain}");
        var upstream = section.Section("upstream");
        var route = new RouteConfig
        {
            At = section.At,
            Name = name,
            Host = host,
            Paths = section.Texts("paths", ["/"]),
            Upstream = ReadUpstream(upstream),
            EnforcedElsewhere = section.Truth("enforcedElsewhere", false),
            Granting = section.Choice("granting", GrantingDialect.Aws, ("aws", GrantingDialect.Aws), ("authenticated", GrantingDialect.Authenticated)),
            ResourcePolicy = section.Text("resourcePolicy"),
            Mode = section.Choice("mode", RouteMode.Enforce, ("observe", RouteMode.Observe), ("enforce", RouteMode.Enforce)),
            EnforceForGroups = section.Texts("enforceForGroups"),
            Operations = [.. section.Sections("operations").Select(ReadOperation)],
            AuthenticationContexts = [.. section.Sections("authenticationContexts").Select(ReadAuthenticationContext)],
            CaseInsensitivePaths = section.Truth("caseInsensitivePaths", false),
            Cors = ReadCors(section.Section("cors")),
            AllowedOrigins = Origins(section, "allowedOrigins"),
            ClientCertificate = section.Choice(
                "clientCertificate", ClientCertificateMode.Request,
                ("none", ClientCertificateMode.None), ("request", ClientCertificateMode.Request), ("require", ClientCertificateMode.Require)),
            Application = section.Text("application"),
            MaxSnapshotAge = section.Time("maxSnapshotAge", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10)),
            DurableSync = section.Choice("durable", false, ("interval", false), ("sync", true)),
            MaxRequestBody = section.Size("maxRequestBody"),
            Assertion = ReadAssertion(section.Section("assertion")),
            Inject = ReadInject(section.Section("inject")),
        };
        if (name == ConsoleRoute)
        {
            if (section.Has("operations")) section.Refuse("operations", "console-operations", "route `console` has `operations`: expected none, they belong to the program");
            route = route with { Operations = OperationsOfConsole, Assertion = route.Assertion with { Enabled = false } };
        }
        CheckContexts(section, route);
        foreach (var path in route.Paths.Where(p => !p.StartsWith('/')))
        {
            section.Refuse("paths", "bad-path", $"`{ConfigReport.Quote(path)}` is not a path: expected it to begin with `/`");
        }
        section.Done();
        return route;
    }

    private static UpstreamConfig? ReadUpstream(SectionReader section)
    {
        var upstream = new UpstreamConfig
        {
            Url = section.Text("url") ?? "",
            AllowPlain = section.Truth("allowPlain", false),
            CaFile = section.Text("caFile"),
            ServerName = Names.Host(section, "serverName"),
            HttpVersion = section.Choice("httpVersion", "1.1", ("1.1", "1.1"), ("2", "2")),
            Host = section.Text("host"),
            ConnectTimeout = section.Time("connectTimeout", TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5)),
            ActivityTimeout = section.Time("activityTimeout", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(100)),
        };
        section.Done();
        if (!section.Written) return null;
        if (upstream.Url.Length > 0) CheckUrl(section, upstream);
        return upstream;
    }

    private static void CheckUrl(SectionReader section, UpstreamConfig upstream)
    {
        var sound = Uri.TryCreate(upstream.Url, UriKind.Absolute, out var url) && url.Scheme is "https" or "http"
            && url is { PathAndQuery: "/", Fragment: "", UserInfo: "" };
        if (!sound)
        {
            section.Refuse("url", "bad-url", $"`{ConfigReport.Quote(upstream.Url)}` is not an upstream: expected `https://host:port` without path, query or credentials");
        }
        else if (url!.Scheme == "http" && !upstream.AllowPlain)
        {
            section.Refuse("url", "plain-upstream", $"`{ConfigReport.Quote(upstream.Url)}` is not encrypted: expected `https://`, or `allowPlain: true` beside it");
        }
    }

    private static OperationConfig ReadOperation(SectionReader section)
    {
        var operation = new OperationConfig(section.At, section.Text("name") ?? "", section.Texts("methods"), section.Text("path") ?? "/*");
        if (operation.Name.Length > 0 && !operation.Name.All(char.IsAsciiLetterOrDigit))
        {
            section.Refuse("name", "bad-name", $"`{ConfigReport.Quote(operation.Name)}` is not an operation: expected letters and digits");
        }
        foreach (var method in operation.Methods.Where(m => !Names.IsMethod(m)))
        {
            section.Refuse("methods", "bad-method", $"`{ConfigReport.Quote(method)}` is not a method: expected capitals like `GET`");
        }
        if (!operation.Path.StartsWith('/') && operation.Path != "*")
        {
            section.Refuse("path", "bad-path", $"`{ConfigReport.Quote(operation.Path)}` is not a path: expected it to begin with `/`");
        }
        section.Done();
        return operation;
    }

    private static AuthenticationContextConfig ReadAuthenticationContext(SectionReader section)
    {
        var context = new AuthenticationContextConfig(section.At, section.Text("id") ?? "", section.Texts("operations"));
        // The provider knows c1 to c99; what it does not know, no policy can name.
        if (context.Id.Length > 0 && !(context.Id.Length is 2 or 3 && context.Id[0] == 'c' && context.Id[1] != '0' && context.Id.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0))
        {
            section.Refuse("id", "bad-context", $"`{ConfigReport.Quote(context.Id)}` is not an authentication context: expected `c1` to `c99`");
        }
        section.Done();
        return context;
    }

    /// <summary>A name that nothing has would protect nothing, silently.</summary>
    private static void CheckContexts(SectionReader section, RouteConfig route)
    {
        foreach (var operation in route.AuthenticationContexts.SelectMany(context => context.Operations))
        {
            if (!route.Operations.Any(known => string.Equals(known.Name, operation, StringComparison.Ordinal)))
            {
                section.Refuse(
                    "authenticationContexts", "unknown-operation",
                    $"route `{route.Name}` has no operation `{ConfigReport.Quote(operation)}`: expected one of {string.Join(", ", route.Operations.Select(o => o.Name).Distinct(StringComparer.Ordinal).Take(12).Select(n => $"`{n}`"))}");
            }
        }
    }

    private static CorsConfig? ReadCors(SectionReader section)
    {
        var cors = new CorsConfig
        {
            Origins = Origins(section, "origins"),
            Methods = section.Texts("methods", ["GET", "HEAD", "POST"]),
            Headers = section.Texts("headers"),
            ExposedHeaders = section.Texts("exposedHeaders"),
            Credentials = section.Truth("credentials", true),
            MaxAge = section.Time("maxAge", TimeSpan.Zero, TimeSpan.FromMinutes(10)),
        };
        foreach (var method in cors.Methods.Where(m => !Names.IsMethod(m)))
        {
            section.Refuse("methods", "bad-method", $"`{ConfigReport.Quote(method)}` is not a method: expected capitals like `GET`");
        }
        section.Done();
        return section.Written ? cors : null;
    }

    private static AssertionConfig ReadAssertion(SectionReader section)
    {
        var assertion = new AssertionConfig
        {
            Enabled = section.Truth("enabled", true),
            Header = Header(section, "header") ?? new AssertionConfig().Header,
            Audience = section.Text("audience"),
        };
        section.Done();
        return assertion;
    }

    private static InjectConfig? ReadInject(SectionReader section)
    {
        var inject = new InjectConfig
        {
            UserHeader = Header(section, "userHeader"),
            GroupsHeader = Header(section, "groupsHeader"),
            BasicUser = section.Text("basicUser"),
            BasicPasswordFile = section.Text("basicPasswordFile"),
        };
        section.Done();
        if (!section.Written) return null;
        if (inject.BasicUser is null != inject.BasicPasswordFile is null)
        {
            section.Refuse("basicUser", "half-a-credential", "one of `basicUser` and `basicPasswordFile` is missing: expected both or none");
        }
        return inject;
    }

    private static IReadOnlyList<string> Origins(SectionReader section, string key)
    {
        var origins = section.Texts(key);
        foreach (var origin in origins.Where(o => !Names.IsOrigin(o)))
        {
            section.Refuse(key, "bad-origin", $"`{ConfigReport.Quote(origin)}` is not an origin: expected lower-case `https://host` or `https://host:port` without a path");
        }
        return origins;
    }

    private static string? Header(SectionReader section, string key)
    {
        var header = section.Text(key);
        if (header is null || Names.IsHeader(header)) return header;
        section.Refuse(key, "bad-header", $"`{ConfigReport.Quote(header)}` is not a header name: expected letters, digits and hyphens");
        return null;
    }
}
