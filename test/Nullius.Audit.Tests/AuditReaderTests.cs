using System.Text;
using Xunit;

namespace Nullius.Audit.Tests;

public sealed class AuditReaderTests : IDisposable
{
    private readonly TestTrail _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task Pages_backwards_give_every_entry_once_newest_first()
    {
        await _test.WriteAsync(50, perSegment: 9);
        var reader = new AuditReader(_test.Folder);
        var seen = new List<long>();
        AuditCursor? next = null;
        do
        {
            var page = reader.ReadBackwards(new AuditQuery(), 7, next);
            Assert.True(page.Entries.Count <= 7);
            seen.AddRange(page.Entries.Select(entry => entry.Sequence));
            next = page.Next;
        }
        while (next is not null);
        Assert.Equal(Enumerable.Range(1, 50).Reverse().Select(n => (long)n), seen);
    }

    [Fact]
    public async Task Lines_longer_than_a_chunk_are_read_whole()
    {
        _test.Options = _test.Options with { MostRecordBytes = 300_000 };
        var sizes = new[] { 10, 65_500, 65_536, 65_537, 200_000, 3 };
        await using (var trail = _test.Open())
        {
            foreach (var size in sizes)
                trail.Append(Encoding.UTF8.GetBytes("{\"a\":\"" + new string('x', size) + "\"}"));
        }

        var entries = new AuditReader(_test.Folder).ReadBackwards(new AuditQuery(), 100).Entries;
        Assert.Equal((await File.ReadAllLinesAsync(_test.SegmentPath(1))).Reverse(), entries.Select(entry => Encoding.UTF8.GetString(entry.Line.Span)));
    }

    [Fact]
    public async Task Half_a_line_at_the_end_is_left_out()
    {
        await _test.WriteAsync(2);
        await File.AppendAllTextAsync(_test.SegmentPath(1), "{\"half");
        Assert.Equal([2L, 1L], new AuditReader(_test.Folder).ReadBackwards(new AuditQuery(), 10).Entries.Select(entry => entry.Sequence));
    }

    [Fact]
    public async Task Time_restricts_and_ends_the_scan()
    {
        await _test.WriteAsync(20);
        var start = new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);
        var page = new AuditReader(_test.Folder).ReadBackwards(new AuditQuery { From = start.AddSeconds(4), Until = start.AddSeconds(8) }, 100);
        Assert.Equal([8L, 7L, 6L, 5L], page.Entries.Select(entry => entry.Sequence));
        Assert.Null(page.Next);
    }

    [Fact]
    public async Task Subject_and_outcome_are_read_from_their_members_not_from_any_text()
    {
        await using (var trail = _test.Open())
        {
            trail.Append("""{"actor":{"user":{"uid":"u1","name":"alice"}},"disposition":"Allowed"}"""u8);
            trail.Append("""{"actor":{"user":{"uid":"u2","name":"bob"}},"disposition":"Blocked","message":"alice"}"""u8);
            trail.Append("""{"actor":{"user":{"uid":"u1","name":"alice"}},"disposition":"Blocked"}"""u8);
        }

        var reader = new AuditReader(_test.Folder);
        Assert.Equal([3L, 1L], reader.ReadBackwards(new AuditQuery { Subject = "alice" }, 10).Entries.Select(entry => entry.Sequence));
        Assert.Equal([3L, 2L], reader.ReadBackwards(new AuditQuery { Outcome = "blocked" }, 10).Entries.Select(entry => entry.Sequence));
        Assert.Equal([3L], reader.ReadBackwards(new AuditQuery { Subject = "u1", Outcome = "blocked" }, 10).Entries.Select(entry => entry.Sequence));
    }

    [Fact]
    public async Task Following_gives_what_is_appended_from_then_on_across_segments()
    {
        await _test.WriteAsync(3);
        _test.Options = _test.Options with { SegmentBytes = 400 };
        await using var trail = _test.Open();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var following = new AuditReader(_test.Folder).FollowAsync(new AuditQuery(), TimeProvider.System, deadline.Token, new AuditReader(_test.Folder).End());
        for (var i = 4; i <= 20; i++)
        {
            trail.Append(TestTrail.Body(i));
            trail.Maintain();
        }

        var seen = new List<long>();
        await foreach (var entry in following)
        {
            seen.Add(entry.Sequence);
            if (entry.Sequence == 20)
                break;
        }

        Assert.Equal(Enumerable.Range(4, 17).Select(n => (long)n), seen);
    }

    [Fact]
    public async Task An_empty_trail_gives_an_empty_page()
    {
        await _test.WriteAsync(0);
        var page = new AuditReader(_test.Folder).ReadBackwards(new AuditQuery(), 10);
        Assert.Empty(page.Entries);
        Assert.Null(page.Next);
    }
}
