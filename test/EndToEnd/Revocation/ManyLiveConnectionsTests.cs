using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using Nullius.EndToEnd.Attacks;
using Nullius.EndToEnd.Harness;
using Nullius.Gateway.Config;

namespace Nullius.EndToEnd.Revocation;

public sealed class ManyGate : GateFixture
{
    internal GateConfig Config { get; private set; } = null!;

    protected override GateConfig Configure(GateConfig config) => Config = config;
}

/// <summary>
/// Very many live connections: half WebSockets over extended CONNECT, half event streams. What one session loses, no other does;
/// a policy that changes closes all. `NULLIUS_LIVE=10000` runs the number that the gate is made for.
/// </summary>
public sealed class ManyLiveConnectionsTests(ManyGate gate, ITestOutputHelper output) : AttackTests<ManyGate>(gate)
{
    private const int PerSession = 50;

    private static int Wanted => int.Parse(Environment.GetEnvironmentVariable("NULLIUS_LIVE") ?? "1000", CultureInfo.InvariantCulture);

    [Fact]
    public async Task A_cut_touches_its_own_and_a_policy_change_closes_all()
    {
        using var process = Process.GetCurrentProcess();
        var empty = Memory(process);
        var clock = Stopwatch.StartNew();
        using var client = new HttpMessageInvoker(Gate.Handler());
        var sessions = new List<(SignedIn Session, List<Open> Connections)>();
        for (var opened = 0; opened < Wanted; opened += PerSession)
        {
            var session = await Gate.SignInAsync();
            var connections = new List<Open>();
            await Task.WhenAll(Enumerable.Range(0, PerSession).Select(async number =>
            {
                var open = number % 2 == 0 ? await WebSocketAsync(client, session) : await EventsAsync(client, session);
                lock (connections)
                    connections.Add(open);
            }));
            sessions.Add((session, connections));
        }

        Assert.Equal(Wanted, Gate.Gate.Status.LiveConnections);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Wanted} live connections opened in {clock.Elapsed.TotalSeconds:0} s; gate, application and clients together grew from {empty} to {Memory(process)} MiB"));

        // The session in the middle: its connections end, and no other.
        var victim = sessions[sessions.Count / 2];
        clock.Restart();
        await Gate.Trust.ChangeSessionAsync(victim.Session.SessionId, session => session with { Revoked = true });
        await Poll.UntilAsync(() => victim.Connections.All(one => one.Ended.IsCompleted), "every connection of the revoked session is closed", 60);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"one session of {PerSession}: {clock.Elapsed.TotalMilliseconds:0} ms until the last client knew"));
        Assert.All(sessions.Where(one => one != victim).SelectMany(one => one.Connections), open => Assert.False(open.Ended.IsCompleted, "a connection of another session was closed"));
        await Poll.UntilAsync(() => Gate.Gate.Status.LiveConnections == Wanted - PerSession, "only those have left the registry");
        Assert.All(victim.Connections.Where(one => one.Socket is not null), open => Assert.Equal(WebSocketCloseStatus.PolicyViolation, open.Socket!.CloseStatus));

        Gate.WritePolicy("everything.json", """{"Version":"2012-10-17","Statement":[{"Sid":"Nothing","Effect":"Deny","Action":"*","Resource":"*"}]}""");
        clock.Restart();
        Assert.Empty(await Gate.Gate.ReloadAsync(Gate.Config, CancellationToken.None));
        await Poll.UntilAsync(() => sessions.SelectMany(one => one.Connections).All(one => one.Ended.IsCompleted), "every connection is closed", 60);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"policy change: {clock.Elapsed.TotalMilliseconds:0} ms until the last of {Wanted - PerSession} clients knew"));
        await Poll.UntilAsync(() => Gate.Gate.Status.LiveConnections == 0, "the registry is empty");
        sessions.ForEach(one => one.Connections.ForEach(open => open.Dispose()));
    }

    private async Task<Open> WebSocketAsync(HttpMessageInvoker client, SignedIn session)
    {
        var socket = new ClientWebSocket();
        socket.Options.HttpVersion = HttpVersion.Version20;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        socket.Options.KeepAliveInterval = TimeSpan.Zero;
        socket.Options.SetRequestHeader("Origin", $"https://{Gate.At(GateFixture.Rich)}");
        socket.Options.SetRequestHeader("Cookie", $"__Host-nullius={session.Cookie(GateFixture.Rich)}");
        await socket.ConnectAsync(new Uri($"wss://{Gate.At(GateFixture.Rich)}/ws"), client, CancellationToken.None);
        return new Open(socket, socket, socket.ReceiveAsync(new byte[16], CancellationToken.None));
    }

    private async Task<Open> EventsAsync(HttpMessageInvoker client, SignedIn session)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://{Gate.At(GateFixture.Grpc)}/quiet") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Add("Accept", "text/event-stream");
        request.Headers.Add("Cookie", $"__Host-nullius={session.Cookie(GateFixture.Grpc)}");
        var response = await client.SendAsync(request, CancellationToken.None);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var stream = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[64];
        Assert.True(await stream.ReadAsync(buffer) > 0);
        return new Open(response, null, stream.ReadAsync(buffer).AsTask());
    }

    private static long Memory(Process process)
    {
        process.Refresh();
        return process.WorkingSet64 >> 20;
    }

    /// <summary>A connection on which nothing arrives until it ends.</summary>
    private sealed record Open(IDisposable Owned, ClientWebSocket? Socket, Task Ended) : IDisposable
    {
        public void Dispose()
        {
            // How it ended was looked at: an event stream that is reset ends with a fault.
            _ = Ended.Exception;
            Owned.Dispose();
        }
    }
}
