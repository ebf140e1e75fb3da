using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Nullius.Gateway.Config;
using Nullius.Gateway.Tests.Fakes;
using Nullius.Identity.Trust;

namespace Nullius.Gateway.Tests;

public class ListenerTests
{
    [Fact]
    public async Task TLS_1_2_is_refused_unless_it_is_allowed()
    {
        await using var strict = await Harness.StartAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => HandshakeAsync(strict, SslProtocols.Tls12));
        await using var lenient = await Harness.StartAsync(listener: options => options with { AllowTls12 = true });
        Assert.Equal(SslProtocols.Tls12, await HandshakeAsync(lenient, SslProtocols.Tls12));
    }

    [Fact]
    public async Task A_certificate_that_no_root_of_ours_signed_is_refused_and_not_ignored()
    {
        await using var harness = await Harness.StartAsync();
        using var foreign = new FakeCertificates().Device("laptop");
        using var client = harness.Client(device: foreign);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.GetAsync("/"));
        Assert.Equal(0, harness.Application.Received);
    }

    [Fact]
    public async Task A_servers_certificate_is_no_devices()
    {
        await using var harness = await Harness.StartAsync();
        using var server = harness.Certificates.Issue("laptop", "1.3.6.1.5.5.7.3.1", "laptop");
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => harness.Client(device: server).GetAsync("/"));
    }

    [Fact]
    public async Task A_certificate_of_ours_that_the_inventory_does_not_hold_is_an_unmanaged_device()
    {
        await using var harness = await Harness.StartAsync();
        using var certificate = harness.Certificates.Device("laptop");
        await harness.Client(device: certificate).GetStringAsync("/");
        Assert.Equal(DeviceState.Unmanaged, harness.Gate.Decisions.Recent(1)[0].DeviceState);
    }

    [Fact]
    public async Task A_host_that_requires_a_certificate_serves_nobody_without()
    {
        await using var harness = await Harness.StartAsync(route => route with { ClientCertificate = ClientCertificateMode.Require });
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => harness.Client().GetAsync("/"));
        Assert.Equal(0, harness.Application.Received);
    }

    [Fact]
    public async Task A_thousand_half_open_connections_keep_nobody_out()
    {
        await using var harness = await Harness.StartAsync();
        var sockets = new List<Socket>();
        for (var i = 0; i < 1000; i++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, harness.Port);
            sockets.Add(socket);
        }

        await harness.Client().GetStringAsync("/");
        foreach (var socket in sockets)
            socket.Dispose();
    }

    private static async Task<SslProtocols> HandshakeAsync(Harness harness, SslProtocols protocols)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, harness.Port);
        await using var tls = new SslStream(new NetworkStream(socket));
        var options = harness.ClientTls();
        options.TargetHost = Harness.AppHost;
        options.EnabledSslProtocols = protocols;
        await tls.AuthenticateAsClientAsync(options);
        return tls.SslProtocol;
    }
}
