using Xunit;

namespace Nullius.Audit.Tests;

/// <summary>A copy taken at any time, of a running trail or of one that was killed, shows when its end was cut off.</summary>
public sealed class TipTests : IDisposable
{
    private readonly TestTrail _test = new();
    private int _copies;

    public void Dispose() => _test.Dispose();

    private string Tip => Path.Combine(_test.Folder, "00000000.tip");

    [Theory]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(4, true)]
    [InlineData(7, true)]
    [InlineData(7, false)]
    public async Task Lines_cut_off_a_copy_of_a_running_trail_are_found_and_located(int cut, bool withKey)
    {
        await using var trail = Running(7);
        var copy = Copy();
        var expectation = withKey ? Expect() : new AuditExpectation();
        Assert.Empty(AuditVerifier.Verify(copy, expectation).Findings);

        Cut(copy, cut);
        var result = AuditVerifier.Verify(copy, expectation);
        Assert.False(result.Verifies);
        var finding = Assert.Single(result.Findings);
        Assert.Equal(AuditFindingKind.Truncated, finding.Kind);
        Assert.Equal("00000001.jsonl", finding.File);
        Assert.Equal(7 - cut + 1, finding.Line);
        Assert.Equal(7 - cut + 1, finding.Sequence);
    }

    [Fact]
    public async Task A_whole_segment_cut_off_a_copy_of_a_running_trail_is_named()
    {
        _test.Options = _test.Options with { SegmentBytes = 400 };
        await using var trail = Running(9);
        var copy = Copy();
        var last = Directory.GetFiles(copy, "0*.jsonl").Where(path => new FileInfo(path).Length > 0).Max(StringComparer.Ordinal)!;
        foreach (var path in Directory.GetFiles(copy, "0*.jsonl").Where(path => string.CompareOrdinal(path, last) >= 0))
            File.Delete(path);
        Assert.Contains(AuditVerifier.Verify(copy, Expect()).Findings, finding => finding.Kind is AuditFindingKind.MissingSegment && finding.File == Path.GetFileName(last));
    }

    [Fact]
    public async Task The_last_line_altered_in_a_copy_of_a_running_trail_is_found()
    {
        await using var trail = Running(5);
        var copy = Copy();
        var path = Path.Combine(copy, "00000001.jsonl");
        await File.WriteAllTextAsync(path, (await File.ReadAllTextAsync(path)).Replace("record 5", "record 6", StringComparison.Ordinal));
        Assert.Contains(AuditVerifier.Verify(copy).Findings, finding => finding is { Kind: AuditFindingKind.Altered, Line: 5 });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    [InlineData(127)]
    [InlineData(128 + 10)]
    [InlineData(128 + 100)]
    public async Task A_tip_that_somebody_changed_is_not_believed(int at)
    {
        await using var trail = Running(5);
        var copy = Copy();
        var path = Path.Combine(copy, "00000000.tip");
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[at] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        // One torn mark is what a kill leaves, and counts as the line that was being marked: cutting that one off shows.
        Cut(copy, 1);
        Assert.False(AuditVerifier.Verify(copy, Expect()).Verifies);
    }

    [Fact]
    public async Task A_tip_of_a_forger_is_told_with_the_key()
    {
        await using var trail = Running(5);
        using var forger = new TestTrail();
        await using var forged = forger.Open();
        for (var i = 1; i <= 3; i++)
            forged.Append(TestTrail.Body(i));
        var copy = Copy();
        var own = await File.ReadAllBytesAsync(Path.Combine(copy, "00000000.tip"));
        var other = await ReadShared(Path.Combine(forger.Folder, "00000000.tip"));
        // The forger's marks under this trail's key id.
        other.AsSpan(0, 256).CopyTo(own);
        await File.WriteAllBytesAsync(Path.Combine(copy, "00000000.tip"), own);
        Assert.False(AuditVerifier.Verify(copy, Expect()).Verifies);
    }

    [Fact]
    public async Task A_missing_tip_is_a_finding()
    {
        await using var trail = Running(3);
        var copy = Copy();
        File.Delete(Path.Combine(copy, "00000000.tip"));
        var finding = Assert.Single(AuditVerifier.Verify(copy).Findings);
        Assert.Equal(AuditFindingKind.BadTip, finding.Kind);
        Assert.True(finding.IsTampering);
    }

    [Fact]
    public async Task What_the_tip_signs_is_what_is_durable_and_the_rest_is_authentic_for_whoever_has_the_key()
    {
        await using var trail = _test.Open();
        trail.Append(TestTrail.Body(1));
        trail.Maintain();
        trail.Append(TestTrail.Body(2));
        var result = AuditVerifier.Verify(_test.Folder, Expect());
        Assert.Equal((1, 2, true), (result.SignedUpTo, result.TipUpTo, result.TipAuthenticated));
        Assert.False(AuditVerifier.Verify(_test.Folder).TipAuthenticated);
    }

    [Fact]
    public async Task Lines_that_a_stopped_machine_had_not_yet_made_durable_are_no_tampering_and_are_recorded()
    {
        await using (var trail = _test.Open())
        {
            trail.Append(TestTrail.Body(1));
            trail.Maintain();
            trail.Append(TestTrail.Body(2));
            trail.Append(TestTrail.Body(3));
            var copy = Copy();
            Cut(copy, 2);
            InAnotherBoot(Path.Combine(copy, "00000000.tip"));
            var result = AuditVerifier.Verify(copy, new AuditExpectation { TrustedKeyIds = [_test.Key.KeyId] });
            Assert.Equal(AuditFindingKind.LostTail, Assert.Single(result.Findings).Kind);
            Assert.True(result.Verifies);

            // A durable line is not excused.
            Cut(copy, 1);
            Assert.Contains(AuditVerifier.Verify(copy).Findings, finding => finding.Kind is AuditFindingKind.Truncated);
        }
    }

    [Fact]
    public async Task A_copy_made_while_the_trail_is_written_verifies_every_time()
    {
        _test.Options = _test.Options with { SegmentBytes = 20_000, FsyncInterval = TimeSpan.FromMilliseconds(2), HeadInterval = TimeSpan.FromMilliseconds(5) };
        await using var trail = AuditTrail.Open(_test.Options, _test.Key, TimeProvider.System);
        var writer = Task.Run(() =>
        {
            for (var i = 0; i < 5000; i++)
                trail.Append(TestTrail.Body(i));
        }, TestContext.Current.CancellationToken);
        for (var i = 0; i < 3 || !writer.IsCompleted && i < 10; i++)
        {
            var copy = Path.Combine(_test.Root, $"hot-{i}");
            await AuditCopy.MakeAsync(_test.Folder, copy, TestContext.Current.CancellationToken);
            var result = AuditVerifier.Verify(copy, Expect());
            Assert.True(result.Verifies, string.Join(" | ", result.Findings));
            Assert.True(AuditVerifier.Verify(_test.Folder, Expect()).Verifies);
        }

        await writer;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task A_trail_of_another_version_is_refused_by_name_and_left_alone(int version)
    {
        await _test.WriteAsync(4);
        var path = Path.Combine(_test.Folder, "heads.jsonl");
        File.WriteAllText(path, File.ReadAllText(path).Replace("{\"v\":3,", $"{{\"v\":{version},", StringComparison.Ordinal));
        var before = Directory.GetFiles(_test.Folder).Order(StringComparer.Ordinal).Select(file => (file, Convert.ToHexString(File.ReadAllBytes(file)))).ToList();

        var fault = Assert.Throws<AuditUnavailableException>(() => _test.Open());
        Assert.Contains($"is of version {version}, expected 3", fault.Message, StringComparison.Ordinal);
        Assert.Contains("move the folder aside", fault.Message, StringComparison.Ordinal);
        Assert.Equal(before, [.. Directory.GetFiles(_test.Folder).Order(StringComparer.Ordinal).Select(file => (file, Convert.ToHexString(File.ReadAllBytes(file))))]);
        var result = AuditVerifier.Verify(_test.Folder, Expect());
        Assert.False(result.Verifies);
        // One finding, not one for each line: that they are hashed in another way is no sign of tampering with each.
        Assert.Contains($"is of version {version}, expected 3", Assert.Single(result.Findings).Message, StringComparison.Ordinal);
    }

    private AuditTrail Running(int records)
    {
        var trail = _test.Open();
        for (var i = 1; i <= records; i++)
            trail.Append(TestTrail.Body(i));
        trail.Maintain();
        return trail;
    }

    private AuditExpectation Expect() => new() { TrustedKeyIds = [_test.Key.KeyId], WriterKey = _test.Key };

    private string Copy()
    {
        var copy = Path.Combine(_test.Root, $"copy-{_copies++}");
        Directory.CreateDirectory(copy);
        foreach (var path in Directory.GetFiles(_test.Folder).Where(path => !path.EndsWith(".lock", StringComparison.Ordinal)))
            File.Copy(path, Path.Combine(copy, Path.GetFileName(path)));
        return copy;
    }

    private static void Cut(string folder, int lines)
    {
        var path = Path.Combine(folder, "00000001.jsonl");
        File.WriteAllText(path, string.Concat(File.ReadAllLines(path).SkipLast(lines).Select(line => line + "\n")));
    }

    private static async Task<byte[]> ReadShared(string path)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        await file.ReadExactlyAsync(bytes);
        return bytes;
    }

    // The marks of a machine that ran before this one: read without the key, whose authentication would not fit.
    private static void InAnotherBoot(string path)
    {
        var bytes = File.ReadAllBytes(path);
        for (var slot = 0; slot < 2; slot++)
        {
            var area = bytes.AsSpan(slot * Tips.TipMark.Bytes, Tips.TipMark.Bytes);
            using var mac = System.Security.Cryptography.IncrementalHash.CreateHMAC(System.Security.Cryptography.HashAlgorithmName.SHA256, new byte[32]);
            (Tips.TipMark.TryRead(area)!.Value with { Boot = 7 }).Write(area, mac);
        }

        File.WriteAllBytes(path, bytes);
    }
}
