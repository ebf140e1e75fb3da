using Nullius.Agent.Host;

namespace Nullius.Agent.Facts;

/// <summary>Whether incoming packets meet a rule that drops them: ufw, firewalld, nftables, iptables.</summary>
internal static class FirewallFact
{
    public static Fact Of(HostView host)
    {
        var nft = host.Run("nft", "list", "ruleset");
        if (nft is { ExitCode: 0 } && FiltersInput(nft.Output))
            return Fact.Yes("nftables filters the input hook");
        var iptables = host.Run("iptables", "-S");
        if (iptables is { ExitCode: 0 } && FiltersInputLegacy(iptables.Output))
            return Fact.Yes("iptables filters INPUT");
        if (host.Run("firewall-cmd", "--state") is { ExitCode: 0 } state && state.Output.Contains("running", StringComparison.Ordinal))
            return Fact.Yes("firewalld is running");
        if ((host.Read("/etc/ufw/ufw.conf") ?? "").Split('\n').Any(line => line.Replace(" ", "", StringComparison.Ordinal).Trim() == "ENABLED=yes"))
        {
            // With the rules in sight, a switched-on ufw without any is one that did not start.
            return nft is { ExitCode: 0 } || iptables is { ExitCode: 0 } ? Fact.No("ufw is enabled, but no rule is active") : Fact.Yes("ufw is enabled (/etc/ufw/ufw.conf)");
        }

        if (nft is { ExitCode: 0 } || iptables is { ExitCode: 0 })
            return Fact.No("no rule of nftables or iptables drops incoming packets");
        return Fact.Unknown(nft is null && iptables is null ? "neither nft nor iptables is there" : "the rules may be read by root only");
    }

    // A base chain of the input hook that drops by policy or by a rule (nft(8)).
    private static bool FiltersInput(string ruleset)
    {
        var inChain = false;
        foreach (var line in ruleset.Split('\n').Select(line => line.Trim()))
        {
            if (line.StartsWith("chain ", StringComparison.Ordinal))
                inChain = false;
            if (line.Contains("hook input", StringComparison.Ordinal) && line.StartsWith("type filter", StringComparison.Ordinal))
                inChain = true;
            if (inChain && (line.Contains("policy drop", StringComparison.Ordinal) || line.Split(' ').Any(word => word is "drop" or "reject")))
                return true;
        }

        return false;
    }

    private static bool FiltersInputLegacy(string rules) => rules.Split('\n').Any(line =>
        line.StartsWith("-P INPUT DROP", StringComparison.Ordinal) ||
        (line.StartsWith("-A INPUT", StringComparison.Ordinal) && (line.Contains("-j DROP", StringComparison.Ordinal) || line.Contains("-j REJECT", StringComparison.Ordinal))));
}
