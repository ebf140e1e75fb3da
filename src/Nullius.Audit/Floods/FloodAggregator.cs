using System.Net;
using System.Net.Sockets;

namespace Nullius.Audit;

/// <summary>How much of a flood is written record by record, and how much is counted.</summary>
public sealed record FloodOptions
{
    /// <summary>Length of one window.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Records of one source and reason that a window lets through as they are.</summary>
    public int RecordsPerSource { get; init; } = 5;

    /// <summary>Records of all sources together that a window lets through as they are.</summary>
    public int RecordsInAll { get; init; } = 500;

    /// <summary>Sources counted apart in one window; what comes beyond is counted together, per reason.</summary>
    public int MostSources { get; init; } = 256;
}

/// <summary>What one window held back from one source: becomes one record.</summary>
/// <param name="Reason">Why the requests were refused.</param>
/// <param name="Prefix">The source: <c>203.0.113.0/24</c>, <c>2001:db8:1::/48</c>, or <c>other</c>.</param>
/// <param name="Suppressed">Refusals that got no record of their own.</param>
/// <param name="From">When the first of them came.</param>
/// <param name="To">When the last of them came.</param>
public sealed record FloodSummary(string Reason, string Prefix, long Suppressed, DateTimeOffset From, DateTimeOffset To);

/// <summary>
/// Keeps refusals of requests that nobody vouches for from filling the disk: the first few of each source are written,
/// the rest of the window becomes one summary per reason and address prefix. Pure and bounded; thread-safe. Never used
/// for a request of a signed-in subject, and never for one that was let through.
/// </summary>
public sealed class FloodAggregator(FloodOptions options)
{
    private const int MostReasons = 64;
    private const string Other = "other";

    private readonly Lock _gate = new();
    private readonly Dictionary<Source, Count> _sources = [];
    private DateTimeOffset _windowEnd = DateTimeOffset.MinValue;
    private int _written;
    private List<FloodSummary>? _closed;

    /// <summary>Whether this refusal is to be written as its own record; false when it was counted.</summary>
    /// <param name="reason">A reason from a closed set, never text of the client's.</param>
    /// <param name="address">Where the request came from.</param>
    /// <param name="now">The moment.</param>
    public bool Admit(string reason, IPAddress address, DateTimeOffset now)
    {
        var source = Source.Of(reason, address);
        lock (_gate)
        {
            Turn(now);
            if (!_sources.TryGetValue(source, out var count))
            {
                if (_sources.Count >= options.MostSources)
                    source = new Source(_sources.Count < options.MostSources + MostReasons ? reason : Other, default, Family.Other);
                if (!_sources.TryGetValue(source, out count))
                    _sources.Add(source, count = new Count());
            }

            if (source.Family is not Family.Other && count.Seen < options.RecordsPerSource && _written < options.RecordsInAll)
            {
                count.Seen++;
                _written++;
                return true;
            }

            count.Suppressed++;
            if (count.Suppressed == 1)
                count.From = now;
            count.To = now;
            return false;
        }
    }

    /// <summary>The summaries of windows that have ended; call it at least once a window, also when nothing arrives.</summary>
    public IReadOnlyList<FloodSummary> Drain(DateTimeOffset now)
    {
        lock (_gate)
        {
            Turn(now);
            var closed = _closed;
            _closed = null;
            return closed ?? [];
        }
    }

    /// <summary>The summaries of what is counted so far, the running window included: for an orderly stop.</summary>
    public IReadOnlyList<FloodSummary> DrainAll()
    {
        lock (_gate)
        {
            Close();
            var closed = _closed;
            _closed = null;
            return closed ?? [];
        }
    }

    private void Turn(DateTimeOffset now)
    {
        // A clock that jumps back by more than a window must not hold the window open.
        if (now < _windowEnd && now >= _windowEnd - (2 * options.Interval))
            return;
        Close();
        _windowEnd = now + options.Interval;
    }

    // INVARIANT: windows that nobody drained are not kept for ever: the oldest summaries give way.
    private void Close()
    {
        foreach (var (source, count) in _sources)
        {
            if (count.Suppressed == 0)
                continue;
            _closed ??= [];
            _closed.Add(new FloodSummary(source.Reason, source.Prefix, count.Suppressed, count.From, count.To));
        }

        var most = 4 * (options.MostSources + MostReasons + 1);
        if (_closed is { } closed && closed.Count > most)
            closed.RemoveRange(0, closed.Count - most);
        _sources.Clear();
        _written = 0;
    }

    private enum Family
    {
        V4,
        V6,
        Other,
    }

    private sealed class Count
    {
        public int Seen { get; set; }

        public long Suppressed { get; set; }

        public DateTimeOffset From { get; set; }

        public DateTimeOffset To { get; set; }
    }

    private readonly record struct Source(string Reason, ulong Bits, Family Family)
    {
        public string Prefix => Family switch
        {
            Family.V4 => $"{Bits >> 16 & 255}.{Bits >> 8 & 255}.{Bits & 255}.0/24",
            Family.V6 => new IPAddress([
                (byte)(Bits >> 40), (byte)(Bits >> 32), (byte)(Bits >> 24), (byte)(Bits >> 16), (byte)(Bits >> 8), (byte)Bits, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]) + "/48",
            _ => FloodAggregator.Other,
        };

        public static Source Of(string reason, IPAddress address)
        {
            Span<byte> bytes = stackalloc byte[16];
            if (!address.TryWriteBytes(bytes, out var length))
                return new Source(reason, 0, Family.Other);
            if (address.AddressFamily is AddressFamily.InterNetwork)
                return new Source(reason, Pack(bytes[..3]), Family.V4);
            if (address.IsIPv4MappedToIPv6)
                return new Source(reason, Pack(bytes.Slice(12, 3)), Family.V4);
            return new Source(reason, length == 16 ? Pack(bytes[..6]) : 0, Family.V6);
        }

        private static ulong Pack(ReadOnlySpan<byte> bytes)
        {
            ulong bits = 0;
            foreach (var value in bytes)
                bits = (bits << 8) | value;
            return bits;
        }
    }
}
