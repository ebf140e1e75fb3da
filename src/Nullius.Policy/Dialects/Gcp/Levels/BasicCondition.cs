using Nullius.Policy.Cel.Values;
using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Gcp.Conditions;
using Nullius.Policy.Dialects.Gcp.Principals;

namespace Nullius.Policy.Dialects.Gcp.Levels;

/// <summary>One condition of a basic level: every field that is there must hold, of a list one member; <c>negate</c> turns the whole around.</summary>
internal sealed class BasicCondition
{
    internal AddressRange[] Subnetworks { get; init; } = [];

    internal string[] Regions { get; init; } = [];

    internal GcpMember[] Members { get; init; } = [];

    /// <summary>All of them.</summary>
    internal string[] RequiredLevels { get; init; } = [];

    internal VpcSource[] VpcSources { get; init; } = [];

    internal DevicePolicy? Device { get; init; }

    internal bool Negate { get; init; }

    internal Ternary IsMet(GcpFacts facts)
    {
        var result = Ternary.True;
        if (Subnetworks.Length > 0 || VpcSources.Length > 0)
            result = result.And(InNetwork(facts));
        if (Regions.Length > 0)
            result = result.And(Read(facts, "origin.region_code", v => Regions.Contains(v, StringComparer.OrdinalIgnoreCase)));
        if (Members.Length > 0)
            result = result.And(Members.Aggregate(Ternary.False, (found, member) => found.Or(facts.Subject.Is(member))));
        foreach (var level in RequiredLevels)
            result = result.And(facts.Level(level));
        if (Device is not null)
            result = result.And(Device.IsMet(facts));
        return Negate ? result.Not() : result;
    }

    private Ternary InNetwork(GcpFacts facts)
    {
        var result = Ternary.False;
        if (Subnetworks.Length > 0)
            result = Read(facts, "origin.ip", v => AddressValue.TryParse(v, out var address) && Array.Exists(Subnetworks, s => s.Contains(address)));
        foreach (var source in VpcSources)
        {
            var inside = Read(facts, "origin.network", v => string.Equals(v, source.Network, StringComparison.Ordinal));
            if (source.Ranges.Length > 0)
                inside = inside.And(Read(facts, "origin.ip", v => AddressValue.TryParse(v, out var address) && Array.Exists(source.Ranges, s => s.Contains(address))));
            result = result.Or(inside);
        }
        return result;
    }

    /// <summary>An attribute that the request does not have meets nothing.</summary>
    internal static Ternary Read(GcpFacts facts, string attribute, Func<string, bool> test)
    {
        var value = facts.Attribute(attribute);
        return value.Kind == CelKind.Unknown ? Ternary.Unknown : TernaryLogic.Of(value.Kind == CelKind.String && test(value.AsString));
    }
}

/// <param name="Network">The full resource name of the VPC network.</param>
/// <param name="Ranges">Subnet ranges within it; empty for the whole network.</param>
internal sealed record VpcSource(string Network, AddressRange[] Ranges);

/// <summary>What a basic level asks of the device.</summary>
internal sealed class DevicePolicy
{
    internal bool RequireScreenLock { get; init; }

    internal bool RequireAdminApproval { get; init; }

    internal bool RequireCorpOwned { get; init; }

    internal string[] EncryptionStatuses { get; init; } = [];

    internal string[] ManagementLevels { get; init; } = [];

    internal OsConstraint[] Systems { get; init; } = [];

    internal Ternary IsMet(GcpFacts facts)
    {
        var result = Flag(facts, RequireScreenLock, "device.is_secured_with_screenlock")
            .And(Flag(facts, RequireAdminApproval, "device.is_admin_approved_device"))
            .And(Flag(facts, RequireCorpOwned, "device.is_corp_owned_device"));
        if (EncryptionStatuses.Length > 0)
            result = result.And(BasicCondition.Read(facts, "device.encryption_status", v => EncryptionStatuses.Contains(v, StringComparer.Ordinal)));
        if (ManagementLevels.Length > 0)
            result = result.And(BasicCondition.Read(facts, "device.management_level", v => ManagementLevels.Contains(v, StringComparer.Ordinal)));
        return Systems.Length == 0 ? result : result.And(Systems.Aggregate(Ternary.False, (found, system) => found.Or(system.IsMet(facts))));
    }

    internal static Ternary Flag(GcpFacts facts, bool required, string attribute)
    {
        if (!required)
            return Ternary.True;
        var value = facts.Attribute(attribute);
        return value.Kind == CelKind.Unknown ? Ternary.Unknown : TernaryLogic.Of(value.IsTrue);
    }
}

/// <summary>An operating system, from a version on.</summary>
internal sealed record OsConstraint(string Type, string? MinimumVersion, bool RequireVerifiedChromeOs)
{
    internal Ternary IsMet(GcpFacts facts)
    {
        var result = BasicCondition.Read(facts, "device.os_type", v => string.Equals(v, Type, StringComparison.Ordinal));
        if (MinimumVersion is { } least)
            result = result.And(BasicCondition.Read(facts, "device.os_version", v => DeviceVersion.IsAtLeast(v, least)));
        return result.And(DevicePolicy.Flag(facts, RequireVerifiedChromeOs, "device.verified_chrome_os"));
    }
}
