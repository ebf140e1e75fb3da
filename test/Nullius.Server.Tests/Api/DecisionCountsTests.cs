using Nullius.Server.Api.Decisions;
using Nullius.Server.Api.Views;
using Xunit;

namespace Nullius.Server.Tests.Api;

public sealed class DecisionCountsTests
{
    private static readonly DateTimeOffset Now = FakeViews.Noon;

    [Fact]
    public void Decisions_are_counted_in_the_interval_in_which_they_were_made()
    {
        var counts = new DecisionCounts(Now.AddHours(-2));
        counts.Add(At(-70));
        counts.Add(At(-5));
        counts.Add(At(-5, DecisionEffect.Deny));
        counts.Add(At(0, DecisionEffect.StepUp, observed: true));

        var (buckets, _) = counts.Read(Now, TimeSpan.FromHours(1), 60);

        Assert.Equal(60, buckets.Count);
        Assert.Equal((0, 1, 0, 1), (buckets[^1].Allowed, buckets[^1].StepUp, buckets[^1].Denied, buckets[^1].Observed));
        Assert.Equal((1, 0, 1), (buckets[^2].Allowed, buckets[^2].StepUp, buckets[^2].Denied));
        Assert.Equal(1, buckets[^3].Allowed);
        Assert.Equal(3 + 1, buckets.Sum(bucket => bucket.Allowed + bucket.StepUp + bucket.Denied));
        Assert.Equal(Now, buckets[^1].At);
    }

    [Fact]
    public void What_a_route_only_observed_is_counted_by_its_reason_and_bounded()
    {
        var counts = new DecisionCounts(Now);
        counts.Add(At(0, DecisionEffect.Deny, observed: true) with { Route = "legacy", Basis = "implicitDeny", Reason = "nothing allows it" });
        counts.Add(At(0, DecisionEffect.Deny, observed: true) with { Route = "legacy", Basis = "implicitDeny", Reason = "nothing allows it" });
        counts.Add(At(0, DecisionEffect.Deny) with { Route = "legacy", Basis = "explicitDeny", Reason = "enforced" });
        counts.Add(At(0, DecisionEffect.Deny, observed: true) with { Route = "other", Basis = "explicitDeny", Reason = "elsewhere" });

        Assert.Equal([new("implicitDeny", "nothing allows it", 2)], counts.ObservedOfRoute("LEGACY"));
        Assert.Empty(counts.ObservedOfRoute("nobody's"));

        for (var number = 0; number < 1000; number++)
            counts.Add(At(0, DecisionEffect.Deny, observed: true) with { Route = "legacy", Reason = $"reason {number}" });
        var reasons = counts.ObservedOfRoute("legacy");
        Assert.Equal(8, reasons.Count);
        Assert.Equal(("", "other reasons"), (reasons[0].Basis, reasons[0].Reason));
    }

    [Fact]
    public void What_is_older_than_a_day_makes_room_for_the_present()
    {
        var counts = new DecisionCounts(Now.AddDays(-2));
        counts.Add(At(-24 * 3600));
        counts.Add(At(0));
        // Late: its slot has the present in it already.
        counts.Add(At(-24 * 3600));

        var (buckets, _) = counts.Read(Now, TimeSpan.FromHours(24), 900);

        Assert.Equal(1, buckets.Sum(bucket => bucket.Allowed));
        Assert.Equal(1, buckets[^1].Allowed);
    }

    [Fact]
    public void Reasons_come_most_frequent_first_and_are_bounded()
    {
        var counts = new DecisionCounts(Now);
        for (var index = 0; index < 200; index++)
            counts.Add(At(0, DecisionEffect.Deny) with { Reason = $"reason {index}" });
        for (var times = 0; times < 3; times++)
            counts.Add(At(0, DecisionEffect.Deny) with { Reason = "reason 7" });

        var (_, reasons) = counts.Read(Now, TimeSpan.FromMinutes(15), 15);

        Assert.Equal(("other reasons", 176), (reasons[0].Reason, reasons[0].Count));
        Assert.Equal(("reason 7", 4), (reasons[1].Reason, reasons[1].Count));
        Assert.Equal(8, reasons.Count);
    }

    [Fact]
    public void A_route_has_its_own_counts()
    {
        var counts = new DecisionCounts(Now);
        counts.Add(At(0));
        counts.Add(At(0, DecisionEffect.Deny, observed: true));

        Assert.Equal((1, 1, 1), (counts.OfRoute("API").Allowed, counts.OfRoute("api").Denied, counts.OfRoute("api").Observed));
        Assert.Equal(0, counts.OfRoute("other").Allowed);
    }

    [Fact]
    public void A_batch_carries_everything_that_fits()
    {
        var sample = new BatchSample(4);
        foreach (var reference in (string[])["a", "b", "c", "d"])
            sample.Add(FakeViews.Entry(reference));

        var batch = sample.Take(Now);

        Assert.Equal(4, batch.Seen);
        Assert.Equal(["a", "b", "c", "d"], batch.Decisions.Select(entry => entry.Reference));
        Assert.Equal(0, sample.Take(Now).Seen);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(1000)]
    public void A_batch_that_does_not_fit_is_sampled_evenly_and_says_how_many_there_were(int made)
    {
        var sample = new BatchSample(4);
        for (var index = 0; index < made; index++)
            sample.Add(FakeViews.Entry(index.ToString(System.Globalization.CultureInfo.InvariantCulture)));

        var batch = sample.Take(Now);
        var numbers = batch.Decisions.Select(entry => int.Parse(entry.Reference, System.Globalization.CultureInfo.InvariantCulture)).ToList();

        Assert.Equal(made, batch.Seen);
        Assert.InRange(numbers.Count, 2, 4);
        var step = numbers[1] - numbers[0];
        Assert.All(numbers.Zip(numbers.Skip(1)), pair => Assert.Equal(step, pair.Second - pair.First));
        Assert.True(made - numbers[^1] <= step);
    }

    private static DecisionSummary At(int seconds, DecisionEffect effect = DecisionEffect.Allow, bool observed = false) =>
        FakeViews.Entry("r", effect, observed: observed) with { At = Now.AddSeconds(seconds) };
}
