using Nullius.Agent.Host;

namespace Nullius.Agent.Facts.ScreenLocks;

/// <summary>
/// Whether the desktop locks itself when nobody is there, as the running desktop's own settings say. A host without a desktop has no answer,
/// and neither has a desktop that is not known: settings of another one, which may be installed beside it, are never looked at.
/// </summary>
internal static class ScreenLockFact
{
    private const int MostIdleSeconds = 15 * 60;

    private static readonly (string[] Desktops, Func<HostView, Fact> Of)[] Known =
    [
        (["GNOME", "Unity", "Budgie"], GnomeLock.Of),
        (["KDE"], PlasmaLock.Of),
        (["XFCE"], XfceLock.Of),
        (["sway"], SwayLock.Of),
    ];

    public static Fact Of(HostView host)
    {
        if (string.IsNullOrEmpty(host.Variable("DISPLAY")) && string.IsNullOrEmpty(host.Variable("WAYLAND_DISPLAY")))
            return Fact.Unknown("no graphical session: run the agent in the user's desktop session");
        // "ubuntu:GNOME": the most specific name first.
        var desktops = (host.Variable("XDG_CURRENT_DESKTOP") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        foreach (var desktop in desktops)
        {
            foreach (var (names, of) in Known)
            {
                if (names.Contains(desktop, StringComparer.OrdinalIgnoreCase))
                    return of(host);
            }
        }

        return Fact.Unknown(desktops.Length == 0 ? "the desktop does not say which one it is (XDG_CURRENT_DESKTOP)" : $"the settings of `{string.Join(':', desktops)}` are not known");
    }

    /// <summary>The screen locks after so long without anybody.</summary>
    public static Fact After(long seconds, string evidence) => seconds switch
    {
        <= 0 => Fact.No($"the screen never locks by itself ({evidence})"),
        > MostIdleSeconds => Fact.No($"the screen locks after {seconds} s, expected at most {MostIdleSeconds} s ({evidence})"),
        _ => Fact.Yes($"the screen locks after {seconds} s ({evidence})"),
    };

    /// <summary>A file below the user's configuration folder.</summary>
    public static string? OfUser(HostView host, string file) =>
        host.Variable("XDG_CONFIG_HOME") is { Length: > 0 } own ? Path.Combine(own, file)
        : host.Variable("HOME") is { Length: > 0 } home ? Path.Combine(home, ".config", file)
        : null;
}
