using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nullius.Audit;
using Nullius.Gateway;
using Nullius.Gateway.Config;
using Nullius.State;
using Nullius.State.Schema;

namespace Nullius.EndToEnd.Harness;

/// <summary>
/// A real gate on a real socket: TLS 1.3, real store, feed and audit trail in a folder of its own; people, devices and
/// sessions from a fake. Applications are a recording socket (<c>app</c>) and a Kestrel server with everything long-lived (<c>rich</c>).
/// </summary>
public class GateFixture : IAsyncLifetime
{
    public const string Domain = "nullius.localhost";
    public const string App = "app." + Domain;
    public const string Second = "second." + Domain;
    public const string Rich = "rich." + Domain;
    public const string Grpc = "grpc." + Domain;
    public const string Auth = "auth." + Domain;
    public const string Devices = "devices." + Domain;
    public const string Console = "console." + Domain;

    private readonly string _folder = Directory.CreateTempSubdirectory("nullius-e2e-").FullName;
    private readonly AuditSigningKey _signingKey = AuditSigningKey.Create();
    private WebApplication? _server;
    private Store? _store;

    internal TestAuthority Authority { get; } = new();

    internal RecordingUpstream Upstream { get; } = new();

    internal Application RichApp { get; private set; } = null!;

    internal FakeTrust Trust { get; private set; } = null!;

    internal FakeHandoff Handoff { get; private set; } = null!;

    internal FakeAssertionKeys AssertionKeys { get; } = new();

    internal AuditTrail Audit { get; private set; } = null!;

    internal Gate Gate { get; private set; } = null!;

    internal X509Certificate2 Device { get; private set; } = null!;

    internal DataDirectory Data { get; private set; } = null!;

    public int Port { get; private set; }

    public string PolicyFolder => Path.Combine(_folder, "policies");

    /// <summary>Host header value of one of the gate's hosts.</summary>
    public string At(string host) => $"{host}:{Port}";

    protected virtual TimeProvider Time => TimeProvider.System;

    /// <summary>What a derived fixture changes about the configuration.</summary>
    protected virtual GateConfig Configure(GateConfig config) => config;

    protected virtual GateListenerOptions Configure(GateListenerOptions options) => options;

