using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Nullius.EndToEnd.Harness;
using Nullius.Gateway.Config;

namespace Nullius.EndToEnd.Attacks;

public sealed class ManagedOnlyGate : GateFixture
{
    protected override GateConfig Configure(GateConfig config)
    {
        WritePolicy("managed.json", """
            {"Version":"2012-10-17","Statement":[
              {"Sid":"Managed","Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/Device":"managed"}}}]}
            """);
        return config with { Bindings = [new BindingConfig(new SourcePosition("test.yaml", 2), BindingKind.Identity, "policies/managed.json", [], ["staff"])] };
    }
}

/// <summary>TLS and client certificates: no older version, no half-read handshake, no failing open (CVE-2026-53622, CVE-2026-32305, CVE-2026-27586).</summary>
public sealed class MutualTlsTests(ManagedOnlyGate gate) : AttackTests<ManagedOnlyGate>(gate)
{
    private async Task<int> StatusWithAsync(X509Certificate2? certificate)
    {
        try
        {
            return (await Gate.RawAsync(GateFixture.App, Request("/x"), certificate))?.Status ?? 0;
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            return 0;
        }
    }

    [Fact]
    public async Task The_certificate_of_an_enrolled_device_is_accepted()
    {
        Assert.Equal(200, await StatusWithAsync(Gate.Device));
    }

    [Theory]
    [InlineData(0x0c00)] // TLS 1.2
    [InlineData(0x0300)] // TLS 1.1
    [InlineData(0x00c0)] // TLS 1.0
    public async Task Older_protocol_versions_are_refused(int version)
    {
        await Assert.ThrowsAnyAsync<Exception>(async () => await RawClient.ConnectAsync(Gate.Port, GateFixture.App, protocols: (SslProtocols)version));
    }

    [Fact]
    public async Task The_negotiated_version_is_1_3()
    {
        await using var client = await RawClient.ConnectAsync(Gate.Port, GateFixture.App);
        Assert.Equal(SslProtocols.Tls13, client.Stream.SslProtocol);
    }

    [Fact]
    public async Task No_certificate_is_an_unmanaged_device()
    {
        Assert.Equal(403, await StatusWithAsync(null));
        Assert.Empty(Gate.Upstream.Requests);
    }

    [Theory]
    [InlineData("self-signed")]
    [InlineData("other authority")]
    [InlineData("authority of the same name")]
    [InlineData("expired")]
    [InlineData("not yet valid")]
    [InlineData("a server certificate")]
    [InlineData("not in the inventory")]
    public async Task A_certificate_that_proves_nothing_gives_nothing(string kind)
    {
        var now = TimeProvider.System.GetUtcNow();
        using var other = new TestAuthority(kind == "authority of the same name" ? "Nullius test root" : "Other root");
        using var certificate = kind switch
        {
            "self-signed" => new TestAuthority("dev-1").Root,
            "expired" => Gate.Authority.Device("dev-1", now.AddDays(-10), now.AddDays(-1)),
            "not yet valid" => Gate.Authority.Device("dev-1", now.AddDays(1), now.AddDays(2)),
            "a server certificate" => Gate.Authority.Server("dev-1"),
            "not in the inventory" => Gate.Authority.Device("dev-1"),
            _ => other.Device("dev-1"),
        };
        if (kind is "expired" or "not yet valid" or "a server certificate")
            await Gate.Trust.ChangeDeviceAsync("dev-1", device => device with { Thumbprints = [.. device.Thumbprints, Thumbprint(certificate)] });
        Assert.Contains(await StatusWithAsync(certificate), new[] { 0, 400, 401, 403 });
        Assert.Empty(Gate.Upstream.Requests);
    }

    [Theory]
    [InlineData(Identity.Trust.DeviceState.NonCompliant)]
    [InlineData(Identity.Trust.DeviceState.Stale)]
    [InlineData(Identity.Trust.DeviceState.Revoked)]
    [InlineData(Identity.Trust.DeviceState.Unmanaged)]
    public async Task A_certificate_does_not_outweigh_the_devices_state(Identity.Trust.DeviceState state)
    {
        using var certificate = Gate.Authority.Device("dev-state");
        await Gate.Trust.AddDeviceAsync("dev-state", "alice", certificate, state);
        await Poll.UntilAsync(async () => await StatusWithAsync(certificate) is not 200, $"a device in state {state} is refused");
        Gate.Upstream.Clear();
        Assert.Contains(await StatusWithAsync(certificate), new[] { 0, 401, 403 });
        Assert.Empty(Gate.Upstream.Requests);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    public async Task A_client_hello_in_pieces_gets_the_same_answer(int piece)
    {
        using var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync(IPAddress.Loopback, Gate.Port);
        await using var stream = await RawClient.HandshakeAsync(new PiecewiseStream(tcp.GetStream(), piece), GateFixture.App, null, SslProtocols.None, "http/1.1");
        await stream.WriteAsync(System.Text.Encoding.Latin1.GetBytes(Request("/x")));
        var reader = new ByteReader(stream, CancellationToken.None);
        var head = await reader.ReadThroughAsync("\r\n"u8.ToArray(), 4096);
        Assert.StartsWith("HTTP/1.1 403", System.Text.Encoding.Latin1.GetString(head!), StringComparison.Ordinal);
        Assert.Empty(Gate.Upstream.Requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData("evil.example")]
    [InlineData("127.0.0.1")]
    [InlineData("nullius.localhost")]
    public async Task A_handshake_without_a_known_name_reaches_nothing(string sni)
    {
        try
        {
            var response = await Gate.RawAsync(sni.Length == 0 ? "127.0.0.1" : sni, Request("/x"), Gate.Device);
            Assert.Contains(response?.Status ?? 0, new[] { 0, 400, 404, 421 });
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            // Refused at the handshake.
        }

        Assert.Empty(Gate.Upstream.Requests);
    }

    [Fact]
    public async Task Plain_text_on_the_tls_port_reaches_nothing()
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, Gate.Port);
        await tcp.GetStream().WriteAsync(System.Text.Encoding.Latin1.GetBytes(Request("/x")));
        var buffer = new byte[1024];
        var text = "";
        try
        {
            for (int read; (read = await tcp.GetStream().ReadAsync(buffer)) > 0;)
                text += System.Text.Encoding.Latin1.GetString(buffer, 0, read);
        }
        catch (IOException)
        {
            // Reset: as good as closed.
        }

        Assert.DoesNotContain("200 OK", text, StringComparison.Ordinal);
        Assert.Empty(Gate.Upstream.Requests);
    }

    private static string Thumbprint(X509Certificate2 certificate) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(certificate.RawDataMemory.Span));

    /// <summary>Writes a few bytes at a time, so that the handshake's records arrive in pieces.</summary>
    private sealed class PiecewiseStream(NetworkStream inner, int piece) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            for (var at = 0; at < buffer.Length; at += piece)
            {
                await inner.WriteAsync(buffer.Slice(at, Math.Min(piece, buffer.Length - at)), cancellationToken);
                await Task.Yield();
            }
        }
    }
}
