using System.Globalization;
using Nullius.Agent.Host;

namespace Nullius.Agent.Facts.ScreenLocks;

/// <summary>Xfce with its own screensaver, which must run: xfconf. A property that was never set has the screensaver's default.</summary>
internal static class XfceLock
{
    private const string Channel = "xfce4-screensaver";

    public static Fact Of(HostView host)
    {
        // Cut to the 15 characters that the kernel keeps.
        if (!Processes.Named(host, Channel[..15]).Any())
            return Fact.Unknown("xfce4-screensaver does not run, and what else may lock the screen is not known");
        var answers = new[] { "/saver/enabled", "/saver/idle-activation/enabled", "/lock/enabled", "/lock/saver-activation/enabled" }.Select(name => (name, value: Value(host, name, "true"))).ToList();
        if (answers.Exists(answer => answer.value is not ("true" or "false")))
            return Fact.Unknown("the screensaver's settings cannot be read (xfconf-query)");
        if (answers.Find(answer => answer.value == "false").name is { } off)
            return Fact.No($"locking is switched off ({Channel} {off})");
        // Minutes until the saver begins, and from there until it locks.
        return Minutes(host, "/saver/idle-activation/delay", "5") is { } idle && Minutes(host, "/lock/saver-activation/delay", "0") is { } more
            ? ScreenLockFact.After(idle == 0 ? 0 : (idle + more) * 60L, $"{Channel} /saver/idle-activation/delay")
            : Fact.Unknown("the delay of the screensaver is not a number (xfconf-query)");
    }

    private static int? Minutes(HostView host, string name, string fallback) =>
        int.TryParse(Value(host, name, fallback), NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) && minutes < 100_000 ? minutes : null;

    /// <summary>Null when xfconf does not answer.</summary>
    private static string? Value(HostView host, string name, string fallback) => host.Run("xfconf-query", "-c", Channel, "-p", name) switch
    {
        { ExitCode: 0 } answer => answer.Output.Trim(),
        // 1: the property, or the whole channel, was never written.
        { ExitCode: 1 } => fallback,
        _ => null,
    };
}
