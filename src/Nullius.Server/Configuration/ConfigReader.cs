using System.Net;
using Nullius.Gateway.Candidates;
using Nullius.Gateway.Config;

namespace Nullius.Server.Configuration;

/// <summary>Reads and validates <c>nullius.yaml</c>: the whole file or every error in it.</summary>
public static class ConfigReader
{
    /// <summary>The configuration, or null and every error with its line. Files that it names must exist; their contents are the gate's to judge.</summary>
    public static (NulliusConfig? Config, IReadOnlyList<ConfigDiagnostic> Errors) ReadFile(string path)
    {
        var full = Path.GetFullPath(path);
        try
        {
            State.FileStatus.RequireRegular(full);
            return Read(File.ReadAllText(full), full);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            var why = fault is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : fault.Message;
            return (null, [new ConfigDiagnostic(new SourcePosition(path, 0), "unreadable", $"cannot be read: {why}")]);
        }
    }

    /// <summary>The same for text that stands for a file; relative names resolve against the file's folder.</summary>
    public static (NulliusConfig? Config, IReadOnlyList<ConfigDiagnostic> Errors) Read(string text, string file)
    {
        var report = new ConfigReport(file);
        if (ConfigDocument.Parse(text, report) is not { } root) return (null, report.Errors);
        var config = ReadRoot(new SectionReader(root, ConfigSchema.Root, "", 1, report), report);
        ConfigRules.Check(config, report);
        return report.Any ? (null, report.Errors) : (config, []);
    }

    private static NulliusConfig ReadRoot(SectionReader root, ConfigReport report)
    {
        var domain = Names.Host(root, "domain") ?? "invalid";
        var listen = ReadListen(root.Section("listen"));
        var hosts = root.Section("hosts");
        var policies = root.Section("policies");
        var gate = new GateConfig
        {
            BaseDirectory = Path.GetDirectoryName(report.File)!,
            Account = ReadAccount(root),
            SignInHost = Names.Host(hosts, "signIn", domain) ?? "auth." + domain,
            ConsoleHost = Names.Host(hosts, "console", domain) ?? "console." + domain,
            DeviceHost = Names.Host(hosts, "devices", domain) ?? "devices." + domain,
            HttpsPort = listen.Port,
            Bindings = [.. policies.Sections("bindings").Select(ReadBinding)],
            Guardrails = policies.Levels("guardrails"),
            ConditionalAccess = policies.Texts("conditionalAccess"),
            NamedLocations = policies.Texts("namedLocations"),
            Candidate = ReadCandidate(policies.Section("candidate")),
        };
        hosts.Done();
        policies.Done();
        gate = gate with
        {
            DecisionPoint = DecisionPointReader.Read(root.Section("decisionPoint"), domain),
            Routes = RouteReader.Read(root.Sections("routes"), domain, gate.ConsoleHost),
        };
        var config = new NulliusConfig
        {
            File = report.File,
            Domain = domain,
            Listen = listen,
            Identity = IdentitySections.Identity(root.Section("identity")),
            Tokens = IdentitySections.Tokens(root.Section("tokens")),
            Devices = IdentitySections.Devices(root.Section("devices")),
            Gate = gate,
        };
        root.Done();
        return config;
    }

    private static ListenConfig ReadListen(SectionReader section)
    {
        var address = section.Text("address") ?? "loopback";
        IReadOnlyList<IPAddress> addresses = address switch
        {
            "any" => [IPAddress.IPv6Any],
            "loopback" => [IPAddress.Loopback, IPAddress.IPv6Loopback],
            _ when IPAddress.TryParse(address, out var one) => [one],
            _ => [],
        };
        if (addresses.Count == 0) section.Refuse("address", "wrong-value", $"`{ConfigReport.Quote(address)}` is not an address: expected `any`, `loopback` or an IP address");
        var listen = new ListenConfig
        {
            Addresses = addresses,
            Port = section.Whole("port", 1, 65534, 8443),
            AllowTls12 = section.Truth("allowTls12", false),
            MaxConnections = section.Whole("maxConnections", 10, 1_000_000, 20_000),
            HandshakeTimeout = section.Time("handshakeTimeout", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10)),
            HeadersTimeout = section.Time("headersTimeout", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10)),
        };
        section.Done();
        return listen;
    }

    private static string ReadAccount(SectionReader root)
    {
        var account = root.Text("account") ?? "000000000000";
        if (account.Length == 12 && account.All(char.IsAsciiDigit)) return account;
        root.Refuse("account", "wrong-value", $"`{ConfigReport.Quote(account)}` is not an account: expected twelve digits in quotes");
        return "000000000000";
    }

    /// <summary>Null where it is not written; a kind that is not written in it is null, one that is empty is none at all.</summary>
    private static CandidateConfig? ReadCandidate(SectionReader section)
    {
        var candidate = new CandidateConfig
        {
            Bindings = section.Has("bindings") ? [.. section.Sections("bindings").Select(ReadBinding)] : null,
            Guardrails = section.Has("guardrails") ? section.Levels("guardrails") : null,
            ConditionalAccess = section.Has("conditionalAccess") ? section.Texts("conditionalAccess") : null,
            NamedLocations = section.Has("namedLocations") ? section.Texts("namedLocations") : null,
        };
        section.Ask("bindings", "guardrails", "conditionalAccess", "namedLocations");
        section.Done();
        return section.Written ? candidate : null;
    }

    private static BindingConfig ReadBinding(SectionReader section)
    {
        var binding = new BindingConfig(
            section.At,
            section.Choice("kind", BindingKind.Identity, ("identity", BindingKind.Identity), ("boundary", BindingKind.Boundary)),
            section.Text("policy") ?? "",
            section.Texts("users"),
            section.Texts("groups"));
        if (binding.Users.Count + binding.Groups.Count == 0 && !section.Has("users") && !section.Has("groups"))
        {
            section.Refuse("policy", "binds-nobody", "the binding names nobody: expected `users` or `groups`");
        }
        section.Done();
        return binding;
    }
}
