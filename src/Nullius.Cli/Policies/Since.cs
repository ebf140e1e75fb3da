using System.CommandLine.Parsing;
using System.Globalization;

namespace Nullius.Cli.Policies;

/// <summary>An instant as people type one: a date, a date and time, or how long ago.</summary>
internal static class Since
{
    internal static DateTimeOffset? Parse(ArgumentResult result, TimeProvider time)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (text.Length > 1 && "mhd".Contains(text[^1], StringComparison.Ordinal) && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return time.GetUtcNow() - text[^1] switch { 'm' => TimeSpan.FromMinutes(number), 'h' => TimeSpan.FromHours(number), _ => TimeSpan.FromDays(Math.Min(number, 36500)) };
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant))
            return instant;
        result.AddError($"`{text}` is no instant, expected a date like 2026-11-01, a date and time, or a time before now like `30d`");
        return null;
    }
}
