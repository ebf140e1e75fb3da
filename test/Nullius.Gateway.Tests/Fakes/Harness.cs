using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Nullius.Gateway.Config;
using Nullius.Identity.Trust;
using Nullius.State;

namespace Nullius.Gateway.Tests.Fakes;

/// <summary>A whole gate on loopback: real server, real handshakes, real application behind it; trust, records and pages are fakes.</summary>
internal sealed class Harness : IAsyncDisposable
{
    public const string AppHost = "app.nullius.test";

    private static readonly SourcePosition At = new("nullius.yaml", 1);
    private readonly WebApplication _server;
    private readonly string _folder = Directory.CreateTempSubdirectory("nullius-gate-").FullName;
    private readonly List<IDisposable> _clients = [];
    private RequestDelegate _pipeline = http =>
    {
        http.Response.StatusCode = 500;
        return Task.CompletedTask;
    };

    private Gate? _gate;
    private IFormShelf? _forms;

    private Harness(Func<GateListenerOptions, GateListenerOptions>? listener)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var options = new GateListenerOptions { Port = 0 };
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.UseGate(() => _gate!, listener?.Invoke(options) ?? options));
        _server = builder.Build();
        _server.Run(http => _pipeline(http));
    }

    public FakeTrust Trust { get; } = new();

    public FakeRecords Records { get; } = new();

    public FakeHandoff Handoff { get; } = new();

    public FakeActivity Activity { get; } = new();

    public FakeCertificates Certificates { get; } = new();

    public AdjustableTime Time { get; } = new();

    public Application Application { get; private set; } = null!;

    public Gate Gate => _gate!;

    public int Port { get; private set; }

    public string Authority => $"{AppHost}:{Port}";

    public string Origin => $"https://{Authority}";

    /// <param name="route">Changes the one route <c>app</c>, to which everything is allowed for group <c>staff</c>.</param>
    /// <param name="config">Changes the configuration.</param>
    public static async Task<Harness> StartAsync(
        Func<RouteConfig, RouteConfig>? route = null, Func<GateConfig, GateConfig>? config = null, Application? application = null, Func<GateListenerOptions, GateListenerOptions>? listener = null,
        IEnumerable<(string File, string Json)>? policies = null, IFormShelf? forms = null)
    {
        var harness = new Harness(listener);
        harness.Application = application ?? await Application.StartAsync();
        await harness._server.StartAsync();
        harness.Port = new Uri(harness._server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
        harness.Policy("allow.json", """{"Version":"2012-10-17","Statement":[{"Sid":"All","Effect":"Allow","Action":"app:*","Resource":"*"}]}""");
        foreach (var (file, json) in policies ?? [])
            harness.Policy(file, json);
        harness.Person("alice", "staff");
        harness._forms = forms;
        await harness.StartGateAsync(harness.Config(route, config));
        return harness;
    }

    /// <summary>Another gate in the place of this one, as after a process that died: what only its memory held is gone.</summary>
    public async Task ReplaceGateAsync()
    {
        var before = Gate;
        await StartGateAsync(before.Config);
        await before.DisposeAsync();
    }

    private async Task StartGateAsync(GateConfig config)
    {
        var dependencies = new GateDependencies(
            Trust, null!, null!, Handoff, new FakeRefusals(), Activity, Certificates, Certificates, Time, RandomSource.System, NullLoggerFactory.Instance) { Forms = _forms };
        _gate = await Gate.StartAsync(dependencies, Trust, Records, config, CancellationToken.None);
        _pipeline = _gate.Use(http => http.Response.WriteAsync("in-process"));
    }

    public GateConfig Config(Func<RouteConfig, RouteConfig>? route = null, Func<GateConfig, GateConfig>? config = null)
    {
        var written = new RouteConfig
        {
            At = At,
            Name = "app",
            Host = AppHost,
            Upstream = new UpstreamConfig { Url = Application.Url, AllowPlain = true },
        };
        var whole = new GateConfig
        {
            BaseDirectory = _folder,
            SignInHost = "auth.nullius.test",
            ConsoleHost = "console.nullius.test",
            DeviceHost = "devices.nullius.test",
            HttpsPort = Port,
            Routes = [route?.Invoke(written) ?? written],
            Bindings = [new BindingConfig(At, BindingKind.Identity, "allow.json", [], ["staff"])],
        };
        return config?.Invoke(whole) ?? whole;
    }

    public void Policy(string file, string json) => File.WriteAllText(Path.Combine(_folder, file), json);

    public PersonTrust Person(string name, params string[] groups)
    {
        var person = new PersonTrust { Id = "p-" + name, UserName = name, DisplayName = name, Groups = [.. groups], HasSecondFactor = true };
        Trust.Put(person);
        return person;
    }

    /// <summary>A session with its secret; browser sessions for the application's host.</summary>
    public (SessionTrust Session, string Secret) Session(string person = "alice", SessionKind kind = SessionKind.Browser, Func<SessionTrust, SessionTrust>? change = null, string? host = null)
    {
        var secret = RandomSource.System.NextToken();
        var now = Time.GetUtcNow();
        var session = new SessionTrust
        {
            Id = "s-" + RandomSource.System.NextToken(6),
            PersonId = "p-" + person,
            Kind = kind,
            CreatedAt = now,
            AuthenticatedAt = now,
            MfaAt = now,
            Methods = ["pwd", "otp", "mfa"],
            LastSeenAt = now,
            ExpiresAt = now.AddHours(8),
            Idle = kind == SessionKind.Browser ? TimeSpan.FromMinutes(30) : null,
            Credentials = [new SessionCredential(Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(secret))), kind == SessionKind.Browser ? host ?? Authority : null)],
        };
        session = change?.Invoke(session) ?? session;
        Trust.Put(session);
        return (session, secret);
    }

    public string Cookie(string secret) => $"__Host-nullius=v1.{Trust.Sequence}.{secret}";

    /// <summary>A client on a connection of its own, signed in as a new session of alice unless a cookie is given; empty for none.</summary>
    public HttpClient Client(string? cookie = null, X509Certificate2? device = null, Version? version = null)
    {
        cookie ??= Cookie(Session().Secret);
        var client = new HttpClient(Handler(device))
        {
            BaseAddress = new Uri(Origin),
            DefaultRequestVersion = version ?? HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = TimeSpan.FromSeconds(30),
        };
        if (cookie.Length > 0)
            client.DefaultRequestHeaders.Add("Cookie", cookie);
        _clients.Add(client);
        return client;
    }

    public SocketsHttpHandler Handler(X509Certificate2? device = null) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
        SslOptions = ClientTls(device),
    };

    public SslClientAuthenticationOptions ClientTls(X509Certificate2? device = null)
    {
        var options = new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls13,
            CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck },
        };
        options.CertificateChainPolicy.CustomTrustStore.Add(Certificates.DeviceRoots[0]);
        if (device is not null)
            options.ClientCertificateContext = SslStreamCertificateContext.Create(device, null, offline: true);
        return options;
    }

    /// <summary>A TLS connection on which a test writes its own bytes.</summary>
    public async Task<RawConnection> RawAsync(string? serverName = null)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, Port);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        var options = ClientTls();
        options.TargetHost = serverName ?? AppHost;
        await tls.AuthenticateAsClientAsync(options);
        return new RawConnection(tls);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            client.Dispose();
        if (_gate is not null)
            await _gate.DisposeAsync();
        await _server.StopAsync(new CancellationToken(canceled: true));
        await _server.DisposeAsync();
        await Application.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>A connection on which a test writes its own bytes.</summary>
