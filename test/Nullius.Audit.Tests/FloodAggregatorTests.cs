using System.Net;
using Xunit;

namespace Nullius.Audit.Tests;

public sealed class FloodAggregatorTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);
    private readonly FloodOptions _options = new() { Interval = TimeSpan.FromMinutes(1), RecordsPerSource = 2, RecordsInAll = 10, MostSources = 4 };

    [Fact]
    public void The_first_refusals_of_a_source_are_written_and_the_rest_become_one_summary()
    {
        var floods = new FloodAggregator(_options);
        var admitted = Enumerable.Range(0, 100).Count(i => floods.Admit("no-session", IPAddress.Parse($"203.0.113.{i}"), Start.AddSeconds(i / 10.0)));
        Assert.Equal(2, admitted);
        Assert.Empty(floods.Drain(Start.AddSeconds(59)));
        var summary = Assert.Single(floods.Drain(Start.AddMinutes(1)));
        Assert.Equal(new FloodSummary("no-session", "203.0.113.0/24", 98, Start.AddSeconds(0.2), Start.AddSeconds(9.9)), summary);
        Assert.Empty(floods.Drain(Start.AddMinutes(1)));
    }

    [Theory]
    [InlineData("2001:db8:1:ffff::1", "2001:db8:1::/48")]
    [InlineData("::ffff:198.51.100.7", "198.51.100.0/24")]
    [InlineData("198.51.100.7", "198.51.100.0/24")]
    public void A_source_is_the_prefix_of_the_address(string address, string prefix)
    {
        var floods = new FloodAggregator(_options);
        for (var i = 0; i < 3; i++)
            floods.Admit("r", IPAddress.Parse(address), Start);
        Assert.Equal(prefix, Assert.Single(floods.DrainAll()).Prefix);
    }

    [Fact]
    public void Reasons_are_counted_apart()
    {
        var floods = new FloodAggregator(_options);
        for (var i = 0; i < 6; i++)
            floods.Admit(i % 2 == 0 ? "a" : "b", IPAddress.Loopback, Start);
        Assert.Equal([("a", 1L), ("b", 1L)], floods.DrainAll().Select(s => (s.Reason, s.Suppressed)).Order());
    }

    [Fact]
    public void A_flood_from_everywhere_is_bounded_in_records_and_in_summaries_and_loses_no_count()
    {
        var floods = new FloodAggregator(_options);
        var written = 0;
        for (var i = 0; i < 100_000; i++)
        {
            if (floods.Admit("r", new IPAddress([10, (byte)(i >> 8), (byte)i, 1]), Start))
                written++;
        }

        var summaries = floods.DrainAll();
        Assert.InRange(written, 1, 10);
        Assert.InRange(summaries.Count, 1, 5);
        Assert.Equal(100_000, written + summaries.Sum(s => s.Suppressed));
        Assert.Contains(summaries, s => s.Prefix == "other");
    }

    [Fact]
    public void A_new_window_lets_the_first_through_again()
    {
        var floods = new FloodAggregator(_options);
        for (var i = 0; i < 5; i++)
            floods.Admit("r", IPAddress.Loopback, Start);
        Assert.True(floods.Admit("r", IPAddress.Loopback, Start.AddMinutes(1)));
        Assert.Equal(3, Assert.Single(floods.Drain(Start.AddMinutes(1))).Suppressed);
    }

    [Fact]
    public void A_clock_that_jumps_back_does_not_hold_the_window_open()
    {
        var floods = new FloodAggregator(_options);
        for (var i = 0; i < 5; i++)
            floods.Admit("r", IPAddress.Loopback, Start);
        Assert.True(floods.Admit("r", IPAddress.Loopback, Start.AddDays(-1)));
        Assert.Single(floods.Drain(Start.AddDays(-1)));
    }

    [Fact]
    public void Summaries_that_nobody_collects_stay_bounded()
    {
        var floods = new FloodAggregator(_options);
        for (var window = 0; window < 1000; window++)
        {
            for (var i = 0; i < 3; i++)
                floods.Admit("r", IPAddress.Loopback, Start.AddMinutes(window));
        }

        Assert.InRange(floods.DrainAll().Count, 1, 300);
    }
}
