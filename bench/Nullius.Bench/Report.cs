using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nullius.Bench;

/// <summary>One measured figure. <paramref name="Ratio"/>: how many times better ours is than the peer's.</summary>
internal sealed record Figure(string Metric, double Value, string Unit, string? Peer = null, double? PeerValue = null, double? Ratio = null, double? Size = null, string? Goal = null, bool? Met = null);

/// <summary>Collects figures; prints a table for people, or one JSON object per line.</summary>
internal sealed class Report(string bench, bool json)
{
    private readonly List<Figure> _figures = [];

    public void Add(Figure figure)
    {
        _figures.Add(figure);
        if (json)
            Console.WriteLine(Line(figure));
    }

    /// <summary>What happens now, for the person who waits.</summary>
    public static void Say(string text) => Console.Error.WriteLine(text);

    /// <summary>Garbage of what was before is collected before something is timed.</summary>
    public static void Settle()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    public void Print()
    {
        if (json)
            return;
        Console.WriteLine($"{"metric",-34} {"size",8} {"value",12} {"unit",-8} {"peer",-13} {"peer value",12} {"ratio",8}  goal");
        foreach (var figure in _figures)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{figure.Metric,-34} {(figure.Size is { } size ? Number(size) : ""),8} {Number(figure.Value),12} {figure.Unit,-8} {figure.Peer ?? "",-13} {(figure.PeerValue is { } peer ? Number(peer) : ""),12} {(figure.Ratio is { } ratio ? ratio.ToString("0.00", CultureInfo.InvariantCulture) : ""),8}  {figure.Goal}{(figure.Met is { } met ? met ? "  met" : "  NOT MET" : "")}"));
        }
    }

    private string Line(Figure figure)
    {
        var line = new JsonObject { ["bench"] = bench, ["metric"] = figure.Metric };
        if (figure.Size is { } size)
            line["size"] = size;
        line["value"] = Math.Round(figure.Value, 3);
        line["unit"] = figure.Unit;
        if (figure.Peer is { } peer)
            line["peer"] = peer;
        if (figure.PeerValue is { } peerValue)
            line["peerValue"] = Math.Round(peerValue, 3);
        if (figure.Ratio is { } ratio)
            line["ratio"] = Math.Round(ratio, 3);
        if (figure.Goal is { } goal)
            line["goal"] = goal;
        if (figure.Met is { } met)
            line["met"] = met;
        return line.ToJsonString(JsonSerializerOptions.Web);
    }

    private static string Number(double value) => value >= 1000 ? value.ToString("N0", CultureInfo.InvariantCulture) : value.ToString("0.###", CultureInfo.InvariantCulture);
}

/// <summary>Order statistics.</summary>
internal static class Sample
{
    public static double Percentile(IReadOnlyCollection<double> values, double percent)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[Math.Clamp((int)Math.Ceiling(percent / 100 * sorted.Length) - 1, 0, sorted.Length - 1)];
    }

    public static double Median(IReadOnlyCollection<double> values) => Percentile(values, 50);
}
