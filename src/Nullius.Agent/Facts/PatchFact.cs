using Nullius.Agent.Host;

namespace Nullius.Agent.Facts;

/// <summary>Whether security updates are pending, as apt would install them now from the lists that are there.</summary>
internal static class PatchFact
{
    /// <summary>Older lists say nothing about today.</summary>
    private static readonly TimeSpan MostAge = TimeSpan.FromDays(7);

    public static Fact Of(HostView host)
    {
        if (host.Exists("/var/run/reboot-required") || host.Exists("/run/reboot-required"))
            return Fact.No("an installed update waits for a reboot (/run/reboot-required)");
        if (host.Run("apt-get", "-s", "-q", "-o", "Debug::NoLocking=true", "upgrade", "--with-new-pkgs") is not { } apt)
            return Fact.Unknown("apt-get is not there or does not answer");
        if (apt.ExitCode != 0)
            return Fact.Unknown($"apt-get failed with {apt.ExitCode}");

        var security = apt.Output.Split('\n').Where(IsSecurity).Select(line => line.Split(' ')[1]).ToList();
        if (security.Count > 0)
            return Fact.No($"{security.Count} security updates pending: {string.Join(", ", security.Take(5))}{(security.Count > 5 ? ", …" : "")}");
        var newest = NewestList(host);
        if (newest is not { } at)
            return Fact.Unknown("no package lists with security updates (/var/lib/apt/lists)");
        var age = host.Now - at;
        return age > MostAge
            ? Fact.Unknown($"package lists are {(int)age.TotalDays} days old: run `apt-get update`")
            : Fact.Yes($"no security update pending; lists of {at:yyyy-MM-dd}");
    }

    // "Inst openssl [3.0.1] (3.0.2 Debian-Security:12/stable-security [amd64])"; Ubuntu: "Ubuntu:24.04/noble-security".
    private static bool IsSecurity(string line) =>
        line.StartsWith("Inst ", StringComparison.Ordinal) && line.Contains("-security", StringComparison.OrdinalIgnoreCase);

    private static DateTimeOffset? NewestList(HostView host)
    {
        var lists = (host.List("/var/lib/apt/lists") ?? [])
            .Where(name => name.Contains("security", StringComparison.Ordinal) && name.EndsWith("Release", StringComparison.Ordinal))
            .ToList();
        if (lists.Count == 0)
            return null;

        // A list that did not change keeps its date; the stamp tells of the last successful look.
        var looked = new[] { "/var/lib/apt/periodic/update-success-stamp" }.Where(host.Exists).Select(host.LastWrite);
        return lists.Select(name => host.LastWrite("/var/lib/apt/lists/" + name)).Concat(looked).Max();
    }
}
