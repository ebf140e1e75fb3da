using Nullius.Agent.Host;

namespace Nullius.Agent.Facts.ScreenLocks;

/// <summary>What runs, as /proc shows it to this user.</summary>
internal static class Processes
{
    /// <summary>The arguments of each process of that name (as <c>comm</c> has it: at most 15 characters).</summary>
    public static IEnumerable<IReadOnlyList<string>> Named(HostView host, string name) =>
        from process in host.List("/proc") ?? []
        where process.All(char.IsAsciiDigit) && host.Read($"/proc/{process}/comm")?.TrimEnd('\n') == name
        select (IReadOnlyList<string>)(host.Read($"/proc/{process}/cmdline") ?? "").TrimEnd('\0').Split('\0');
}
