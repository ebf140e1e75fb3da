namespace Nullius.Policy.Replay.Tally;

/// <summary>What requests have in common that are counted together.</summary>
internal readonly record struct CellKey(ActivityProvider Provider, string Principal, string Action, string? Resource, ReplayAnswer Current, ReplayAnswer Candidate)
{
    // The texts of statements are left out: equal keys have equal hashes all the same, and one is made for each new request.
    public override int GetHashCode() => HashCode.Combine(Provider, Principal, Action, Resource, Current.Verdict, Candidate.Verdict);
}

/// <summary>A count with its first and last instant, by what the records say became of the requests.</summary>
internal sealed class ReplayCell(in CellKey key)
{
    private Counts _counts;

    [System.Runtime.CompilerServices.InlineArray(5)]
    private struct Counts
    {
        private long _first;
    }

    internal CellKey Key { get; } = key;

    internal long Count { get; private set; }

    internal DateTimeOffset First { get; private set; } = DateTimeOffset.MaxValue;

    internal DateTimeOffset Last { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>Id of the first.</summary>
    internal string Sample { get; private set; } = "";

    internal long CountOf(RecordedOutcome outcome) => _counts[(int)outcome];

    internal void Add(RecordedRequest request)
    {
        Count++;
        _counts[(int)request.Outcome]++;
        if (request.Time < First)
        {
            First = request.Time;
            Sample = request.Id;
        }
        if (request.Time > Last)
            Last = request.Time;
    }

    internal void Add(ReplayCell other)
    {
        Count += other.Count;
        for (var i = 0; i < 5; i++)
            _counts[i] += other._counts[i];
        // The smaller id where the instants are equal: the same records give the same sample, however they were shared out.
        if (other.First < First || (other.First == First && string.CompareOrdinal(other.Sample, Sample) < 0))
            (First, Sample) = (other.First, other.Sample);
        if (other.Last > Last)
            Last = other.Last;
    }
}
