using Nullius.Policy.Decisions;

namespace Nullius.Policy.Replay.Tally;

/// <summary>Makes the report out of cells: the same cells give the same report, in whatever order they were counted.</summary>
internal static class ReportBuilder
{
    private const int PatternsPerGroup = 3;

    internal static ReplayReport Build(IEnumerable<ReplayCell> cells)
    {
        var all = cells.ToList();
        var changes = all.Select(c => (Cell: c, Change: ChangeOf(c.Key))).ToList();
        var groups = changes.Where(c => c.Change is not null).GroupBy(c => GroupKey.Of(c.Cell.Key, c.Change!.Value)).SelectMany(g => Groups(g.Key, g.Select(c => (c.Cell, c.Cell.Count)).ToList())).ToList();
        var disagreeing = all.Select(c => (Cell: c, Recorded: Contradiction(c.Key.Current.Verdict))).SelectMany(c => c.Recorded.Select(r => (c.Cell, Recorded: r))).Where(c => c.Cell.CountOf(c.Recorded) > 0).ToList();
        foreach (var group in disagreeing.GroupBy(c => GroupKey.Of(c.Cell.Key, ReplayChange.Disagreement) with { Recorded = c.Recorded }))
            groups.AddRange(Groups(group.Key, group.Select(c => (c.Cell, c.Cell.CountOf(c.Recorded))).ToList()));
        long Sum(ReplayChange? change) => changes.Where(c => c.Change == change).Sum(c => c.Cell.Count);
        return new ReplayReport
        {
            Requests = all.Sum(c => c.Count),
            Unchanged = Sum(null),
            Gains = Sum(ReplayChange.Gains),
            Loses = Sum(ReplayChange.Loses),
            Challenged = Sum(ReplayChange.Challenged),
            Eased = Sum(ReplayChange.Eased),
            Unknown = Sum(ReplayChange.Unknown),
            NotDecided = Sum(ReplayChange.NotDecided),
            Compared = all.Where(c => c.Key.Current.Verdict is ReplayVerdict.Allow or ReplayVerdict.Challenge or ReplayVerdict.Deny)
                .Sum(c => c.CountOf(RecordedOutcome.Allowed) + c.CountOf(RecordedOutcome.Denied) + c.CountOf(RecordedOutcome.Challenged)),
            Disagreements = disagreeing.Sum(c => c.Cell.CountOf(c.Recorded)),
            Groups = [.. groups.OrderBy(g => g.Change).ThenByDescending(g => g.Count).ThenBy(g => g.Principal, StringComparer.Ordinal).ThenBy(g => g.Action, StringComparer.Ordinal)
                .ThenBy(g => g.Resource, StringComparer.Ordinal).ThenBy(g => g.Why, StringComparer.Ordinal).ThenBy(g => g.DecidedBy, StringComparer.Ordinal)],
        };
    }

    /// <summary>Null where both answers are the same.</summary>
    internal static ReplayChange? ChangeOf(in CellKey key)
    {
        var (before, after) = (key.Current.Verdict, key.Candidate.Verdict);
        if (before == ReplayVerdict.NotDecided || after == ReplayVerdict.NotDecided)
            return ReplayChange.NotDecided;
        if (before == ReplayVerdict.Unknown || after == ReplayVerdict.Unknown)
            return ReplayChange.Unknown;
        if (before == after)
            return before == ReplayVerdict.Challenge && key.Current.Why != key.Candidate.Why ? ReplayChange.Eased : null;
        return (before, after) switch
        {
            (_, ReplayVerdict.Allow) => ReplayChange.Gains,
            (_, ReplayVerdict.Deny) => ReplayChange.Loses,
            (ReplayVerdict.Allow, ReplayVerdict.Challenge) => ReplayChange.Challenged,
            _ => ReplayChange.Eased,
        };
    }

