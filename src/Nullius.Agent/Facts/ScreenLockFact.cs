using System.Globalization;
using Nullius.Agent.Host;

namespace Nullius.Agent.Facts;

/// <summary>Whether the desktop locks itself when nobody is there. A host without a desktop has no answer.</summary>
internal static class ScreenLockFact
{
    private const int MostIdleSeconds = 15 * 60;

    public static Fact Of(HostView host)
    {
        if (string.IsNullOrEmpty(host.Variable("DISPLAY")) && string.IsNullOrEmpty(host.Variable("WAYLAND_DISPLAY")))
            return Fact.Unknown("no graphical session: run the agent in the user's desktop session");
        if (host.Run("gsettings", "get", "org.gnome.desktop.screensaver", "lock-enabled") is not { ExitCode: 0 } locks)
            return Fact.Unknown("the desktop's settings cannot be read (gsettings)");
        if (locks.Output.Trim() != "true")
            return Fact.No("locking is switched off (org.gnome.desktop.screensaver lock-enabled)");
        if (host.Run("gsettings", "get", "org.gnome.desktop.session", "idle-delay") is not { ExitCode: 0 } idle)
            return Fact.Unknown("the idle delay cannot be read (gsettings)");

        // "uint32 300"
        if (!int.TryParse(idle.Output.Trim().Split(' ')[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            return Fact.Unknown("the idle delay is not a number");
        return seconds switch
        {
            0 => Fact.No("the screen never goes idle (org.gnome.desktop.session idle-delay is 0)"),
            > MostIdleSeconds => Fact.No($"the screen locks after {seconds} s, expected at most {MostIdleSeconds} s"),
            _ => Fact.Yes($"the screen locks after {seconds} s"),
        };
    }
}
