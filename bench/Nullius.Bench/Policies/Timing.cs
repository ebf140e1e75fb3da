using System.Diagnostics;

namespace Nullius.Bench.Policies;

/// <summary>
/// How long single decisions take, in nanoseconds: of the quietest of fifty blocks of twenty rounds over the requests. What else a machine
/// does slows a block down and never speeds one up.
/// </summary>
internal sealed record Timing(double Median, double P99)
{
    private const int Blocks = 50;

    /// <summary>Every decision timed by itself, the requests in turn. The clock's own time is in it.</summary>
    /// <param name="decide">Decides the request of that number.</param>
    public static Timing Of(Action<int> decide, int requests, int rounds = 20)
    {
        for (var warm = 0; warm < Math.Max(2, Math.Min(100, 100_000 / requests)); warm++)
        {
            for (var request = 0; request < requests; request++)
                decide(request);
        }

        Report.Settle();
        return Enumerable.Range(0, Blocks).Select(_ => Block(decide, requests, rounds)).MinBy(block => (block.Median, block.P99))!;
    }

    /// <summary>Bytes on the heap for one call.</summary>
    public static double Allocated(Action<int> decide)
    {
        const int Times = 10_000;
        for (var warm = 0; warm < Times; warm++)
            decide(warm);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var number = 0; number < Times; number++)
            decide(number);
        return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Times;
    }

    private static Timing Block(Action<int> decide, int requests, int rounds)
    {
        var times = new double[rounds * requests];
        var at = 0;
        for (var round = 0; round < rounds; round++)
        {
            for (var request = 0; request < requests; request++)
            {
                var start = Stopwatch.GetTimestamp();
                decide(request);
                times[at++] = (Stopwatch.GetTimestamp() - start) * (1e9 / Stopwatch.Frequency);
            }
        }

        return new Timing(Sample.Median(times), Sample.Percentile(times, 99));
    }
}
