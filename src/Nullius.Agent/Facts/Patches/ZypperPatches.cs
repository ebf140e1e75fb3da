using Nullius.Agent.Host;

namespace Nullius.Agent.Facts.Patches;

/// <summary>SUSE Linux Enterprise and openSUSE Leap: patches of the category security that are needed.</summary>
internal static class ZypperPatches
{
    private const string Cache = "/var/cache/zypp/raw";

    // zypper(8), exit codes: informational ones that say what is to be done.
    private const int UpdatesNeeded = 100;
    private const int SecurityNeeded = 101;
    private const int RebootNeeded = 102;
    private const int RestartNeeded = 103;

    public static Fact? Of(HostView host)
    {
        if (host.Run("zypper", "--non-interactive", "--no-refresh", "patch-check") is not { } zypper)
            return null;
        // A rolling release has no patches: none needed means nothing there.
        if (OperatingSystemFacts.Family(host).Any(system => system is "opensuse-tumbleweed" or "tumbleweed"))
            return Fact.Unknown("a rolling release has no patches to check (openSUSE Tumbleweed)");
        return (zypper.ExitCode, Summary(zypper.Output)) switch
        {
            (SecurityNeeded, var summary) => Fact.No($"security patches pending: {summary ?? "zypper patch-check"}"),
            (RebootNeeded, _) => Fact.No("an installed update waits for a reboot (zypper)"),
            // The patch that zypper itself needs comes first, and hides the others.
            (RestartNeeded, _) => Fact.Unknown("zypper has to update itself first: run `zypper patch`"),
            (0 or UpdatesNeeded, null) => Fact.Unknown("zypper says nothing about patches: are there repositories with patches?"),
            (0 or UpdatesNeeded, { } summary) => summary.Contains("(0 security", StringComparison.Ordinal)
                ? PatchFact.UpToDate(host, Lists(host), $"no repository in zypper's cache ({Cache})", "zypper refresh")
                : Fact.No($"security patches pending: {summary}"),
            var (code, _) => Fact.Unknown($"zypper failed with {code}"),
        };
    }

    // "4 patches needed (2 security patches)"
    private static string? Summary(string output) => output.Split('\n').Select(line => line.Trim())
        .FirstOrDefault(line => line.Length < 200 && char.IsAsciiDigit(line.FirstOrDefault()) && line.Contains("needed (", StringComparison.Ordinal));

    // The cookie is touched by each look, also when nothing changed.
    private static List<string> Lists(HostView host) =>
    [
        .. from repository in host.List(Cache) ?? []
           from file in new[] { $"{Cache}/{repository}/cookie", $"{Cache}/{repository}/repodata/repomd.xml" }
           where host.Exists(file)
           select file,
    ];
}
