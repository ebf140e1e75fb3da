using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Nullius.Audit.Chain;
using Nullius.Audit.Proofs;
using Nullius.Audit.Tree;
using Xunit;

namespace Nullius.Audit.Tests;

/// <summary>Proofs of inclusion and consistency, against the definitions of RFC 9162 written the slow way.</summary>
public sealed class ProofTests : IDisposable
{
    private readonly TestTrail _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public void The_tree_hash_is_that_of_the_definition()
    {
        // Section 2.1.1, for the leaves "", 00, 10, 20 21, …: the tree hashes that Certificate Transparency publishes as test data.
        string[] leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
        var tree = new MerkleTree();
        Assert.Equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", Hex(tree.Root()));
        foreach (var leaf in leaves)
            tree.Append(Digest.OfLine(Convert.FromHexString(leaf)));
        Assert.Equal("5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328", Hex(tree.Root()));
    }

    [Fact]
    public void Every_leaf_of_every_small_tree_has_a_proof_and_no_other_leaf_fits_it()
    {
        for (var size = 1; size <= 40; size++)
        {
            var leaves = Leaves(size);
            for (var index = 0; index < size; index++)
            {
                var path = Nodes(ProofPaths.Inclusion(index, size), leaves);
                Assert.True(ProofPaths.IsIncluded(leaves[index], index, size, path, Slow(leaves)));
                Assert.False(ProofPaths.IsIncluded(leaves[(index + 1) % size], index, size, path, Slow(leaves)) && size > 1);
                Assert.False(ProofPaths.IsIncluded(leaves[index], index, size, [.. path, leaves[0]], Slow(leaves)));
                Assert.False(ProofPaths.IsIncluded(leaves[index], index, size, [.. path.SkipLast(1)], Slow(leaves)) && size > 1);
                Assert.False(ProofPaths.IsIncluded(leaves[index], index + size, size, path, Slow(leaves)));
            }
        }
    }

    [Fact]
    public void Every_prefix_of_every_small_tree_has_a_proof_and_no_other_root_fits_it()
    {
        for (var size = 0; size <= 40; size++)
        {
            var leaves = Leaves(size);
            for (var first = 0; first <= size; first++)
            {
                var path = Nodes(ProofPaths.Consistency(first, size), leaves);
                var (before, after) = (Slow(leaves[..first]), Slow(leaves));
                Assert.True(ProofPaths.IsConsistent(first, before, size, after, path), $"{first} of {size}");
                Assert.False(ProofPaths.IsConsistent(first, leaves.Length > 0 ? MerkleTree.Node(leaves[0], leaves[0]) : default, size, after, path));
                Assert.False(ProofPaths.IsConsistent(first, before, size, after, [.. path, before]));
            }
        }
    }

