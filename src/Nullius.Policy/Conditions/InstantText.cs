using System.Globalization;

namespace Nullius.Policy.Conditions;

/// <summary>Instants as policies write them: W3C's profile of ISO 8601, or seconds since 1970 (reference: date condition operators).</summary>
internal static class InstantText
{
    private static readonly string[] s_formats =
    [
        "yyyy", "yyyy-MM", "yyyy-MM-dd",
        "yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK",
        "yyyyMMddTHHmmssK",
    ];

    /// <summary>UTC ticks. A time without an offset is UTC. Four digits are a year; a longer number is seconds.</summary>
    internal static bool TryParse(ReadOnlySpan<char> text, out long ticks)
    {
        ticks = 0;
        if (text.Length is 0 or > 40)
            return false;
        if (text.Length != 4 && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
            return TryFromEpoch(seconds, out ticks);
        const DateTimeStyles Styles = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (!DateTimeOffset.TryParseExact(text, s_formats, CultureInfo.InvariantCulture, Styles, out var instant))
            return false;
        ticks = instant.UtcTicks;
        return true;
    }

    internal static bool TryFromEpoch(long seconds, out long ticks)
    {
        ticks = 0;
        if (seconds < -62_135_596_800 || seconds > 253_402_300_799)
            return false;
        ticks = DateTime.UnixEpoch.Ticks + (seconds * TimeSpan.TicksPerSecond);
        return true;
    }

    internal static long ToEpoch(long ticks) => Math.DivRem(ticks - DateTime.UnixEpoch.Ticks, TimeSpan.TicksPerSecond, out var rest) - (rest < 0 ? 1 : 0);
}
