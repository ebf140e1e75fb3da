using System.Text;
using Nullius.Cli.Output;
using Nullius.Gateway.Config;
using Nullius.Policy;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Dialects.Entra;
using Nullius.Policy.Replay;
using Nullius.Policy.Replay.Aws;
using Nullius.Policy.Replay.Entra;
using Nullius.Server.Configuration;

namespace Nullius.Cli.Policies;

/// <summary>The policies of a <c>nullius.yaml</c> as they bind to people at routes, for records of our trail.</summary>
internal sealed class GateSide : IAwsBindings
{
    private const string Everyone = """{"Version":"2012-10-17","Statement":[{"Sid":"EveryoneSignedIn","Effect":"Allow","Action":"*","Resource":"*"}]}""";

    private readonly GateConfig _config;
    private readonly IReadOnlyDictionary<string, Memberships>? _people;
    private readonly Dictionary<string, AwsPolicyDocument> _documents = new(StringComparer.Ordinal);
    private readonly AwsPolicyDocument _everyone;
    private readonly System.Collections.Concurrent.ConcurrentDictionary<(string Principal, string? Route), (AwsBinding? Binding, string? Reason)> _bindings = new();

    private GateSide(GateConfig config, IReadOnlyDictionary<string, Memberships>? people)
    {
        (_config, _people) = (config, people);
        _everyone = AwsPolicyDocument.Parse(Encoding.UTF8.GetBytes(Everyone), "built-in", [])!;
    }

    public IEnumerable<AwsPolicyLayers> Layers => [new AwsPolicyLayers { Identity = [.. _documents.Values] }];