    [Fact]
    public void A_restored_tree_goes_on_as_if_it_had_never_stopped() => Prop.ForAll(Gen.Choose(0, 300).ToArbitrary(), Gen.Choose(0, 300).ToArbitrary(), (before, after) =>
    {
        var leaves = Leaves(before + after);
        var tree = new MerkleTree();
        foreach (var leaf in leaves[..before])
            tree.Append(leaf);
        var restored = MerkleTree.Restore(tree.Size, [.. tree.Peaks])!;
        foreach (var leaf in leaves[before..])
            restored.Append(leaf);
        return restored.Root() == Slow(leaves);
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(13)]
    public async Task A_record_is_proven_to_somebody_who_has_only_the_public_key(long sequence)
    {
        await _test.WriteAsync(13, perSegment: 4);
        var proof = new AuditProver(_test.Folder).Inclusion(sequence, TestContext.Current.CancellationToken);
        Assert.Contains($"record {sequence}", proof.Record, StringComparison.Ordinal);
        Assert.True(proof.Check([_test.Key.KeyId]).Holds);
        Assert.False(proof.Check(["another key"]).Holds);
        Assert.False((proof with { Record = proof.Record!.Replace("record", "forged", StringComparison.Ordinal) }).Check().Holds);
        Assert.False((proof with { Sequence = sequence + 1 }).Check().Holds);
        Assert.False((proof with { Head = proof.Head.Replace("\"size\":", "\"size\":1", StringComparison.Ordinal) }).Check().Holds);
        Assert.False((proof with { Path = [.. proof.Path, proof.Path.FirstOrDefault() ?? Digest.Of([]).ToString()] }).Check().Holds);
        Assert.False((proof with { Kind = "anything" }).Check().Holds);
    }

    [Fact]
    public async Task A_kept_head_is_proven_to_be_continued_also_after_a_restart_and_by_another_key()
    {
        await _test.WriteAsync(5);
        var kept = new AuditProver(_test.Folder).NewestHead();
        using var next = AuditSigningKey.Create();
        await using (var trail = _test.Open())
        {
            for (var i = 6; i <= 9; i++)
                trail.Append(TestTrail.Body(i));
            trail.Rotate(next);
            trail.Append(TestTrail.Body(10));
        }

        var proof = new AuditProver(_test.Folder).Consistency(kept, TestContext.Current.CancellationToken);
        Assert.True(proof.Check([_test.Key.KeyId, next.KeyId]).Holds);
        Assert.False((proof with { Path = [.. proof.Path.Reverse()] }).Check().Holds && proof.Path.Count > 1);

        using var other = new TestTrail();
        await other.WriteAsync(20);
        Assert.Throws<AuditProofException>(() => new AuditProver(other.Folder).Consistency(kept, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_rolled_back_trail_is_caught_by_a_head_that_was_kept()
    {
        await _test.WriteAsync(3);
        var early = Path.Combine(_test.Root, "early");
        await AuditCopy.MakeAsync(_test.Folder, early, TestContext.Current.CancellationToken);
        await using (var trail = _test.Open())
            trail.Append(TestTrail.Body(4));
        var kept = new AuditProver(_test.Folder).NewestHead();

        Assert.True(AuditVerifier.Verify(early).Verifies);
        var result = AuditVerifier.Verify(early, new AuditExpectation { KeptHeads = [kept] });
        Assert.Contains(result.Findings, finding => finding is { Kind: AuditFindingKind.Truncated, Line: 4 });
        Assert.True(AuditVerifier.Verify(_test.Folder, new AuditExpectation { KeptHeads = [kept] }).Verifies);
    }

    [Fact]
    public async Task Heads_of_a_replaced_key_still_verify_and_it_signs_nothing_new()
    {
        var file = _test.Options.SigningKeyFile;
        using var first = AuditSigningKey.Open(file, plain => plain, wrapped => wrapped);
        AuditSigningKey second;
        await using (var trail = AuditTrail.Open(_test.Options, first, _test.Time))
        {
            trail.Append(TestTrail.Body(1));
            second = AuditSigningKey.Replace(file, plain => plain, wrapped => wrapped);
            trail.Rotate(second);
            trail.Append(TestTrail.Body(2));
        }

        using (second)
        using (var stored = AuditSigningKey.Open(file, plain => plain, wrapped => wrapped))
        {
            Assert.Equal((second.KeyId, first.KeyId), (stored.KeyId, Assert.Single(stored.FormerKeyIds)));
            Assert.Empty(AuditVerifier.Verify(_test.Folder, [first.KeyId]).Findings);
            var own = new AuditExpectation { TrustedKeyIds = [stored.KeyId, .. stored.FormerKeyIds], WriterKey = stored };
            Assert.True(AuditVerifier.Verify(_test.Folder, own).TipAuthenticated);
            Assert.Empty(AuditVerifier.Verify(_test.Folder, own).Findings);

            // Whoever got hold of the old key opens the trail with it.
            await using (var trail = AuditTrail.Open(_test.Options, first, _test.Time))
                trail.Append(TestTrail.Body(3));
            Assert.Contains(AuditVerifier.Verify(_test.Folder, own).Findings, finding => finding.Kind is AuditFindingKind.BadHead && finding.Message.Contains("after that key was replaced", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_record_is_found_by_the_reference_that_a_refusal_quotes()
    {
        await using (var trail = _test.Open())
        {
            trail.Append(Encoding.UTF8.GetBytes("""{"metadata":{"uid":"01ABC"},"stage":"decision"}"""));
            trail.Append(Encoding.UTF8.GetBytes("""{"metadata":{"uid":"01ABD"},"stage":"decision"}"""));
        }

        var proof = new AuditProver(_test.Folder).Inclusion("01ABD", TestContext.Current.CancellationToken);
        Assert.Equal(2, proof.Sequence);
        Assert.Throws<AuditProofException>(() => new AuditProver(_test.Folder).Inclusion("01ABE", TestContext.Current.CancellationToken));
    }

    private static string Hex(Digest digest)
    {
        var bytes = new byte[Digest.Bytes];
        digest.CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    private static Digest[] Leaves(int count) => [.. Enumerable.Range(0, count).Select(i => Digest.OfLine(Encoding.ASCII.GetBytes($"leaf {i}")))];

    private static List<Digest> Nodes(IReadOnlyList<LeafRange> ranges, Digest[] leaves) => [.. ranges.Select(range => Slow(leaves[(int)range.From..(int)range.To]))];

    // MTH of section 2.1.1, by its recursion.
    private static Digest Slow(Digest[] leaves)
    {
        if (leaves.Length == 0)
            return Digest.Of([]);
        if (leaves.Length == 1)
            return leaves[0];
        var split = 1;
        while (split * 2 < leaves.Length)
            split *= 2;
        return MerkleTree.Node(Slow(leaves[..split]), Slow(leaves[split..]));
    }
}
