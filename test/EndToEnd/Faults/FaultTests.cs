using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Nullius.EndToEnd.Attacks;
using Nullius.EndToEnd.Harness;

namespace Nullius.EndToEnd.Faults;

/// <summary>Whatever fails around the gate: a clear error or a bounded refusal, never a pass, never a crash.</summary>
public sealed class FaultTests(FaultyGate gate) : AttackTests<FaultyGate>(gate)
{
    private Task<SignedIn> SessionAsync() => Gate.Trust.SignInAsync(
        "alice", [GateFixture.App, GateFixture.Second, GateFixture.Rich, GateFixture.Grpc, FaultyGate.Down, FaultyGate.Slow, FaultyGate.Fresh]);

    [Fact]
    public async Task An_application_that_is_down_is_a_bad_gateway()
    {
        var session = await SessionAsync();
        var response = await SendAsync(Request("/x", host: FaultyGate.Down, cookie: session.CookieHeader(FaultyGate.Down)), FaultyGate.Down);
        Assert.Contains(response?.Status ?? 0, new[] { 502, 503, 504 });
    }

    [Fact]
    public async Task An_application_that_hangs_is_a_gateway_timeout()
    {
        var session = await SessionAsync();
        var response = await SendAsync(Request("/hang", host: FaultyGate.Slow, cookie: session.CookieHeader(FaultyGate.Slow)), FaultyGate.Slow);
        Assert.Equal(504, response?.Status);
        await Poll.UntilAsync(() => Gate.RichApp.Open == 0, "the application is told that nobody waits");
    }

    [Theory]
    [InlineData("one header of 1 MB")]
    [InlineData("ten thousand headers")]
    [InlineData("a target of 1 MB")]
    [InlineData("a cookie of 1 MB")]
    public async Task A_head_without_bound_is_refused(string kind)
    {
        var filler = new string('a', 1 << 20);
        var many = string.Concat(Enumerable.Range(0, 10_000).Select(number => string.Create(CultureInfo.InvariantCulture, $"X-{number}: 1\r\n")));
        var request = kind switch
        {
            "one header of 1 MB" => Request("/x", $"X-Big: {filler}\r\n"),
            "ten thousand headers" => Request("/x", many),
            "a target of 1 MB" => Request("/" + filler),
            _ => Request("/x", cookie: $"Cookie: a={filler}; __Host-nullius={Alice.Cookie(GateFixture.App)}\r\n"),
        };
        int? status;
        try
        {
            status = (await SendAsync(request))?.Status;
        }
        catch (IOException)
        {
            status = null; // closed while we were still sending
        }

        Assert.Contains(status ?? 0, new[] { 0, 400, 413, 414, 431 });
        Assert.Empty(Gate.Upstream.Requests);
        await ServedAsync(Request("/after"));
    }

    [Fact]
    public async Task Slow_loris_is_cut_and_others_are_served()
    {
        await using var slow = await RawClient.ConnectAsync(Gate.Port, GateFixture.App);
        await slow.SendAsync("GET /slow HTTP/1.1\r\nHost: ");
        var cut = false;
        for (var sent = 0; sent < 60 && !cut; sent++)
        {
            try
            {
                await slow.SendAsync("a");
                using var wait = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
                cut = await slow.Stream.ReadAsync(new byte[256], wait.Token) is var read && (read == 0 || read > 0);
            }
            catch (OperationCanceledException)
            {
                continue; // nothing yet: another byte
            }
            catch (IOException)
            {
                cut = true;
            }
        }

        Assert.True(cut, "a head that arrives byte by byte was not cut");
        await ServedAsync(Request("/after"));
    }

