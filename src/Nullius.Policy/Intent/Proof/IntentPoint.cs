using System.Net;
using System.Text.Json.Nodes;

namespace Nullius.Policy.Intent.Proof;

/// <summary>Who asks.</summary>
internal enum IntentCaller
{
    /// <summary>One of those whom the intent names.</summary>
    Named,
    /// <summary>Somebody else, with no grant at all.</summary>
    Stranger,
    /// <summary>Somebody else, who is granted everything from elsewhere.</summary>
    Granted,
}

/// <summary>One request in no cloud's words. Null: not there.</summary>
/// <param name="Index">Which of the callers, and of the resources.</param>
/// <param name="Capability">Of the intent's capabilities; -1: another one.</param>
internal sealed record IntentPoint(
    IntentCaller Caller, int Index, int Capability, bool IsInside, bool? Mfa, bool? Device, IPAddress? Address, DateTimeOffset Time, string? Country, string? Region)
{
    /// <summary>What the intent says to it, written straight from its words and sharing no code with the engines.</summary>
    internal bool IsAllowedBy(AccessIntent intent)
    {
        if (Caller == IntentCaller.Stranger || (Caller == IntentCaller.Named && (!IsInside || Capability < 0)))
            return false;
        if (Caller == IntentCaller.Granted && !(intent.BindsEverybody && IsInside && Capability >= 0))
            return true;
        var conditions = intent.Conditions;
        return (!conditions.Mfa || Mfa == true)
            && (conditions.Device == IntentDevice.Any || Device == true)
            && (conditions.Addresses.Count == 0 || (Address is not null && conditions.Addresses.Any(a => a.BaseAddress.AddressFamily == Address.AddressFamily && a.Contains(Address))))
            && (conditions.From is not { } from || Time >= from)
            && (conditions.Until is not { } until || Time < until)
            && (conditions.Countries.Count == 0 || (Country is not null && conditions.Countries.Contains(Country)))
            && (conditions.Regions.Count == 0 || (Region is not null && conditions.Regions.Contains(Region)));
    }

    internal JsonObject ToJson() => new()
    {
        ["caller"] = Caller.ToString().ToLowerInvariant(),
        ["capability"] = Capability,
        ["resource"] = IsInside ? "inside" : "outside",
        ["mfa"] = Mfa,
        ["device"] = Device,
        ["address"] = Address?.ToString(),
        ["time"] = IntentJson.Instant(Time),
        ["country"] = Country,
        ["region"] = Region,
    };
}
