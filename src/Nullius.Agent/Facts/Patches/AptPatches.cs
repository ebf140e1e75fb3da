using Nullius.Agent.Host;

namespace Nullius.Agent.Facts.Patches;

/// <summary>Debian and Ubuntu: what apt would install now from the lists that are there.</summary>
internal static class AptPatches
{
    public static Fact? Of(HostView host)
    {
        if (host.Run("apt-get", "-s", "-q", "-o", "Debug::NoLocking=true", "upgrade", "--with-new-pkgs") is not { } apt)
            return null;
        if (apt.ExitCode != 0)
            return Fact.Unknown($"apt-get failed with {apt.ExitCode}");
        var security = apt.Output.Split('\n').Where(IsSecurity).Select(line => line.Split(' ')[1]).ToList();
        return security.Count > 0
            ? PatchFact.Pending("security updates", security)
            : PatchFact.UpToDate(host, Lists(host), "no package lists with security updates (/var/lib/apt/lists)", "apt-get update");
    }

    // "Inst openssl [3.0.1] (3.0.2 Debian-Security:12/stable-security [amd64])"; Ubuntu: "Ubuntu:24.04/noble-security".
    private static bool IsSecurity(string line) =>
        line.StartsWith("Inst ", StringComparison.Ordinal) && line.Contains("-security", StringComparison.OrdinalIgnoreCase);

    private static IReadOnlyList<string> Lists(HostView host)
    {
        var lists = (host.List("/var/lib/apt/lists") ?? [])
            .Where(name => name.Contains("security", StringComparison.Ordinal) && name.EndsWith("Release", StringComparison.Ordinal))
            .Select(name => "/var/lib/apt/lists/" + name)
            .ToList();
        // A list that did not change keeps its date; the stamp tells of the last successful look.
        if (lists.Count > 0 && host.Exists("/var/lib/apt/periodic/update-success-stamp"))
            lists.Add("/var/lib/apt/periodic/update-success-stamp");
        return lists;
    }
}