    /// <summary>Null when something is wrong, all of which was told.</summary>
    internal static IReplaySide? Load(string file, IReadOnlyDictionary<string, Memberships>? people, Terminal terminal)
    {
        var (config, errors) = ConfigReader.ReadFile(file);
        foreach (var error in errors)
            terminal.Say(error.ToString());
        if (config is null)
            return null;
        var side = new GateSide(config.Gate, people);
        var diagnostics = new List<PolicyDiagnostic>();
        var gate = config.Gate;
        var named = gate.Bindings.Select(b => b.Policy).Concat(gate.Guardrails.SelectMany(g => g)).Concat(gate.Routes.Select(r => r.ResourcePolicy).OfType<string>()).Distinct(StringComparer.Ordinal);
        try
        {
            foreach (var policy in named)
            {
                if (AwsPolicyDocument.Parse(File.ReadAllBytes(Path.Combine(gate.BaseDirectory, policy)), policy, diagnostics) is { } document)
                    side._documents[policy] = document;
            }
            var access = gate.ConditionalAccess.Count == 0 ? EntraPolicySet.Empty : EntraPolicySet.Load(Read(gate, gate.ConditionalAccess), Read(gate, gate.NamedLocations), diagnostics);
            foreach (var error in diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error))
                terminal.Say(error.ToString());
            if (diagnostics.Exists(d => d.Severity == DiagnosticSeverity.Error) || access is null)
                return null;
            var aws = new AwsReplaySide(side);
            return access.IsEmpty ? aws : new RestrictedSide(aws, access, gate, people);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            terminal.Say($"{file}: a policy file cannot be read: {fault.Message.ReplaceLineEndings(" ")}");
            return null;
        }
    }

    public AwsBinding? For(RecordedRequest request, out string? reason)
    {
        (var binding, reason) = _bindings.GetOrAdd((request.Principal, request.Context.Text("route")), key => Find(key.Principal, key.Route));
        return binding;
    }

    private (AwsBinding? Binding, string? Reason) Find(string principal, string? routeName)
    {
        var user = principal[(principal.LastIndexOf('/') + 1)..];
        var route = _config.Routes.FirstOrDefault(r => r.Name == routeName);
        if (route is null && routeName is not ("signin" or "console" or "devices" or "pdp"))
            return (null, $"route `{routeName}` is not in the configuration");
        var groups = _people?.GetValueOrDefault(user)?.Groups;
        if (groups is null && _config.Bindings.Any(b => b.Groups.Count > 0))
            return (null, $"the groups of `{user}` are not known, expected them in the file that --people names");
        var bound = _config.Bindings.Where(b => b.Users.Any(u => u == "*" || u.Equals(user, StringComparison.OrdinalIgnoreCase)) || b.Groups.Any(g => groups?.Contains(g, StringComparer.OrdinalIgnoreCase) == true)).ToList();
        var identity = bound.Where(b => b.Kind == BindingKind.Identity).Select(b => _documents[b.Policy]).ToList();
        if (route?.Granting == GrantingDialect.Authenticated || routeName is "signin" or "devices" or "pdp" && route is null)
            identity.Add(_everyone);
        var boundary = bound.Where(b => b.Kind == BindingKind.Boundary && routeName != "signin").Select(b => _documents[b.Policy]).ToList();
        var layers = new AwsPolicyLayers
        {
            Identity = identity,
            Boundary = boundary.Count > 0 ? boundary : null,
            Resource = route?.ResourcePolicy is { } file ? _documents[file] : null,
            Guardrails = _config.Guardrails.Count == 0 ? null : [.. _config.Guardrails.Select(l => (IReadOnlyList<AwsPolicyDocument>)[.. l.Select(f => _documents[f])])],
        };
        return (new AwsBinding(layers, groups is null ? null : [ContextFact.Of("nullius:Groups", groups)]), null);
    }

    private static List<(string, ReadOnlyMemory<byte>)> Read(GateConfig gate, IReadOnlyList<string> files) =>
        [.. files.Select(f => (f, (ReadOnlyMemory<byte>)File.ReadAllBytes(Path.Combine(gate.BaseDirectory, f))))];

    /// <summary>The granting policies, restricted by Conditional Access: the stricter answer, as at the gate.</summary>
    private sealed class RestrictedSide(AwsReplaySide granting, EntraPolicySet access, GateConfig config, IReadOnlyDictionary<string, Memberships>? people) : IReplaySide
    {
        private readonly EntraReplaySide _restricting = new(access, people);

        public bool DependsOnTime => granting.DependsOnTime || _restricting.DependsOnTime;

        // Conditional Access reads what the record tells under other names.
        public bool Reads(string key) => true;

        public IReplayDecider Begin() => new Decider(granting.Begin(), _restricting.Begin(), config);

        private sealed class Decider(IReplayDecider granting, IReplayDecider restricting, GateConfig config) : IReplayDecider
        {
            public ReplayAnswer Decide(RecordedRequest request)
            {
                var granted = granting.Decide(request);
                if (granted.Verdict is ReplayVerdict.NotDecided or ReplayVerdict.Deny)
                    return granted;
                var restricted = restricting.Decide(SignIn(request));
                return restricted.Verdict switch
                {
                    ReplayVerdict.Deny => restricted,
                    _ when granted.Verdict == ReplayVerdict.Unknown => granted,
                    ReplayVerdict.Challenge or ReplayVerdict.Unknown => restricted,
                    _ => granted,
                };
            }

            private RecordedRequest SignIn(RecordedRequest request)
            {
                var context = request.Context;
                var route = config.Routes.FirstOrDefault(r => r.Name == context.Text("route"));
                var user = request.Principal[(request.Principal.LastIndexOf('/') + 1)..];
                var facts = new List<ContextFact>
                {
                    ContextFact.Of("userPrincipalName", user),
                    ContextFact.Of("application", route?.Application ?? context.Text("route") ?? ""),
                    ContextFact.Of("device.compliant", context.Text("nullius:DeviceState") == "compliant"),
                    ContextFact.Of("device.registered", context.Find("nullius:DeviceId")?.Kind == FactKind.Text),
                };
                if (context.Find("aws:SourceIp") is { Value: System.Net.IPAddress address })
                    facts.Add(ContextFact.Of("location.ip", address));
                if (context.Find("aws:MultiFactorAuthPresent") is { } factor)
                    facts.Add(ContextFact.Of("satisfied", (IReadOnlyList<string>)(factor.Value is true ? ["mfa"] : [])));
                if (context.Text("nullius:SessionKind") is { } kind)
                    facts.Add(ContextFact.Of("clientApp", kind == "browser" ? "browser" : "mobileAppsAndDesktopClients"));
                if (context.Text("nullius:UserRisk") is { } risk)
                    facts.Add(ContextFact.Of("userRisk", risk));
                if (context.Text("signInRisk") is { } signInRisk)
                    facts.Add(ContextFact.Of("signInRisk", signInRisk));
                // A record that does not tell when is no fresh sign-in.
                foreach (var key in new[] { "authenticatedAt", "mfaAt" })
                    facts.Add(context.Find(key) ?? ContextFact.Absent(key));
                if (context.Find("nullius:DeviceId")?.Kind == FactKind.Absent && PlatformOf(context.Text("aws:UserAgent") ?? "") is { } platform)
                    facts.Add(ContextFact.Of("device.platform", platform));
                return request with { Principal = context.Text("aws:userid") ?? user, Resource = route?.Application ?? context.Text("route"), Context = new RecordedContext(facts) };
            }

            // As the gate reads it where no device is known.
            private static string? PlatformOf(string agent) =>
                agent.Contains("Windows", StringComparison.Ordinal) ? "windows"
                : agent.Contains("Android", StringComparison.Ordinal) ? "android"
                : agent.Contains("iPhone", StringComparison.Ordinal) || agent.Contains("iPad", StringComparison.Ordinal) ? "iOS"
                : agent.Contains("Mac OS X", StringComparison.Ordinal) ? "macOS"
                : agent.Contains("Linux", StringComparison.Ordinal) ? "linux"
                : null;
        }
    }
}
