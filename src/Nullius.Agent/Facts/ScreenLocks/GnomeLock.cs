using System.Globalization;
using Nullius.Agent.Host;

namespace Nullius.Agent.Facts.ScreenLocks;

/// <summary>GNOME and its kin: gsettings.</summary>
internal static class GnomeLock
{
    public static Fact Of(HostView host)
    {
        if (host.Run("gsettings", "get", "org.gnome.desktop.screensaver", "lock-enabled") is not { ExitCode: 0 } locks)
            return Fact.Unknown("the desktop's settings cannot be read (gsettings)");
        if (locks.Output.Trim() != "true")
            return Fact.No("locking is switched off (org.gnome.desktop.screensaver lock-enabled)");
        // "uint32 300": both are seconds.
        if (Seconds(host, "org.gnome.desktop.session", "idle-delay") is not { } idle)
            return Fact.Unknown("the idle delay cannot be read, or is not a number (gsettings)");
        var delay = Seconds(host, "org.gnome.desktop.screensaver", "lock-delay") ?? 0;
        return ScreenLockFact.After(idle == 0 ? 0 : idle + delay, "org.gnome.desktop.session idle-delay");
    }

    private static long? Seconds(HostView host, string schema, string key) =>
        host.Run("gsettings", "get", schema, key) is { ExitCode: 0 } answer
            && uint.TryParse(answer.Output.Trim().Split(' ')[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : null;
}