    /// <summary>Silent, unless <c>NULLIUS_TEST_LOG</c> is set: then everything goes to the console.</summary>
    private static void Configure(ILoggingBuilder logs)
    {
        logs.ClearProviders();
        if (Environment.GetEnvironmentVariable("NULLIUS_TEST_LOG") is not null)
            logs.AddSimpleConsole().SetMinimumLevel(LogLevel.Debug);
    }

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(PolicyFolder);
        Data = new DataDirectory(Path.Combine(_folder, "data"));
        _store = Store.Open(Data, [], Time);
        Trust = new FakeTrust(_store, Time);
        Handoff = new FakeHandoff(Trust);
        RichApp = await Application.StartAsync(Authority);
        await File.WriteAllTextAsync(Path.Combine(_folder, "upstream-ca.pem"), Authority.Root.ExportCertificatePem());
        WritePolicy("everything.json", """{"Version":"2012-10-17","Statement":[{"Sid":"Everything","Effect":"Allow","Action":"*","Resource":"*"}]}""");
        await SeedAsync();
        await StartGateAsync();
    }

    /// <summary>People before the gate starts: <c>alice</c> and <c>bob</c> of <c>staff</c>, <c>mallory</c> of no group.</summary>
    private async Task SeedAsync()
    {
        await Trust.AddPersonAsync("alice", "staff");
        await Trust.AddPersonAsync("bob", "staff");
        await Trust.AddPersonAsync("mallory");
        Device = Authority.Device("dev-1");
        await Trust.AddDeviceAsync("dev-1", "alice", Device);
    }

    private async Task StartGateAsync()
    {
        Port = FreePort.Next();
        var builder = WebApplication.CreateSlimBuilder();
        Configure(builder.Logging);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.UseGate(() => Gate, Configure(new GateListenerOptions { Port = Port })));
        builder.WebHost.UseKestrelHttpsConfiguration();
        _server = builder.Build();
        Audit = OpenAudit(new AuditOptions { Directory = Data.Audit }, _signingKey);
        var logs = _server.Services.GetRequiredService<ILoggerFactory>();
        var dependencies = new GateDependencies(
            Trust, _store!.Feed, Audit, Handoff, new FakeRefusals(), new FakeActivity(),
            new FakeCertificates(Authority, App, Second, Rich, Grpc, Auth, Devices, Console, "*." + Domain), AssertionKeys, Time, RandomSource.System, logs);
        Gate = await Gate.StartAsync(dependencies, Configure(BaseConfig()), CancellationToken.None);
        Serve(_server);
        await _server.StartAsync();
    }

    /// <summary>What stands behind the gate in this process; a derived fixture may have some of the platform's own endpoints there.</summary>
    private protected virtual void Serve(WebApplication server) => server.Run(Gate.Use(InProcessAsync));

    /// <summary>The node's trail; a derived fixture may open one that runs out of space.</summary>
    private protected virtual AuditTrail OpenAudit(AuditOptions options, AuditSigningKey key) => AuditTrail.Open(options, key, Time);

    /// <summary>In-process routes (sign-in, console, devices) answer with who the gate says is there.</summary>
    private static Task InProcessAsync(HttpContext context)
    {
        var request = context.Features.Get<GateRequest>();
        return context.Response.WriteAsync($"in-process {context.Request.Host.Host}{context.Request.Path} person={request?.Person?.Id ?? "-"}");
    }

    private GateConfig BaseConfig()
    {
        var here = new SourcePosition("test.yaml", 1);
        var recording = new UpstreamConfig { Url = Upstream.Url, AllowPlain = true };
        var rich = new UpstreamConfig { Url = RichApp.Url, CaFile = Path.Combine(_folder, "upstream-ca.pem"), ServerName = "upstream.test" };
        return new GateConfig
        {
            BaseDirectory = _folder,
            Account = "111122223333",
            SignInHost = Auth,
            ConsoleHost = Console,
            DeviceHost = Devices,
            HttpsPort = Port,
            Routes =
            [
                new RouteConfig { At = here, Name = "app", Host = App, Upstream = recording },
                new RouteConfig { At = here, Name = "second", Host = Second, Upstream = recording },
                new RouteConfig { At = here, Name = "rich", Host = Rich, Upstream = rich },
                new RouteConfig { At = here, Name = "grpc", Host = Grpc, Upstream = rich with { HttpVersion = "2" } },
            ],
            Bindings = [new BindingConfig(here, BindingKind.Identity, "policies/everything.json", [], ["staff"])],
        };
    }

    public void WritePolicy(string name, string json) => File.WriteAllText(Path.Combine(PolicyFolder, name), json);

    internal Task<SignedIn> SignInAsync(string person = "alice", Func<Identity.Trust.SessionTrust, Identity.Trust.SessionTrust>? change = null) =>
        Trust.SignInAsync(person, [App, Second, Rich, Grpc, Auth, Devices, Console], change);

    internal Task<RawResponse?> RawAsync(string host, string bytes, X509Certificate2? device = null) => RawClient.ExchangeAsync(Port, host, bytes, device);

    /// <summary>An HttpClient that reaches every host of the gate on loopback and follows nothing.</summary>
    internal HttpClient Client(Version? version = null, X509Certificate2? device = null) => new(Handler(device))
    {
        DefaultRequestVersion = version ?? HttpVersion.Version11,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    internal SocketsHttpHandler Handler(X509Certificate2? device = null) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        EnableMultipleHttp2Connections = true,
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, Port, cancellation);
            return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
        },
        SslOptions = new System.Net.Security.SslClientAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.None,
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
            LocalCertificateSelectionCallback = device is null ? null : (_, _, _, _, _) => device,
        },
    };

    /// <summary>Gives back what a derived fixture put into the folder; everything that used it is closed.</summary>
    protected virtual ValueTask BeforeDeletionAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        if (Gate is not null)
            await Gate.DisposeAsync();
        if (Audit is not null)
            await Audit.DisposeAsync();
        await Upstream.DisposeAsync();
        if (RichApp is not null)
            await RichApp.DisposeAsync();
        _store?.Dispose();
        _signingKey.Dispose();
        Authority.Dispose();
        await BeforeDeletionAsync();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}
