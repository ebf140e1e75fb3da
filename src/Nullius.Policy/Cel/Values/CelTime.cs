using System.Globalization;
using System.Numerics;

namespace Nullius.Policy.Cel.Values;

/// <summary>Timestamps (years 1 to 9999) and durations (±2⁶³ nanoseconds), as the specification's conversions read and write them.</summary>
internal static class CelTime
{
    internal const long MinSeconds = -62_135_596_800;
    internal const long MaxSeconds = 253_402_300_799;
    private const long NanosPerSecond = 1_000_000_000;

    internal static readonly string RangeMessage = "timestamp out of range, expected the years 1 to 9999";

    internal static CelValue Timestamp(long seconds, long nanos)
    {
        seconds += Math.DivRem(nanos, NanosPerSecond, out var rest);
        if (rest < 0)
        {
            seconds--;
            rest += NanosPerSecond;
        }
        return seconds is < MinSeconds or > MaxSeconds ? CelValue.Fail("range", RangeMessage) : CelValue.OfTimestamp(seconds, (int)rest);
    }

    internal static CelValue Duration(Int128 nanos) =>
        nanos > long.MaxValue || nanos < long.MinValue ? CelValue.Fail("range", "duration out of range, expected at most 2^63 nanoseconds") : CelValue.OfDuration((long)nanos);

    internal static CelValue Subtract(in CelValue later, in CelValue earlier) =>
        Duration(((Int128)(later.Seconds - earlier.Seconds) * NanosPerSecond) + later.Nanos - earlier.Nanos);

    internal static CelValue Add(in CelValue timestamp, Int128 nanos)
    {
        var seconds = (long)(nanos / NanosPerSecond);
        return Timestamp(timestamp.Seconds + seconds, timestamp.Nanos + (long)(nanos - ((Int128)seconds * NanosPerSecond)));
    }

    /// <summary>RFC 3339 with up to nine digits of fraction.</summary>
    internal static CelValue ParseTimestamp(string text)
    {
        if (text.Length is < 20 or > 40 || text[4] != '-' || text[7] != '-' || text[10] is not ('T' or 't') || text[13] != ':' || text[16] != ':')
            return text.Length > 10 && text[4] != '-' && char.IsAsciiDigit(text[4]) ? CelValue.Fail("range", RangeMessage) : NoTimestamp(text);
        if (!Number(text.AsSpan(0, 4), out var year) || !Number(text.AsSpan(5, 2), out var month) || !Number(text.AsSpan(8, 2), out var day)
            || !Number(text.AsSpan(11, 2), out var hour) || !Number(text.AsSpan(14, 2), out var minute) || !Number(text.AsSpan(17, 2), out var second))
            return NoTimestamp(text);
        if (year == 0)
            return CelValue.Fail("range", RangeMessage);
        if (month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
            return NoTimestamp(text);
        var at = 19;
        if (!TryFraction(text, ref at, out var nanos) || !TryOffset(text.AsSpan(at), out var offset))
            return NoTimestamp(text);
        var seconds = (new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc).Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond;
        return Timestamp(seconds - offset, nanos);
    }

    private static CelValue NoTimestamp(string text) =>
        CelValue.Fail("bad-value", $"`{PolicyDiagnostic.Quote(text)}` is not a timestamp, expected RFC 3339 like 2026-01-31T08:00:00Z");

    private static bool Number(ReadOnlySpan<char> text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static bool TryFraction(string text, ref int at, out int nanos)
    {
        nanos = 0;
        if (text[at] != '.')
            return true;
        var start = ++at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
        return at - start is >= 1 and <= 9 && int.TryParse(text[start..at].PadRight(9, '0'), NumberStyles.None, CultureInfo.InvariantCulture, out nanos);
    }

    private static bool TryOffset(ReadOnlySpan<char> text, out int seconds)
    {
        seconds = 0;
        if (text is ['Z' or 'z'])
            return true;
        if (text.Length != 6 || text[0] is not ('+' or '-') || text[3] != ':' || !Number(text[1..3], out var hours) || !Number(text[4..], out var minutes)
            || hours > 23 || minutes > 59)
            return false;
        seconds = ((hours * 3600) + (minutes * 60)) * (text[0] == '-' ? -1 : 1);
        return true;
    }

    internal static string Format(in CelValue timestamp)
    {
        var instant = DateTime.UnixEpoch.AddTicks(timestamp.Seconds * TimeSpan.TicksPerSecond);
        var text = instant.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture);
        if (timestamp.Nanos != 0)
            text += "." + timestamp.Nanos.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0');
        return text + "Z";
    }

    internal static string FormatDuration(long nanos)
    {
        var whole = Math.DivRem(nanos, NanosPerSecond, out var rest);
        var sign = nanos < 0 && whole == 0 ? "-" : "";
        var fraction = rest == 0 ? "" : "." + Math.Abs(rest).ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0');
        return $"{sign}{whole.ToString(CultureInfo.InvariantCulture)}{fraction}s";
    }

    /// <summary>Signed decimals with units: <c>1h30m</c>, <c>-1.5s</c>, <c>100ms</c>.</summary>
    internal static CelValue ParseDuration(string text)
    {
        var rest = text.AsSpan();
        var negative = rest is ['-', ..];
        if (rest is ['-' or '+', ..])
            rest = rest[1..];
        if (rest is "0")
            return CelValue.OfDuration(0);
        if (rest.IsEmpty || text.Length > 100)
            return NoDuration(text);
        Int128 total = 0;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept("0123456789.");
            if (digits <= 0)
                return NoDuration(text);
            var unit = rest[digits..].IndexOfAny("0123456789.");
            var name = unit < 0 ? rest[digits..] : rest.Slice(digits, unit);
            if (!TryScale(rest[..digits], UnitNanos(name), out var nanos))
                return NoDuration(text);
            total += nanos;
            if (total > (Int128)long.MaxValue * 2)
                return Duration(total);
            rest = rest[(digits + name.Length)..];
        }
        return Duration(negative ? -total : total);
    }