    /// <summary>The same answer on both sides, and none that the record contradicts.</summary>
    internal static bool IsUnremarkable(in ReplayAnswer current, in ReplayAnswer candidate, RecordedOutcome outcome) =>
        current.Verdict == candidate.Verdict && current.Verdict is (ReplayVerdict.Allow or ReplayVerdict.Deny) && !Contradicts(current.Verdict, outcome);

    private static bool Contradicts(ReplayVerdict verdict, RecordedOutcome outcome) => outcome == RecordedOutcome.Challenged
        || (verdict == ReplayVerdict.Allow ? outcome == RecordedOutcome.Denied : outcome == RecordedOutcome.Allowed);

    /// <summary>Recorded outcomes that contradict an answer.</summary>
    private static RecordedOutcome[] Contradiction(ReplayVerdict verdict) => verdict switch
    {
        ReplayVerdict.Allow => [RecordedOutcome.Denied, RecordedOutcome.Challenged],
        ReplayVerdict.Deny => [RecordedOutcome.Allowed, RecordedOutcome.Challenged],
        ReplayVerdict.Challenge => [RecordedOutcome.Allowed, RecordedOutcome.Denied],
        ReplayVerdict.NotDecided or ReplayVerdict.Unknown => [],
    };

    private static IEnumerable<ReplayGroup> Groups(GroupKey key, List<(ReplayCell Cell, long Count)> cells)
    {
        var patterns = ResourcePatterns.Of(cells.Select(c => c.Cell.Key.Resource).OfType<string>(), PatternsPerGroup);
        foreach (var group in cells.GroupBy(c => c.Cell.Key.Resource is { } resource ? patterns[resource] : null))
        {
            var first = group.MinBy(c => (c.Cell.First, c.Cell.Sample)).Cell;
            yield return new ReplayGroup
            {
                Change = key.Change,
                Provider = key.Provider,
                Principal = key.Principal,
                Action = key.Action,
                Resource = group.Key,
                Resources = group.Select(c => c.Cell.Key.Resource).Distinct(StringComparer.Ordinal).Count(r => r is not null),
                Current = key.Current,
                Candidate = key.Candidate,
                Recorded = key.Recorded,
                Count = group.Sum(c => c.Count),
                First = group.Min(c => c.Cell.First),
                Last = group.Max(c => c.Cell.Last),
                Why = key.Why,
                DecidedBy = key.DecidedBy,
                Sample = first.Sample,
            };
        }
    }

    private sealed record GroupKey(
        ReplayChange Change, ActivityProvider Provider, string Principal, string Action, ReplayVerdict Current, ReplayVerdict Candidate, string Why, string DecidedBy, RecordedOutcome? Recorded)
    {
        internal static GroupKey Of(in CellKey key, ReplayChange change)
        {
            // A disagreement is about the current policies alone: what a candidate says is beside the point.
            var about = change == ReplayChange.Disagreement ? key.Current : key.Candidate;
            return new GroupKey(
                change, key.Provider, key.Principal, key.Action, key.Current.Verdict, change == ReplayChange.Disagreement ? key.Current.Verdict : key.Candidate.Verdict,
                WhyOf(key, change), Describe(about.Witness), null);
        }

        private static string WhyOf(in CellKey key, ReplayChange change) => change switch
        {
            ReplayChange.Unknown => string.Join(',', new[] { key.Current, key.Candidate }.Where(a => a.Verdict == ReplayVerdict.Unknown)
                .SelectMany(a => (a.Why ?? "").Split(',')).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase)),
            ReplayChange.NotDecided => (key.Current.Verdict == ReplayVerdict.NotDecided ? key.Current.Why : key.Candidate.Why) ?? "",
            ReplayChange.Disagreement => key.Current.Why ?? "",
            _ => key.Candidate.Why ?? "",
        };

        private static string Describe(StatementRef? witness) => witness is null ? "" : witness.Line > 0 ? $"{witness.Source}:{witness.Line} {witness.Id}" : $"{witness.Source} {witness.Id}";
    }
}
