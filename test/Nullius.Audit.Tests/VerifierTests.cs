using System.Text;
using Xunit;

namespace Nullius.Audit.Tests;

public sealed class VerifierTests : IDisposable
{
    private readonly TestTrail _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task A_chain_rewritten_from_the_start_with_all_hashes_right_is_caught_by_the_heads()
    {
        await _test.WriteAsync(5);
        using var forger = new TestTrail();
        await using (var forged = forger.Open())
        {
            for (var i = 1; i <= 5; i++)
                forged.Append(Encoding.UTF8.GetBytes($$"""{"message":"forged {{i}}"}"""));
        }

        File.Copy(forger.SegmentPath(1), _test.SegmentPath(1), overwrite: true);
        var result = _test.Verify();
        Assert.Contains(result.Findings, finding => finding.Kind is AuditFindingKind.Rewritten or AuditFindingKind.Altered && finding.Line == 1);
        Assert.False(result.Verifies);
    }

    [Fact]
    public async Task Heads_signed_by_a_key_that_is_not_trusted_do_not_count()
    {
        using var forger = new TestTrail();
        await forger.WriteAsync(3);
        var result = AuditVerifier.Verify(forger.Folder, [_test.Key.KeyId]);
        Assert.False(result.Verifies);
        Assert.Equal(0, result.SignedUpTo);
        Assert.True(AuditVerifier.Verify(forger.Folder).Verifies);
    }

    [Fact]
    public async Task A_torn_tail_is_named_and_is_not_tampering()
    {
        await _test.WriteAsync(3);
        await File.AppendAllTextAsync(_test.SegmentPath(1), """{"class_uid":4002,"mess""");
        var result = _test.Verify();
        var finding = Assert.Single(result.Findings);
        Assert.Equal(AuditFindingKind.TornTail, finding.Kind);
        Assert.Equal(4, finding.Line);
        Assert.True(result.Verifies);
    }

    [Fact]
    public async Task Half_a_line_at_the_end_of_a_segment_that_others_follow_is_tampering()
    {
        await _test.WriteAsync(30, perSegment: 8);
        await File.AppendAllTextAsync(_test.SegmentPath(1), "{\"half");
        Assert.Contains(_test.Verify().Findings, finding => finding is { Kind: AuditFindingKind.Altered, File: "00000001.jsonl" });
    }

    [Fact]
    public async Task Missing_heads_are_a_finding()
    {
        await _test.WriteAsync(3);
        File.Delete(Path.Combine(_test.Folder, "heads.jsonl"));
        Assert.Contains(_test.Verify().Findings, finding => finding.Kind is AuditFindingKind.BadHead);
    }

    [Fact]
    public async Task Missing_heads_of_a_copy_of_another_name_accuse_no_line()
    {
        await _test.WriteAsync(3);
        var copy = Path.Combine(_test.Root, "elsewhere");
        await AuditCopy.MakeAsync(_test.Folder, copy, TestContext.Current.CancellationToken);
        File.Delete(Path.Combine(copy, "heads.jsonl"));

        var verification = AuditVerifier.Verify(copy);

        Assert.Equal(Path.GetFileName(_test.Folder), verification.Node);
        Assert.Contains(verification.Findings, finding => finding.Kind is AuditFindingKind.BadHead);
        Assert.DoesNotContain(verification.Findings, finding => finding.Kind is AuditFindingKind.Altered);
    }

    [Fact]
    public async Task A_removed_newest_head_is_missed_by_the_tip()
    {
        await _test.WriteAsync(3);
        var path = Path.Combine(_test.Folder, "heads.jsonl");
        var heads = await File.ReadAllLinesAsync(path);
        await File.WriteAllTextAsync(path, string.Concat(heads[..^1].Select(line => line + "\n")));
        Assert.Contains(_test.Verify().Findings, finding => finding is { Kind: AuditFindingKind.BadHead, File: "heads.jsonl" });
    }

    [Fact]
    public async Task A_trail_verifies_in_a_copy_of_another_name()
    {
        await _test.WriteAsync(3);
        var copy = Path.Combine(_test.Root, "elsewhere");
        await AuditCopy.MakeAsync(_test.Folder, copy, TestContext.Current.CancellationToken);
        Assert.Empty(AuditVerifier.Verify(copy).Findings);
    }

    [Fact]
    public async Task A_trail_of_two_signing_keys_names_both()
    {
        await _test.WriteAsync(2);
        using var second = AuditSigningKey.Create();
        await using (var trail = AuditTrail.Open(_test.Options, second, _test.Time))
            trail.Append(TestTrail.Body(3));
        var result = AuditVerifier.Verify(_test.Folder, [_test.Key.KeyId, second.KeyId]);
        Assert.Empty(result.Findings);
        Assert.Equal(new[] { _test.Key.KeyId, second.KeyId }.Order(StringComparer.Ordinal), result.KeyIds);
    }

    [Fact]
    public async Task A_flood_of_findings_is_bounded_and_counted()
    {
        await _test.WriteAsync(1);
        await File.AppendAllTextAsync(_test.SegmentPath(1), string.Concat(Enumerable.Repeat("rubbish\n", 3000)));
        var result = _test.Verify();
        Assert.Equal(1000, result.Findings.Count);
        Assert.True(result.MoreFindings > 0);
        Assert.False(result.Verifies);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_named() =>
        Assert.Contains("/nowhere/at/all", Assert.Throws<DirectoryNotFoundException>(() => AuditVerifier.Verify("/nowhere/at/all")).Message, StringComparison.Ordinal);
}