    private static CelValue NoDuration(string text) =>
        CelValue.Fail("bad-value", $"`{PolicyDiagnostic.Quote(text)}` is not a duration, expected numbers with the units h, m, s, ms, us or ns");

    private static long UnitNanos(ReadOnlySpan<char> name) => name switch
    {
        "h" => 3600 * NanosPerSecond,
        "m" => 60 * NanosPerSecond,
        "s" => NanosPerSecond,
        "ms" => 1_000_000,
        "us" or "µs" or "μs" => 1_000,
        "ns" => 1,
        _ => 0,
    };

    private static bool TryScale(ReadOnlySpan<char> number, long unit, out Int128 nanos)
    {
        nanos = 0;
        var point = number.IndexOf('.');
        var whole = point < 0 ? number : number[..point];
        var fraction = point < 0 ? default : number[(point + 1)..];
        if (unit == 0 || whole.Length + fraction.Length == 0 || whole.Length > 20 || fraction.IndexOf('.') >= 0)
            return false;
        foreach (var digit in whole)
            nanos = (nanos * 10) + (digit - '0');
        nanos *= unit;
        var scale = (BigInteger)unit;
        BigInteger part = 0, power = 1;
        foreach (var digit in fraction)
        {
            part = (part * 10) + (digit - '0');
            power *= 10;
        }
        nanos += (Int128)(part * scale / power);
        return true;
    }

    /// <summary>The wall clock in a zone: an IANA name or an offset like <c>-02:30</c>; null when there is no such zone.</summary>
    internal static DateTime? WallClock(in CelValue timestamp, string zone)
    {
        var utc = DateTime.UnixEpoch.AddTicks((timestamp.Seconds * TimeSpan.TicksPerSecond) + (timestamp.Nanos / 100));
        if (zone is "" or "UTC" or "Z")
            return utc;
        if (zone.Contains(':', StringComparison.Ordinal) || zone[0] is '+' or '-')
            return TryOffset(zone[0] is '+' or '-' ? zone : "+" + zone, out var seconds) ? Shift(utc, TimeSpan.FromSeconds(seconds)) : null;
        return zone.Length <= 64 && TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found) ? Shift(utc, found.GetUtcOffset(utc)) : null;
    }

    private static DateTime? Shift(DateTime utc, TimeSpan offset)
    {
        var ticks = utc.Ticks + offset.Ticks;
        return ticks < 0 || ticks > DateTime.MaxValue.Ticks ? null : new DateTime(ticks, DateTimeKind.Unspecified);
    }
}
