using System.Net;
using Nullius.Policy.Capabilities;

namespace Nullius.Policy.Intent.Proof;

/// <summary>
/// The requests at which an intent can be told from another: each condition met, not met and absent, every range and instant at its edges and beside them, in
/// all combinations. What a dialect cannot say stays met.
/// </summary>
internal sealed class IntentPoints
{
    private static readonly DateTimeOffset s_anyTime = new(2026, 6, 15, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] s_countries = ["DE", "US", "BR", "JP"];

    private readonly IntentCaller[] _callers;
    private readonly int _indices;
    private readonly int[] _capabilities;
    private readonly bool[] _inside;
    private readonly bool?[] _mfa;
    private readonly bool?[] _device;
    private readonly IPAddress?[] _addresses;
    private readonly DateTimeOffset[] _times;
    private readonly string?[] _countries;
    private readonly string?[] _regions;

    /// <param name="lacks">Members of the intent that the dialect cannot say.</param>
    internal IntentPoints(AccessIntent intent, int indices, bool hasOutside, Func<string, bool> lacks)
    {
        var conditions = intent.Conditions;
        _callers = lacks("binds") ? [IntentCaller.Named, IntentCaller.Stranger] : [IntentCaller.Named, IntentCaller.Stranger, IntentCaller.Granted];
        _indices = indices;
        // Something else than what is intended, while there is anything else.
        int[] others = Capability.All.All(intent.Capabilities.Contains) ? [] : [-1];
        _capabilities = [.. Enumerable.Range(0, intent.Capabilities.Count).Where(i => !lacks(intent.Capabilities[i].Name)), .. others];
        _inside = hasOutside ? [true, false] : [true];
        _mfa = lacks("mfa") ? [true] : [true, false, null];
        _device = lacks("device") ? [true] : [true, false, null];
        _addresses = Addresses(conditions.Addresses);
        _times = Times(conditions, lacks);
        _countries = conditions.Countries.Count == 0 || lacks("countries") ? [conditions.Countries.FirstOrDefault()] : [.. conditions.Countries, s_countries.First(c => !conditions.Countries.Contains(c)), null];
        _regions = conditions.Regions.Count == 0 || lacks("regions") ? [conditions.Regions.FirstOrDefault()] : [.. conditions.Regions, "xx-nowhere-1", null];
    }

    private static DateTimeOffset[] Times(IntentConditions conditions, Func<string, bool> lacks)
    {
        var second = TimeSpan.FromSeconds(1);
        var inside = conditions.From ?? conditions.Until - second ?? s_anyTime;
        var times = new HashSet<DateTimeOffset> { inside };
        foreach (var (edge, name) in new[] { (conditions.From, "from"), (conditions.Until, "until") })
        {
            if (edge is { } at && !lacks(name))
                times.UnionWith([at - second, at, at + second]);
        }
        return [.. times];
    }

    private static IPAddress?[] Addresses(IReadOnlyList<IPNetwork> networks)
    {
        if (networks.Count == 0)
            return [IPAddress.Parse("192.0.2.1"), null];
        var addresses = new HashSet<IPAddress> { IPAddress.Parse("192.0.2.1"), IPAddress.Parse("2001:db8:ffff::1") };
        foreach (var network in networks)
        {
            var first = network.BaseAddress.GetAddressBytes();
            var last = Last(network);
            addresses.UnionWith([network.BaseAddress, new IPAddress(last)]);
            if (Step(first, -1) is { } before)
                addresses.Add(before);
            if (Step(last, 1) is { } after)
                addresses.Add(after);
        }
        return [.. addresses, null];
    }

    private static byte[] Last(IPNetwork network)
    {
        var bytes = network.BaseAddress.GetAddressBytes();
        for (var bit = network.PrefixLength; bit < bytes.Length * 8; bit++)
            bytes[bit / 8] |= (byte)(0x80 >> (bit % 8));
        return bytes;
    }

    /// <summary>The address beside; null at the end of all addresses.</summary>
    private static IPAddress? Step(byte[] from, int by)
    {
        var bytes = (byte[])from.Clone();
        for (var i = bytes.Length - 1; i >= 0; i--)
        {
            bytes[i] = (byte)(bytes[i] + by);
            if (bytes[i] != (by > 0 ? 0 : 255))
                return new IPAddress(bytes);
        }
        return null;
    }

    internal long Count => (long)_callers.Length * _indices * _capabilities.Length * _inside.Length * _mfa.Length * _device.Length * _addresses.Length * _times.Length * _countries.Length * _regions.Length;

    /// <summary>So many of the points, spread evenly over all; all where there are no more. The same each time.</summary>
    internal IEnumerable<IntentPoint> Take(long most)
    {
        var count = Count;
        var stride = 1L;
        if (count > most)
        {
            // A step of about the golden section, without a common divisor, visits every point before any again.
            stride = Math.Max(1, (long)(count * 0.6180339887));
            while (Divisor(stride, count) != 1)
                stride++;
        }
        var at = 0L;
        for (var i = 0L; i < Math.Min(count, most); i++)
        {
            yield return At(at);
            at = (at + stride) % count;
        }
    }

    private static long Divisor(long a, long b) => b == 0 ? a : Divisor(b, a % b);

    private IntentPoint At(long number)
    {
        T Next<T>(T[] values)
        {
            var value = values[number % values.Length];
            number /= values.Length;
            return value;
        }
        var caller = Next(_callers);
        var index = (int)(number % _indices);
        number /= _indices;
        return new IntentPoint(caller, index, Next(_capabilities), Next(_inside), Next(_mfa), Next(_device), Next(_addresses), Next(_times), Next(_countries), Next(_regions));
    }
}