    [Fact]
    public async Task Half_open_sockets_are_bounded_and_others_are_served()
    {
        var count = int.Parse(Environment.GetEnvironmentVariable("NULLIUS_HALF_OPEN") ?? "2000", CultureInfo.InvariantCulture);
        var sockets = new List<Socket>();
        try
        {
            for (var opened = 0; opened < count; opened++)
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                sockets.Add(socket);
                await socket.ConnectAsync(IPAddress.Loopback, Gate.Port);
                if (opened % 2 == 0)
                    await socket.SendAsync(new byte[] { 0x16, 0x03, 0x01 }); // the start of a ClientHello
            }

            await ServedAsync(Request("/after"));
            await Poll.UntilAsync(
                () => sockets.All(socket => socket.Poll(0, SelectMode.SelectRead)), "every socket that says nothing is closed", 60);
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task A_big_upload_streams_in_bounded_memory()
    {
        var gigabytes = int.Parse(Environment.GetEnvironmentVariable("NULLIUS_UPLOAD_GB") ?? "1", CultureInfo.InvariantCulture);
        var session = await SessionAsync();
        using var client = Gate.Client();
        client.Timeout = TimeSpan.FromMinutes(30);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"https://{Gate.At(GateFixture.Rich)}/upload");
        request.Headers.Add("Cookie", $"__Host-nullius={session.Cookie(GateFixture.Rich)}");
        request.Headers.Add("Origin", $"https://{Gate.At(GateFixture.Rich)}");
        var content = new Zeros((long)gigabytes << 30);
        request.Content = content;
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        var before = process.WorkingSet64;
        var peak = 0L;
        content.Progress = () =>
        {
            process.Refresh();
            peak = Math.Max(peak, process.WorkingSet64);
        };

        using var response = await client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(((long)gigabytes << 30).ToString(CultureInfo.InvariantCulture), await response.Content.ReadAsStringAsync());
        Assert.True(peak - before < 400L << 20, $"memory grew by {(peak - before) >> 20} MiB");
    }

    [Fact]
    public async Task A_full_audit_disk_forwards_nothing_and_recovers()
    {
        await ServedAsync(Request("/before"));
        Gate.Upstream.Clear();
        Gate.Disk.Full = true;
        try
        {
            for (var round = 0; round < 10; round++)
                await RefusedAsync(Request("/full"), statuses: [500, 503]);
        }
        finally
        {
            Gate.Disk.Full = false;
        }

        await Poll.UntilAsync(async () => (await SendAsync(Request("/after")))?.Status == 200, "requests are served again when there is space");
    }

    [Fact]
    public async Task With_the_store_gone_a_stale_snapshot_denies()
    {
        var session = await SessionAsync();
        var request = Request("/x", host: FaultyGate.Fresh, cookie: session.CookieHeader(FaultyGate.Fresh));
        Assert.Equal(200, (await SendAsync(request, FaultyGate.Fresh))?.Status);
        Gate.Trust.Unreachable = true;
        try
        {
            await Gate.Trust.ChangeSessionAsync(session.SessionId, trust => trust with { Revoked = true });
            await Poll.UntilAsync(
                async () => (await SendAsync(request, FaultyGate.Fresh))?.Status is 401 or 403 or 503, "a snapshot that cannot be confirmed denies after its bound");
            Gate.Upstream.Clear();
            Assert.NotEqual(200, (await SendAsync(request, FaultyGate.Fresh))?.Status);
        }
        finally
        {
            Gate.Trust.Unreachable = false;
        }

        var again = await SessionAsync();
        await Poll.UntilAsync(
            async () => (await SendAsync(Request("/x", host: FaultyGate.Fresh, cookie: again.CookieHeader(FaultyGate.Fresh)), FaultyGate.Fresh))?.Status == 200,
            "the gate serves again when the store is back");
        Assert.NotEqual(200, (await SendAsync(request, FaultyGate.Fresh))?.Status);
    }

