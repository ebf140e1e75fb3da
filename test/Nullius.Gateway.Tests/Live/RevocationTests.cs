using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Nullius.Gateway.Config;
using Nullius.Gateway.Live;
using Nullius.Gateway.Tests.Fakes;
using Nullius.Identity.Trust;

namespace Nullius.Gateway.Tests.Live;

public class RevocationTests
{
    public static TheoryData<string> Changes { get; } =
        ["session revoked", "session removed", "person disabled", "person removed", "password changed", "group left", "policy changed", "route removed", "expired", "lost announcement"];

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Whatever_ends_trust_closes_an_open_WebSocket_with_a_close_frame(string change)
    {
        await using var harness = await Harness.StartAsync();
        var (session, secret) = harness.Session();
        using var socket = await OpenAsync(harness, harness.Cookie(secret));
        await EchoAsync(socket);
        await ChangeAsync(harness, session, change);
        await AssertClosedAsync(socket);
        await Eventually.HoldsAsync(() => harness.Application.Open == 0, "the application's side is closed");
        await Eventually.HoldsAsync(() => harness.Gate.Live.Count == 0, "nothing is live");
        var completion = harness.Records.Stage("completion").Single().GetProperty("nullius").GetProperty("closed").GetString();
        Assert.NotEqual("completed", completion);
        Assert.NotEqual("client-gone", completion);
    }

    [Fact]
    public async Task An_open_WebSocket_over_HTTP_2_is_closed_with_a_close_frame()
    {
        await using var harness = await Harness.StartAsync();
        var (session, secret) = harness.Session();
        using var socket = await OpenAsync(harness, harness.Cookie(secret), HttpVersion.Version20);
        await EchoAsync(socket);
        await ChangeAsync(harness, session, "session revoked");
        await AssertClosedAsync(socket);
    }

    [Fact]
    public async Task The_application_is_told_that_access_ended()
    {
        await using var harness = await Harness.StartAsync();
        var (session, secret) = harness.Session();
        using var socket = await OpenAsync(harness, harness.Cookie(secret));
        await EchoAsync(socket);
        await ChangeAsync(harness, session, "session revoked");
        await AssertClosedAsync(socket);
        await Eventually.HoldsAsync(() => harness.Application.LastClose == WebSocketCloseStatus.PolicyViolation, "a close frame reaches the application");
    }

    [Fact]
    public async Task A_connection_that_somebody_ends_is_recorded_with_who_ended_it()
    {
        await using var harness = await Harness.StartAsync();
        using var socket = await OpenAsync(harness, harness.Cookie(harness.Session().Secret));
        await EchoAsync(socket);
        var open = harness.Gate.Live.List(10).Single();
        Assert.Null(harness.Gate.EndConnection("unknown", "bob"));
        Assert.Equal(open, harness.Gate.EndConnection(open.Reference, "bob"));
        Assert.Null(harness.Gate.EndConnection(open.Reference, "bob"));
        await AssertClosedAsync(socket);
        await Eventually.HoldsAsync(() => harness.Gate.Live.Count == 0, "nothing is live");
        Assert.False(harness.Gate.Live.IsOpen(open.Reference));
        var completion = harness.Records.Stage("completion").Single().GetProperty("nullius");
        Assert.Equal("connection-ended", completion.GetProperty("closed").GetString());
        Assert.Equal("bob", completion.GetProperty("closedBy").GetString());
        Assert.True(harness.Gate.Decisions.Recent(1).Single().Cut);
    }

    [Fact]
    public async Task A_change_that_touches_nobody_closes_nothing()
    {
        await using var harness = await Harness.StartAsync();
        harness.Person("bob", "staff");
        var (other, _) = harness.Session("bob");
        using var socket = await OpenAsync(harness, harness.Cookie(harness.Session().Secret));
        await EchoAsync(socket);
        await ChangeAsync(harness, other, "session revoked");
        harness.Trust.Put(harness.Trust.Person("p-alice") with { DisplayName = "Alice" });
        await harness.Gate.ReloadAsync(harness.Config(), default);
        await Eventually.HoldsAsync(() => harness.Gate.Status.Sequence == harness.Trust.Sequence, "the feed is followed");
        await EchoAsync(socket);
        Assert.Equal(WebSocketState.Open, socket.State);
    }

