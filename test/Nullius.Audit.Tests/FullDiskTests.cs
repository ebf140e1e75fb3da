using Microsoft.Win32.SafeHandles;
using Nullius.Audit.Segments;
using Xunit;

namespace Nullius.Audit.Tests;

public sealed class FullDiskTests : IDisposable
{
    private const long ReserveBytes = 1024 * 1024;
    private readonly TestTrail _test = new();
    private readonly SmallDisk _disk = new();

    public FullDiskTests() => _test.Options = _test.Options with { ReservedBytes = ReserveBytes };

    public void Dispose() => _test.Dispose();

    private AuditTrail Open() => AuditTrail.Open(_test.Options, _test.Key, _test.Time, _disk);

    [Fact]
    public async Task On_a_full_disk_ordinary_records_are_refused_and_nothing_half_written_stays()
    {
        await using var trail = Open();
        trail.Append(TestTrail.Body(1));
        _disk.Free = 20;
        var fault = Assert.Throws<AuditUnavailableException>(() => trail.Append(TestTrail.Body(2)));
        Assert.Contains("No space left", fault.Message, StringComparison.Ordinal);
        Assert.NotNull(trail.Problem);
        Assert.Single(await File.ReadAllLinesAsync(_test.SegmentPath(1)));
        Assert.Equal(1, trail.Sequence);
    }

    [Fact]
    public async Task On_a_full_disk_an_administrators_records_still_fit_and_do_not_open_the_door_for_others()
    {
        await using (var trail = Open())
        {
            _disk.Free = 0;
            Assert.Throws<AuditUnavailableException>(() => trail.Append(TestTrail.Body(1)));
            for (var i = 1; i <= 200; i++)
                Assert.Equal(i, trail.AppendReserved(TestTrail.Body(i)).Sequence);
            Assert.Throws<AuditUnavailableException>(() => trail.Append(TestTrail.Body(1)));
        }

        var result = _test.Verify();
        Assert.Empty(result.Findings);
        Assert.Equal(200, result.Lines);
    }

    [Fact]
    public async Task When_the_reserve_is_used_up_administrators_records_are_refused_too()
    {
        await using var trail = Open();
        _disk.Free = 0;
        Assert.Throws<AuditUnavailableException>(() =>
        {
            for (var i = 0; i < 100_000; i++)
                trail.AppendReserved(TestTrail.Body(i));
        });
        Assert.True(trail.Sequence * 150 > ReserveBytes / 2, $"{trail.Sequence} records fitted");
    }

    [Fact]
    public async Task When_space_is_free_again_the_reserve_is_taken_back_and_records_are_accepted()
    {
        await using var trail = Open();
        _disk.Free = 0;
        Assert.Throws<AuditUnavailableException>(() => trail.Append(TestTrail.Body(1)));
        trail.AppendReserved(TestTrail.Body(1));
        _disk.Free = 100 * ReserveBytes;
        trail.Maintain();
        Assert.Null(trail.Problem);
        Assert.Equal(2, trail.Append(TestTrail.Body(2)).Sequence);
        Assert.Equal(ReserveBytes, new FileInfo(Path.Combine(_test.Folder, "reserve")).Length);
    }

    [Fact]
    public async Task After_a_failed_fsync_nothing_is_accepted_any_more()
    {
        await using var trail = Open();
        trail.Append(TestTrail.Body(1));
        _disk.FlushFails = true;
        Assert.Throws<AuditUnavailableException>(() => trail.Append(TestTrail.Body(2), Durability.Sync));
        _disk.FlushFails = false;
        Assert.Throws<AuditUnavailableException>(() => trail.Append(TestTrail.Body(3)));
        Assert.Throws<AuditUnavailableException>(() => trail.AppendReserved(TestTrail.Body(3)));
    }

    [Fact]
    public async Task A_failed_write_that_cannot_be_taken_back_stops_the_trail()
    {
        await using var trail = Open();
        trail.Append(TestTrail.Body(1));
        _disk.Free = 20;
        _disk.TruncateFails = true;
        Assert.Throws<AuditUnavailableException>(() => trail.Append(TestTrail.Body(2)));
        _disk.Free = 100 * ReserveBytes;
        _disk.TruncateFails = false;
        Assert.Contains("unknown state", Assert.Throws<AuditUnavailableException>(() => trail.Append(TestTrail.Body(2))).Message, StringComparison.Ordinal);
    }

    /// <summary>The real file system with a budget of bytes; the reserve counts as used.</summary>
    private sealed class SmallDisk : TrailDisk
    {
        private long _reserved;

        public long Free { get; set; } = 100 * ReserveBytes;

        public bool FlushFails { get; set; }

        public bool TruncateFails { get; set; }

        public override long AvailableBytes(string folder) => Free;

        public override void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
        {
            var fits = (int)Math.Min(bytes.Length, Free);
            base.Write(file, bytes[..fits], offset);
            if (fits < bytes.Length)
                throw new IOException("No space left on device", 28);
            Free -= fits;
        }

        public override void Reserve(string path, long bytes)
        {
            Free -= bytes - _reserved;
            _reserved = bytes;
            base.Reserve(path, bytes);
        }

        public override void Flush(SafeFileHandle file)
        {
            if (FlushFails)
                throw new IOException("Input/output error", 5);
            base.Flush(file);
        }

        public override void Truncate(SafeFileHandle file, long length)
        {
            if (TruncateFails)
                throw new IOException("Input/output error", 5);
            base.Truncate(file, length);
        }
    }
}
