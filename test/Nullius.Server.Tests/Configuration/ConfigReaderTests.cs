using System.Net;
using Nullius.Gateway.Config;
using Nullius.Server.Configuration;

namespace Nullius.Server.Tests.Configuration;

public sealed class ConfigReaderTests
{
    private const string File = "/etc/nullius/nullius.yaml";

    [Fact]
    public void A_domain_alone_is_a_configuration_with_the_documented_defaults()
    {
        var config = Accepted("domain: example.org");

        Assert.Equal("auth.example.org", config.Gate.SignInHost);
        Assert.Equal("console.example.org", config.Gate.ConsoleHost);
        Assert.Equal("devices.example.org", config.Gate.DeviceHost);
        Assert.Equal("000000000000", config.Gate.Account);
        Assert.Equal(8443, config.Listen.Port);
        Assert.Equal([IPAddress.Loopback, IPAddress.IPv6Loopback], config.Listen.Addresses);
        Assert.Equal(TimeSpan.FromHours(1), config.Identity.SessionIdle);
        var route = Assert.Single(config.Gate.Routes);
        Assert.Equal(("console", "console.example.org"), (route.Name, route.Host));
        Assert.Null(route.Upstream);
    }

    [Fact]
    public void Routes_read_with_every_part_they_can_have()
    {
        using var folder = new TemporaryFolder();
        folder.File("resource.json", "{}");
        folder.File("roots.pem", "");
        folder.File("password", "secret");
        var path = folder.File("nullius.yaml", ConfigSamples.Complete);

        var (config, errors) = ConfigReader.ReadFile(path);

        Assert.Empty(errors);
        var route = config!.Gate.Routes.Single(r => r.Name == "ledger");
        Assert.Equal("ledger.example.org", route.Host);
        Assert.Equal(["/", "/api"], route.Paths);
        Assert.Equal("https://127.0.0.1:9443", route.Upstream!.Url);
        Assert.Equal("2", route.Upstream.HttpVersion);
        Assert.Equal(TimeSpan.FromMilliseconds(500), route.Upstream.ConnectTimeout);
        Assert.Equal(RouteMode.Observe, route.Mode);
        Assert.Equal(ClientCertificateMode.Require, route.ClientCertificate);
        Assert.Equal(["GET"], route.Operations[0].Methods);
        Assert.Equal("Read", route.Operations[0].Name);
        Assert.Equal(["https://app.example.org:8443"], route.Cors!.Origins);
        Assert.Equal(10L << 20, route.MaxRequestBody);
        Assert.True(route.DurableSync);
        Assert.Equal("legacy", route.Inject!.BasicUser);
        Assert.Equal(new SourcePosition(path, 59), route.At);
        var binding = Assert.Single(config.Gate.Bindings);
        Assert.Equal((BindingKind.Boundary, "resource.json"), (binding.Kind, binding.Policy));
        Assert.Equal([["resource.json"], ["resource.json", "resource.json"]], config.Gate.Guardrails);
        Assert.Equal("staff", Assert.Single(Assert.Single(config.Gate.Candidate!.Bindings!).Groups));
        Assert.Empty(config.Gate.Candidate.Guardrails!);
        Assert.Equal((16, 3, 10), (config.Identity.LeastPasswordCharacters, config.Identity.LockoutAttempts, config.Identity.TriesPerAddress));
        Assert.Equal((TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(30)), (config.Identity.LockoutFirst, config.Identity.LockoutLongest));
        Assert.Equal((TimeSpan.FromHours(2), TimeSpan.FromDays(30)), (config.Tokens.MaxLifetime, config.Tokens.MaxKeyLifetime));
        Assert.Equal((TimeSpan.FromDays(7), TimeSpan.FromDays(1)), (config.Devices.CertificateLifetime, config.Identity.ResetCodeLifetime));
    }

