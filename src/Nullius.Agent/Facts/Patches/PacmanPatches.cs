using Nullius.Agent.Host;

namespace Nullius.Agent.Facts.Patches;

/// <summary>Arch and its kin, rolling releases: no update is marked as a security update, so that each pending one may be.</summary>
internal static class PacmanPatches
{
    private const string Lists = "/var/lib/pacman/sync";

    public static Fact? Of(HostView host)
    {
        if (host.Run("pacman", "-Qu", "--color", "never") is not { } pacman)
            return null;
        var lists = (host.List(Lists) ?? []).Where(name => name.EndsWith(".db", StringComparison.Ordinal)).Select(name => $"{Lists}/{name}").ToList();
        if (lists.Count == 0)
            return Fact.Unknown($"no package lists ({Lists})");
        // 0: there are some; 1 without a line: none. A kept-back one is pending all the same: "linux 6.1-1 -> 6.2-1 [ignored]".
        var pending = pacman.Output.Split('\n').Where(line => line.Contains(" -> ", StringComparison.Ordinal)).Select(line => line.Split(' ')[0]).ToList();
        if (pending.Count > 0)
            return PatchFact.Pending("updates (a rolling release does not say which ones are for security)", pending);
        if (pacman.ExitCode is not (0 or 1))
            return Fact.Unknown($"pacman failed with {pacman.ExitCode}");
        return ReplacedKernel(host) is { } running
            ? Fact.No($"an installed kernel waits for a reboot (running {running})")
            : PatchFact.UpToDate(host, lists, "", "pacman -Sy");
    }

    /// <summary>The running kernel, when its modules are gone and another's are there: pacman removes them with the upgrade.</summary>
    private static string? ReplacedKernel(HostView host)
    {
        var running = host.Read("/proc/sys/kernel/osrelease")?.Trim();
        var kernels = (host.List("/usr/lib/modules") ?? []).Where(name => host.Exists($"/usr/lib/modules/{name}/vmlinuz")).ToList();
        return string.IsNullOrEmpty(running) || kernels.Count == 0 || kernels.Contains(running, StringComparer.Ordinal) ? null : running;
    }
}
