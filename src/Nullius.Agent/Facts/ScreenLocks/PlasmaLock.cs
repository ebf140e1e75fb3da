using System.Globalization;
using Nullius.Agent.Host;

namespace Nullius.Agent.Facts.ScreenLocks;

/// <summary>KDE Plasma: kscreenlockerrc of the system, then of the user. What is written nowhere has Plasma's default: locked after five minutes.</summary>
internal static class PlasmaLock
{
    private const string File = "kscreenlockerrc";
    private const string Group = "[Daemon]";

    public static Fact Of(HostView host)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["Autolock"] = "true", ["Timeout"] = "5", ["LockGrace"] = "0" };
        var fixedKeys = new HashSet<string>(StringComparer.Ordinal);
        var places = new[] { "/etc/xdg/" + File, ScreenLockFact.OfUser(host, File) }.OfType<string>();
        foreach (var place in places)
            Read(host.Read(place) ?? "", settings, fixedKeys);
        if (settings["Autolock"] is not ("true" or "false"))
            return Fact.Unknown($"Autolock is neither true nor false ({File})");
        if (settings["Autolock"] == "false")
            return Fact.No($"locking is switched off (Autolock in {File})");
        // Minutes, and the seconds in which no password is asked for yet.
        return int.TryParse(settings["Timeout"], NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)
            && int.TryParse(settings["LockGrace"], NumberStyles.None, CultureInfo.InvariantCulture, out var grace)
            ? ScreenLockFact.After(minutes == 0 ? 0 : (minutes * 60L) + grace, $"Timeout in {File}")
            : Fact.Unknown($"Timeout is not a number ({File})");
    }

    // "Timeout[$i]=5" is fixed by whoever administers the system: what the user's file says then does not count.
    private static void Read(string text, Dictionary<string, string> settings, HashSet<string> fixedKeys)
    {
        var inside = false;
        var fixedNow = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n').Select(line => line.Trim()))
        {
            if (line.StartsWith('['))
            {
                inside = line == Group || line == Group + "[$i]";
                continue;
            }

            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (!inside || equals <= 0 || line.StartsWith('#'))
                continue;
            var (key, value) = (line[..equals].Trim(), line[(equals + 1)..].Trim());
            var name = key.Split('[')[0];
            if (fixedKeys.Contains(name))
                continue;
            settings[name] = value;
            if (key.Contains("$i", StringComparison.Ordinal))
                fixedNow.Add(name);
        }

        fixedKeys.UnionWith(fixedNow);
    }
}
