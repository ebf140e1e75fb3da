using System.Globalization;
using Nullius.Agent.Host;

namespace Nullius.Agent.Facts.Patches;

/// <summary>
/// Whether security updates are pending, as the system's own package manager would install them now from the lists that are there. Nothing is
/// downloaded. Lists that are missing or old say nothing about today: unknown.
/// </summary>
internal static class PatchFact
{
    private static readonly TimeSpan MostAge = TimeSpan.FromDays(7);

    // Debian has reboot-required, SUSE reboot-needed; /var/run leads to /run.
    private static readonly string[] RebootMarks = ["/var/run/reboot-required", "/run/reboot-required", "/run/reboot-needed", "/var/run/reboot-needed"];

    private static readonly (string Name, string[] Systems, Func<HostView, Fact?> Of)[] Managers =
    [
        ("apt-get", ["debian", "ubuntu"], AptPatches.Of),
        ("dnf", ["fedora", "rhel", "centos"], DnfPatches.Of),
        ("zypper", ["suse", "opensuse", "sles"], ZypperPatches.Of),
        ("pacman", ["arch"], PacmanPatches.Of),
    ];

    public static Fact Of(HostView host)
    {
        if (RebootMarks.FirstOrDefault(host.Exists) is { } mark)
            return Fact.No($"an installed update waits for a reboot ({mark})");
        // The manager of the system counts, not one that is installed beside it to build packages.
        var systems = OperatingSystemFacts.Family(host);
        var own = Managers.Where(manager => manager.Systems.Any(system => systems.Contains(system, StringComparer.Ordinal))).ToList();
        foreach (var manager in own.Count > 0 ? own : [.. Managers])
        {
            if (manager.Of(host) is { } fact)
                return fact;
        }

        return Fact.Unknown($"{string.Join(", ", (own.Count > 0 ? own : [.. Managers]).Select(manager => manager.Name))}: not there, or no answer");
    }

    public static Fact Pending(string what, IReadOnlyList<string> names) =>
        Fact.No($"{names.Count} {what} pending: {string.Join(", ", names.Take(5))}{(names.Count > 5 ? ", …" : "")}");

    /// <summary>Nothing is pending: worth as much as the lists that say so are fresh.</summary>
    /// <param name="host">Where the files are.</param>
    /// <param name="lists">Files whose dates tell when the lists were last looked up.</param>
    /// <param name="withoutLists">What to say when there is none.</param>
    /// <param name="refresh">The command that brings new ones.</param>
    public static Fact UpToDate(HostView host, IReadOnlyList<string> lists, string withoutLists, string refresh)
    {
        if (lists.Count == 0)
            return Fact.Unknown(withoutLists);
        var newest = lists.Max(host.LastWrite);
        var age = host.Now - newest;
        return age > MostAge
            ? Fact.Unknown($"package lists are {(int)age.TotalDays} days old: run `{refresh}`")
            : Fact.Yes($"no security update pending; lists of {newest.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}");
    }
}
