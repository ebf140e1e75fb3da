using System.Text;

namespace Nullius.Audit.Tests;

/// <summary>A folder of trails that goes away with the test, with its key and a clock that moves when told.</summary>
internal sealed class TestTrail : IDisposable
{
    public TestTrail()
    {
        Root = Directory.CreateTempSubdirectory("nullius-audit-").FullName;
        Options = new AuditOptions { Directory = Root, FsyncInterval = Timeout.InfiniteTimeSpan, ReservedBytes = 0, MostRecordBytes = 4096 };
    }

    public string Root { get; }

    public AuditOptions Options { get; set; }

    public AuditSigningKey Key { get; } = AuditSigningKey.Create();

    public ManualTime Time { get; } = new();

    public string Folder => Options.Folder;

    public string SegmentPath(int index) => Path.Combine(Folder, $"{index:D8}.jsonl");

    public AuditTrail Open() => AuditTrail.Open(Options, Key, Time);

    public static byte[] Body(int number) => Encoding.UTF8.GetBytes($$"""{"class_uid":4002,"time":{{number}},"message":"record {{number}}"}""");

    /// <summary>A closed trail of so many records, in segments of roughly so many records each.</summary>
    public async Task WriteAsync(int records, int perSegment = int.MaxValue)
    {
        Options = Options with { SegmentBytes = perSegment == int.MaxValue ? long.MaxValue / 4 : perSegment * 180L };
        await using var trail = Open();
        for (var i = 1; i <= records; i++)
        {
            trail.Append(Body(i));
            trail.Maintain();
            Time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    public AuditVerification Verify() => AuditVerifier.Verify(Folder, [Key.KeyId]);

    public void Dispose()
    {
        Key.Dispose();
        Directory.Delete(Root, recursive: true);
    }
}

internal sealed class ManualTime : TimeProvider
{
    private long _ticks = new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero).UtcTicks;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
}
