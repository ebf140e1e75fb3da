using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Nullius.Audit.Segments;
using Xunit;

namespace Nullius.Audit.Tests;

public sealed class AppendSoonTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private readonly TestTrail _test = new();
    private readonly CountingDisk _disk = new();

    // Nothing goes by itself, unless a test says so.
    public AppendSoonTests() => _test.Options = _test.Options with { LongestWait = TimeSpan.FromHours(1) };

    public void Dispose() => _test.Dispose();

    private AuditTrail Open() => AuditTrail.Open(_test.Options, _test.Key, _test.Time, _disk);

    private string[] Messages() =>
        [.. File.ReadAllLines(_test.SegmentPath(1)).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("message").GetString()!)];

    [Fact]
    public async Task A_record_that_may_wait_goes_with_the_next_one_in_one_write_and_in_order()
    {
        await using (var trail = Open())
        {
            trail.AppendSoon(TestTrail.Body(1));
            trail.AppendSoon(TestTrail.Body(2));
            Assert.Equal(0, trail.Sequence);
            var before = _disk.SegmentWrites;
            Assert.Equal(3, trail.Append(TestTrail.Body(3)).Sequence);
            Assert.Equal(before + 1, _disk.SegmentWrites);
        }

        Assert.Equal(["record 1", "record 2", "record 3"], Messages());
        Assert.Empty(_test.Verify().Findings);
    }

    [Fact]
    public async Task It_waits_no_longer_than_the_bound()
    {
        _test.Options = _test.Options with { LongestWait = TimeSpan.FromMilliseconds(1) };
        await using var trail = Open();
        for (var number = 1; number <= 3; number++)
        {
            trail.AppendSoon(TestTrail.Body(number));
            var until = DateTime.UnixEpoch.AddMilliseconds(Environment.TickCount64) + Deadline;
            while (trail.Sequence < number && DateTime.UnixEpoch.AddMilliseconds(Environment.TickCount64) < until)
                await Task.Delay(2, TestContext.Current.CancellationToken);
            Assert.Equal(number, trail.Sequence);
        }
    }

    [Fact]
    public async Task Closing_and_looking_after_the_trail_write_what_waits()
    {
        await using (var trail = Open())
        {
            trail.AppendSoon(TestTrail.Body(1));
            trail.Maintain();
            Assert.Equal(1, trail.Sequence);
            trail.AppendSoon(TestTrail.Body(2));
        }

        Assert.Equal(["record 1", "record 2"], Messages());
        var closed = Open();
        await closed.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => closed.AppendSoon(TestTrail.Body(3)));
    }

    [Fact]
    public async Task More_than_may_wait_are_written_and_none_is_lost()
    {
        await using (var trail = Open())
        {
            for (var number = 1; number <= 1000; number++)
                trail.AppendSoon(TestTrail.Body(number));
            Assert.InRange(trail.Sequence, 1, 1000);
        }

        Assert.Equal(Enumerable.Range(1, 1000).Select(number => $"record {number}"), Messages());
        Assert.Empty(_test.Verify().Findings);
    }

    [Fact]
    public async Task Many_writers_of_both_kinds_lose_nothing_and_keep_the_chain()
    {
        await using (var trail = Open())
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(() =>
            {
                for (var number = 0; number < 500; number++)
                {
                    trail.Append(TestTrail.Body((writer * 1000) + number));
                    trail.AppendSoon(TestTrail.Body(100_000 + (writer * 1000) + number));
                }
            })));
        }

        Assert.Equal(4000, Messages().Distinct().Count());
        Assert.Empty(_test.Verify().Findings);
    }

    [Fact]
    public async Task Where_what_waits_does_not_fit_the_record_itself_goes_alone_and_the_rest_later()
    {
        await using (var trail = Open())
        {
            for (var number = 1; number <= 10; number++)
                trail.AppendSoon(TestTrail.Body(number));
            _disk.Free = 400;
            Assert.Equal(1, trail.Append(TestTrail.Body(11)).Sequence);
            Assert.Throws<AuditUnavailableException>(() => trail.AppendSoon(TestTrail.Body(12)));
            _disk.Free = long.MaxValue;
            trail.Maintain();
        }

        Assert.Equal([.. Messages().Skip(1).Prepend("record 11")], Messages());
        Assert.Equal(11, Messages().Length);
        Assert.Empty(_test.Verify().Findings);
    }

    private sealed class CountingDisk : TrailDisk
    {
        public int SegmentWrites { get; private set; }

        public long Free { get; set; } = long.MaxValue;

        public override long AvailableBytes(string folder) => Free;

        public override void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
        {
            var fits = (int)Math.Min(bytes.Length, Free);
            base.Write(file, bytes[..fits], offset);
            if (fits < bytes.Length)
                throw new IOException("No space left on device", 28);
            if (bytes[0] == '{')
                SegmentWrites++;
            if (Free != long.MaxValue)
                Free -= fits;
        }
    }
}
