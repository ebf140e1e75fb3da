using System.Net;
using System.Net.Sockets;
using Nullius.Policy.Replay;

namespace Nullius.Policy.Generation;

/// <summary>A condition that every record would have met.</summary>
/// <param name="Operator">As policies write it.</param>
/// <param name="Why">For a person.</param>
public sealed record OfferedCondition(string Operator, string Key, IReadOnlyList<string> Values, string Why);

/// <summary>What all records have in common: second factor, endpoint, region, network.</summary>
public sealed class SharedCircumstances
{
    private const int MostValues = 8;
    private const int PrefixV4 = 24;

    private readonly Values _endpoints = new();
    private readonly Values _regions = new();
    private readonly Values _networks = new();
    private bool _alwaysFactor = true;
    private long _count;

    /// <summary>Texts seen; too many, or a record without one, and there is nothing in common.</summary>
    private sealed class Values
    {
        internal SortedSet<string> Seen { get; } = new(StringComparer.Ordinal);

        internal bool Broken { get; private set; }

        internal void Add(string? value)
        {
            if (value is null || Seen.Count > MostValues)
                Broken = true;
            else
                Seen.Add(value);
        }

        internal bool IsShared(int most) => !Broken && Seen.Count > 0 && Seen.Count <= most;
    }

    internal void Add(RecordedRequest request)
    {
        _count++;
        _alwaysFactor &= request.Context.Flag("aws:MultiFactorAuthPresent") == true;
        _endpoints.Add(request.Context.Text("aws:SourceVpce"));
        _regions.Add(request.Context.Text("aws:RequestedRegion"));
        _networks.Add(request.Context.Find("aws:SourceIp") is { Value: IPAddress address } ? NetworkOf(address) : null);
    }

    /// <summary>Conditions in AWS terms, each met by every record.</summary>
    public IReadOnlyList<OfferedCondition> Offers()
    {
        var offers = new List<OfferedCondition>();
        if (_count == 0)
            return offers;
        if (_alwaysFactor)
            offers.Add(new OfferedCondition("Bool", "aws:MultiFactorAuthPresent", ["true"], "every request came with a second factor"));
        if (_endpoints.IsShared(4))
            offers.Add(new OfferedCondition("StringEquals", "aws:SourceVpce", [.. _endpoints.Seen], "every request came through these endpoints"));
        if (_networks.IsShared(4))
            offers.Add(new OfferedCondition("IpAddress", "aws:SourceIp", [.. _networks.Seen], "every request came from these networks"));
        if (_regions.IsShared(4))
            offers.Add(new OfferedCondition("StringEquals", "aws:RequestedRegion", [.. _regions.Seen], "every request was to these regions"));
        return offers;
    }

    private static string NetworkOf(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetwork)
            return address.ToString();
        var bytes = address.GetAddressBytes();
        return $"{bytes[0]}.{bytes[1]}.{bytes[2]}.0/{PrefixV4}";
    }
}
