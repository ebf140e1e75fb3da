using System.Net;
using System.Net.Sockets;

namespace Nullius.Server.SignIn.Flow;

/// <summary>
/// How many tries an address (an IPv6 network of 64 bits) or a name has: a bucket that refills within a minute; what succeeds is
/// given back. Bounded: a flood of addresses shares one bucket once the table is full, and pushes nobody out.
/// </summary>
internal sealed class TryLimits(int tries, TimeProvider time)
{
    private const int Most = 50_000;
    private const string Rest = "";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);

    public static string Of(IPAddress? address)
    {
        if (address is null)
            return Rest;
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexString(address.GetAddressBytes(), 0, 8) : address.ToString();
    }

    public bool Take(string key)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            var bucket = Find(ref key, now);
            var left = Refilled(bucket, now);
            if (left < 1)
            {
                // A clock that was set back does not lengthen the wait.
                if (bucket.At > now)
                    _buckets[key] = bucket with { At = now };
                return false;
            }

            _buckets[key] = new Bucket(left - 1, now);
            return true;
        }
    }

    public void GiveBack(string key)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            if (_buckets.TryGetValue(key, out var bucket))
                _buckets[key] = new Bucket(Math.Min(tries, Refilled(bucket, now) + 1), now);
        }
    }

    /// <summary>What is not refilled yet, for the process that comes next.</summary>
    public IReadOnlyList<SpentTries> Spent()
    {
        var now = time.GetUtcNow();
        lock (_lock)
            return [.. _buckets.Where(one => Refilled(one.Value, now) < tries).OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => new SpentTries(one.Key, one.Value.Left, one.Value.At))];
    }

    /// <summary>Takes over what the process before left.</summary>
    public void PutBack(IReadOnlyList<SpentTries> spent)
    {
        lock (_lock)
        {
            foreach (var one in spent.Take(Most))
                _buckets[one.Key] = new Bucket(Math.Clamp(one.Left, 0, tries), one.At);
        }
    }

    private Bucket Find(ref string key, DateTimeOffset now)
    {
        if (_buckets.TryGetValue(key, out var bucket))
            return bucket;
        if (_buckets.Count >= Most)
        {
            foreach (var full in _buckets.Where(one => Refilled(one.Value, now) >= tries).Select(one => one.Key).ToList())
                _buckets.Remove(full);
            if (_buckets.Count >= Most)
                key = Rest;
        }

        return _buckets.GetValueOrDefault(key, new Bucket(tries, now));
    }

    private double Refilled(Bucket bucket, DateTimeOffset now) => Math.Min(tries, bucket.Left + (Math.Max(0, (now - bucket.At).TotalMinutes) * tries));

    private readonly record struct Bucket(double Left, DateTimeOffset At);
}

/// <summary>The tries that an address has left, as of a moment.</summary>
internal sealed record SpentTries(string Key, double Left, DateTimeOffset At);
