using Nullius.Identity.Trust;

namespace Nullius.Identity.Devices;

/// <summary>What a device must show to count as compliant; from the <c>devices</c> section of <c>nullius.yaml</c>.</summary>
public sealed record DeviceComplianceOptions
{
    /// <summary>Facts that must each be <c>yes</c>; a fact that is missing or unknown is not.</summary>
    public IReadOnlyList<string> Required { get; init; } = ["osPatched", "diskEncryption", "firewall", "screenLock"];

    /// <summary>Age at which a report no longer says anything.</summary>
    public TimeSpan StaleAfter { get; init; } = TimeSpan.FromHours(1);
}

/// <summary>One fact of a report.</summary>
/// <param name="State"><c>yes</c>, <c>no</c>, <c>unknown</c>, or a text such as the version of the operating system.</param>
/// <param name="Evidence">What the agent saw; null when it gave nothing.</param>
public sealed record DeviceFact(string State, string? Evidence);

internal static class DeviceCompliance
{
    /// <summary>State and, where it is not compliant, what is missing, in the order of the requirements.</summary>
    public static (DeviceState State, IReadOnlyList<string> Reasons) Assess(DeviceComplianceOptions options, IReadOnlyDictionary<string, DeviceFact> facts)
    {
        var reasons = options.Required
            .Select(name => (name, state: facts.TryGetValue(name, out var fact) ? fact.State : "not reported"))
            .Where(entry => entry.state != "yes")
            .Select(entry => $"{entry.name} is {entry.state}")
            .ToList();
        return (reasons.Count == 0 ? DeviceState.Compliant : DeviceState.NonCompliant, reasons);
    }

    /// <summary>The state's name in conditions and in answers.</summary>
    public static string NameOf(DeviceState state) => state switch
    {
        DeviceState.Unmanaged => "unmanaged",
        DeviceState.Compliant => "compliant",
        DeviceState.NonCompliant => "noncompliant",
        DeviceState.Stale => "stale",
        DeviceState.Revoked => "revoked",
    };
}
