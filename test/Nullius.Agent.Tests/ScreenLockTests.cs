using Nullius.Agent.Facts;
using Nullius.Agent.Facts.ScreenLocks;
using Xunit;

namespace Nullius.Agent.Tests;

public sealed class ScreenLockTests : IDisposable
{
    private readonly FakeHost _host = new();

    public void Dispose() => _host.Dispose();

    private FakeHost Desktop(string name) => _host.Variable("WAYLAND_DISPLAY", "wayland-0").Variable("XDG_CURRENT_DESKTOP", name).Variable("HOME", "/home/alice");

    [Theory]
    [InlineData("true", "uint32 300", "uint32 0", "Yes")]
    [InlineData("true", "uint32 840", "uint32 120", "No")]
    [InlineData("false", "uint32 300", "uint32 0", "No")]
    [InlineData("true", "uint32 0", "uint32 0", "No")]
    [InlineData("true", "uint32 3600", "uint32 0", "No")]
    [InlineData("true", "nonsense", "uint32 0", "Unknown")]
    public void Gnome_needs_locking_and_a_short_delay(string locks, string idle, string delay, string expected)
    {
        Desktop("ubuntu:GNOME")
            .Program("gsettings get org.gnome.desktop.screensaver lock-enabled", locks + "\n")
            .Program("gsettings get org.gnome.desktop.screensaver lock-delay", delay + "\n")
            .Program("gsettings get org.gnome.desktop.session idle-delay", idle + "\n");
        Assert.Equal(expected, ScreenLockFact.Of(_host.View).State.ToString());
    }

    [Theory]
    [InlineData(null, "Yes")]
    [InlineData("[Daemon]\nTimeout=10\n", "Yes")]
    [InlineData("[Daemon]\nTimeout=15\nLockGrace=60\n", "No")]
    [InlineData("[Daemon]\nTimeout=30\n", "No")]
    [InlineData("[Daemon]\nAutolock=false\nTimeout=5\n", "No")]
    [InlineData("[Daemon]\nTimeout=0\n", "No")]
    [InlineData("[Daemon]\nTimeout=soon\n", "Unknown")]
    [InlineData("[Greeter]\nAutolock=false\n\n[Daemon]\nLockOnResume=false\n", "Yes")]
    public void Plasma_locks_by_its_file_or_by_its_default(string? file, string expected)
    {
        Desktop("KDE");
        if (file is not null)
            _host.File("/home/alice/.config/kscreenlockerrc", file);
        Assert.Equal(expected, ScreenLockFact.Of(_host.View).State.ToString());
    }

    [Fact]
    public void What_the_administrator_fixed_for_plasma_the_user_cannot_change()
    {
        Desktop("KDE").File("/etc/xdg/kscreenlockerrc", "[Daemon]\nAutolock[$i]=true\nTimeout[$i]=5\n").File("/home/alice/.config/kscreenlockerrc", "[Daemon]\nAutolock=false\nTimeout=600\n");
        Assert.Equal(FactState.Yes, ScreenLockFact.Of(_host.View).State);
    }

    [Fact]
    public void What_the_administrator_only_suggests_for_plasma_the_user_can_change()
    {
        Desktop("KDE").File("/etc/xdg/kscreenlockerrc", "[Daemon]\nTimeout=5\n").File("/home/alice/.config/kscreenlockerrc", "[Daemon]\nTimeout=600\n");
        Assert.Equal(FactState.No, ScreenLockFact.Of(_host.View).State);
    }

    [Theory]
    [InlineData("/saver/idle-activation/delay", "10", "Yes")]
    [InlineData("/saver/idle-activation/delay", "60", "No")]
    [InlineData("/lock/enabled", "false", "No")]
    [InlineData("/saver/enabled", "false", "No")]
    [InlineData("/saver/idle-activation/delay", "never", "Unknown")]
    public void Xfce_locks_by_its_screensaver(string property, string value, string expected)
    {
        Desktop("XFCE").File("/proc/812/comm", "xfce4-screensav\n")
            .Program($"xfconf-query -c xfce4-screensaver -p {property}", value + "\n").Program("xfconf-query", "", 1);
        Assert.Equal(expected, ScreenLockFact.Of(_host.View).State.ToString());
    }

    [Fact]
    public void Xfce_without_its_screensaver_is_unknown_whatever_was_once_set()
    {
        Desktop("XFCE").Program("xfconf-query", "true\n");
        Assert.Equal(FactState.Unknown, ScreenLockFact.Of(_host.View).State);
    }

    [Theory]
    [InlineData("swayidle\0-w\0timeout\0300\0swaylock -f -c 000000\0timeout\0600\0swaymsg \"output * power off\"\0before-sleep\0swaylock -f\0", "Yes")]
    [InlineData("swayidle\0-w\0timeout\01800\0swaylock -f\0", "No")]
    [InlineData("swayidle\0-w\0timeout\0300\0swaymsg \"output * power off\"\0", "No")]
    [InlineData("swayidle\0-w\0before-sleep\0swaylock -f\0", "No")]
    public void Sway_locks_by_the_timeouts_of_its_idle_daemon(string arguments, string expected)
    {
        Desktop("sway").File("/proc/900/comm", "swayidle\n").File("/proc/900/cmdline", arguments);
        Assert.Equal(expected, ScreenLockFact.Of(_host.View).State.ToString());
    }

    [Theory]
    [InlineData("swayidle\0-w\0", "/home/alice/.config/swayidle/config", "Yes")]
    [InlineData("swayidle\0-w\0", "/etc/swayidle/config", "Yes")]
    [InlineData("swayidle\0-C\0/home/alice/idle\0", "/home/alice/idle", "Yes")]
    [InlineData("swayidle\0-C\0/home/alice/idle\0", "/home/alice/.config/swayidle/config", "No")]
    public void Sway_locks_by_the_configuration_of_its_idle_daemon(string arguments, string file, string expected)
    {
        Desktop("sway").File("/proc/900/comm", "swayidle\n").File("/proc/900/cmdline", arguments).File(file, "# locks\ntimeout 300 'swaylock -f'\nbefore-sleep 'swaylock -f'\n");
        Assert.Equal(expected, ScreenLockFact.Of(_host.View).State.ToString());
    }

    [Fact]
    public void Sway_without_an_idle_daemon_is_unknown()
    {
        Desktop("sway").File("/proc/1/comm", "systemd\n");
        Assert.Equal(FactState.Unknown, ScreenLockFact.Of(_host.View).State);
    }

    [Theory]
    [InlineData("X-Cinnamon")]
    [InlineData("")]
    public void Settings_of_a_desktop_that_does_not_run_say_nothing(string desktop)
    {
        Desktop(desktop).Program("gsettings get org.gnome.desktop.screensaver lock-enabled", "true\n").Program("gsettings get org.gnome.desktop.session idle-delay", "uint32 300\n");
        Assert.Equal(FactState.Unknown, ScreenLockFact.Of(_host.View).State);
    }
}