    [Fact]
    public async Task A_device_that_loses_its_posture_closes_what_needs_a_managed_device()
    {
        await using var harness = await Harness.StartAsync();
        harness.Policy("managed.json", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"app:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/Device":"managed"}}}]}""");
        Assert.Empty(await harness.Gate.ReloadAsync(harness.Config(config: config => config with { Bindings = [config.Bindings[0] with { Policy = "managed.json" }] }), default));
        using var certificate = harness.Certificates.Device("laptop");
        var device = new DeviceTrust { Id = "d-1", OwnerId = "p-alice", State = DeviceState.Compliant, Thumbprints = [certificate.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256)] };
        harness.Trust.Put(device);
        var cookie = harness.Cookie(harness.Session().Secret);
        await Eventually.HoldsAsync(() => harness.Gate.Status.Sequence == harness.Trust.Sequence, "the feed is followed");

        await Assert.ThrowsAnyAsync<WebSocketException>(() => OpenAsync(harness, cookie));
        using var socket = await OpenAsync(harness, cookie, device: certificate);
        await EchoAsync(socket);
        harness.Trust.Put(device with { State = DeviceState.NonCompliant });
        await AssertClosedAsync(socket);
    }

    [Fact]
    public async Task A_device_that_does_not_report_in_time_closes_what_needs_a_managed_device()
    {
        await using var harness = await Harness.StartAsync();
        harness.Policy("managed.json", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"app:*","Resource":"*","Condition":{"StringEquals":{"nullius:DeviceState":"compliant"}}}]}""");
        Assert.Empty(await harness.Gate.ReloadAsync(harness.Config(config: config => config with { Bindings = [config.Bindings[0] with { Policy = "managed.json" }] }), default));
        using var certificate = harness.Certificates.Device("laptop");
        harness.Trust.Put(new DeviceTrust
        {
            Id = "d-1", OwnerId = "p-alice", State = DeviceState.Compliant, StaleAt = harness.Time.GetUtcNow().AddMinutes(5),
            Thumbprints = [certificate.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256)],
        });
        await Eventually.HoldsAsync(() => harness.Gate.Status.Sequence == harness.Trust.Sequence, "the feed is followed");
        using var socket = await OpenAsync(harness, harness.Cookie(harness.Session().Secret), device: certificate);
        await EchoAsync(socket);
        harness.Time.Offset = TimeSpan.FromMinutes(6);
        await AssertClosedAsync(socket);
    }

    [Fact]
    public async Task A_decision_that_time_ends_closes_the_connection_when_it_does()
    {
        await using var harness = await Harness.StartAsync();
        var end = harness.Time.GetUtcNow().AddSeconds(2);
        harness.Policy("until.json", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"app:*","Resource":"*","Condition":{"DateLessThan":{"aws:CurrentTime":"END"}}}]}"""
            .Replace("END", end.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal));
        Assert.Empty(await harness.Gate.ReloadAsync(harness.Config(config: config => config with { Bindings = [config.Bindings[0] with { Policy = "until.json" }] }), default));
        using var socket = await OpenAsync(harness, harness.Cookie(harness.Session().Secret));
        await EchoAsync(socket);
        await AssertClosedAsync(socket);
        Assert.True(harness.Time.GetUtcNow() >= end.AddSeconds(-1));
    }

    [Fact]
    public async Task An_event_stream_is_ended_where_it_is()
    {
        await using var harness = await Harness.StartAsync();
        var (session, secret) = harness.Session();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/events");
        request.Headers.Add("Accept", "text/event-stream");
        using var response = await harness.Client(harness.Cookie(secret)).SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var stream = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[64];
        Assert.True(await stream.ReadAsync(buffer) > 0);
        Assert.Equal(LiveKind.ServerSentEvents, harness.Gate.Live.List(10).Single().Kind);
        await ChangeAsync(harness, session, "session revoked");
        Assert.Equal(0, await stream.ReadAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(20)));
        await Eventually.HoldsAsync(() => harness.Application.Open == 0, "the application's side is closed");
    }

    [Theory]
    [InlineData("/pkg.Service/Stream")]
    [InlineData("/pkg.Service/Tick")]
    public async Task A_gRPC_stream_ends_with_status_16_in_its_trailers(string path)
    {
        await using var harness = await Harness.StartAsync(route => route with { Upstream = route.Upstream! with { HttpVersion = "2" } }, application: await Application.StartAsync(HttpProtocols.Http2));
        var (session, secret) = harness.Session();
        using var request = Grpc(harness, path);
        using var response = await harness.Client(harness.Cookie(secret), version: HttpVersion.Version20).SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var stream = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[64];
        await stream.ReadExactlyAsync(buffer.AsMemory(0, 6));
        await ChangeAsync(harness, session, "session revoked");
        while (await stream.ReadAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(20)) > 0)
        {
        }

        Assert.Equal("16", response.TrailingHeaders.GetValues("grpc-status").Single());
    }

    [Fact]
    public async Task A_gRPC_call_that_ends_by_itself_keeps_its_own_status()
    {
        await using var harness = await Harness.StartAsync(route => route with { Upstream = route.Upstream! with { HttpVersion = "2" } }, application: await Application.StartAsync(HttpProtocols.Http2));
        using var request = Grpc(harness);
        request.Headers.Add("finish", "1");
        using var response = await harness.Client(version: HttpVersion.Version20).SendAsync(request);
        Assert.Equal("0", response.TrailingHeaders.GetValues("grpc-status").Single());
        Assert.Equal("app:pkg.Service/Stream", harness.Records.Stage("decision").Single().GetProperty("api").GetProperty("operation").GetString());
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task A_running_download_is_reset_so_that_it_never_looks_complete(string version)
    {
        await using var harness = await Harness.StartAsync();
        var (session, secret) = harness.Session();
        using var response = await harness.Client(harness.Cookie(secret), version: new Version(version)).GetAsync("/download", HttpCompletionOption.ResponseHeadersRead);
        var stream = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[16 * 1024];
        await stream.ReadExactlyAsync(buffer);
        await ChangeAsync(harness, session, "session revoked");
        var fault = await Record.ExceptionAsync(() => stream.ReadAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.IsAssignableFrom<IOException>(fault);
        await Eventually.HoldsAsync(() => harness.Application.Open == 0, "the application's side is closed");
    }

    [Fact]
    public async Task A_request_that_still_waits_for_its_answer_is_refused()
    {
        await using var harness = await Harness.StartAsync();
        var (session, secret) = harness.Session();
        var waiting = harness.Client(harness.Cookie(secret)).GetAsync("/never");
        await Eventually.HoldsAsync(() => harness.Application.Open == 1, "the application has the request");
        await ChangeAsync(harness, session, "session revoked");
        using var response = await waiting.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task A_client_that_reads_nothing_is_cut_too()
    {
        await using var harness = await Harness.StartAsync();
        var (session, secret) = harness.Session();
        using var raw = await harness.RawAsync();
        var head = await raw.AskAsync(
            $"GET /ws HTTP/1.1\r\nHost: {harness.Authority}\r\nOrigin: {harness.Origin}\r\nCookie: {harness.Cookie(secret)}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 101", head, StringComparison.Ordinal);
        // The head of a frame of a megabyte that never ends: the echo is stuck inside a frame as well.
        await raw.Stream.WriteAsync(new byte[] { 0x82, 0xFF, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0, 1, 2, 3 });
        await ChangeAsync(harness, session, "session revoked");
        await Eventually.HoldsAsync(() => harness.Gate.Live.Count == 0, "nothing is live");
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData(null)]
    public async Task A_WebSocket_from_another_site_is_not_opened(string? origin)
    {
        await using var harness = await Harness.StartAsync();
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Cookie", harness.Cookie(harness.Session().Secret));
        if (origin is not null)
            socket.Options.SetRequestHeader("Origin", origin);
        using var invoker = new HttpMessageInvoker(harness.Handler());
        await Assert.ThrowsAnyAsync<WebSocketException>(() => socket.ConnectAsync(new Uri($"wss://{harness.Authority}/ws"), invoker, default));
        Assert.Equal(0, harness.Application.Received);
    }

    [Fact]
    public async Task Two_hundred_sockets_of_one_person_close_together_and_the_registry_lists_them()
    {
        await using var harness = await Harness.StartAsync();
        var (session, secret) = harness.Session();
        using var invoker = new HttpMessageInvoker(harness.Handler());
        var sockets = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => OpenAsync(harness, harness.Cookie(secret), invoker: invoker)));
        Assert.Equal(200, harness.Gate.Live.OfPerson("p-alice").Count);
        Assert.Equal(200, harness.Gate.Live.OfSession(session.Id).Count);
        Assert.Equal(200, harness.Gate.Live.CountOfRoute("app"));
        harness.Trust.Put(harness.Trust.Person("p-alice") with { Disabled = true });
        await Task.WhenAll(sockets.Select(AssertClosedAsync));
        await Eventually.HoldsAsync(() => harness.Gate.Live.Count == 0, "nothing is live");
        foreach (var socket in sockets)
            socket.Dispose();
    }

    private static HttpRequestMessage Grpc(Harness harness, string path = "/pkg.Service/Stream")
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent([0, 0, 0, 0, 0]) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/grpc");
        request.Headers.Add("Origin", harness.Origin);
        request.Headers.Add("TE", "trailers");
        return request;
    }

    private static async Task ChangeAsync(Harness harness, SessionTrust session, string change)
    {
        var person = harness.Trust.Person("p-alice");
        switch (change)
        {
            case "session revoked":
                harness.Trust.Put(session with { Revoked = true });
                break;
            case "lost announcement":
                harness.Trust.Silent = true;
                harness.Trust.Put(session with { Revoked = true });
                break;
            case "session removed":
                harness.Trust.RemoveSession(session.Id);
                break;
            case "person disabled":
                harness.Trust.Put(person with { Disabled = true });
                break;
            case "person removed":
                harness.Trust.RemovePerson(person.Id);
                break;
            case "password changed":
                harness.Trust.Put(person with { SecurityVersion = person.SecurityVersion + 1 });
                break;
            case "group left":
                harness.Trust.Put(person with { Groups = [] });
                break;
            case "policy changed":
                harness.Policy("allow.json", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"app:GET","Resource":"*"}]}""");
                Assert.Empty(await harness.Gate.ReloadAsync(harness.Config(), default));
                break;
            case "route removed":
                Assert.Empty(await harness.Gate.ReloadAsync(harness.Config(config: config => config with { Routes = [] }), default));
                break;
            case "expired":
                harness.Time.Offset = TimeSpan.FromHours(9);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(change), change, "no such change");
        }
    }

    private static async Task<ClientWebSocket> OpenAsync(Harness harness, string cookie, Version? version = null, System.Security.Cryptography.X509Certificates.X509Certificate2? device = null, HttpMessageInvoker? invoker = null)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Cookie", cookie);
        socket.Options.SetRequestHeader("Origin", harness.Origin);
        socket.Options.HttpVersion = version ?? HttpVersion.Version11;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        await socket.ConnectAsync(new Uri($"wss://{harness.Authority}/ws"), invoker ?? new HttpMessageInvoker(harness.Handler(device)), default);
        return socket;
    }

    private static async Task EchoAsync(ClientWebSocket socket)
    {
        await socket.SendAsync("ping"u8.ToArray().AsMemory(), WebSocketMessageType.Text, true, default);
        var buffer = new byte[16];
        var received = await socket.ReceiveAsync(buffer.AsMemory(), default).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(4, received.Count);
    }

    private static async Task AssertClosedAsync(ClientWebSocket socket)
    {
        var received = await socket.ReceiveAsync(new byte[16].AsMemory(), default).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(WebSocketMessageType.Close, received.MessageType);
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, socket.CloseStatus);
        Assert.Equal("access ended", socket.CloseStatusDescription);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, default);
    }
}
