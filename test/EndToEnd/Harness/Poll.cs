using System.Diagnostics;

namespace Nullius.EndToEnd.Harness;

/// <summary>Waits for what a test expects, with a deadline instead of a guess.</summary>
internal static class Poll
{
    public static async Task UntilAsync(Func<bool> condition, string expected, int seconds = 15)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            if (clock.Elapsed > TimeSpan.FromSeconds(seconds))
                throw new TimeoutException($"not within {seconds} s: {expected}");
            await Task.Delay(5);
        }
    }

    public static async Task UntilAsync(Func<Task<bool>> condition, string expected, int seconds = 15)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            if (clock.Elapsed > TimeSpan.FromSeconds(seconds))
                throw new TimeoutException($"not within {seconds} s: {expected}");
            await Task.Delay(5);
        }
    }
}
