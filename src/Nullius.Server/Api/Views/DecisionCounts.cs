using Nullius.Server.Api.Decisions;
using Nullius.Server.Api.Overview;
using Nullius.Server.Api.Routes;

namespace Nullius.Server.Api.Views;

/// <summary>
/// Decisions counted over the last day, in slots of 15 seconds, and per route since the start. Bounded: reasons per slot and
/// routes are capped. Thread-safe.
/// </summary>
internal sealed class DecisionCounts(DateTimeOffset since)
{
    private const int SlotSeconds = 15;
    private const int Slots = 24 * 3600 / SlotSeconds;
    private const int MostReasons = 24;
    private const int MostRoutes = 1000;
    private const int ReasonsShown = 8;
    private static readonly (string, string) Other = ("", "other reasons");

    private readonly Lock _lock = new();
    private readonly Slot[] _slots = new Slot[Slots];
    private readonly Dictionary<string, Tally> _routes = new(StringComparer.OrdinalIgnoreCase);

    private readonly Dictionary<string, Dictionary<(string Basis, string Reason), int>> _observed = new(StringComparer.OrdinalIgnoreCase);

    public DateTimeOffset Since => since;

    public void Add(DecisionSummary entry)
    {
        var number = entry.At.ToUnixTimeSeconds() / SlotSeconds;
        lock (_lock)
        {
            ref var slot = ref _slots[number % Slots];
            if (slot.Number > number)
                return;
            if (slot.Number < number)
                slot = new Slot { Number = number };
            slot.Tally.Add(entry);
            if (entry.Effect != DecisionEffect.Allow)
                slot.AddReason((entry.Basis, entry.Reason));
            if (_routes.TryGetValue(entry.Route, out var route) || _routes.Count < MostRoutes)
            {
                route.Add(entry);
                _routes[entry.Route] = route;
                if (entry.Observed)
                    Count(_observed.TryGetValue(entry.Route, out var reasons) ? reasons : _observed[entry.Route] = [], (entry.Basis, entry.Reason));
            }
        }
    }

    public RouteCounts OfRoute(string name)
    {
        lock (_lock)
            return _routes.TryGetValue(name, out var route) ? new RouteCounts(route.Allowed, route.StepUp, route.Denied, route.Observed) : new RouteCounts(0, 0, 0, 0);
    }

    /// <summary>Why what a route only observed would have been refused, most frequent first.</summary>
    public IReadOnlyList<ObservedReason> ObservedOfRoute(string name)
    {
        lock (_lock)
        {
            return _observed.TryGetValue(name, out var reasons)
                ? [.. Ranked(reasons).Take(ReasonsShown).Select(reason => new ObservedReason(reason.Key.Basis, reason.Key.Reason, reason.Value))]
                : [];
        }
    }

    /// <summary>INVARIANT: at most <see cref="MostReasons"/> and the rest, whatever the reasons are made of.</summary>
    private static void Count(Dictionary<(string Basis, string Reason), int> reasons, (string, string) reason)
    {
        if (reasons.Count >= MostReasons && !reasons.ContainsKey(reason))
            reason = Other;
        reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
    }

    private static IEnumerable<KeyValuePair<(string Basis, string Reason), int>> Ranked(Dictionary<(string Basis, string Reason), int> reasons) =>
        reasons.OrderByDescending(reason => reason.Value).ThenBy(reason => reason.Key.Reason, StringComparer.Ordinal);

    /// <summary>The intervals that end now, oldest first, and what stopped requests in them, most frequent first.</summary>
    /// <param name="now">The present.</param>
    /// <param name="window">At most a day.</param>
    /// <param name="bucketSeconds">A multiple of 15 that divides the window.</param>
    public (IReadOnlyList<OverviewBucket> Buckets, IReadOnlyList<OverviewReason> Reasons) Read(DateTimeOffset now, TimeSpan window, int bucketSeconds)
    {
        var perBucket = bucketSeconds / SlotSeconds;
        var last = now.ToUnixTimeSeconds() / bucketSeconds;
        var count = (int)(window.TotalSeconds / bucketSeconds);
        var buckets = new OverviewBucket[count];
        var reasons = new Dictionary<(string Basis, string Reason), int>();
        lock (_lock)
        {
            for (var index = 0; index < count; index++)
            {
                var bucket = last - count + 1 + index;
                var sum = default(Tally);
                for (var number = bucket * perBucket; number < (bucket + 1) * perBucket; number++)
                    Sum(number, ref sum, reasons);
                buckets[index] = new OverviewBucket(DateTimeOffset.FromUnixTimeSeconds(bucket * bucketSeconds), sum.Allowed, sum.StepUp, sum.Denied, sum.Observed);
            }
        }

        return (buckets, [.. Ranked(reasons).Take(ReasonsShown).Select(reason => new OverviewReason(reason.Key.Basis, reason.Key.Reason, reason.Value))]);
    }

    private void Sum(long number, ref Tally sum, Dictionary<(string, string), int> reasons)
    {
        ref var slot = ref _slots[number % Slots];
        if (slot.Number != number)
            return;
        sum.Add(slot.Tally);
        foreach (var (reason, times) in slot.Reasons ?? [])
            reasons[reason] = reasons.GetValueOrDefault(reason) + times;
    }

    private struct Tally
    {
        public int Allowed;
        public int StepUp;
        public int Denied;
        public int Observed;

        public void Add(DecisionSummary entry)
        {
            switch (entry.Effect)
            {
                case DecisionEffect.Allow:
                    Allowed++;
                    break;
                case DecisionEffect.StepUp:
                    StepUp++;
                    break;
                case DecisionEffect.Deny:
                    Denied++;
                    break;
            }

            if (entry.Observed)
                Observed++;
        }

        public void Add(Tally other)
        {
            Allowed += other.Allowed;
            StepUp += other.StepUp;
            Denied += other.Denied;
            Observed += other.Observed;
        }
    }

    private struct Slot
    {
        public long Number;
        public Tally Tally;
        public Dictionary<(string Basis, string Reason), int>? Reasons;

        public void AddReason((string, string) reason)
        {
            Count(Reasons ??= [], reason);
        }
    }
}
