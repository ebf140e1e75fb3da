using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Nullius.Audit.Segments;
using Xunit;

namespace Nullius.Audit.Tests;

public sealed class AppendAsyncTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private readonly TestTrail _test = new();
    private readonly HeldDisk _disk = new();

    public AppendAsyncTests() => _test.Options = _test.Options with { LongestWait = TimeSpan.FromHours(1) };

    public void Dispose() => _test.Dispose();

    private AuditTrail Open() => AuditTrail.Open(_test.Options, _test.Key, _test.Time, _disk);

    private string[] Messages() =>
        [.. File.ReadAllLines(_test.SegmentPath(1)).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("message").GetString()!)];

    [Fact]
    public async Task The_task_completes_when_the_line_is_written()
    {
        await using var trail = Open();
        _disk.Hold();
        var written = Task.Run(() => trail.AppendAsync(TestTrail.Body(1)).AsTask());
        await _disk.WritingAsync(Deadline);
        Assert.False(written.IsCompleted);
        Assert.Empty(File.ReadAllBytes(_test.SegmentPath(1)));
        _disk.Free();
        await written.WaitAsync(Deadline, TestContext.Current.CancellationToken);
        Assert.Equal(["record 1"], Messages());
    }

    [Fact]
    public async Task Those_that_come_while_another_is_written_are_one_write_in_order()
    {
        await using (var trail = Open())
        {
            _disk.Hold();
            var first = Task.Run(() => trail.AppendAsync(TestTrail.Body(1)).AsTask());
            await _disk.WritingAsync(Deadline);
            var rest = Enumerable.Range(2, 49).Select(number => trail.AppendAsync(TestTrail.Body(number)).AsTask()).ToArray();
            trail.AppendSoon(TestTrail.Body(51));
            var before = _disk.SegmentWrites;
            _disk.Free();
            await Task.WhenAll([first, .. rest]).WaitAsync(Deadline, TestContext.Current.CancellationToken);
            Assert.Equal(before + 2, _disk.SegmentWrites);
        }

        Assert.Equal([.. Messages().Order(StringComparer.Ordinal)], [.. Enumerable.Range(1, 51).Select(number => $"record {number}").Order(StringComparer.Ordinal)]);
        Assert.Equal(Enumerable.Range(2, 49).Select(number => $"record {number}"), Messages().Where(message => message is not ("record 1" or "record 51")));
        Assert.Empty(_test.Verify().Findings);
    }

    [Fact]
    public async Task More_than_may_join_at_once_are_written_and_none_is_lost()
    {
        await using (var trail = Open())
            await Task.WhenAll(Enumerable.Range(1, 3000).Select(number => trail.AppendAsync(TestTrail.Body(number)).AsTask())).WaitAsync(Deadline, TestContext.Current.CancellationToken);
        Assert.Equal(3000, Messages().Distinct().Count());
        Assert.Empty(_test.Verify().Findings);
    }

    [Fact]
    public async Task Where_the_disk_is_full_all_who_wait_are_told_and_nothing_of_theirs_is_there()
    {
        await using (var trail = Open())
        {
            _disk.Hold();
            var first = Task.Run(() => trail.AppendAsync(TestTrail.Body(1)).AsTask());
            await _disk.WritingAsync(Deadline);
            var rest = Enumerable.Range(2, 9).Select(number => trail.AppendAsync(TestTrail.Body(number)).AsTask()).ToArray();
            _disk.Room = 200;
            _disk.Free();
            await first.WaitAsync(Deadline, TestContext.Current.CancellationToken);
            foreach (var refused in rest)
                await Assert.ThrowsAsync<AuditUnavailableException>(() => refused.WaitAsync(Deadline, TestContext.Current.CancellationToken));
            await Assert.ThrowsAsync<AuditUnavailableException>(async () => await trail.AppendAsync(TestTrail.Body(11)));
            Assert.Equal(1, trail.Sequence);
            _disk.Room = long.MaxValue;
            trail.Maintain();
            await trail.AppendAsync(TestTrail.Body(12)).AsTask().WaitAsync(Deadline, TestContext.Current.CancellationToken);
        }

        Assert.Equal(["record 1", "record 12"], Messages());
        Assert.Empty(_test.Verify().Findings);
    }

    [Fact]
    public async Task A_file_that_may_not_be_written_any_more_is_told_to_who_waits_and_ends_no_process()
    {
        await using (var trail = Open())
        {
            _disk.Forbidden = true;
            await Assert.ThrowsAsync<AuditUnavailableException>(() => trail.AppendAsync(TestTrail.Body(1)).AsTask().WaitAsync(Deadline, TestContext.Current.CancellationToken));
            _disk.Forbidden = false;
            await trail.AppendAsync(TestTrail.Body(2)).AsTask().WaitAsync(Deadline, TestContext.Current.CancellationToken);
        }

        Assert.Equal(["record 2"], Messages());
        Assert.Empty(_test.Verify().Findings);
    }

    [Fact]
    public async Task What_may_wait_stays_behind_where_it_does_not_fit_with_what_is_waited_for()
    {
        await using (var trail = Open())
        {
            for (var number = 1; number <= 10; number++)
                trail.AppendSoon(TestTrail.Body(number));
            _disk.Room = 400;
            await trail.AppendAsync(TestTrail.Body(11)).AsTask().WaitAsync(Deadline, TestContext.Current.CancellationToken);
            Assert.Equal(1, trail.Sequence);
            _disk.Room = long.MaxValue;
            trail.Maintain();
        }

        Assert.Equal("record 11", Messages()[0]);
        Assert.Equal(11, Messages().Length);
        Assert.Empty(_test.Verify().Findings);
    }

    [Fact]
    public async Task Closing_writes_what_has_joined_and_takes_no_more()
    {
        var trail = Open();
        _disk.Hold();
        var first = Task.Run(() => trail.AppendAsync(TestTrail.Body(1)).AsTask());
        await _disk.WritingAsync(Deadline);
        var second = trail.AppendAsync(TestTrail.Body(2)).AsTask();
        var closing = Task.Run(async () => await trail.DisposeAsync(), TestContext.Current.CancellationToken);
        _disk.Free();
        await Task.WhenAll(first, second, closing).WaitAsync(Deadline, TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await trail.AppendAsync(TestTrail.Body(3)));
        Assert.Equal(["record 1", "record 2"], Messages());
    }

    [Fact]
    public async Task Writers_of_every_kind_lose_nothing_and_keep_the_chain()
    {
        await using (var trail = Open())
        {
            await Task.WhenAll(Enumerable.Range(0, 6).Select(writer => Task.Run(async () =>
            {
                for (var number = 0; number < 300; number++)
                {
                    trail.AppendSoon(TestTrail.Body(100_000 + (writer * 1000) + number));
                    if (writer % 2 == 0)
                        await trail.AppendAsync(TestTrail.Body((writer * 1000) + number));
                    else
                        trail.Append(TestTrail.Body((writer * 1000) + number));
                }
            })));
        }

        Assert.Equal(3600, Messages().Distinct().Count());
        Assert.Empty(_test.Verify().Findings);
    }

    /// <summary>A disk that can be full, and whose writes can be held up.</summary>
    private sealed class HeldDisk : TrailDisk
    {
        private readonly ManualResetEventSlim _free = new(initialState: true);
        private TaskCompletionSource _writing = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int SegmentWrites { get; private set; }

        public bool Forbidden { get; set; }

        public long Room { get; set; } = long.MaxValue;

        public void Hold()
        {
            _writing = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _free.Reset();
        }

        public void Free() => _free.Set();

        public Task WritingAsync(TimeSpan deadline) => _writing.Task.WaitAsync(deadline);

        public override long AvailableBytes(string folder) => Room;

        public override void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
        {
            if (bytes[0] == '{' && !_free.IsSet)
            {
                _writing.TrySetResult();
                _free.Wait();
            }

            if (Forbidden && bytes[0] == '{')
                throw new UnauthorizedAccessException("Operation not permitted");
            var fits = (int)Math.Min(bytes.Length, Room);
            base.Write(file, bytes[..fits], offset);
            if (fits < bytes.Length)
                throw new IOException("No space left on device", 28);
            if (bytes[0] == '{')
                SegmentWrites++;
            if (Room != long.MaxValue)
                Room -= fits;
        }
    }
}
