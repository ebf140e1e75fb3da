using System.Text;
using Nullius.Audit.Chain;
using Nullius.Audit.Tree;
using Xunit;

namespace Nullius.Audit.Tests;

public sealed class FreshLeavesTests : IDisposable
{
    private readonly TestTrail _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public void Leaves_are_taken_in_order_without_a_gap_and_once()
    {
        var fresh = new FreshLeaves(8);
        fresh.Add(3, Leaves(4, 5));
        fresh.Add(5, Leaves(6));
        Assert.Null(Take(fresh, 2, 5));
        Assert.Null(Take(fresh, 3, 7));
        Assert.Equal(Leaves(4, 5), Take(fresh, 3, 5));
        Assert.Null(Take(fresh, 3, 5));
        Assert.Equal(Leaves(6), Take(fresh, 5, 6));
        fresh.Add(6, Leaves(7));
        Assert.Equal(Leaves(7), Take(fresh, 6, 7));
    }

    [Fact]
    public void What_does_not_fit_or_does_not_follow_is_forgotten_and_never_mixed()
    {
        var fresh = new FreshLeaves(3);
        fresh.Add(0, Leaves(1, 2));
        fresh.Add(2, Leaves(3, 4));
        Assert.Null(Take(fresh, 0, 4));
        Assert.Equal(Leaves(3, 4), Take(fresh, 2, 4));
        fresh.Add(4, Leaves(5));
        fresh.Add(9, Leaves(10));
        Assert.Null(Take(fresh, 4, 5));
        Assert.Equal(Leaves(10), Take(fresh, 9, 10));
    }

    [Fact]
    public async Task A_tree_that_was_grown_from_memory_and_from_files_in_turn_is_the_tree_of_the_lines()
    {
        for (var run = 0; run < 3; run++)
        {
            await using var trail = _test.Open();
            for (var i = 1; i <= 70_000; i++)
            {
                trail.Append(TestTrail.Body(i));
                // Seldom enough, once, that the leaves outgrow their bound and are read back.
                if (run != 1 && i % 1_000 == 0)
                    trail.Maintain();
            }

            trail.Maintain();
            trail.Append(TestTrail.Body(70_001));
        }

        var result = _test.Verify();
        Assert.Empty(result.Findings);
        Assert.Equal(3 * 70_001, result.Lines);
        Assert.True(new AuditProver(_test.Folder).Inclusion(123_456, TestContext.Current.CancellationToken).Check().Holds);
    }

    private static List<Digest>? Take(FreshLeaves fresh, long after, long upTo)
    {
        var taken = new List<Digest> { default };
        return fresh.TryTake(after, upTo, taken) ? taken : null;
    }

    private static Digest[] Leaves(params int[] numbers) => [.. numbers.Select(number => Digest.OfLine(Encoding.ASCII.GetBytes($"line {number}")))];
}
