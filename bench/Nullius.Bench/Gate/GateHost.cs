using System.Diagnostics;
using System.Net;
using Nullius.Audit;
using Nullius.Bench.Peers;
using Nullius.EndToEnd.Harness;
using Nullius.Gateway;
using Nullius.Gateway.Config;
using Nullius.State;
using Nullius.State.Schema;

namespace Nullius.Bench.Gate;

/// <summary>The gate as it runs in the product (store, feed, audit trail on disk, policies of the usual kinds), with fake people.</summary>
internal sealed class GateHost : IAsyncDisposable
{
    private readonly string _folder;
    private readonly WebApplication _server;
    private readonly AuditTrail _audit;
    private readonly Store _store;

    private readonly GateConfig _config;

    private GateHost(string folder, GateConfig config, WebApplication server, AuditTrail audit, Store store, FakeTrust trust, Nullius.Gateway.Gate gate, int port)
    {
        (_folder, _config, _server, _audit, _store, Trust, Gate, Port) = (folder, config, server, audit, store, trust, gate, port);
    }

    public FakeTrust Trust { get; }

    public Nullius.Gateway.Gate Gate { get; }

    public int Port { get; }

    /// <summary>Starts a gate in front of an upstream.</summary>
    /// <param name="folder">Where the certificates lie.</param>
    /// <param name="upstream"><c>https://…</c> with the setting's certificate, or a plain URL.</param>
    public static async Task<GateHost> StartAsync(string folder, string upstream)
    {
        var own = Directory.CreateTempSubdirectory("nullius-bench-gate-").FullName;
        var time = TimeProvider.System;
        var data = new DataDirectory(Path.Combine(own, "data"));
        var store = Store.Open(data, [], time);
        var trust = new FakeTrust(store, time);
        await trust.AddPersonAsync("alice", "staff", "engineering");
        for (var number = 0; number < 200; number++)
            await trust.AddPersonAsync($"person-{number}", "staff");
        WritePolicies(own);
        var audit = AuditTrail.Open(new AuditOptions { Directory = data.Audit }, AuditSigningKey.Create(), time);
        var port = FreePort.Next();
        Nullius.Gateway.Gate? gate = null;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.UseGate(() => gate!, new GateListenerOptions { Addresses = [IPAddress.Loopback], Port = port }));
        var server = builder.Build();
        var authority = new TestAuthority();
        var dependencies = new GateDependencies(
            trust, store.Feed, audit, new FakeHandoff(trust), new FakeRefusals(), new FakeActivity(), new FakeCertificates(authority, Setting.Host), new FakeAssertionKeys(),
            time, RandomSource.System, server.Services.GetRequiredService<ILoggerFactory>());
        var config = Configuration(own, folder, upstream, port);
        gate = await Nullius.Gateway.Gate.StartAsync(dependencies, config, CancellationToken.None);
        server.Run(gate.Use(context => context.Response.WriteAsync("in-process")));
        await server.StartAsync();
        return new GateHost(own, config, server, audit, store, trust, gate, port);
    }

    /// <summary>The instant of the next commit that the feed announces.</summary>
    public Task<long> Published()
    {
        var published = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Handler(long sequence)
        {
            published.TrySetResult(Stopwatch.GetTimestamp());
            _store.Feed.Committed -= Handler;
        }

        _store.Feed.Committed += Handler;
        return published.Task;
    }

    /// <summary>Makes a policy live under which nobody is let in.</summary>
    public async Task ForbidAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "guardrail.json"), """{"Version":"2012-10-17","Statement":[{"Sid":"None","Effect":"Deny","Action":"*","Resource":"*"}]}""");
        if (await Gate.ReloadAsync(_config, CancellationToken.None) is { Count: > 0 } errors)
            throw new InvalidOperationException(errors[0].ToString());
    }

    private static GateConfig Configuration(string own, string folder, string upstream, int port)
    {
        var here = new SourcePosition("bench.yaml", 1);
        return new GateConfig
        {
            BaseDirectory = own,
            Account = "111122223333",
            SignInHost = "auth.nullius.localhost",
            ConsoleHost = "console.nullius.localhost",
            DeviceHost = "devices.nullius.localhost",
            HttpsPort = port,
            Routes =
            [
                new RouteConfig
                {
                    At = here,
                    Name = "app",
                    Host = Setting.Host,
                    Upstream = upstream.StartsWith("https:", StringComparison.Ordinal)
                        ? new UpstreamConfig { Url = upstream, CaFile = Path.Combine(folder, "ca.pem"), ServerName = "upstream.test" }
                        : new UpstreamConfig { Url = upstream, AllowPlain = true },
                },
            ],
            Bindings =
            [
                new BindingConfig(here, BindingKind.Identity, "staff.json", [], ["staff"]),
                new BindingConfig(here, BindingKind.Boundary, "boundary.json", [], ["engineering"]),
            ],
            Guardrails = [["guardrail.json"]],
            ConditionalAccess = ["mfa.json"],
        };
    }

    private static void WritePolicies(string folder)
    {
        File.WriteAllText(Path.Combine(folder, "staff.json"), """
            {"Version":"2012-10-17","Statement":[
              {"Sid":"Use","Effect":"Allow","Action":"app:*","Resource":"arn:nullius:app::111122223333:/*"},
              {"Sid":"NoAdministration","Effect":"Deny","Action":"*","Resource":"arn:nullius:app::111122223333:/admin*","Condition":{"StringNotEquals":{"aws:PrincipalTag/Role":"admin"}}},
              {"Sid":"MfaForWrites","Effect":"Deny","Action":["app:POST","app:PUT","app:DELETE"],"Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}]}
            """);
        File.WriteAllText(Path.Combine(folder, "boundary.json"), """{"Version":"2012-10-17","Statement":[{"Sid":"App","Effect":"Allow","Action":["app:*","console:*"],"Resource":"*"}]}""");
        File.WriteAllText(Path.Combine(folder, "guardrail.json"), """
            {"Version":"2012-10-17","Statement":[{"Sid":"All","Effect":"Allow","Action":"*","Resource":"*"},
              {"Sid":"Outside","Effect":"Deny","Action":"*","Resource":"*","Condition":{"NotIpAddress":{"aws:SourceIp":["127.0.0.0/8","10.0.0.0/8"]}}}]}
            """);
        File.WriteAllText(Path.Combine(folder, "mfa.json"), """
            {"id":"3f8b9f0a-0000-4000-8000-000000000001","displayName":"MFA for everyone","state":"enabled",
             "conditions":{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]},"clientAppTypes":["all"]},
             "grantControls":{"operator":"OR","builtInControls":["mfa"]}}
            """);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await Gate.DisposeAsync();
        await _audit.DisposeAsync();
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
