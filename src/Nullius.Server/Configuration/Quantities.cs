using System.Globalization;

namespace Nullius.Server.Configuration;

/// <summary>Times and sizes as people write them: <c>30s</c>, <c>12h</c>, <c>64KB</c>.</summary>
public static class Quantities
{
    private static readonly (string Suffix, double Seconds)[] Times =
        [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400)];

    private static readonly (string Suffix, long Bytes)[] Sizes =
        [("KB", 1L << 10), ("MB", 1L << 20), ("GB", 1L << 30), ("TB", 1L << 40), ("B", 1)];

    /// <summary>A whole number with <c>ms</c>, <c>s</c>, <c>m</c>, <c>h</c> or <c>d</c>; at most ten years.</summary>
    public static bool TryDuration(string text, out TimeSpan time)
    {
        time = default;
        foreach (var (suffix, seconds) in Times)
        {
            if (!text.EndsWith(suffix, StringComparison.Ordinal) || !TryWhole(text.AsSpan(..^suffix.Length), out var count)) continue;
            var total = count * seconds;
            if (total > TimeSpan.FromDays(3653).TotalSeconds) return false;
            time = TimeSpan.FromSeconds(total);
            return true;
        }
        return false;
    }

    /// <summary>A whole number with <c>B</c>, <c>KB</c>, <c>MB</c>, <c>GB</c> or <c>TB</c> (powers of 1024).</summary>
    public static bool TrySize(string text, out long bytes)
    {
        bytes = 0;
        foreach (var (suffix, unit) in Sizes)
        {
            if (!text.EndsWith(suffix, StringComparison.Ordinal) || !TryWhole(text.AsSpan(..^suffix.Length), out var count)) continue;
            if (count > long.MaxValue / unit) return false;
            bytes = count * unit;
            return true;
        }
        return false;
    }

    /// <summary>Digits only: no sign, no spaces, no separators.</summary>
    private static bool TryWhole(ReadOnlySpan<char> text, out long count) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count);
}
