using Nullius.Agent.Host;

namespace Nullius.Agent.Facts;

/// <summary>Whether a known protection runs. A process can call itself what it likes: this is evidence, not proof.</summary>
internal static class EndpointProtectionFact
{
    // As /proc/PID/comm shows them: at most 15 characters.
    private const int MostName = 15;

    private static readonly Dictionary<string, string> Known = new(StringComparer.Ordinal)
    {
        ["clamd"] = "ClamAV",
        ["falcon-sensor"] = "CrowdStrike Falcon",
        ["falcon-sensor-b"] = "CrowdStrike Falcon",
        ["wdavdaemon"] = "Microsoft Defender for Endpoint",
        ["s1-agent"] = "SentinelOne",
        ["elastic-endpoin"] = "Elastic Defend",
        ["cbagentd"] = "VMware Carbon Black",
        ["ds_agent"] = "Trend Micro Deep Security",
        ["oaeventd"] = "ESET Endpoint",
        ["sophos-spl-wdct"] = "Sophos Protection",
        ["wazuh-agentd"] = "Wazuh",
        ["falco"] = "Falco",
    };

    public static Fact Of(HostView host, IReadOnlyCollection<string> more)
    {
        if (host.List("/proc") is not { } entries)
            return Fact.Unknown("/proc cannot be read");
        var seen = 0;
        foreach (var process in entries.Where(name => name.All(char.IsAsciiDigit)))
        {
            if (host.Read($"/proc/{process}/comm")?.TrimEnd('\n') is not { } name)
                continue;
            seen++;
            if (Known.TryGetValue(name, out var product))
                return Fact.Yes($"{product} runs (process {process}, `{name}`)");
            if (more.Any(wanted => string.Equals(wanted.Length > MostName ? wanted[..MostName] : wanted, name, StringComparison.Ordinal)))
                return Fact.Yes($"`{name}` runs (process {process})");
        }

        return seen == 0 ? Fact.Unknown("no process is visible") : Fact.No($"none of the known protections runs ({seen} processes seen)");
    }
}
