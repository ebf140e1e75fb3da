namespace Nullius.Monitoring.Ingest.Fields;

/// <summary>Instants as logs write them, read from their bytes: <c>2026-11-22T10:00:00[.fraction](Z|±hh:mm)</c>; without a zone it is UTC.</summary>
internal static class InstantBytes
{
    private const int Head = 19;

    internal static bool TryParse(ReadOnlySpan<byte> text, out DateTimeOffset instant)
    {
        instant = default;
        if (text.Length < Head || text[4] != '-' || text[7] != '-' || text[10] is not ((byte)'T' or (byte)' ') || text[13] != ':' || text[16] != ':')
            return false;
        if (!Digits(text[..4], out var year) || !Digits(text[5..7], out var month) || !Digits(text[8..10], out var day)
            || !Digits(text[11..13], out var hour) || !Digits(text[14..16], out var minute) || !Digits(text[17..19], out var second))
            return false;
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
            return false;
        var ticks = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc).Ticks;
        var rest = text[Head..];
        if (rest is [(byte)'.', ..])
        {
            rest = rest[1..];
            ticks += Fraction(ref rest);
        }
        if (!Zone(rest, out var offset) || ticks - offset < 0 || ticks - offset > DateTime.MaxValue.Ticks)
            return false;
        instant = new DateTimeOffset(ticks - offset, TimeSpan.Zero);
        return true;
    }

    private static long Fraction(ref ReadOnlySpan<byte> rest)
    {
        var (ticks, scale) = (0L, TimeSpan.TicksPerSecond);
        while (rest.Length > 0 && rest[0] is >= (byte)'0' and <= (byte)'9')
        {
            scale /= 10;
            ticks += (rest[0] - '0') * scale;
            rest = rest[1..];
        }
        return ticks;
    }

    private static bool Zone(ReadOnlySpan<byte> rest, out long ticks)
    {
        ticks = 0;
        if (rest.IsEmpty || rest is [(byte)'Z'])
            return true;
        if (rest is not [(byte)'+' or (byte)'-', _, _, (byte)':', _, _] || !Digits(rest[1..3], out var hours) || !Digits(rest[4..6], out var minutes))
            return false;
        ticks = (hours * 60 + minutes) * TimeSpan.TicksPerMinute * (rest[0] == '-' ? -1 : 1);
        return hours < 15 && minutes < 60;
    }

    private static bool Digits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (var digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'9')
                return false;
            value = value * 10 + (digit - '0');
        }
        return true;
    }
}