    [Fact]
    public void Every_error_of_a_file_is_reported_at_once_in_the_order_of_its_lines()
    {
        var errors = Refused("""
            domain: example.org
            acount: "111122223333"
            listen:
              port: 99999
            identity:
              session:
                idle: 1 hour
            routes:
              - name: api
                upstream:
                  url: http://127.0.0.1:1
            """);

        Assert.Equal([2, 4, 7, 11], errors.Select(e => e.At.Line));
        Assert.All(errors, e => Assert.StartsWith(File + ":", e.ToString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("domian: example.org", "unknown key `domian`: did you mean `domain`?")]
    [InlineData("domain: example.org\nhosts:\n  sign-in: auth", "unknown key `sign-in` in `hosts`: did you mean `signIn`?")]
    [InlineData("domain: example.org\nzebra: 1", "unknown key `zebra`: expected one of `domain`, `account`")]
    [InlineData("account: \"000000000001\"", "`domain` is missing: expected a host name")]
    [InlineData("domain: example.org\ndomain: example.net", "key `domain` was already given on line 1: expected it once")]
    [InlineData("domain: Example.org", "`Example.org` is not a host name: expected lower-case labels")]
    [InlineData("domain: example.org:8443", "`example.org:8443` is not a host name")]
    [InlineData("domain: [example.org]", "a list is given for `domain`: expected a host name")]
    [InlineData("domain: example.org\naccount: 1234", "`1234` is not an account: expected twelve digits")]
    [InlineData("domain: example.org\nlisten: 8443", "`8443` is given for `listen`: expected a map")]
    [InlineData("domain: example.org\nlisten:\n  port: \"8443\"", "`8443` is given for `listen.port`: expected a port from 1 to 65534")]
    [InlineData("domain: example.org\nlisten:\n  port: 65535", "expected a port from 1 to 65534")]
    [InlineData("domain: example.org\nlisten:\n  allowTls12: yes", "`yes` is given for `listen.allowTls12`: expected `true` or `false`")]
    [InlineData("domain: example.org\nlisten:\n  address: everywhere", "`everywhere` is not an address")]
    [InlineData("domain: example.org\nidentity:\n  password: {minLength: 7}", "`7` is given for `identity.password.minLength`: expected a whole number from 8 to 64")]
    [InlineData("domain: example.org\nidentity:\n  password: {maxLength: 7}", "unknown key `maxLength` in `identity.password`")]
    [InlineData("domain: example.org\nidentity:\n  lockout: {attempts: 1000}", "`1000` is given for `identity.lockout.attempts`: expected a whole number from 3 to 20")]
    [InlineData("domain: example.org\nidentity:\n  lockout: {duration: 1s}", "`1s` is too short for `identity.lockout.duration`: expected at least 5 s")]
    [InlineData("domain: example.org\nidentity:\n  lockout: {maxDuration: 7d}", "`7d` is too long for `identity.lockout.maxDuration`: expected at most 3600 s")]
    [InlineData("domain: example.org\nidentity:\n  lockout: {duration: 20m}", "`identity.lockout.duration` is longer than `identity.lockout.maxDuration`")]
    [InlineData("domain: example.org\nidentity:\n  session: {idle: 2h, absolute: 1h}", "`identity.session.idle` is longer than `identity.session.absolute`")]
    [InlineData("domain: example.org\ntokens:\n  maxLifetime: 30d", "`30d` is too long for `tokens.maxLifetime`: expected at most 86400 s")]
    [InlineData("domain: example.org\ntokens:\n  maxKeyLifetime: 1h", "`1h` is too short for `tokens.maxKeyLifetime`")]
    [InlineData("domain: example.org\ndevices:\n  certificateLifetime: 1s", "`1s` is too short for `devices.certificateLifetime`")]
    [InlineData("domain: example.org\nroutes: {}", "a map is given for `routes`: expected a list of maps")]
    [InlineData("domain: example.org\nroutes: [api]", "`api` is given in `routes`: expected a map")]
    [InlineData("domain: example.org\nroutes:\n  - name: console\n    authenticationContexts: [{id: c0, operations: [Open]}]", "`c0` is not an authentication context: expected `c1` to `c99`")]
    [InlineData("domain: example.org\nroutes:\n  - name: console\n    authenticationContexts: [{id: c1, operations: [DisablePeople]}]", "route `console` has no operation `DisablePeople`: expected one of `WhoAmI`")]
    [InlineData("domain: example.org\nroutes:\n  - name: api", "route `api` has no `upstream`")]
    [InlineData("domain: example.org\nroutes:\n  - name: api\n    upstream: {}", "`url` is missing in `routes[0].upstream`")]
    [InlineData("domain: example.org\nroutes:\n  - name: api\n    upstream: {url: \"https://a:1/x\"}", "expected `https://host:port` without path")]
    [InlineData("domain: example.org\nroutes:\n  - name: api\n    upstream: {url: \"https://u:p@a:1\"}", "expected `https://host:port` without path")]
    [InlineData("domain: example.org\nroutes:\n  - name: api\n    upstream: {url: \"http://a:1\"}", "is not encrypted: expected `https://`, or `allowPlain: true`")]
    [InlineData("domain: example.org\nroutes:\n  - name: api\n    mode: audit\n    upstream: {url: \"https://a:1\"}", "`audit` is given for `routes[0].mode`: expected `observe` or `enforce`")]
    [InlineData("domain: example.org\nroutes:\n  - name: api\n    host: api.elsewhere.org\n    upstream: {url: \"https://a:1\"}", "expected a host below `example.org`")]
    [InlineData("domain: example.org\nroutes:\n  - name: api\n    host: auth\n    upstream: {url: \"https://a:1\"}", "has the platform's own host `auth.example.org`")]
    [InlineData("domain: example.org\nroutes:\n  - name: api\n    allowedOrigins: [\"https://a.org/\"]\n    upstream: {url: \"https://a:1\"}", "`https://a.org/` is not an origin")]
    [InlineData("domain: example.org\nroutes:\n  - name: api\n    upstream: {url: \"https://a:1\"}\n  - name: API\n    host: b\n    upstream: {url: \"https://a:1\"}", "is there already (line 3)")]
    [InlineData("domain: example.org\nroutes:\n  - name: api\n    upstream: {url: \"https://a:1\"}\n  - name: other\n    host: api\n    upstream: {url: \"https://a:1\"}", "`api.example.org/` belongs to route `api` already")]
    [InlineData("domain: example.org\nroutes:\n  - name: console\n    upstream: {url: \"https://a:1\"}", "route `console` has an `upstream`: expected none")]
    [InlineData("domain: example.org\nroutes:\n  - name: api\n    inject: {basicUser: a}\n    upstream: {url: \"https://a:1\"}", "one of `basicUser` and `basicPasswordFile` is missing")]
    [InlineData("domain: example.org\nroutes:\n  - name: api\n    operations: [{name: Read, methods: [get]}]\n    upstream: {url: \"https://a:1\"}", "`get` is not a method: expected capitals")]
    [InlineData("domain: example.org\nroutes:\n  - name: api\n    upstream: {url: \"https://a:1\", caFile: roots.pem}", "the root certificate file `roots.pem` is missing: expected it at `/etc/nullius/roots.pem`")]
    [InlineData("domain: example.org\npolicies:\n  bindings:\n    - policy: p.json\n      users: [a]", "the policy file `p.json` is missing")]
    [InlineData("domain: example.org\npolicies:\n  bindings:\n    - policy: p.json", "the binding names nobody")]
    [InlineData("domain: example.org\nidentity:\n  session: {idle: 2h, absolute: 1h}", "is longer than `identity.session.absolute`")]
    [InlineData("domain: example.org\nlisten: {maxConnections: 4}", "expected a whole number from 10 to 1000000")]
    [InlineData("domain: example.org\ndevices:\n  compliance: {required: [diskEncrypted]}", "`diskEncrypted` is not a fact that devices report: did you mean `diskEncryption`?")]
    [InlineData("domain: &d example.org\naccount: *d", "alias `*d` is not supported")]
    [InlineData("domain: !!str example.org", "is not supported: types follow from the key")]
    [InlineData("domain: example.org\n---\ndomain: example.net", "a second document begins")]
    [InlineData("- domain", "expected keys with values")]
    [InlineData("", "the file is empty")]
    [InlineData("domain: [", "not YAML")]
    [InlineData("domain: 'a\u0001b'", "")]
    public void What_is_wrong_is_said_with_what_was_expected(string text, string message)
    {
        var errors = Refused(text);

        Assert.Contains(errors, e => e.Message.Contains(message, StringComparison.Ordinal));
        Assert.All(errors, e => Assert.DoesNotContain('\n', e.Message));
    }

    [Fact]
    public void Nesting_without_end_is_refused_and_does_not_exhaust_the_stack()
    {
        var errors = Refused("domain: " + new string('[', 100_000));

        Assert.Single(errors);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        var (config, errors) = ConfigReader.ReadFile("/nowhere/nullius.yaml");

        Assert.Null(config);
        Assert.Equal("/nowhere/nullius.yaml: cannot be read: there is no such file", Assert.Single(errors).ToString());
    }

    [Theory]
    [InlineData("500ms", 0.5)]
    [InlineData("30s", 30)]
    [InlineData("15m", 900)]
    [InlineData("12h", 43200)]
    [InlineData("7d", 604800)]
    public void Times_read_as_people_write_them(string text, double seconds)
    {
        Assert.True(Quantities.TryDuration(text, out var time));
        Assert.Equal(TimeSpan.FromSeconds(seconds), time);
    }

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("-1s")]
    [InlineData("1.5h")]
    [InlineData(" 1s")]
    [InlineData("s")]
    [InlineData("99999999999999999999s")]
    [InlineData("99999d")]
    public void What_is_no_time_is_refused(string text) => Assert.False(Quantities.TryDuration(text, out _));

    private static NulliusConfig Accepted(string text)
    {
        var (config, errors) = ConfigReader.Read(text, File);
        Assert.Empty(errors);
        return config!;
    }

    private static IReadOnlyList<ConfigDiagnostic> Refused(string text)
    {
        var (config, errors) = ConfigReader.Read(text, File);
        Assert.Null(config);
        Assert.NotEmpty(errors);
        return errors;
    }
}
