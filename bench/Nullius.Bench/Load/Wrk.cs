using System.Globalization;
using System.Text.RegularExpressions;
using Nullius.Bench.Peers;
using Nullius.EndToEnd.Harness;

namespace Nullius.Bench.Load;

/// <summary>wrk over HTTP/1.1 and TLS at a given rate, whose requests come one by one: each connection pauses for a random time between two.</summary>
internal static partial class Wrk
{
    private static readonly string Script = Path.Combine(AppContext.BaseDirectory, "Load", "pauses.lua");

    /// <summary>The median time of a request, in microseconds.</summary>
    /// <param name="perSecond">Requests a second over all connections; a little less comes, since a pause begins with the answer.</param>
    public static async Task<double> MedianAsync(int port, string? cookie, int connections, double perSecond, int seconds)
    {
        string[] arguments =
        [
            "-t1", string.Create(CultureInfo.InvariantCulture, $"-c{connections}"), string.Create(CultureInfo.InvariantCulture, $"-d{seconds}s"), "-s", Script,
            .. cookie is null ? Array.Empty<string>() : ["-H", $"Cookie: {cookie}"], $"https://{Setting.Host}:{port}/kb",
            "--", (1000 * connections / perSecond).ToString(CultureInfo.InvariantCulture),
        ];
        using var child = Child.Start(Tools.Find("wrk"), arguments);
        var output = await child.OutputAsync();
        var told = Told().Match(output);
        if (!told.Success || told.Groups["failed"].Value != "0")
            throw new InvalidOperationException($"wrk on port {port}: expected a median and no failed request, got: {output}");
        return double.Parse(told.Groups["median"].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^median (?<median>\d+) failed (?<failed>\d+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Told();
}
