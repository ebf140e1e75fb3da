using System.Diagnostics;

namespace Nullius.Bench.Policies;

/// <summary>How long single decisions take: nanoseconds, medians over blocks, so that one disturbance of the machine does not speak for the rest.</summary>
internal sealed record Timing(double Median, double P99)
{
    private const int Blocks = 5;

    /// <summary>Every decision timed by itself, the requests in turn. The clock's own time is in it.</summary>
    /// <param name="decide">Decides the request of that number.</param>
    public static Timing Of(Action<int> decide, int requests, int rounds = 40)
    {
        for (var warm = 0; warm < Math.Max(2, Math.Min(100, 100_000 / requests)); warm++)
        {
            for (var request = 0; request < requests; request++)
                decide(request);
        }

        Report.Settle();
        var blocks = Enumerable.Range(0, Blocks).Select(_ => Block(decide, requests, rounds)).ToArray();
        return new Timing(Sample.Median([.. blocks.Select(block => block.Median)]), Sample.Median([.. blocks.Select(block => block.P99)]));
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
