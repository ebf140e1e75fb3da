using Nullius.Server.Api.Decisions;

namespace Nullius.Server.Api.Views;

/// <summary>What goes into one batch: everything, or an even sample in order when there is more than fits. Not thread-safe.</summary>
internal sealed class BatchSample(int most)
{
    private readonly List<DecisionSummary> _kept = new(most * 2);
    private int _seen;
    private int _step = 1;

    /// <summary>INVARIANT: kept are exactly the entries whose number in the batch is a multiple of the step, fewer than twice <c>most</c>.</summary>
    public void Add(DecisionSummary entry)
    {
        if (_seen % _step == 0)
            _kept.Add(entry);
        _seen++;
        if (_kept.Count < most * 2)
            return;
        _step *= 2;
        var kept = 0;
        for (var index = 0; index < _kept.Count; index += 2)
            _kept[kept++] = _kept[index];
        _kept.RemoveRange(kept, _kept.Count - kept);
    }

    /// <summary>The batch, after which the next begins.</summary>
    public DecisionBatch Take(DateTimeOffset at)
    {
        // Between `most` and twice as many are kept while reading; only every second of these fits.
        var every = _kept.Count > most ? 2 : 1;
        var batch = new DecisionBatch(at, _seen, [.. _kept.Where((_, index) => index % every == 0)]);
        _kept.Clear();
        _seen = 0;
        _step = 1;
        return batch;
    }
}
