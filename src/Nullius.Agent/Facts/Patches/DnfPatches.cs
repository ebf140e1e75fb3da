using Nullius.Agent.Host;

namespace Nullius.Agent.Facts.Patches;

/// <summary>Fedora and the Enterprise Linuxes: advisories of the kind security that apply to installed packages, from dnf's cache.</summary>
internal static class DnfPatches
{
    private static readonly string[] Caches = ["/var/cache/dnf", "/var/cache/libdnf5"];

    public static Fact? Of(HostView host)
    {
        // INVARIANT: -C keeps dnf to its cache: a posture report never waits for mirrors.
        if (host.Run("dnf", "-q", "-C", "updateinfo", "list", "--security", "--updates") is not { } dnf)
            return null;
        if (dnf.ExitCode != 0)
            return Fact.Unknown($"dnf failed with {dnf.ExitCode}: its cache may be missing; run `dnf makecache`");
        var pending = dnf.Output.Split('\n').Select(Package).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        if (pending.Count > 0)
            return PatchFact.Pending("security updates", pending);
        if (host.Run("needs-restarting", "-r") is { ExitCode: 1 } restart && restart.Output.Contains("eboot", StringComparison.Ordinal))
            return Fact.No("an installed update waits for a reboot (needs-restarting)");
        var metadata = Metadata(host);
        // CentOS Stream and many third-party repositories publish no advisories at all: then their absence says nothing.
        return metadata.Any(repository => repository.Advisories)
            ? PatchFact.UpToDate(host, [.. metadata.Select(repository => repository.Index)], "", "dnf makecache")
            : Fact.Unknown("no repository in dnf's cache publishes security advisories");
    }

    /// <summary>The package of a row, or null for what is none.</summary>
    // dnf 4: "FEDORA-2026-1a2b3c4d5e Important/Sec. openssl-libs-1:3.2.4-1.fc41.x86_64"
    // dnf 5: "FEDORA-2026-1a2b3c4d5e security Important openssl-libs-1:3.2.4-1.fc41.x86_64 2026-11-02 01:12:00", below a row of headings
    internal static string? Package(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 3 || !words[0].Contains('-', StringComparison.Ordinal) || !words[0].Any(char.IsAsciiDigit))
            return null;
        return words[1].EndsWith("/Sec.", StringComparison.Ordinal) ? words[2]
            : words[1] == "security" && words.Length > 3 ? words[3]
            : null;
    }

    private static List<(string Index, bool Advisories)> Metadata(HostView host) =>
    [
        .. from cache in Caches
           from repository in host.List(cache) ?? []
           let folder = $"{cache}/{repository}/repodata"
           let files = host.List(folder) ?? []
           where files.Contains("repomd.xml", StringComparer.Ordinal)
           select ($"{folder}/repomd.xml", files.Any(file => file.Contains("updateinfo", StringComparison.Ordinal))),
    ];
}
