using System.Globalization;
using System.Text.RegularExpressions;
using Nullius.Bench.Peers;
using Nullius.EndToEnd.Harness;

namespace Nullius.Bench.Load;

/// <summary>What one run of h2load saw.</summary>
/// <param name="PerSecond">Requests per second with a 2xx answer.</param>
/// <param name="Errors">Requests that failed, timed out or were answered with anything but 2xx.</param>
internal sealed record LoadResult(double PerSecond, long Done, long Errors, IReadOnlyList<double> Microseconds);

/// <summary>h2load over HTTP/1.1 and TLS: as many requests as go, or a fixed rate in bursts with each request's time.</summary>
internal static partial class H2Load
{
    /// <param name="warmUp">Seconds before, not counted: long enough for all handshakes.</param>
    public static Task<LoadResult> SaturateAsync(int port, string? cookie, int connections, double seconds, double warmUp = 1) =>
        RunAsync(port, cookie, connections, seconds, warmUp, []);

    /// <summary>At a fixed rate, in which h2load sends on all of its connections at once and then on none: bursts of so many requests.</summary>
    public static async Task<LoadResult> BurstsAsync(int port, string? cookie, int connections, double perSecond, double seconds, double warmUp = 1)
    {
        var log = Path.GetTempFileName();
        try
        {
            var rate = (perSecond / connections).ToString("0.###", CultureInfo.InvariantCulture);
            var result = await RunAsync(port, cookie, connections, seconds, warmUp, [$"--rps={rate}", $"--log-file={log}"]);
            var times = File.ReadLines(log).Select(line => line.Split('\t')).Where(columns => columns.Length >= 3 && columns[1].StartsWith('2'))
                .Select(columns => double.Parse(columns[2], CultureInfo.InvariantCulture)).ToArray();
            return result with { Microseconds = times };
        }
        finally
        {
            File.Delete(log);
        }
    }

    private static async Task<LoadResult> RunAsync(int port, string? cookie, int connections, double seconds, double warmUp, string[] more)
    {
        var duration = string.Create(CultureInfo.InvariantCulture, $"-D{seconds * 1000:0}ms");
        string[] arguments =
        [
            "--h1", $"-c{connections}", "-t1", duration, string.Create(CultureInfo.InvariantCulture, $"--warm-up-time={warmUp * 1000:0}ms"), $"--connect-to=127.0.0.1:{port}", .. more,
            .. cookie is null ? Array.Empty<string>() : ["-H", $"Cookie: {cookie}"], $"https://{Setting.Host}:{port}/kb",
        ];
        using var child = Child.Start(Tools.Find("h2load"), arguments);
        var output = await child.OutputAsync();
        var rate = double.Parse(Rate().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
        long Count(Regex pattern) => long.Parse(pattern.Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
        var (done, good) = (Count(Done()), Count(Good()));
        var lost = Count(Failed());
        return new LoadResult(rate * (done == 0 ? 0 : (double)good / done), done, Math.Max(done - good, lost), []);
    }

    [GeneratedRegex(@"finished in [\d.]+m?s, ([\d.]+) req/s", RegexOptions.None, 1000)]
    private static partial Regex Rate();

    [GeneratedRegex(@"(\d+) done", RegexOptions.None, 1000)]
    private static partial Regex Done();

    [GeneratedRegex(@"(\d+) 2xx", RegexOptions.None, 1000)]
    private static partial Regex Good();

    [GeneratedRegex(@"(\d+) failed", RegexOptions.None, 1000)]
    private static partial Regex Failed();
}
