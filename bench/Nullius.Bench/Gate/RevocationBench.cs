using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Nullius.Bench.Peers;
using Nullius.EndToEnd.Harness;

namespace Nullius.Bench.Gate;

/// <summary>From the commit of a trust change to the close frame in the client's hands.</summary>
internal static class RevocationBench
{
    private const int Singles = 200;
    private const int MassRounds = 4;
    private const int MassSockets = 1000;

    public static async Task RunAsync(Report report)
    {
        using var setting = await Setting.PrepareAsync();
        await using var sockets = await EchoSockets.StartAsync();
        await using var host = await GateHost.StartAsync(setting.Folder, $"http://127.0.0.1:{sockets.Port}");
        await SinglesAsync(report, host);
        await MassAsync(report, host);
    }

    private static async Task SinglesAsync(Report report, GateHost host)
    {
        Report.Say($"revocation: {Singles} single cuts");
        var times = new List<double>();
        var resets = 0;
        for (var number = -20; number < Singles; number++)
        {
            var person = $"person-{(number + 200) % 200}";
            var session = await host.Trust.SignInAsync(person, [Setting.Host]);
            using var socket = await OpenAsync(host.Port, session);
            var published = Published(host);
            var closed = socket.ClosedAsync();
            await host.Trust.ChangeSessionAsync(session.SessionId, trust => trust with { Revoked = true });
            var (at, reset) = await closed;
            var milliseconds = Stopwatch.GetElapsedTime(await published, at).TotalMilliseconds;
            if (number >= 0)
                times.Add(milliseconds);
            resets += reset ? 1 : 0;
        }

        var p99 = Sample.Percentile(times, 99);
        report.Add(new Figure("revocation.single.p50", Sample.Median(times), "ms", Size: times.Count));
        report.Add(new Figure("revocation.reset", resets, "sockets", Size: 1, Goal: "0", Met: resets == 0));
        report.Add(new Figure("revocation.single.p99", p99, "ms", Size: times.Count, Goal: "≤ 20 ms", Met: p99 <= 20));
    }

    private static async Task MassAsync(Report report, GateHost host)
    {
        var times = new List<double>();
        var resets = 0;
        for (var round = 0; round < MassRounds; round++)
        {
            Report.Say($"revocation: {MassSockets} WebSockets at once, {round + 1}/{MassRounds}");
            var person = $"mass-{round}";
            await host.Trust.AddPersonAsync(person, "staff");
            var session = await host.Trust.SignInAsync(person, [Setting.Host]);
            var sockets = new List<OpenSocket>();
            for (var opened = 0; opened < MassSockets; opened += 50)
                sockets.AddRange(await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => OpenAsync(host.Port, session))));
            var closed = sockets.Select(socket => socket.ClosedAsync()).ToArray();
            var published = Published(host);
            await host.Trust.ChangePersonAsync(person, trust => trust with { Disabled = true });
            var start = await published;
            foreach (var (at, reset) in await Task.WhenAll(closed))
            {
                resets += reset ? 1 : 0;
                if (round > 0) // the first round warms up
                    times.Add(Stopwatch.GetElapsedTime(start, at).TotalMilliseconds);
            }

            sockets.ForEach(socket => socket.Dispose());
        }

        var p99 = Sample.Percentile(times, 99);
        report.Add(new Figure("revocation.mass.p50", Sample.Median(times), "ms", Size: MassSockets));
        report.Add(new Figure("revocation.reset", resets, "sockets", Size: MassSockets, Goal: "0", Met: resets == 0));
        report.Add(new Figure("revocation.mass.p99", p99, "ms", Size: MassSockets, Goal: "≤ 100 ms", Met: p99 <= 100));
    }

    /// <summary>The instant of the next commit that the feed announces.</summary>
    private static Task<long> Published(GateHost host)
    {
        var published = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Handler(long sequence)
        {
            published.TrySetResult(Stopwatch.GetTimestamp());
            host.Store.Feed.Committed -= Handler;
        }

        host.Store.Feed.Committed += Handler;
        return published.Task;
    }

    private static async Task<OpenSocket> OpenAsync(int port, SignedIn session)
    {
        var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync(IPAddress.Loopback, port);
        var stream = new SslStream(tcp.GetStream());
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = Setting.Host, RemoteCertificateValidationCallback = (_, _, _, _) => true });
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET /ws HTTP/1.1\r\nHost: {Setting.Host}:{port}\r\nOrigin: https://{Setting.Host}:{port}\r\nCookie: __Host-nullius={session.Cookie(Setting.Host)}\r\n"
            + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
        var head = new byte[4096];
        var length = 0;
        while (!Encoding.ASCII.GetString(head, 0, length).Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            var read = await stream.ReadAsync(head.AsMemory(length));
            length += read > 0 ? read : throw new IOException("the gate closed the connection at the handshake");
        }

        var text = Encoding.ASCII.GetString(head, 0, length);
        return text.StartsWith("HTTP/1.1 101", StringComparison.Ordinal) ? new OpenSocket(tcp, stream) : throw new InvalidOperationException(text.Split("\r\n")[0]);
    }

    private sealed class OpenSocket(TcpClient tcp, SslStream stream) : IDisposable
    {
        /// <summary>When the close frame with code 1008 arrived, or when the gate gave up on sending it.</summary>
        public async Task<(long At, bool Reset)> ClosedAsync()
        {
            var frame = new byte[256];
            int read;
            try
            {
                read = await stream.ReadAsync(frame);
            }
            catch (IOException)
            {
                return (Stopwatch.GetTimestamp(), true);
            }

            var at = Stopwatch.GetTimestamp();
            return read >= 4 && frame[0] == 0x88 && (frame[2] << 8 | frame[3]) == (int)WebSocketCloseStatus.PolicyViolation
                ? (at, false)
                : throw new InvalidOperationException($"cut without a close frame of 1008: {Convert.ToHexString(frame.AsSpan(0, read))}");
        }

        public void Dispose()
        {
            stream.Dispose();
            tcp.Dispose();
        }
    }
}
