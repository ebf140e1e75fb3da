using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using Nullius.EndToEnd.Harness;
using Nullius.Identity.Trust;

namespace Nullius.EndToEnd.Clients;

/// <summary>A real gRPC client (<c>@grpc/grpc-js</c>) with a device certificate and a device-bound token.</summary>
public sealed class GrpcClientTests(GateFixture gate) : IClassFixture<GateFixture>, IAsyncLifetime
{
    private static readonly SemaphoreSlim Installing = new(1);
    private readonly string _folder = Directory.CreateTempSubdirectory("nullius-grpc-").FullName;

    public async ValueTask InitializeAsync()
    {
        await Installing.WaitAsync();
        try
        {
            if (!Directory.Exists(Path.Combine(Client(), "node_modules", "@grpc")))
                await InstallAsync();
        }
        finally
        {
            Installing.Release();
        }

        await File.WriteAllTextAsync(Path.Combine(_folder, "ca.pem"), gate.Authority.Root.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(_folder, "cert.pem"), gate.Device.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(_folder, "key.pem"), gate.Device.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    [Fact]
    public async Task A_call_with_a_token_is_answered()
    {
        var (bearer, _) = await gate.Trust.BearerAsync("alice", SessionKind.Token, "dev-1", "grpc");
        using var call = Call(bearer, "/demo.Clock/Now");
        Assert.Equal(["message now", "status 0"], await call.LinesAsync());
    }

    [Fact]
    public async Task A_call_without_a_token_is_unauthenticated()
    {
        using var call = Call("", "/demo.Clock/Now");
        Assert.Equal(["status 16"], await call.LinesAsync());
    }

    [Fact]
    public async Task A_call_beyond_the_tokens_scope_is_denied()
    {
        var (bearer, _) = await gate.Trust.BearerAsync("alice", SessionKind.Token, "dev-1", "rich");
        using var call = Call(bearer, "/demo.Clock/Now");
        Assert.Equal(["status 7"], await call.LinesAsync());
    }

    [Fact]
    public async Task A_stream_ends_with_status_16_when_its_token_is_revoked()
    {
        var (bearer, session) = await gate.Trust.BearerAsync("alice", SessionKind.Token, "dev-1", "grpc");
        using var call = Call(bearer, "/demo.Clock/Watch");
        Assert.Equal("message 0", await call.LineAsync());
        Assert.Equal("message 1", await call.LineAsync());
        await gate.Trust.ChangeSessionAsync(session, trust => trust with { Revoked = true });
        Assert.Equal("status 16", (await call.LinesAsync())[^1]);
    }

    private NodeCall Call(string bearer, string method) => new(
        Client(), [gate.Port.ToString(CultureInfo.InvariantCulture), gate.At(GateFixture.Grpc), .. new[] { "ca.pem", "cert.pem", "key.pem" }.Select(file => Path.Combine(_folder, file)), bearer, method]);

    private static async Task InstallAsync()
    {
        using var npm = Process.Start(new ProcessStartInfo(Tools.Find("npm"), ["ci", "--no-audit", "--no-fund", "--loglevel=error"]) { WorkingDirectory = Client() })!;
        await npm.WaitForExitAsync();
        Assert.True(npm.ExitCode == 0, "npm ci of the gRPC client failed");
    }

    private static string Client([CallerFilePath] string file = "") => Path.Combine(Path.GetDirectoryName(file)!, "..", "grpc-client");

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private sealed class NodeCall(string folder, string[] arguments) : IDisposable
    {
        private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(60));
        private readonly Process _process = Process.Start(
            new ProcessStartInfo(Tools.Find("node"), ["watch.cjs", .. arguments]) { WorkingDirectory = folder, RedirectStandardOutput = true })!;

        public async Task<string?> LineAsync() => await _process.StandardOutput.ReadLineAsync(_deadline.Token);

        public async Task<List<string>> LinesAsync()
        {
            var lines = new List<string>();
            while (await LineAsync() is { } line)
                lines.Add(line);
            return lines;
        }

        public void Dispose()
        {
            if (!_process.HasExited)
                _process.Kill(entireProcessTree: true);
            _process.Dispose();
            _deadline.Dispose();
        }
    }
}
