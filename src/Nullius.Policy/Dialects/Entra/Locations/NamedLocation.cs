using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Entra.Conditions;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Dialects.Entra.Locations;

/// <summary>A named location of Graph: address ranges, trusted or not, or countries.</summary>
internal abstract record NamedLocation(string Id, string Name, bool Trusted)
{
    internal abstract Ternary Contains(EntraRequest request);
}

internal sealed record AddressLocation(string Id, string Name, bool Trusted, AddressRange[] Ranges) : NamedLocation(Id, Name, Trusted)
{
    internal override Ternary Contains(EntraRequest request)
    {
        if (request.Address is null)
            return Ternary.Unknown;
        var address = AddressValue.Of(request.Address);
        foreach (var range in Ranges)
        {
            if (range.Contains(address))
                return Ternary.True;
        }
        return Ternary.False;
    }
}

/// <param name="IncludesUnknown">Whether an address without a known country is in it.</param>
internal sealed record CountryLocation(string Id, string Name, NameSet Countries, bool IncludesUnknown) : NamedLocation(Id, Name, Trusted: false)
{
    internal override Ternary Contains(EntraRequest request)
    {
        if (request.CountryUnmapped)
            return TernaryLogic.Of(IncludesUnknown);
        if (request.Country is null)
            return IncludesUnknown ? Ternary.True : Ternary.Unknown;
        return TernaryLogic.Of(Countries.Contains(request.Country));
    }
}

/// <summary>A location whose extent is configured elsewhere: the MFA service's trusted addresses, compliant networks.</summary>
internal sealed record ElsewhereLocation(string Id, string Name, bool Trusted) : NamedLocation(Id, Name, Trusted)
{
    /// <summary>What policies name for the trusted addresses of the MFA service.</summary>
    internal const string MfaTrusted = "00000000-0000-0000-0000-000000000000";

    internal override Ternary Contains(EntraRequest request) => Ternary.Unknown;
}

/// <summary>Locations of which any contains the request.</summary>
internal sealed record LocationList(bool All, bool AllTrusted, NamedLocation[] Locations)
{
    internal Ternary Contains(EntraRequest request)
    {
        if (All)
            return Ternary.True;
        var result = Ternary.False;
        foreach (var location in Locations)
            result = result.Or(location.Contains(request));
        return result;
    }
}
