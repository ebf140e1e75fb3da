using System.Text.Json;
using Xunit;

namespace Nullius.Audit.Tests;

public sealed class RecoveryTests : IDisposable
{
    private readonly TestTrail _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task A_torn_last_line_is_moved_aside_recorded_and_the_chain_goes_on()
    {
        await _test.WriteAsync(3);
        var length = new FileInfo(_test.SegmentPath(1)).Length;
        const string Torn = """{"class_uid":4002,"mess""";
        await File.AppendAllTextAsync(_test.SegmentPath(1), Torn);

        await using (var trail = _test.Open())
            Assert.Equal(5, trail.Append(TestTrail.Body(5)).Sequence);

        var aside = Path.Combine(_test.Folder, $"00000001.{length}.torn");
        Assert.Equal(Torn, await File.ReadAllTextAsync(aside));
        using var record = JsonDocument.Parse((await File.ReadAllLinesAsync(_test.SegmentPath(1)))[3]);
        var torn = record.RootElement.GetProperty("unmapped").GetProperty("torn");
        Assert.Equal(Path.GetFileName(aside), torn.GetProperty("file").GetString());
        Assert.Equal(Torn.Length, torn.GetProperty("bytes").GetInt64());
        Assert.Empty(_test.Verify().Findings);
    }

    [Fact]
    public async Task Zeros_after_a_power_cut_are_a_torn_tail()
    {
        await _test.WriteAsync(3);
        await using (var file = new FileStream(_test.SegmentPath(1), FileMode.Append))
            file.Write(new byte[100_000]);
        await using (var trail = _test.Open())
            Assert.Equal(4, trail.Sequence);
        Assert.Empty(_test.Verify().Findings);
    }

    [Fact]
    public async Task Whole_lines_after_the_newest_head_are_kept()
    {
        var trail = _test.Open();
        for (var i = 1; i <= 5; i++)
            trail.Append(TestTrail.Body(i));
        var crashed = _test.Options with { Directory = Path.Combine(_test.Root, "crashed") };
        var copy = crashed.Folder;
        CopyTo(copy);
        await trail.DisposeAsync();

        // The copy is what a killed process leaves: lines, and only the head of the empty trail.
        Assert.Equal(0, AuditVerifier.Verify(copy).SignedUpTo);
        await using (var again = AuditTrail.Open(crashed, _test.Key, _test.Time))
            Assert.Equal(6, again.Append(TestTrail.Body(6)).Sequence);
        var result = AuditVerifier.Verify(copy);
        Assert.Empty(result.Findings);
        Assert.Equal(6, result.SignedUpTo);
    }

    [Theory]
    [InlineData("altered")]
    [InlineData("truncated")]
    [InlineData("headless")]
    [InlineData("appended")]
    [InlineData("head")]
    [InlineData("cut after the newest head")]
    [InlineData("tipless")]
    [InlineData("tip")]
    public async Task A_trail_that_was_tampered_with_is_not_continued(string how)
    {
        await _test.WriteAsync(3);
        var path = _test.SegmentPath(1);
        var heads = Path.Combine(_test.Folder, "heads.jsonl");
        var lines = await File.ReadAllLinesAsync(path);
        switch (how)
        {
            case "altered":
                lines[2] = lines[2].Replace("record", "forged", StringComparison.Ordinal);
                await File.WriteAllTextAsync(path, string.Concat(lines.Select(line => line + "\n")));
                break;
            case "truncated":
                await File.WriteAllTextAsync(path, lines[0] + "\n");
                break;
            case "headless":
                File.Delete(heads);
                break;
            case "appended":
                await File.AppendAllTextAsync(path, lines[2] + "\n");
                break;
            case "cut after the newest head":
                await Unclosed(lines => lines[..^1]);
                break;
            case "tipless":
                File.Delete(Path.Combine(_test.Folder, "00000000.tip"));
                break;
            case "tip":
                var tip = Path.Combine(_test.Folder, "00000000.tip");
                var bytes = await File.ReadAllBytesAsync(tip);
                bytes[8 + 7]++;
                bytes[128 + 8 + 7]++;
                await File.WriteAllBytesAsync(tip, bytes);
                break;
            case "head":
                await File.WriteAllTextAsync(heads, (await File.ReadAllTextAsync(heads)).Replace("\"size\":3", "\"size\":2", StringComparison.Ordinal));
                break;
        }

        var fault = Assert.Throws<AuditUnavailableException>(() => _test.Open());
        Assert.Contains("nullius audit verify", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_half_written_head_is_cut_off()
    {
        await _test.WriteAsync(3);
        await File.AppendAllTextAsync(Path.Combine(_test.Folder, "heads.jsonl"), """{"v":1,"node":"no""");
        await using (var trail = _test.Open())
            trail.Append(TestTrail.Body(4));
        Assert.Empty(_test.Verify().Findings);
    }

    [Fact]
    public async Task A_crash_between_preparing_a_segment_and_using_it_loses_nothing()
    {
        await _test.WriteAsync(3);
        await File.WriteAllTextAsync(_test.SegmentPath(2), "");
        await using (var trail = _test.Open())
            Assert.Equal(4, trail.Append(TestTrail.Body(4)).Sequence);
        var result = _test.Verify();
        Assert.Empty(result.Findings);
        Assert.Equal(4, result.Lines);
    }

    // What a killed process leaves, with lines after its newest head, changed.
    private async Task Unclosed(Func<string[], string[]> change)
    {
        var crashed = _test.Options with { Directory = Path.Combine(_test.Root, "crashed") };
        await using (var trail = _test.Open())
        {
            trail.Append(TestTrail.Body(4));
            trail.Append(TestTrail.Body(5));
            CopyTo(crashed.Folder);
        }

        _test.Options = crashed;
        var lines = change(await File.ReadAllLinesAsync(_test.SegmentPath(1)));
        await File.WriteAllTextAsync(_test.SegmentPath(1), string.Concat(lines.Select(line => line + "\n")));
    }

    private void CopyTo(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(_test.Folder).Where(path => !path.EndsWith(".lock", StringComparison.Ordinal)))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
    }
}
