using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Nullius.Audit.Tests;

public sealed class AuditTrailTests : IDisposable
{
    private readonly TestTrail _test = new();

    public void Dispose() => _test.Dispose();

    private string[] Lines(int segment = 1) => File.ReadAllLines(_test.SegmentPath(segment));

    [Fact]
    public async Task A_line_is_the_body_with_sequence_previous_hash_and_time()
    {
        await _test.WriteAsync(2);
        var lines = Lines();
        using var second = JsonDocument.Parse(lines[1]);
        var audit = second.RootElement.GetProperty("audit");
        Assert.Equal("record 2", second.RootElement.GetProperty("message").GetString());
        Assert.Equal(2, audit.GetProperty("seq").GetInt64());
        Assert.Equal(Base64Url.EncodeToString(SHA256.HashData([0, .. Encoding.UTF8.GetBytes(lines[0])])), audit.GetProperty("prev").GetString());
        Assert.Equal(1795341601000, audit.GetProperty("at").GetInt64());
    }

    [Fact]
    public async Task An_empty_object_becomes_a_line_of_valid_json()
    {
        await using (var trail = _test.Open())
            Assert.Equal(1, trail.Append("{}"u8).Sequence);
        using var line = JsonDocument.Parse(Lines()[0]);
        Assert.Equal(1, line.RootElement.GetProperty("audit").GetProperty("seq").GetInt64());
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"a\":1}\n")]
    [InlineData("{\"a\":\n1}")]
    public async Task What_is_not_one_object_on_one_line_is_refused(string body)
    {
        await using var trail = _test.Open();
        Assert.Throws<ArgumentException>(() => trail.Append(Encoding.UTF8.GetBytes(body)));
        Assert.Equal(0, trail.Sequence);
    }

    [Fact]
    public async Task A_record_past_the_bound_is_refused()
    {
        await using var trail = _test.Open();
        var body = Encoding.UTF8.GetBytes("{\"a\":\"" + new string('x', 5000) + "\"}");
        Assert.Throws<ArgumentException>(() => trail.Append(body));
    }

    [Fact]
    public async Task An_appended_record_is_in_the_file_before_append_returns()
    {
        await using var trail = _test.Open();
        trail.Append(TestTrail.Body(7));
        Assert.Contains("record 7", await File.ReadAllTextAsync(_test.SegmentPath(1)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reopened_trail_goes_on_where_it_ended()
    {
        await _test.WriteAsync(3);
        await using (var trail = _test.Open())
            Assert.Equal(4, trail.Append(TestTrail.Body(4)).Sequence);
        var result = _test.Verify();
        Assert.Empty(result.Findings);
        Assert.Equal(4, result.Lines);
        Assert.Equal(4, result.SignedUpTo);
    }

    [Fact]
    public async Task A_trail_in_many_segments_verifies_across_their_borders()
    {
        await _test.WriteAsync(40, perSegment: 7);
        var result = _test.Verify();
        Assert.Empty(result.Findings);
        Assert.True(result.Segments >= 4, $"{result.Segments} segments");
        Assert.Equal(40, result.SignedUpTo);
        await using var again = _test.Open();
        Assert.Equal(41, again.Append(TestTrail.Body(41)).Sequence);
    }

    [Fact]
    public async Task An_empty_trail_has_a_signed_head_and_verifies()
    {
        await _test.WriteAsync(0);
        var result = _test.Verify();
        Assert.True(result.Verifies);
        Assert.Equal(1, result.Heads);
        Assert.Equal([_test.Key.KeyId], result.KeyIds);
    }

    [Fact]
    public async Task A_head_is_signed_at_the_interval_while_records_arrive()
    {
        await using var trail = _test.Open();
        trail.Append(TestTrail.Body(1));
        trail.Maintain();
        Assert.Equal(2, _test.Verify().Heads);
        trail.Append(TestTrail.Body(2));
        trail.Maintain();
        Assert.Equal(2, _test.Verify().Heads);
        Assert.Equal(2, _test.Verify().SignedUpTo); // by the tip
        _test.Time.Advance(_test.Options.HeadInterval);
        trail.Maintain();
        Assert.Equal(3, _test.Verify().Heads);
    }

    [Fact]
    public async Task The_timer_flushes_and_signs_by_itself()
    {
        _test.Options = _test.Options with { FsyncInterval = TimeSpan.FromMilliseconds(5) };
        await using var trail = AuditTrail.Open(_test.Options, _test.Key, TimeProvider.System);
        trail.Append(TestTrail.Body(1));
        var deadline = System.Diagnostics.Stopwatch.StartNew();
        while (_test.Verify().SignedUpTo < 1 && deadline.Elapsed < TimeSpan.FromSeconds(20))
            await Task.Yield();
        Assert.Equal(1, _test.Verify().SignedUpTo);
    }

    [Fact]
    public async Task Many_threads_make_one_chain_also_when_some_wait_for_the_disk()
    {
        _test.Options = _test.Options with { SegmentBytes = 20_000, FsyncInterval = TimeSpan.FromMilliseconds(2) };
        await using (var trail = AuditTrail.Open(_test.Options, _test.Key, TimeProvider.System))
        {
            await Task.WhenAll(Enumerable.Range(0, 6).Select(thread => Task.Run(() =>
            {
                for (var i = 0; i < 200; i++)
                    trail.Append(TestTrail.Body((thread * 1000) + i), i % 20 == 0 ? Durability.Sync : Durability.Interval);
            })));
        }

        var result = _test.Verify();
        Assert.Empty(result.Findings);
        Assert.Equal(1200, result.Lines);
        Assert.Equal(1200, result.SignedUpTo);
    }

    [Fact]
    public async Task A_second_writer_of_the_same_trail_is_refused()
    {
        await using var trail = _test.Open();
        Assert.Throws<AuditUnavailableException>(() => _test.Open());
    }

    [Fact]
    public async Task A_closed_trail_takes_no_record()
    {
        var trail = _test.Open();
        await trail.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => trail.Append("{}"u8));
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("")]
    [InlineData("a/b")]
    public void A_node_id_that_is_no_plain_name_is_refused(string node)
    {
        _test.Options = _test.Options with { NodeId = node };
        Assert.Throws<ArgumentException>(() => _test.Open());
    }

    [Fact]
    public async Task Files_and_folder_are_owner_only()
    {
        await _test.WriteAsync(1);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_test.Folder));
        Assert.All(Directory.GetFiles(_test.Folder), path => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path)));
    }

    [Fact]
    public async Task A_warm_append_allocates_nothing()
    {
        await using var trail = _test.Open();
        var body = TestTrail.Body(1);
        // The runtime itself allocates a little, once, when it compiles a method anew: what appends allocate shows in every round.
        Assert.Contains(0, Enumerable.Range(0, 10).Select(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
                trail.Append(body);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }));
    }

    [Fact]
    public void A_wrapped_signing_key_comes_back_and_lies_on_the_disk_only_wrapped()
    {
        byte[] Turn(byte[] bytes) => [.. bytes.Select(b => (byte)(b ^ 0x5A))];
        using var first = AuditSigningKey.Open(_test.Options.SigningKeyFile, Turn, Turn);
        using var again = AuditSigningKey.Open(_test.Options.SigningKeyFile, Turn, Turn);
        Assert.Equal(first.KeyId, again.KeyId);
        Assert.Throws<CryptographicException>(() => AuditSigningKey.Open(_test.Options.SigningKeyFile, Turn, bytes => bytes));
    }
}
