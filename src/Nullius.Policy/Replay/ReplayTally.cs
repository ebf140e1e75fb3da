using System.Runtime.InteropServices;
using Nullius.Policy.Replay.Tally;

namespace Nullius.Policy.Replay;

/// <summary>
/// Counts requests that somebody else decided under two sets of policies. Bounded: resources beyond a number are counted by
/// pattern. Not thread-safe.
/// </summary>
public sealed class ReplayTally
{
    private const int Most = 20_000;

    private readonly Dictionary<CellKey, ReplayCell> _cells = [];
    private readonly Dictionary<(ActivityProvider, ReplayVerdict), ReplayCell> _unremarkable = [];

    public void Add(RecordedRequest request, ReplayAnswer current, ReplayAnswer candidate)
    {
        if (ReportBuilder.IsUnremarkable(current, candidate, request.Outcome))
        {
            ref var plain = ref CollectionsMarshal.GetValueRefOrAddDefault(_unremarkable, (request.Provider, current.Verdict), out _);
            plain ??= new ReplayCell(new CellKey(request.Provider, "", "", null, new ReplayAnswer(current.Verdict), new ReplayAnswer(candidate.Verdict)));
            plain.Add(request);
            return;
        }
        var key = new CellKey(request.Provider, request.Principal, request.Action, request.Resource, current, candidate);
        if (_cells.Count >= Most && request.Resource is { } resource && !_cells.ContainsKey(key))
            key = key with { Resource = _cells.Count < Most * 2 ? ResourcePatterns.Parent(resource) ?? resource : "*" };
        // Past every bound what is left is the kind of change, by action.
        if (_cells.Count >= Most * 4 && !_cells.ContainsKey(key))
            key = key with { Principal = "*" };
        ref var cell = ref CollectionsMarshal.GetValueRefOrAddDefault(_cells, key, out _);
        cell ??= new ReplayCell(key);
        cell.Add(request);
    }

    public ReplayReport Report() => ReportBuilder.Build(_cells.Values.Concat(_unremarkable.Values));
}
