using Microsoft.Win32.SafeHandles;
using Nullius.Audit;
using Nullius.Audit.Segments;
using Nullius.EndToEnd.Harness;
using Nullius.Gateway;
using Nullius.Gateway.Config;

namespace Nullius.EndToEnd.Faults;

/// <summary>A gate whose surroundings fail on command: disk, clock, applications.</summary>
public sealed class FaultyGate : GateFixture
{
    public const string Down = "down." + Domain;
    public const string Slow = "slow." + Domain;
    public const string Fresh = "fresh." + Domain;

    internal FillingDisk Disk { get; } = new();

    internal ShiftedTime Clock { get; } = new();

    internal GateConfig Config { get; private set; } = null!;

    protected override TimeProvider Time => Clock;

    protected override GateListenerOptions Configure(GateListenerOptions options) =>
        options with { HandshakeTimeout = TimeSpan.FromSeconds(4), HeadersTimeout = TimeSpan.FromSeconds(3) };

    protected override GateConfig Configure(GateConfig config)
    {
        var here = new SourcePosition("test.yaml", 9);
        var rich = config.Routes.Single(route => route.Name == "rich");
        return Config = config with
        {
            Routes =
            [
                .. config.Routes,
                new RouteConfig { At = here, Name = "down", Host = Down, Upstream = new UpstreamConfig { Url = $"http://127.0.0.1:{FreePort.Next()}", AllowPlain = true, ConnectTimeout = TimeSpan.FromSeconds(2) } },
                rich with { Name = "slow", Host = Slow, Upstream = rich.Upstream! with { ActivityTimeout = TimeSpan.FromSeconds(1) } },
                rich with { Name = "fresh", Host = Fresh, MaxSnapshotAge = TimeSpan.FromSeconds(2) },
            ],
        };
    }

    private protected override AuditTrail OpenAudit(AuditOptions options, AuditSigningKey key) => AuditTrail.Open(options, key, TimeProvider.System, Disk);
}

/// <summary>A disk that is full when a test says so.</summary>
internal sealed class FillingDisk : TrailDisk
{
    private const int NoSpace = 28; // ENOSPC

    public bool Full { get; set; }

    public override void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
    {
        if (Full)
            throw new IOException("no space left on device", NoSpace);
        base.Write(file, bytes, offset);
    }

    public override long AvailableBytes(string folder) => Full ? 0 : base.AvailableBytes(folder);
}

/// <summary>The system's clock, moved by a test.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    public TimeSpan Shift { get; set; }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Shift;
}
