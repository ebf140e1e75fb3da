using System.Globalization;
using Nullius.Agent.Host;

namespace Nullius.Agent.Facts.ScreenLocks;

/// <summary>Sway locks by what its idle daemon was told: the timeouts of a running swayidle, from its arguments or its configuration.</summary>
internal static class SwayLock
{
    private static readonly string[] Lockers = ["swaylock", "gtklock", "waylock", "hyprlock", "loginctl lock-session", "loginctl lock-sessions"];

    public static Fact Of(HostView host)
    {
        var daemons = Processes.Named(host, "swayidle").ToList();
        if (daemons.Count == 0)
            return Fact.Unknown("no swayidle runs, and what else may lock the screen is not known");
        var timeouts = daemons.SelectMany(arguments => Timeouts(host, arguments)).ToList();
        return timeouts.Count == 0
            ? Fact.No("swayidle runs without a timeout that locks the screen")
            : ScreenLockFact.After(timeouts.Min(), "swayidle");
    }

    private static IEnumerable<long> Timeouts(HostView host, IReadOnlyList<string> arguments)
    {
        var events = new List<string>(arguments.Skip(1));
        if (!events.Contains("timeout", StringComparer.Ordinal) && Configuration(host, arguments) is { } text)
            events = [.. text.Split('\n').Select(line => line.Trim()).Where(line => !line.StartsWith('#')).SelectMany(Words)];
        for (var at = 0; at + 2 < events.Count; at++)
        {
            if (events[at] == "timeout" && int.TryParse(events[at + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                && Lockers.Any(locker => events[at + 2].Contains(locker, StringComparison.Ordinal)))
                yield return seconds;
        }
    }

    // swayidle(1): -C, then the user's, then the system's.
    private static string? Configuration(HostView host, IReadOnlyList<string> arguments)
    {
        var named = arguments.SkipWhile(argument => argument != "-C").Skip(1).FirstOrDefault();
        var places = named is not null ? [named] : new[] { ScreenLockFact.OfUser(host, "swayidle/config"), "/etc/swayidle/config" };
        return places.OfType<string>().Select(host.Read).FirstOrDefault(text => text is not null);
    }

    /// <summary>Words of a line, quotes kept together: <c>timeout 300 'swaylock -f'</c>.</summary>
    private static IEnumerable<string> Words(string line)
    {
        var word = new System.Text.StringBuilder();
        var quote = '\0';
        foreach (var letter in line + " ")
        {
            if (quote == '\0' && letter is '\'' or '"')
            {
                quote = letter;
            }
            else if (letter == quote)
            {
                quote = '\0';
            }
            else if (quote == '\0' && char.IsWhiteSpace(letter))
            {
                if (word.Length > 0)
                    yield return word.ToString();
                word.Clear();
            }
            else
            {
                word.Append(letter);
            }
        }
    }
}
