using System.Globalization;
using Nullius.Audit;
using Nullius.EndToEnd.Attacks;
using Nullius.EndToEnd.Harness;
using Nullius.Gateway.Config;

namespace Nullius.EndToEnd.Faults;

/// <summary>A gate whose trail lies on a file system of its own, which is really small.</summary>
public sealed class SmallDiskGate : GateFixture
{
    private const int Megabytes = 6;

    private string _mounted = "";

    internal AuditSigningKey Key { get; private set; } = null!;

    internal string Ballast => Path.Combine(_mounted, "ballast");

    internal string Trail => Path.Combine(_mounted, "node-1");

    protected override GateConfig Configure(GateConfig config)
    {
        WritePolicy("applications.json", """{"Version":"2012-10-17","Statement":[{"Sid":"Apps","Effect":"Allow","Action":["app:*","second:*"],"Resource":"*"}]}""");
        WritePolicy("console.json", """{"Version":"2012-10-17","Statement":[{"Sid":"Console","Effect":"Allow","Action":["app:*","console:*"],"Resource":"*"}]}""");
        var here = new SourcePosition("test.yaml", 3);
        return config with
        {
            Bindings =
            [
                new BindingConfig(here, BindingKind.Identity, "policies/applications.json", [], ["staff"]),
                new BindingConfig(here, BindingKind.Identity, "policies/console.json", [], ["administrators"]),
            ],
        };
    }

    private protected override AuditTrail OpenAudit(AuditOptions options, AuditSigningKey key)
    {
        Key = key;
        _mounted = options.Directory;
        SmallDisk.Mount(_mounted, Megabytes);
        using (var ballast = new FileStream(Ballast, FileMode.CreateNew))
            ballast.Write(new byte[3 << 20]);
        return AuditTrail.Open(options with { ReservedBytes = 512 * 1024 }, key, TimeProvider.System);
    }

    protected override ValueTask BeforeDeletionAsync()
    {
        SmallDisk.Unmount(_mounted);
        return ValueTask.CompletedTask;
    }
}

/// <summary>A disk that is really full: refusal, no pass, no crash, room for administrators, recovery, and a trail that verifies.</summary>
public sealed class FullDiskTests(SmallDiskGate gate) : AttackTests<SmallDiskGate>(gate)
{
    [Fact]
    public async Task A_full_disk_refuses_under_load_keeps_administrators_in_and_recovers()
    {
        await Gate.Trust.AddPersonAsync("root", "administrators");
        var root = await Gate.SignInAsync("root");
        var filled = await FillAsync();
        Assert.True(filled.Refused > 0, "the disk did not fill up");
        Assert.Equal(filled.Served, Gate.Upstream.Requests.Count);

        // Full for applications, also for an administrator; not for the sign-in page nor for the console.
        for (var round = 0; round < 5; round++)
        {
            Assert.Equal(503, (await SendAsync(Request("/x")))?.Status);
            Assert.Equal(503, (await SendAsync(Request("/x", cookie: root.CookieHeader(GateFixture.App))))?.Status);
            Assert.Equal(200, (await SendAsync(Request("/sign-in", host: GateFixture.Auth, cookie: ""), GateFixture.Auth))?.Status);
            Assert.Equal(200, (await SendAsync(Request("/people", host: GateFixture.Console, cookie: root.CookieHeader(GateFixture.Console)), GateFixture.Console))?.Status);
            Assert.Equal(403, (await SendAsync(Request("/people", host: GateFixture.Console, cookie: Alice.CookieHeader(GateFixture.Console)), GateFixture.Console))?.Status);
        }

        Assert.Equal(filled.Served, Gate.Upstream.Requests.Count);
        Assert.NotNull(Gate.Audit.Problem);
        var full = Verify();
        Assert.True(full.Verifies, string.Join(" | ", full.Findings));
        Assert.Equal(filled.Served, Decisions("app"));
        Assert.Equal(5, Decisions("console"));

        File.Delete(Gate.Ballast);
        await Poll.UntilAsync(async () => (await SendAsync(Request("/after")))?.Status == 200, "requests are served again when there is space");
        Assert.Null(Gate.Audit.Problem);
        Assert.Equal(200, (await SendAsync(Request("/again")))?.Status);
        var after = Verify();
        Assert.True(after.Verifies, string.Join(" | ", after.Findings));
        Assert.Equal(Gate.Upstream.Requests.Count, Decisions("app"));
    }

    private async Task<(int Served, int Refused)> FillAsync()
    {
        var (served, refused) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            await using var client = await RawClient.ConnectAsync(Gate.Port, GateFixture.App);
            for (var sent = 0; sent < 5000 && Volatile.Read(ref refused) < 20; sent++)
            {
                await client.SendAsync(Request(string.Create(CultureInfo.InvariantCulture, $"/fill/{sent}/{new string('x', 2000)}")));
                var status = (await client.ReceiveAsync())?.Status;
                Assert.True(status is 200 or 503, $"{status}");
                if (status == 200)
                    Interlocked.Increment(ref served);
                else
                    Interlocked.Increment(ref refused);
            }
        }));
        return (served, refused);
    }

    private AuditVerification Verify() => AuditVerifier.Verify(Gate.Trail, new AuditExpectation { TrustedKeyIds = [Gate.Key.KeyId], WriterKey = Gate.Key });

    private int Decisions(string route) => Directory.GetFiles(Gate.Trail, "0*.jsonl").SelectMany(path =>
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }).Count(line => line.Contains("\"stage\":\"decision\"", StringComparison.Ordinal) && line.Contains("\"outcome\":\"forwarded\"", StringComparison.Ordinal) && line.Contains($"\"route\":\"{route}\"", StringComparison.Ordinal));
}