    [Theory]
    [InlineData(9 * 60)]
    [InlineData(60 * 24 * 400)]
    public async Task A_clock_that_jumps_forward_ends_sessions(int minutes)
    {
        var session = await SessionAsync();
        var request = Request("/x", cookie: session.CookieHeader(GateFixture.App));
        Assert.Equal(200, (await SendAsync(request))?.Status);
        Gate.Clock.Shift = TimeSpan.FromMinutes(minutes);
        try
        {
            var status = (await SendAsync(request))?.Status;
            Assert.Contains(status ?? 0, new[] { 0, 401, 403, 503 });
        }
        finally
        {
            Gate.Clock.Shift = TimeSpan.Zero;
        }
    }

    [Fact]
    public async Task A_clock_that_jumps_back_crashes_nothing_and_lengthens_no_session()
    {
        var now = TimeProvider.System.GetUtcNow();
        var session = await Gate.SignInAsync("alice", trust => trust with { ExpiresAt = now.AddMinutes(-1) });
        Gate.Clock.Shift = TimeSpan.FromHours(-2);
        try
        {
            var response = await SendAsync(Request("/x", cookie: Alice.CookieHeader(GateFixture.App)));
            Assert.NotNull(response);
        }
        finally
        {
            Gate.Clock.Shift = TimeSpan.Zero;
        }

        Gate.Upstream.Clear();
        await RefusedAsync(Request("/x", cookie: session.CookieHeader(GateFixture.App)), statuses: [401]);
    }

    [Fact]
    public async Task A_broken_policy_file_is_refused_and_the_last_good_set_stays()
    {
        Gate.WritePolicy("everything.json", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*"}""");
        try
        {
            var diagnostics = await Gate.Gate.ReloadAsync(Gate.Config, CancellationToken.None);
            Assert.Contains(diagnostics, diagnostic => diagnostic.ToString().Contains("everything.json", StringComparison.Ordinal));
            await ServedAsync(Request("/x"));
        }
        finally
        {
            Gate.WritePolicy("everything.json", """{"Version":"2012-10-17","Statement":[{"Sid":"Everything","Effect":"Allow","Action":"*","Resource":"*"}]}""");
        }

        Assert.Empty(await Gate.Gate.ReloadAsync(Gate.Config, CancellationToken.None));
    }

    [Fact]
    public async Task A_flood_of_strangers_neither_fills_the_disk_nor_keeps_people_out()
    {
        const int Strangers = 20_000;
        var before = AuditBytes();
        await Parallel.ForEachAsync(Enumerable.Range(0, 20), async (_, _) =>
        {
            await using var client = await RawClient.ConnectAsync(Gate.Port, GateFixture.App);
            for (var sent = 0; sent < Strangers / 20; sent += 50)
            {
                await client.SendAsync(string.Concat(Enumerable.Repeat(Request("/x", cookie: ""), 50)));
                for (var answer = 0; answer < 50; answer++)
                    Assert.Contains((await client.ReceiveAsync())?.Status ?? 0, new[] { 401, 429, 503 });
            }
        });
        Assert.Empty(Gate.Upstream.Requests);
        await ServedAsync(Request("/x"));
        var perStranger = (AuditBytes() - before) / (double)Strangers;
        Assert.True(perStranger < 100, $"{perStranger:0} bytes of audit for each stranger");
    }

    private long AuditBytes() => new DirectoryInfo(Gate.Data.Audit).EnumerateFiles("*", SearchOption.AllDirectories)
        .Where(file => file.Extension is ".jsonl" or ".log" or ".ndjson").Sum(file => file.Length);

    private sealed class Zeros(long length) : HttpContent
    {
        private static readonly byte[] Block = new byte[256 << 10];

        public Action Progress { get; set; } = () => { };

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (var sent = 0L; sent < length; sent += Block.Length)
            {
                await stream.WriteAsync(Block);
                if (sent % (16 << 20) == 0)
                    Progress();
            }
        }

        protected override bool TryComputeLength(out long computed)
        {
            computed = length;
            return true;
        }
    }
}