internal sealed class RawConnection(SslStream tls) : IDisposable
{
    public SslStream Stream => tls;

    public async Task<string> AskAsync(string request)
    {
        await tls.WriteAsync(Encoding.Latin1.GetBytes(request));
        return await ReadHeadAsync();
    }

    /// <summary>The head of the next response; what was read before the connection ended otherwise.</summary>
    public async Task<string> ReadHeadAsync()
    {
        var head = new StringBuilder();
        var one = new byte[1];
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await tls.ReadAsync(one, late.Token) == 1)
                head.Append((char)one[0]);
        }
        catch (IOException)
        {
        }

        return head.ToString();
    }

    public void Dispose() => tls.Dispose();
}

/// <summary>The real clock, moved.</summary>
internal sealed class AdjustableTime : TimeProvider
{
    private long _offset;

    public TimeSpan Offset
    {
        get => new(Volatile.Read(ref _offset));
        set => Volatile.Write(ref _offset, value.Ticks);
    }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Offset;
}

internal static class Eventually
{
    /// <summary>Polls until it holds.</summary>
    public static async Task HoldsAsync(Func<bool> condition, string what)
    {
        var until = DateTimeOffset.UtcNow.AddSeconds(20);
        while (!condition())
        {
            Assert.True(DateTimeOffset.UtcNow < until, $"not within 20 s: {what}");
            await Task.Delay(5);
        }
    }
}
